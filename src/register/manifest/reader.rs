//! Takes values out of a mapping by key, and reports what is of the wrong type, missing, or known to nobody.

use std::{cell::Cell, collections::HashMap, fmt::Display, str::FromStr, sync::Arc};

use chrono::NaiveDate;

use super::yaml::{Node, Value};
use crate::register::{Place, finding::Report};

/// Fewer letters are nothing that somebody could look into.
const SHORTEST_SENTENCE: usize = 30;

/// A mapping that is being read. Call [`Map::finish`] when all known keys were asked for.
pub(super) struct Map<'a> {
    report: &'a Report,
    pub(super) place: Place,
    entries: HashMap<&'a str, Entry<'a>>,
}

struct Entry<'a> {
    node: &'a Node,
    key_line: u32,
    asked: Cell<bool>,
}

impl<'a> Map<'a> {
    /// `None`, and a fault, when the node is not a mapping. Nothing counts as an empty mapping.
    pub(super) fn open(node: &'a Node, place: Place, report: &'a Report) -> Option<Self> {
        let mut entries = HashMap::new();
        match &node.value {
            Value::Null => {}
            Value::Map(pairs) => {
                for (key, node) in pairs {
                    let entry = Entry {
                        node,
                        key_line: key.line,
                        asked: Cell::new(false),
                    };
                    if let Some(first) = entries.insert(key.text.as_str(), entry) {
                        let place = Place {
                            line: key.line,
                            ..below(&place, &key.text)
                        };
                        let wrong =
                            format!("the key is given twice, on line {} too", first.key_line);
                        report.fault(&place, wrong, "each key once");
                    }
                }
            }
            other => {
                report.fault(&place, format!("it is {}", other.kind()), "a mapping");
                return None;
            }
        }
        Some(Self {
            report,
            place,
            entries,
        })
    }

    /// The place of a key; of the mapping where it is absent.
    pub(super) fn place_of(&self, key: &str) -> Place {
        let line = self
            .entries
            .get(key)
            .map_or(self.place.line, |entry| entry.key_line);
        Place {
            line,
            ..below(&self.place, key)
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.node(key).is_some()
    }

    /// The value, unless it is absent or null.
    pub(super) fn node(&self, key: &str) -> Option<&'a Node> {
        let entry = self.entries.get(key)?;
        entry.asked.set(true);
        (!matches!(entry.node.value, Value::Null)).then_some(entry.node)
    }

    pub(super) fn fault(&self, key: &str, wrong: impl Into<String>, expected: impl Into<String>) {
        self.report.fault(&self.place_of(key), wrong, expected);
    }

    pub(super) fn warn(&self, key: &str, wrong: impl Into<String>, expected: impl Into<String>) {
        self.report.warn(&self.place_of(key), wrong, expected);
    }

    fn wrong_type(&self, key: &str, node: &Node, expected: &str) {
        self.fault(key, format!("it is {}", node.value.kind()), expected);
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        let node = self.node(key)?;
        match &node.value {
            Value::Text(text) => Some(text.trim().to_owned()),
            // `name: 2024` is a text that looks like a number.
            Value::Integer(number) => Some(number.to_string()),
            _ => {
                self.wrong_type(key, node, "a text");
                None
            }
        }
    }

    /// Empty, and a fault, when it is absent.
    pub(super) fn needed_text(&self, key: &str) -> String {
        if !self.has(key) {
            self.fault(key, "it is missing", "a text");
        }
        self.text(key).unwrap_or_default()
    }

    /// A plain sentence, of which `expected` says what it tells; a fault when it is absent, or too short to be looked into.
    pub(super) fn sentence(&self, key: &str, expected: &str) -> Option<String> {
        let expected = || format!("a sentence that says {expected}");
        if !self.has(key) {
            self.fault(key, "it is missing", expected());
        }
        let text = self.text(key)?;
        let is_said = text.chars().count() >= SHORTEST_SENTENCE;
        if !is_said {
            self.fault(key, "it is too short to be looked into", expected());
        }
        is_said.then_some(text)
    }

    pub(super) fn flag(&self, key: &str) -> bool {
        match self.node(key).map(|node| (node, &node.value)) {
            None => false,
            Some((_, Value::Bool(value))) => *value,
            // So older readers of YAML take them, and fideslang's own all of these.
            Some((_, Value::Text(text)))
                if is_word(text, &["yes", "on", "true", "y", "t", "1"]) =>
            {
                true
            }
            Some((_, Value::Text(text)))
                if is_word(text, &["no", "off", "false", "n", "f", "0"]) =>
            {
                false
            }
            Some((_, Value::Integer(number @ (0 | 1)))) => *number == 1,
            Some((node, _)) => {
                self.wrong_type(key, node, "true or false");
                false
            }
        }
    }

