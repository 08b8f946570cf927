//! Days and times as people read them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// "9 February 2026". By hand, for pages are full of days and a pattern is read anew each time.
pub fn day(date: NaiveDate) -> String {
    let month = MONTHS[date.month0() as usize];
    format!("{} {month} {}", date.day(), date.year())
}

/// "9 February 2026, 02:00 PST": a moment in UTC, as the clocks of a zone show it, with their name.
pub fn moment(at: NaiveDateTime, zone: Tz) -> String {
    let there = Utc.from_utc_datetime(&at).with_timezone(&zone);
    let name = there.format("%Z").to_string();
    // Where a zone has no name of letters, it is known by how far it is from Greenwich.
    let greenwich = if name.starts_with(['+', '-']) {
        "UTC"
    } else {
        ""
    };
    format!(
        "{}, {:02}:{:02} {greenwich}{name}",
        day(there.date_naive()),
        there.hour(),
        there.minute()
    )
}

/// "Los Angeles": the place by which a zone is called.
pub fn place_of(zone: Tz) -> String {
    let name = zone.name();
    let place = name.rsplit('/').next().unwrap_or(name);
    place.replace('_', " ")
}

/// "14,116": a number of many digits, as people read it.
pub fn number(count: impl TryInto<i64>) -> String {
    let count = count.try_into().unwrap_or(i64::MAX);
    let digits = count.unsigned_abs().to_string();
    let mut said = String::from(if count < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// A name from the code as words: `request_received` becomes `request received`.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// A name from the code as it begins a sentence: `request_received` becomes `Request received`.
pub fn sentence(name: &str) -> String {
    capital(&name.replace(['_', '-'], " "))
}

/// Words as they begin a sentence.
pub fn capital(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

/// "9 de febrero de 2026".
pub fn day_in_spanish(date: NaiveDate) -> String {
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
