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

/// "9 de febrero de 2026".
pub fn day_in_spanish(date: NaiveDate) -> String {
    use chrono::Datelike;
    const MONTHS: [&str; 12] = [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    let month = MONTHS[date.month0() as usize];
    format!("{} de {month} de {}", date.day(), date.year())
}
