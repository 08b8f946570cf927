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
