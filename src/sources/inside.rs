//! What is inside of a column: values of nested objects and of lists, as `{"emails": ["ada@example.org"]}` holds them.

use std::collections::HashSet;

use serde_json::Value as Json;

use super::{Value, record};

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

    /// The cell with only those elements of its lists that hold a wanted key at this place; as it is when no list is
    /// on the way.
    pub(super) fn only(&self, cell: &Value, is_wanted: &dyn Fn(&Value) -> bool) -> Value {
        let Some(mut json) = parsed(cell) else {
            return cell.clone();
        };
        if retain(&mut json, &self.keys, is_wanted) {
            Value::Text(json.to_string())
        } else {
            cell.clone()
        }
    }
}

/// The object or list that a cell holds.
pub(super) fn parsed(cell: &Value) -> Option<Json> {
    let text = cell.as_text()?.trim_start();
    let is_container = text.starts_with(['{', '[']);
    is_container.then(|| serde_json::from_str(text).ok())?
}

/// Puts a value in the place of every value at the end of these keys, also inside of lists.
pub(super) fn replace(json: &mut Json, keys: &[String], new: &mut dyn FnMut(&Json) -> Json) {
    match (json, keys) {
        (Json::Array(items), [_, ..]) => {
            for item in items {
                replace(item, keys, new);
            }
        }
        (Json::Object(object), [first, rest @ ..]) => {
            if let Some(inner) = object.get_mut(first) {
                replace(inner, rest, new);
            }
        }
        (Json::Null, _) | (_, [_, ..]) => {}
        (held, []) => *held = new(held),
    }
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

/// Whether anything was a list.
fn retain(json: &mut Json, keys: &[String], is_wanted: &dyn Fn(&Value) -> bool) -> bool {
    match (json, keys) {
        (Json::Array(items), _) => {
            items.retain(|item| {
                let mut held = Vec::new();
                collect(item, keys, &mut held);
                held.iter().any(is_wanted)
            });
            true
        }
        (Json::Object(object), [first, rest @ ..]) => object
            .get_mut(first)
            .is_some_and(|inner| retain(inner, rest, is_wanted)),
        _ => false,
    }
}
