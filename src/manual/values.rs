//! What is typed or uploaded, as the register says that a field holds it.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use serde_json::Value as Json;

use crate::register::{Field, Kind};
use crate::sources::{ColumnKind, Value};

/// The longest value where the register says nothing, in characters.
const LONGEST: usize = 20_000;

/// A value as a field holds it; or a sentence about what is wrong. Nothing typed is nothing held.
pub fn typed(field: &Field, given: &Value) -> Result<Value, String> {
    let given = match given {
        Value::Text(text) => Value::Text(text.trim().to_owned()),
        other => other.clone(),
    };
    let is_empty = matches!(&given, Value::Text(text) if text.is_empty()) || given.is_null();
    if is_empty && field.primary_key {
        return Err("This names the record, and cannot be left empty.".to_owned());
    }
    if is_empty {
        return Ok(Value::Null);
    }
    let most = field.length.map_or(LONGEST, |it| it as usize).min(LONGEST);
    if given.as_text().is_some_and(|it| it.chars().count() > most) {
        return Err(format!("Enter at most {most} characters."));
    }
    let kind = field.data_type.map(|it| it.kind);
    let is_list = field.data_type.is_some_and(|it| it.array);
    let typed = if is_list {
        list(&given)
    } else if !field.fields.is_empty() || kind == Some(Kind::Object) {
        object(&given)
    } else {
        kind.map_or(Some(given.clone()), |kind| scalar(kind, &given))
    };
    typed.ok_or_else(|| expected(field).to_owned())
}

/// What a field takes, in a sentence.
pub fn expected(field: &Field) -> &'static str {
    let Some(data_type) = field.data_type else {
        return "Enter text.";
    };
    match data_type.kind {
        _ if data_type.array => "Enter a list: one value in a line, or a JSON array.",
        _ if !field.fields.is_empty() => "Enter an object in JSON.",
        Kind::String | Kind::ObjectId => "Enter text.",
        Kind::Integer => "Enter a whole number.",
        Kind::Float => "Enter a number, such as 12.50.",
        Kind::Boolean => "Enter yes or no.",
        Kind::Date => "Enter a date, such as 2026-11-23.",
        Kind::DateTime => "Enter a date and time, such as 2026-11-23 14:05:00.",
        Kind::Object => "Enter an object in JSON.",
    }
}

fn scalar(kind: Kind, given: &Value) -> Option<Value> {
    let text = given.as_text();
    match kind {
        Kind::Integer => ColumnKind::Integer.form_of(given),
        Kind::Float => {
            let number = ColumnKind::Number.form_of(given)?;
            let is_finite = number.to_string().parse::<f64>().is_ok_and(f64::is_finite);
            is_finite.then_some(number)
        }
        Kind::Boolean => match text.map(str::to_lowercase) {
            Some(text) => ColumnKind::Bool.form_of(&Value::Text(text)),
            None => ColumnKind::Bool.form_of(given),
        },
        Kind::Date => {
            let date = text?.parse::<NaiveDate>().ok()?;
            Some(Value::Text(date.to_string()))
        }
        Kind::DateTime => {
            is_moment(text?).then(|| Value::Text(text.unwrap_or_default().replace('T', " ")))
        }
        Kind::String | Kind::ObjectId => ColumnKind::Text.form_of(given),
        Kind::Object => object(given),
    }
}

fn is_moment(text: &str) -> bool {
    let formats = [
        "%Y-%m-%dT%H:%M",
        "%Y-%m-%dT%H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d %H:%M:%S",
    ];
    let mut formats = formats.iter();
    formats.any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
        || DateTime::parse_from_rfc3339(text).is_ok()
}

fn object(given: &Value) -> Option<Value> {
    let json: Json = serde_json::from_str(given.as_text()?).ok()?;
    json.is_object().then(|| Value::Text(json.to_string()))
}

/// A JSON array as it is; else each line of the text.
fn list(given: &Value) -> Option<Value> {
    let text = given.as_text()?;
    if text.starts_with('[') {
        let json: Json = serde_json::from_str(text).ok()?;
        return json.is_array().then(|| Value::Text(json.to_string()));
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Some(Value::Text(lines.collect::<Json>().to_string()))
}
