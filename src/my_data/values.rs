//! Values as a person would write them. Programs get them as their source has them.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use crate::register::{FieldView, Input, Kind};
use crate::sources::Value;
use crate::web::words;

/// So many letters of a value stand in a title.
const IN_A_TITLE: usize = 60;

/// A value of that field: yes and no, days and times as elsewhere in the portal, and words for keys.
pub(super) fn in_words(view: &FieldView<'_>, value: &Value) -> String {
    let plain = value.to_string();
    match value {
        Value::Bool(_) => yes_or_no(&plain).unwrap_or(plain),
        _ => said(view, &plain),
    }
}

/// The same of one that is known as a text, as its source has it or as somebody has typed it.
pub fn said(view: &FieldView<'_>, plain: &str) -> String {
    let kind = view.field.data_type.map(|it| it.kind);
    let said = match (kind, view.input()) {
        (Some(Kind::Boolean), _) | (_, Some(Input::YesNo)) => yes_or_no(plain),
        (Some(Kind::Date | Kind::DateTime), _) => time(plain),
        (Some(Kind::String) | None, _) => key(view, plain),
        (Some(_), _) => None,
    };
    said.unwrap_or_else(|| plain.to_owned())
}

/// A value for a title, cut where it is long.
pub(super) fn shortened(value: &str) -> String {
    let line = value.lines().next().unwrap_or_default();
    if line.chars().count() <= IN_A_TITLE && line.len() == value.len() {
        return line.to_owned();
    }
    let start: String = line.chars().take(IN_A_TITLE).collect();
    format!("{}…", start.trim_end())
}

fn yes_or_no(plain: &str) -> Option<String> {
    let said = match plain.to_ascii_lowercase().as_str() {
        "yes" | "true" | "t" | "y" | "1" => "Yes",
        "no" | "false" | "f" | "n" | "0" => "No",
        _ => return None,
    };
    Some(said.to_owned())
}

/// A day, or a time of a day. Of a time without a zone nobody can say in which it is.
fn time(plain: &str) -> Option<String> {
    if let Ok(day) = plain.parse::<NaiveDate>() {
        return Some(words::day(day));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(plain) {
        return Some(words::moment(at.naive_utc(), Tz::UTC));
    }
    let formats = [
        "%Y-%m-%d %H:%M:%S%.f",
        "%Y-%m-%dT%H:%M:%S%.f",
        "%Y-%m-%dT%H:%M",
    ];
    let mut read = formats
        .iter()
        .filter_map(|it| NaiveDateTime::parse_from_str(plain, it).ok());
    let at = read.next()?;
    Some(format!("{}, {}", words::day(at.date()), at.format("%H:%M")))
}

/// `driving_licence` as "Driving licence", where the register lists the values or nobody writes so.
fn key(view: &FieldView<'_>, plain: &str) -> Option<String> {
    // Codes of languages and countries stay as they are.
    let is_listed = plain.len() > 3
        && matches!(view.input(), Some(Input::OneOf(values)) if values.iter().any(|it| it == plain));
    let is_part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    let is_key = plain.contains('_') && plain.split('_').all(is_part);
    (is_listed || is_key).then(|| words::sentence(plain))
}
