//! Files that other programs write anew in place: one is read when nobody has written to it for a moment, and once more
//! when somebody did meanwhile. Half of a file looks like a whole one.

use std::{ops::ControlFlow, path::Path, thread::sleep, time::Duration, time::Instant};

use chrono::TimeDelta;

use super::folder::Stamp;
use crate::{
    clock::Clock,
    sources::{EachRow, Fault, Value},
};

/// Who writes line by line leaves no longer pause.
const QUIET: Duration = Duration::from_millis(100);
const TRIES: u32 = 4;
/// So many rows wait until it is certain that their file was read whole.
const FEW: usize = 1_000;

/// Rows on their way to whoever asked.
pub(super) struct Held<'a> {
    rows: Vec<Vec<Value>>,
    each: EachRow<'a>,
    /// Some are there already, so that they cannot be read again.
    are_handed: bool,
}

/// The fault of a file to which somebody else has written meanwhile; worth another try, which looks at it anew.
pub(super) fn meddled() -> Fault {
    Fault::Unavailable("a file was written to meanwhile".to_owned())
}

/// Reads a file as it was at one moment; `read` may be called several times, until it says that it cannot be again.
pub(super) fn undisturbed<T>(
    path: &Path,
    ends: Instant,
    read: &mut dyn FnMut() -> (Result<T, Fault>, bool),
) -> Result<T, Fault> {
    for _ in 0..TRIES {
        let before = at_rest(path, ends)?;
        let (read, is_last) = read();
        if Stamp::of(path)? == before {
            return read;
        }
        if is_last {
            break;
        }
    }
    Err(meddled())
}

/// The stamp of a file when nobody has written to it for a moment.
pub(super) fn at_rest(path: &Path, ends: Instant) -> Result<Stamp, Fault> {
    loop {
        let stamp = Stamp::of(path)?;
        let now = Clock::system().now().and_utc();
        let age = now.signed_duration_since(stamp.time());
        // One that is dated in the future says nothing of when it was written, but for a clock that is a little fast.
        let is_strange = age < TimeDelta::seconds(-1);
        let age = if is_strange {
            QUIET
        } else {
            age.to_std().unwrap_or_default()
        };
        let rest = QUIET.checked_sub(age).filter(|it| !it.is_zero());
        // One that is just being emptied is shown as empty before it is shown as written to.
        let rest = rest.or_else(|| (stamp.bytes == 0).then_some(QUIET));
        let Some(rest) = rest else {
            return Ok(stamp);
        };
        if Instant::now() + rest > ends {
            return Err(meddled());
        }
        sleep(rest);
        if stamp.bytes == 0 && age >= QUIET && Stamp::of(path)? == stamp {
            return Ok(stamp);
        }
    }
}

impl<'a> Held<'a> {
    pub const fn new(each: EachRow<'a>) -> Self {
        Self {
            rows: Vec::new(),
            each,
            are_handed: false,
        }
    }

    pub fn take(&mut self, row: Vec<Value>) -> ControlFlow<()> {
        if !self.are_handed && self.rows.len() < FEW {
            self.rows.push(row);
            return ControlFlow::Continue(());
        }
        self.hand_over()?;
        (self.each)(row)
    }

    /// Forgets what was read of a file that has changed.
    pub fn start_again(&mut self) {
        self.rows.clear();
    }

    /// Whether it is too late for that.
    pub const fn are_handed(&self) -> bool {
        self.are_handed
    }

    pub fn hand_over(&mut self) -> ControlFlow<()> {
        self.are_handed = true;
        std::mem::take(&mut self.rows)
            .into_iter()
            .try_for_each(&mut self.each)
    }
}
