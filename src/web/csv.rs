//! Cells that a spreadsheet shows and never runs.

use std::borrow::Cow;

/// What a spreadsheet takes for the beginning of a formula, in wide letters too, as East Asian keyboards write them.
const BEGINS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The text as a cell: what a spreadsheet would take for a formula gets an apostrophe in front.
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(BEGINS) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGINS, cell};

    #[test]
    fn a_formula_is_shown_and_never_run() {
        for begin in BEGINS {
            let typed = format!("{begin}HYPERLINK(\"https://example.org\")");
            assert_eq!(cell(&typed), format!("'{typed}"));
        }
        for plain in ["", "ada", "1-2", "a=b", "'=1"] {
            assert_eq!(cell(plain), plain);
        }
    }
}
