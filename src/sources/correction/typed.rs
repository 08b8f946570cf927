//! What a person types in the place of a value, as the column takes it.

use chrono::{NaiveDate, NaiveDateTime};

use super::{CorrectionError, Fixed, expected::expected};
use crate::accounts::queries::is_email;
use crate::register::{FieldView, Input};
use crate::sources::{Column, Table, Value};

/// What is typed, as the column holds it; or a sentence about what is wrong with it.
pub(super) fn new_value(
    view: &FieldView<'_>,
    (table, column, held): (&Table, &Column, &Value),
    fixed: Option<Fixed>,
    typed: &str,
) -> Result<Value, CorrectionError> {
    let input = view.input_over(held.as_text());
    let input = input.ok_or(CorrectionError::NotCorrectable)?;
    if let Some(fixed) = fixed {
        return Err(CorrectionError::Fixed(fixed));
    }
    let invalid = |sentence: &str| Err(CorrectionError::Invalid(sentence.to_owned()));
    let typed = typed.trim();
    if typed.is_empty() {
        return if column.nullable {
            Ok(Value::Null)
        } else {
            invalid("Enter a value. This cannot be left empty.")
        };
    }
    if let Some(sentence) = fault_in(&input, typed) {
        return Err(CorrectionError::Invalid(sentence));
    }
    let said = match input {
        Input::Text(length) | Input::LongText(length) => length,
        _ => view.field.length,
    };
    let most = said.into_iter().chain(column.length).min();
    if most.is_some_and(|most| typed.chars().count() > most as usize) {
        let most = most.unwrap_or_default();
        return invalid(&format!("Enter at most {most} characters."));
    }
    let text = match &input {
        Input::DateTime => time(typed, column),
        Input::LongText(_) => as_held(typed, held),
        _ => typed.to_owned(),
    };
    let value = column.form_of(&Value::Text(text));
    value.ok_or_else(|| expected(table, column, None))
}

/// Lines that end as those that are held do; a browser ends them in its own way.
fn as_held(typed: &str, held: &Value) -> String {
    let lines = typed.replace("\r\n", "\n");
    let is_windows = held.as_text().is_some_and(|it| it.contains("\r\n"));
    if is_windows {
        return lines.replace('\n', "\r\n");
    }
    lines
}

/// A time as columns give it back: with seconds, and of Greenwich where they keep a zone, as it was shown.
fn time(typed: &str, column: &Column) -> String {
    let mut time = typed.replace('T', " ");
    if NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M").is_ok() {
        time.push_str(":00");
    }
    if column.has_zone() {
        time.push_str("+00");
    }
    time
}

/// A sentence when the text is not of the kind that the input asks for.
fn fault_in(input: &Input, typed: &str) -> Option<String> {
    let is_date_time = || {
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];
        formats
            .iter()
            .any(|format| NaiveDateTime::parse_from_str(typed, format).is_ok())
    };
    let wrong = |is_right: bool, sentence: &str| (!is_right).then(|| sentence.to_owned());
    match input {
        Input::Text(_) => wrong(!typed.contains(['\n', '\r']), "Enter one line."),
        Input::LongText(_) => None,
        Input::Email => wrong(
            is_email(typed),
            "Enter an e-mail address, such as name@example.com.",
        ),
        Input::Phone => wrong(
            is_phone(typed),
            "Enter a telephone number, such as +1 555 010 0199.",
        ),
        Input::Integer => wrong(typed.parse::<i128>().is_ok(), "Enter a whole number."),
        Input::Decimal => wrong(
            typed.parse::<f64>().is_ok_and(f64::is_finite),
            "Enter a number, such as 12.50.",
        ),
        Input::Date => wrong(
            typed.parse::<NaiveDate>().is_ok(),
            "Enter a date, such as 2026-11-23.",
        ),
        Input::DateTime => wrong(
            is_date_time(),
            "Enter a date and time, such as 2026-11-23 14:05:00.",
        ),
        Input::YesNo => wrong(matches!(typed, "yes" | "no"), "Choose yes or no."),
        Input::OneOf(values) => wrong(
            values.iter().any(|it| it == typed),
            "Choose one of the values that are offered.",
        ),
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let allowed = |it: char| it.is_ascii_digit() || " +-()./".contains(it);
    (5..=20).contains(&digits) && text.chars().all(allowed)
}
