//! Records as they leave this layer: masked where the register says so.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use serde_json::{Value as Json, json};

use super::Value;
use crate::register::{Field, NeverDisclose};

/// One row that is about a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Names the row in URLs and plans: stable, sealed, and of use only together with the person's identities.
    pub id: String,
    /// The day on which it came about, from which periods count.
    pub date: Option<NaiveDate>,
    /// In the order of the register; keys of nested objects on their own.
    pub fields: Vec<Datum>,
}

/// What one field of a record holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Datum {
    /// Path of the field; with the record's collection, [`crate::register::Register::describe`] tells all about it.
    pub path: String,
    /// What it holds.
    pub value: Held,
    /// Why nothing can be typed in its place, where that is so.
    pub fixed: Option<Fixed>,
}

/// Why nothing can be typed in the place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// The source works it out itself, or names the record by it.
    WorkedOut,
    /// It is a picture or another file, and no text.
    Binary,
}

/// The same while the register is at hand.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<'a> {
    /// The field, as declared.
    pub field: &'a Field,
    /// What it holds.
    pub value: Held,
}

impl From<Shown<'_>> for Datum {
    fn from(shown: Shown<'_>) -> Self {
        Self {
            path: shown.field.path.clone(),
            value: shown.value,
            fixed: None,
        }
    }
}

/// A value that may be shown, or what is said in its place.
#[derive(Debug, Clone, PartialEq)]
pub enum Held {
    /// Nothing is held.
    Empty,
    /// May be shown.
    Plain(Value),
    /// Held, and never shown in full; the value has stayed in the source.
    Masked(NeverDisclose),
}

impl Held {
    /// Whether nothing is held.
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The text that is held, where it is one and may be shown.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Plain(value) => value.as_text(),
            Self::Empty | Self::Masked(_) => None,
        }
    }

    /// Whether a value is held that is never shown.
    pub const fn is_masked(&self) -> bool {
        matches!(self, Self::Masked(_))
    }
}

/// The value, or a sentence about what is held.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => Ok(()),
            Self::Plain(value) => value.fmt(f),
            Self::Masked(what) => write!(f, "We hold your {}. We do not show it.", what.title()),
        }
    }
}

/// Which of the values that are never shown may be told all the same: in a copy, where the law of the person forbids it
/// of none of them. Else none.
pub type Told<'t> = &'t [NeverDisclose];

/// Why a value is masked where it is read, unless it may be told.
fn mask(field: &Field, told: Told<'_>) -> Option<NeverDisclose> {
    field.never_disclose.filter(|it| !told.contains(it))
}

/// Adds what a cell holds: one datum, or one for each nested field of an object.
pub(super) fn disclose<'a>(
    field: &'a Field,
    cell: Value,
    told: Told<'_>,
    into: &mut Vec<Shown<'a>>,
) {
    if field.fields.is_empty() || mask(field, told).is_some() || cell.is_null() {
        into.push(shown(field, cell, told));
        return;
    }
    match cell.as_text().map(serde_json::from_str::<Json>) {
        Some(Ok(Json::Object(object))) => {
            disclose_object(field, &Json::Object(object), told, into);
        }
        Some(Ok(Json::Array(items))) if masked_inside(field, told) => {
            let items = list(field, &items, told);
            into.push(items.unwrap_or_else(|| unreadable(field, cell, told)));
        }
        _ => into.push(unreadable(field, cell, told)),
    }
}

fn disclose_object<'a>(field: &'a Field, object: &Json, told: Told<'_>, into: &mut Vec<Shown<'a>>) {
    for nested in &field.fields {
        match &object[nested.name.as_str()] {
            inner @ Json::Object(_)
                if !nested.fields.is_empty() && mask(nested, told).is_none() =>
            {
                disclose_object(nested, inner, told, into);
            }
            inner if masked_inside(nested, told) && !inner.is_null() => {
                let items = inner.as_array().and_then(|items| list(nested, items, told));
                into.push(items.unwrap_or_else(|| unreadable(nested, value_of(inner), told)));
            }
            inner => into.push(shown(nested, value_of(inner), told)),
        }
    }
}

