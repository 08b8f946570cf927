//! What a source takes in the place of a value, as far as its catalogue tells it, for who typed another.

use chrono::NaiveTime;
use serde_json::Value as Json;

use super::CorrectionError;
use crate::sources::{Check, Column, ColumnKind, Table, Value};

/// A value is not taken, by one of the conditions of the table or by the type of its column: what is.
pub(super) fn expected(table: &Table, column: &Column, check: Option<&Check>) -> CorrectionError {
    let said = match check {
        Some(check) => allowed_by(check),
        None => choices(table, column).or_else(|| form(column)),
    };
    let not_taken = "The system that holds this does not take such a value.";
    CorrectionError::Invalid(said.unwrap_or_else(|| not_taken.to_owned()))
}

/// Whether a column that was given one of two values gives the other back for it.
pub(super) fn is_same(kind: ColumnKind, held: &Value, new: &Value) -> bool {
    let Some((held, new)) = held.as_text().zip(new.as_text()) else {
        return false;
    };
    match kind {
        ColumnKind::Json => both(held, new, |text| serde_json::from_str::<Json>(text).ok()),
        ColumnKind::Other => both(held, new, time),
        _ => false,
    }
}

fn both<T: PartialEq>(held: &str, new: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    let new = read(new);
    new.is_some() && read(held) == new
}

fn time(text: &str) -> Option<NaiveTime> {
    let formats = ["%H:%M", "%H:%M:%S%.f"];
    let mut times = formats.iter().map(|it| NaiveTime::parse_from_str(text, it));
    times.find_map(Result::ok)
}

fn one_of(values: &[String]) -> Option<String> {
    let last = values.last()?;
    let others = &values[..values.len() - 1];
    Some(if others.is_empty() {
        format!("Enter {last}.")
    } else {
        format!("Enter one of {} or {last}.", others.join(", "))
    })
}

/// The values of a type that has no others.
fn choices(table: &Table, column: &Column) -> Option<String> {
    if let Some(values) = table.rules.choices.get(&column.name) {
        return one_of(values);
    }
    column.sql_type.strip_prefix("enum(")?;
    one_of(&quoted(&column.sql_type))
}

/// How values of a type are written that are not written as everybody would.
fn form(column: &Column) -> Option<String> {
    let written = column.sql_type.to_ascii_lowercase();
    let start = written.split(['(', ' ']).next().unwrap_or_default();
    let said = match start {
        _ if written.ends_with("[]") => {
            let is_text = ["text", "character", "varchar"].contains(&start.trim_end_matches("[]"));
            let list = if is_text {
                "[\"one\", \"two\"]"
            } else {
                "[1, 2]"
            };
            return Some(format!("Enter a list, such as {list}."));
        }
        "time" if written.contains("with time zone") => "a time, such as 14:05:00+00",
        "timetz" => "a time, such as 14:05:00+00",
        "time" => "a time, such as 14:05:00",
        "interval" => "a length of time, such as 3 days 02:30:00",
        "daterange" => "a range of days, such as [2026-01-01,2026-12-31)",
        _ if start.ends_with("range") && start.starts_with(['i', 'n']) => "a range, such as [1,5)",
        "uuid" => "a UUID, such as 6f1c2a9e-0b7d-4c58-9a43-d2e8f7b61c05",
        "inet" | "cidr" => "an internet address, such as 192.0.2.1",
        "json" | "jsonb" => "JSON, such as {\"key\": \"value\"}",
        _ => return None,
    };
    Some(format!("Enter {said}."))
}

/// Words of a condition that is plain: those of its types and of how its parts are put together.
const PLAIN: [&str; 17] = [
    "and",
    "any",
    "array",
    "between",
    "bigint",
    "bpchar",
    "character",
    "double",
    "in",
    "integer",
    "numeric",
    "precision",
    "real",
    "smallint",
    "text",
    "varchar",
    "varying",
];

/// What a condition on one column allows, where it is a plain list of values or a pair of bounds.
fn allowed_by(check: &Check) -> Option<String> {
    let [column] = &check.columns[..] else {
        return None;
    };
    let listed = quoted(&check.expression);
    let outside: Vec<_> = check.expression.split('\'').step_by(2).collect();
    let text = outside.concat().replace(column.as_str(), "").to_lowercase();
    let mut words = text.split(|it: char| !it.is_alphanumeric());
    let is_number = |word: &str| word.bytes().all(|it| it.is_ascii_digit());
    let reckons = text.contains(['+', '*', '/', '%', '|']) || text.contains("- ");
    let is_strict = ["<", ">"].iter().any(|sign| {
        let mut behind = text.split(sign).skip(1);
        behind.any(|it| !it.starts_with('='))
    });
    if reckons || is_strict || !words.all(|word| is_number(word) || PLAIN.contains(&word)) {
        return None;
    }
    if !listed.is_empty() {
        let is_list = text.contains("in") || text.contains("any");
        return is_list.then(|| one_of(&listed)).flatten();
    }
    let bound = |sign: &str| first_number(text.split_once(sign)?.1);
    let between = || {
        let (low, high) = text.split_once("between")?.1.split_once("and")?;
        Some((first_number(low)?, first_number(high)?))
    };
    let (low, high) = match between() {
        Some((low, high)) => (Some(low), Some(high)),
        None => (bound(">="), bound("<=")),
    };
    match (low, high) {
        (Some(low), Some(high)) => Some(format!("Enter a number from {low} to {high}.")),
        (Some(low), None) => Some(format!("Enter at least {low}.")),
        (None, Some(high)) => Some(format!("Enter at most {high}.")),
        (None, None) => None,
    }
}

/// A number with which a text begins, brackets aside.
fn first_number(text: &str) -> Option<String> {
    let text = text.trim_start_matches([' ', '(']);
    let ends = text.find(|it: char| !it.is_ascii_digit() && !"-.".contains(it));
    let number = &text[..ends.unwrap_or(text.len())];
    number.parse::<f64>().ok().map(|_| number.to_owned())
}

/// The texts in single quotes.
fn quoted(text: &str) -> Vec<String> {
    let parts = text.split('\'').skip(1).step_by(2);
    parts.map(str::to_owned).collect()
}
