//! Cells that a spreadsheet shows and never runs.

use std::borrow::Cow;

/// The text as a cell: what a spreadsheet would take for a formula gets an apostrophe in front.
pub fn cell(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}
