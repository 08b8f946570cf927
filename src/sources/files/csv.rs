//! One record of a CSV file, by RFC 4180 to the letter: a reader that forgives a quote that is never closed would take
//! the rest of the file, and with it other people's records, for one cell.

use std::{borrow::Cow, ops::Range};

/// Whether a line opens a quote that goes on in the next one, or closes the one that was open.
pub(super) fn turns(line: &[u8]) -> bool {
    line.iter()
        .fold(false, |turned, byte| turned ^ (*byte == b'"'))
}

/// What stands between the cells: what comes first in the header of comma, semicolon and tab.
pub(super) fn delimiter(header: &[u8]) -> u8 {
    let mut is_quoted = false;
    let found = header.iter().find(|byte| {
        is_quoted ^= **byte == b'"';
        !is_quoted && matches!(byte, b',' | b';' | b'\t')
    });
    found.copied().unwrap_or(b',')
}

/// Where the cells are in a record without its line end, quotes included.
pub(super) fn split(record: &[u8], delimiter: u8) -> Result<Vec<Range<usize>>, &'static str> {
    let (mut cells, mut at) = (Vec::new(), 0);
    loop {
        let start = at;
        if record.get(at) == Some(&b'"') {
            at = end_of_quoted(record, at)?;
        } else {
            while record.get(at).is_some_and(|byte| *byte != delimiter) {
                if record[at] == b'"' {
                    return Err("a quote is inside of a cell that does not begin with one");
                }
                at += 1;
            }
        }
        cells.push(start..at);
        match record.get(at) {
            None => return Ok(cells),
            Some(byte) if *byte == delimiter => at += 1,
            Some(_) => return Err("text stands behind a closing quote"),
        }
    }
}

fn end_of_quoted(record: &[u8], start: usize) -> Result<usize, &'static str> {
    let mut at = start + 1;
    loop {
        match (record.get(at), record.get(at + 1)) {
            (None, _) => return Err("a quote is not closed"),
            (Some(b'"'), Some(b'"')) => at += 2,
            (Some(b'"'), _) => return Ok(at + 1),
            _ => at += 1,
        }
    }
}

/// What a cell says; `None` when it is no UTF-8.
pub(super) fn text(cell: &[u8]) -> Option<Cow<'_, str>> {
    let text = str::from_utf8(cell).ok()?;
    let quoted = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    Some(match quoted {
        Some(quoted) if quoted.contains('"') => quoted.replace("\"\"", "\"").into(),
        Some(quoted) => quoted.into(),
        None => text.into(),
    })
}

/// A text as a cell.
pub(super) fn cell(text: &str, delimiter: u8) -> Cow<'_, str> {
    let is_special = |it: char| matches!(it, '"' | '\n' | '\r') || it == char::from(delimiter);
    if text.contains(is_special) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}
