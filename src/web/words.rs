//! Days and times as people read them.

use chrono::{NaiveDate, NaiveDateTime};

/// "9 February 2026".
pub fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// "9 February 2026, 10:00 UTC".
pub fn moment(at: NaiveDateTime) -> String {
    at.format("%-d %B %Y, %H:%M UTC").to_string()
}

/// A name from the code as words: `request_received` becomes `request received`.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}