    pub(super) fn number(&self, key: &str) -> Option<u32> {
        let node = self.node(key)?;
        let number = match node.value {
            Value::Integer(number) => u32::try_from(number).ok(),
            Value::Text(ref text) => text.trim().parse().ok(),
            _ => None,
        };
        if number.is_none() {
            let expected = "a whole number, 0 or more";
            match node.value {
                Value::Integer(number) => self.fault(key, format!("it is {number}"), expected),
                _ => self.wrong_type(key, node, expected),
            }
        }
        number
    }

    /// A list of texts; a single text counts as a list of one.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let texts = self.texts_at(key).into_iter();
        texts.map(|(text, _)| text).collect()
    }

    /// The same, each with its line.
    pub(super) fn texts_at(&self, key: &str) -> Vec<(String, u32)> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let text = |item: &Node| match &item.value {
            Value::Text(text) => Some((text.trim().to_owned(), item.line)),
            Value::Integer(number) => Some((number.to_string(), item.line)),
            other => {
                let place = Place {
                    line: item.line,
                    ..self.place_of(key)
                };
                self.report.fault(
                    &place,
                    format!("it holds {}", other.kind()),
                    "a list of texts",
                );
                None
            }
        };
        items.iter().filter_map(text).collect()
    }

    /// One of a few fixed words.
    pub(super) fn word<T: Copy + Display>(&self, key: &str, all: &[T]) -> Option<T> {
        let text = self.text(key)?;
        let found = all.iter().copied().find(|word| word.to_string() == text);
        if found.is_none() {
            let words: Vec<_> = all.iter().map(ToString::to_string).collect();
            self.fault(
                key,
                format!("`{text}` is not known"),
                format!("one of {}", words.join(", ")),
            );
        }
        found
    }

    /// A text of a fixed form; the error of its `FromStr` says what was expected.
    pub(super) fn parsed<T: FromStr<Err = String>>(&self, key: &str) -> Option<T> {
        let text = self.text(key)?;
        match text.parse() {
            Ok(value) => Some(value),
            Err(expected) => {
                self.fault(key, format!("`{text}` is not known"), expected);
                None
            }
        }
    }

    pub(super) fn date(&self, key: &str) -> Option<NaiveDate> {
        let text = self.text(key)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.fault(
                key,
                format!("`{text}` is not a date"),
                "a day such as 2026-01-31",
            );
        }
        date
    }

    /// A nested mapping.
    pub(super) fn map(&self, key: &str) -> Option<Map<'a>> {
        let node = self.node(key)?;
        Map::open(node, self.place_of(key), self.report)
    }

    /// A list of mappings, each placed under the name that it bears in `name_key`.
    pub(super) fn maps(&self, key: &str, name_key: &str) -> Vec<Map<'a>> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.wrong_type(key, node, "a list");
            return Vec::new();
        };
        let open = |(position, item): (usize, &'a Node)| {
            let name = item_name(item, name_key).unwrap_or_else(|| format!("{key}[{position}]"));
            Map::open(
                item,
                Place {
                    line: item.line,
                    ..below(&self.place, &name)
                },
                self.report,
            )
        };
        items.iter().enumerate().filter_map(open).collect()
    }

    /// Warns of keys that nobody asked for and that are not in `ignored`.
    pub(super) fn finish(self, ignored: &[&str]) {
        for (key, entry) in &self.entries {
            if !entry.asked.get() && !ignored.contains(key) {
                self.report.warn(
                    &self.place_of(key),
                    "the key is not known and is ignored",
                    "a key of fideslang or of `candor:`",
                );
            }
        }
    }
}

fn is_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn item_name(item: &Node, name_key: &str) -> Option<String> {
    let Value::Map(pairs) = &item.value else {
        return None;
    };
    pairs
        .iter()
        .find(|(key, _)| key.text == name_key)
        .and_then(|(_, node)| match &node.value {
            Value::Text(text) => Some(text.trim().to_owned()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        })
}

fn below(place: &Place, key: &str) -> Place {
    let path = if place.path.is_empty() {
        key.to_owned()
    } else {
        format!("{}.{key}", place.path)
    };
    Place {
        file: Arc::clone(&place.file),
        line: place.line,
        path,
    }
}
