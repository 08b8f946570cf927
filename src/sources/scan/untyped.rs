//! Types and keys of what has none of its own, guessed from what it holds.

use std::{
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    ops::ControlFlow,
    time::Duration,
};

use chrono::{DateTime, NaiveDate, NaiveDateTime};

use super::{Filter, Form, Select, Source, Table, Value};
use crate::sources::value::whole_number;

/// A type, and whether a text is a value of it.
type Like = (&'static str, fn(&str) -> bool);

const TYPES: [Like; 5] = [
    ("integer", |it| whole_number(it).is_some()),
    ("float", is_decimal),
    ("boolean", |it| matches!(it, "true" | "false")),
    ("date", |it| it.parse::<NaiveDate>().is_ok()),
    ("datetime", is_time),
];

/// What columns are called by which records are told apart.
const KEYS: [&str; 6] = ["id", "key", "no", "nr", "number", "code"];

/// The type that all values of a column have; none for lists and objects, and where nothing is held.
pub(super) fn data_type(values: &[&Value]) -> Option<&'static str> {
    let held = values.iter().filter(|it| !is_empty(it));
    let texts: Vec<_> = held.map(|it| plain(it)).collect();
    let are_all = |is: fn(&str) -> bool| texts.iter().all(|it| is(it));
    if texts.is_empty() || are_all(|it| it.starts_with(['{', '['])) {
        return None;
    }
    let mut types = TYPES.iter();
    let found = types.find(|(_, is)| are_all(*is));
    Some(found.map_or("string", |(name, _)| *name))
}

/// A column that is another in every record, best one that is called so; none where that cannot be seen in time.
pub(super) fn key(source: &dyn Source, table: &Table, wait: Duration) -> Option<String> {
    let columns: Vec<_> = table.columns.iter().map(|it| it.name.clone()).collect();
    let filter = Filter::default();
    let select = Select {
        table,
        columns: &columns,
        filter: &filter,
        form: Form::Rows,
    };
    let hasher = RandomState::new();
    let mut seen = vec![Some(HashSet::new()); columns.len()];
    let read = source.select(&select, wait, &mut |row| {
        for (cell, seen) in row.iter().zip(&mut seen) {
            let is_new = |it: &mut HashSet<u64>| it.insert(hasher.hash_one(plain(cell)));
            if is_empty(cell) || !seen.as_mut().is_some_and(is_new) {
                *seen = None;
            }
        }
        ControlFlow::Continue(())
    });
    read.ok()?;
    let told = seen
        .iter()
        .map(|it| it.as_ref().is_some_and(|it| !it.is_empty()));
    let unique = columns.iter().zip(told).filter(|(_, is_unique)| *is_unique);
    let unique: Vec<_> = unique.map(|(name, _)| name).collect();
    let called = unique.iter().find(|it| is_called_so(it));
    called.or_else(|| unique.first()).map(ToString::to_string)
}

fn is_called_so(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|it: char| !it.is_alphanumeric());
    words.next_back().is_some_and(|it| KEYS.contains(&it))
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_text().is_some_and(str::is_empty)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        other => other.to_string(),
    }
}

/// Not what is written with a leading zero, as numbers are that nobody reckons with.
fn is_decimal(text: &str) -> bool {
    let is_plain = text
        .bytes()
        .all(|it| it.is_ascii_digit() || b"-.".contains(&it));
    let whole = text.trim_start_matches('-').split('.').next();
    let is_number = whole.is_some_and(|it| it == "0" || !it.starts_with('0'));
    is_plain && is_number && text.parse::<f64>().is_ok_and(f64::is_finite)
}

fn is_time(text: &str) -> bool {
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let mut formats = formats.iter();
    DateTime::parse_from_rfc3339(text).is_ok()
        || formats.any(|it| NaiveDateTime::parse_from_str(text, it).is_ok())
}
