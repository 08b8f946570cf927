//! Lists that are read page by page: one row more than fits is asked for, and tells whether the list goes on.

use serde::Deserialize;

/// Where a list of the newest goes on.
#[derive(Debug, Default, Deserialize)]
pub struct Before {
    /// The id of the last row of the page before.
    pub before: Option<i64>,
}

/// How many rows to ask for when so many are shown.
pub fn one_more(on_a_page: usize) -> i64 {
    i64::try_from(on_a_page + 1).unwrap_or(i64::MAX)
}

/// Cuts what was read to one page. Returns the last row that is shown if the list goes on after it.
pub fn cut<T>(rows: &mut Vec<T>, on_a_page: usize) -> Option<&T> {
    let goes_on = rows.len() > on_a_page;
    rows.truncate(on_a_page);
    rows.last().filter(|_| goes_on)
}
