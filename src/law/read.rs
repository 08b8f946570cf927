//! Reads TOML and tells everything that is wrong with it: file, line, and what was expected.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::register::{Finding, Place};

/// One file that is read.
pub(super) struct File<'a> {
    name: Arc<str>,
    text: &'a str,
    faults: RefCell<Vec<Finding>>,
}

impl<'a> File<'a> {
    pub fn new(name: &str, text: &'a str) -> Self {
        File {
            name: name.into(),
            text,
            faults: RefCell::default(),
        }
    }

    /// Reads the file with `read`; the faults, where there are some.
    pub fn read<T>(self, read: impl FnOnce(&Table) -> T) -> (T, Vec<Finding>) {
        let (root, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let at = error.span().map_or(0, |span| span.start);
            self.fault(self.place(at), error.message(), "TOML");
        }
        let table = Table {
            file: &self,
            entries: root.get_ref(),
            at: 0,
            used: RefCell::default(),
        };
        let value = read(&table);
        table.finish();
        (value, self.faults.into_inner())
    }

    fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(self.text);
        Place {
            file: self.name.clone(),
            line: u32::try_from(before.matches('\n').count() + 1).unwrap_or(u32::MAX),
            path: String::new(),
        }
    }

    fn fault(&self, place: Place, wrong: impl Into<String>, expected: impl Into<String>) {
        self.faults.borrow_mut().push(Finding {
            place,
            wrong: wrong.into(),
            expected: expected.into(),
        });
    }
}

/// A table of the file. Keys that nobody asked for are faults.
pub(super) struct Table<'a> {
    file: &'a File<'a>,
    entries: &'a DeTable<'a>,
    at: usize,
    used: RefCell<BTreeSet<String>>,
}

impl<'a> Table<'a> {
    pub fn place(&self) -> Place {
        self.file.place(self.at)
    }

    /// A fault in a value of this table, or about the table as a whole where it has no such key.
    pub fn fault(&self, key: &str, wrong: impl Into<String>, expected: impl Into<String>) {
        let value = self.entries.get(key);
        let at = value.map_or(self.at, |value| value.span().start);
        self.file.fault(self.file.place(at), wrong, expected);
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// A value that must be there, unless there is one to fall back on.
    pub fn needed<T>(&self, key: &str, value: Option<T>, known: Option<T>) -> Option<T> {
        let value = value.or(known);
        if value.is_none() && !self.has(key) {
            self.fault(key, format!("`{key}` is missing"), "a value for it");
        }
        value
    }

    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key, "a text in quotes", |value| {
            let text = value.as_str().filter(|text| !text.trim().is_empty());
            text.map(str::to_owned)
        })
    }

    /// A text of which `parse` makes something.
    pub fn parsed<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.get(key, expected, |value| value.as_str().and_then(parse))
    }

    pub fn flag(&self, key: &str) -> Option<bool> {
        self.get(key, "true or false", DeValue::as_bool)
    }

    pub fn number(&self, key: &str) -> Option<u32> {
        self.get(key, "a whole number", |value| {
            value.as_integer()?.as_str().parse().ok()
        })
    }

    pub fn date(&self, key: &str) -> Option<NaiveDate> {
        self.get(key, "a date such as 2026-11-23", date)
    }

    /// A list, of whose items `parse` makes something.
    pub fn list<T>(
        &self,
        key: &str,
        expected: &str,
        parse: impl Fn(&DeValue<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.get(key, "a list in brackets", DeValue::as_array)?;
        let item = |item: &Spanned<DeValue<'_>>| {
            let parsed = parse(item.get_ref());
            if parsed.is_none() {
                let place = self.file.place(item.span().start);
                self.file.fault(place, shown(item.get_ref()), expected);
            }
            parsed
        };
        Some(items.iter().filter_map(item).collect())
    }

    pub fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.list(key, "a text in quotes", |item| {
            item.as_str().map(str::to_owned)
        })
    }

    pub fn dates(&self, key: &str) -> Option<Vec<NaiveDate>> {
        self.list(key, "a date such as 2026-11-23", date)
    }

    /// The table of that name, with `read`.
    pub fn table<T>(&self, key: &str, read: impl FnOnce(&Table<'_>) -> Option<T>) -> Option<T> {
        let at = self.entries.get(key)?.span().start;
        let table = self.get(key, "a table in braces", DeValue::as_table)?;
        self.inner(table, at, read)
    }

    /// The tables under `[[key]]`, each with `read`.
    pub fn tables<T>(&self, key: &str, read: impl Fn(&Table<'_>) -> Option<T>) -> Vec<T> {
        let tables = self.get(key, "tables in double brackets", DeValue::as_array);
        let items = tables.into_iter().flat_map(|tables| tables.iter());
        let read = |item: &'a Spanned<DeValue<'a>>| match item.get_ref() {
            DeValue::Table(table) => self.inner(table, item.span().start, &read),
            other => {
                let place = self.file.place(item.span().start);
                self.file.fault(place, shown(other), "a table");
                None
            }
        };
        items.filter_map(read).collect()
    }

    fn inner<T>(
        &self,
        table: &'a DeTable<'a>,
        at: usize,
        read: impl FnOnce(&Table<'_>) -> Option<T>,
    ) -> Option<T> {
        let table = Table {
            file: self.file,
            entries: table,
            at,
            used: RefCell::default(),
        };
        let value = read(&table);
        table.finish();
        value
    }

    fn get<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        self.used.borrow_mut().insert(key.to_owned());
        let value: &'a Spanned<DeValue<'a>> = self.entries.get(key)?;
        let read = read(value.get_ref());
        if read.is_none() {
            let wrong = format!("`{key}` is {}", shown(value.get_ref()));
            self.fault(key, wrong, expected);
        }
        read
    }

    fn finish(&self) {
        let used = self.used.borrow();
        for (key, _) in self.entries {
            if !used.contains(key.get_ref().as_ref()) {
                let known: Vec<_> = used.iter().map(String::as_str).collect();
                let place = self.file.place(key.span().start);
                let wrong = format!("`{}` is not known", key.get_ref());
                let expected = format!("one of {}", known.join(", "));
                self.file.fault(place, wrong, expected);
            }
        }
    }
}

fn date(value: &DeValue<'_>) -> Option<NaiveDate> {
    let datetime = value.as_datetime().filter(|it| it.time.is_none())?;
    datetime.to_string().parse().ok()
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("“{text}”"),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Datetime(date) => date.to_string(),
        other => format!("a {}", other.type_str()),
    }
}
