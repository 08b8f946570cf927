//! What commands print.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

/// Prints on standard output, for [`say!`].
///
/// # Panics
/// When it cannot be written, as on a full disk: nobody may take half of it for the whole.
pub fn print(text: Arguments<'_>) {
    let mut out = io::stdout().lock();
    let written = out.write_fmt(text).and_then(|()| out.flush());
    unless_closed(written).expect("standard output can be written");
}

/// Whoever reads may stop before the end, as `head` does: that is no failure.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Prints a line on standard output.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::say::print(format_args!("{}\n", format_args!($($line)*)))
    };
}
pub(crate) use say;
