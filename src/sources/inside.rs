//! What is inside of a column: values of nested objects and of lists, as `{"emails": ["ada@example.org"]}` holds them.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::{Value, connector::Wanted, record};

/// A place inside of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    /// The column.
    pub column: String,
    /// The keys that lead from its object to the place; none when the column itself is a list.
    pub keys: Vec<String>,
}

impl Inside {
    /// The keys that a cell holds at this place, each once. Lists on the way are entered.
    pub(super) fn keys(&self, cell: &Value) -> Vec<Value> {
        let mut found = Vec::new();
        match parsed(cell) {
            Some(json) => collect(&json, &self.keys, &mut found),
            None if self.keys.is_empty() => found.extend(cell.as_key()),
            None => {}
        }
        let mut seen = HashSet::new();
        found.retain(|key| seen.insert(key.clone()));
        found
    }

    /// The key at this place when no list is on the way.
    pub(super) fn plain_key(&self, cell: &Value) -> Option<Value> {
        let json = parsed(cell)?;
        let at_end = self
            .keys
            .iter()
            .try_fold(&json, |json, key| json.get(key))?;
        let is_scalar = !matches!(at_end, Json::Array(_) | Json::Object(_));
        is_scalar.then(|| record::value_of(at_end).as_key())?
    }
}

/// A place inside of a column, and what is wanted there.
#[derive(Clone, Copy)]
pub(super) struct Entrance<'a> {
    pub keys: &'a [String],
    pub wanted: &'a Wanted,
}

/// The cell with only those elements of its lists that hold what is wanted at one of these places. A list in which
/// nothing is wanted stays whole: it is not what led here.
pub(super) fn only(cell: &Value, entrances: &[Entrance<'_>]) -> Value {
    let Some(mut json) = parsed(cell) else {
        return cell.clone();
    };
    if retain(&mut json, entrances) {
        Value::Text(json.to_string())
    } else {
        cell.clone()
    }
}

/// Whether an element of a list is an object that is left out by it.
pub(super) fn loses_object(cell: &Value, entrances: &[Entrance<'_>]) -> bool {
    parsed(cell).is_some_and(|json| loses(&json, entrances))
}

/// The object or list that a cell holds.
pub(super) fn parsed(cell: &Value) -> Option<Json> {
    let text = cell.as_text()?.trim_start();
    let is_container = text.starts_with(['{', '[']);
    is_container.then(|| serde_json::from_str(text).ok())?
}

fn collect(json: &Json, keys: &[String], into: &mut Vec<Value>) {
    match (json, keys) {
        (Json::Array(items), _) => items.iter().for_each(|item| collect(item, keys, into)),
        (Json::Object(object), [first, rest @ ..]) => {
            if let Some(inner) = object.get(first) {
                collect(inner, rest, into);
            }
        }
        (Json::Object(_), []) | (_, [_, ..]) => {}
        (scalar, []) => into.extend(record::value_of(scalar).as_key()),
    }
}

/// Whether any element was taken away.
fn retain(json: &mut Json, entrances: &[Entrance<'_>]) -> bool {
    match json {
        Json::Array(items) => {
            let before = items.len();
            if items.iter().any(|item| holds_wanted(item, entrances)) {
                items.retain(|item| holds_wanted(item, entrances));
            }
            let is_shorter = items.len() < before;
            let inner = items.iter_mut().map(|item| retain(item, entrances));
            inner.fold(is_shorter, |any, it| any | it)
        }
        Json::Object(object) => {
            let inner = object.iter_mut().map(|(name, inner)| {
                let below = below(entrances, name);
                !below.is_empty() && retain(inner, &below)
            });
            inner.fold(false, |any, it| any | it)
        }
        _ => false,
    }
}

fn loses(json: &Json, entrances: &[Entrance<'_>]) -> bool {
    match json {
        Json::Array(items) => {
            let is_led = items.iter().any(|item| holds_wanted(item, entrances));
            items.iter().any(|item| {
                let is_out = is_led && !holds_wanted(item, entrances);
                if is_out {
                    item.is_object()
                } else {
                    loses(item, entrances)
                }
            })
        }
        Json::Object(object) => object.iter().any(|(name, inner)| {
            let below = below(entrances, name);
            !below.is_empty() && loses(inner, &below)
        }),
        _ => false,
    }
}

/// The places inside of one member of an object.
fn below<'a>(entrances: &[Entrance<'a>], name: &str) -> Vec<Entrance<'a>> {
    let below = entrances.iter().filter_map(|entrance| {
        let (first, keys) = entrance.keys.split_first()?;
        (first == name).then_some(Entrance { keys, ..*entrance })
    });
    below.collect()
}

fn holds_wanted(item: &Json, entrances: &[Entrance<'_>]) -> bool {
    entrances.iter().any(|entrance| {
        let mut held = Vec::new();
        collect(item, entrance.keys, &mut held);
        held.iter().any(|key| entrance.wanted.has(key))
    })
}