/// A list of objects of which something must be masked: with their declared fields only. `None` when anything in it is
/// not written as it should be.
fn list<'a>(field: &'a Field, items: &[Json], told: Told<'_>) -> Option<Shown<'a>> {
    let masked = masked_items(field, items, told)?;
    let value = Held::Plain(Value::Text(masked.to_string()));
    Some(Shown { field, value })
}

fn masked_items(field: &Field, items: &[Json], told: Told<'_>) -> Option<Json> {
    let items = items.iter().map(|item| masked(field, item, told));
    items.collect::<Option<_>>().map(Json::Array)
}

/// A value inside of a list, masked where it must be.
fn masked(field: &Field, json: &Json, told: Told<'_>) -> Option<Json> {
    match (json, mask(field, told)) {
        (Json::Null, _) => Some(Json::Null),
        (_, Some(what)) => Some(json!({ "held": what.title() })),
        (Json::Array(items), _) => masked_items(field, items, told),
        (Json::Object(object), _) if !field.fields.is_empty() => {
            let held = field.fields.iter();
            let held = held.filter_map(|nested| Some((nested, object.get(&nested.name)?)));
            let masked =
                held.map(|(nested, it)| Some((nested.name.clone(), masked(nested, it, told)?)));
            masked.collect::<Option<_>>().map(Json::Object)
        }
        _ if masked_inside(field, told) => None,
        _ => Some(json.clone()),
    }
}

/// An object that is not written as one: masked whole when anything in it must be.
fn unreadable<'a>(field: &'a Field, cell: Value, told: Told<'_>) -> Shown<'a> {
    let what = field.fields.iter().find_map(|it| first_mask(it, told));
    let value = what.map_or(Held::Plain(cell), Held::Masked);
    Shown { field, value }
}

fn first_mask(field: &Field, told: Told<'_>) -> Option<NeverDisclose> {
    let inside = || field.fields.iter().find_map(|it| first_mask(it, told));
    mask(field, told).or_else(inside)
}

fn masked_inside(field: &Field, told: Told<'_>) -> bool {
    let mut nested = field.fields.iter();
    mask(field, told).is_none() && nested.any(|it| first_mask(it, told).is_some())
}

fn shown<'a>(field: &'a Field, value: Value, told: Told<'_>) -> Shown<'a> {
    let value = match mask(field, told) {
        _ if value.is_null() => Held::Empty,
        Some(what) => Held::Masked(what),
        None => Held::Plain(value),
    };
    Shown { field, value }
}

/// What JSON writes, as a value.
pub fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => {
            let whole = number.as_i64().map(Value::Integer);
            // As a binary number it would be the same as many others.
            let large = || Some(Value::Text(number.as_u64()?.to_string()));
            let real = || Value::Real(number.as_f64().unwrap_or_default());
            whole.or_else(large).unwrap_or_else(real)
        }
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Text(other.to_string()),
    }
}

/// A value as JSON writes it.
pub fn json_of(value: &Value) -> Json {
    match value {
        Value::Null | Value::Many(_) => Json::Null,
        Value::Integer(number) => Json::from(*number),
        // JSON has no word for what is no number or has no end.
        Value::Real(real) if !real.is_finite() => Json::from(real.to_string()),
        Value::Real(real) => Json::from(*real),
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bytes(bytes) => Json::from(String::from_utf8_lossy(bytes)),
        Value::Bool(flag) => Json::from(*flag),
    }
}

/// The day of a date, however the source writes it: `2026-11-23…`, or seconds since 1970.
pub(super) fn day(value: &Value) -> Option<NaiveDate> {
    match value {
        Value::Text(text) => text.get(..10)?.parse().ok(),
        Value::Integer(seconds) => Some(DateTime::from_timestamp(*seconds, 0)?.date_naive()),
        _ => None,
    }
}
