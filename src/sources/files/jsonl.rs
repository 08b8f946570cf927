//! One line of a file of JSON lines: an object. Members that are not changed stay as they are written.

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value as Json, value::RawValue};

use crate::sources::{ColumnKind, Value, record};

/// The members of an object, in their order.
pub(super) struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

/// A name, borrowed where it has no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members<'de>, M::Error> {
                let mut members: Vec<(Cow<'de, str>, &RawValue)> = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    if members.iter().any(|(it, _)| *it == name) {
                        return Err(serde::de::Error::custom("a name occurs twice"));
                    }
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// The members of a line; without the parser's words, which may quote what is there.
pub(super) fn parse(line: &[u8]) -> Result<Members<'_>, String> {
    serde_json::from_slice(line).map_err(|error| {
        format!(
            "no JSON object, or one with a name twice (column {})",
            error.column()
        )
    })
}

impl Members<'_> {
    /// What a member holds; nothing when there is none.
    pub fn value(&self, name: &str) -> Value {
        let member = self.0.iter().find(|(it, _)| it == name);
        let json = member.and_then(|(_, raw)| serde_json::from_str::<Json>(raw.get()).ok());
        json.map_or(Value::Null, |json| record::value_of(&json))
    }

    /// The line with other values in some members.
    pub fn with(&self, changes: &[(&str, &Value, ColumnKind)]) -> String {
        let known = self.0.iter().map(|(name, raw)| {
            let change = changes.iter().find(|(it, ..)| it == name);
            let is_object = raw.get().starts_with(['{', '[']);
            let value = change
                .map(|(_, value, kind)| written(value, is_object || *kind == ColumnKind::Json));
            (&**name, value.unwrap_or_else(|| raw.get().to_owned()))
        });
        let is_new = |name: &str| !self.0.iter().any(|(it, _)| it == name);
        let new = changes.iter().filter(|(name, ..)| is_new(name));
        let new = new.map(|(name, value, kind)| (*name, written(value, *kind == ColumnKind::Json)));
        let members: Vec<_> = known
            .chain(new)
            .map(|(name, value)| format!("{}:{value}", Json::from(name)))
            .collect();
        format!("{{{}}}", members.join(","))
    }
}

fn written(value: &Value, is_object: bool) -> String {
    let text = match value {
        Value::Text(text) => text,
        other => return record::json_of(other).to_string(),
    };
    let object = is_object.then(|| serde_json::from_str::<Json>(text).ok());
    let object = object
        .flatten()
        .filter(|it| it.is_object() || it.is_array());
    object
        .unwrap_or_else(|| Json::from(text.as_str()))
        .to_string()
}
