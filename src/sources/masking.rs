//! What takes the place of an erased value when its row stays.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, ColumnKind, Table, Value, ids::Secrets, splice};
use crate::register::{Correctable, Field, Input, Masking};

const STAND_IN: &str = "erased";
/// Of the hashes, in hexadecimal digits: enough that no two are ever the same.
const DIGITS: usize = 24;
/// Fewer would soon give two records the same.
const FEW_DIGITS: usize = 8;
/// Fewer do not tell records apart.
const FEWEST_DIGITS: usize = 4;

/// How a value is masked. An empty cell stays empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The cell is emptied.
    Null,
    /// The same text for all.
    Fixed(String),
    /// Digits of a keyed hash of the record's id: another for each record, and the value itself does not enter.
    Random(Shape),
    /// Digits of a keyed hash of the value: equal values stay equal, so that what is counted by them still adds up.
    Hash(Shape),
    /// Some values inside of an object: the keys that lead to each, and what takes its place.
    Within(Vec<(Vec<String>, Strategy)>),
}

/// What stands around digits, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shape {
    /// Written before them.
    pub prefix: String,
    /// How many.
    pub digits: usize,
    /// Written behind them, so that the format is kept.
    pub suffix: String,
}

/// Where a value stands that is to be masked.
#[derive(Clone, Copy)]
pub(super) struct Cell<'a> {
    pub secrets: &'a Secrets,
    /// Names its record.
    pub record: &'a str,
    pub column: &'a Column,
    pub held: &'a Value,
}

impl Strategy {
    /// The strategy for a field: as its manifest or its category says, as far as the column takes it, else what fits
    /// the column. `None` when nothing does.
    pub(super) fn choose(
        field: &Field,
        said: Option<&Masking>,
        table: &Table,
        column: &Column,
    ) -> Option<Self> {
        if table.is_foreign(&column.name) {
            return table.takes_none(&column.name).then_some(Self::Null);
        }
        let is_emptied = || table.takes_none(&column.name).then_some(Self::Null);
        let (room, unique) = Self::room(field, table, column);
        let said = said.and_then(|masking| Self::of_manifest(masking, room));
        let said = match said {
            Some(Self::Null) | None => is_emptied(),
            Some(Self::Fixed(_)) if unique => Some(Self::Random(Shape::new("", "", room))),
            said => said,
        };
        let fits = |strategy: &Self| strategy.fits(column) && !(unique && strategy.collides());
        said.filter(fits)
            .or_else(|| Self::for_column(field, unique, column, room))
            .filter(|strategy| !(unique && strategy.collides()))
            .or_else(is_emptied)
    }

    /// What fits a column that may not be empty; `None` when nothing does.
    pub(super) fn fitting(field: &Field, table: &Table, column: &Column) -> Option<Self> {
        let (room, unique) = Self::room(field, table, column);
        let is_free = !table.is_foreign(&column.name);
        let strategy = is_free.then(|| Self::for_column(field, unique, column, room))?;
        strategy.filter(|strategy| !(unique && strategy.collides()))
    }

    /// How long a value may be, and whether each has to be another.
    fn room(field: &Field, table: &Table, column: &Column) -> (usize, bool) {
        let length = field.length.into_iter().chain(column.length).min();
        let room = length.map_or(usize::MAX, |length| length as usize);
        (room, table.is_in_unique(&column.name))
    }

    /// What takes the place of some values inside of an object; each with the keys that lead to it.
    pub(super) fn within(places: Vec<(Vec<String>, Option<&Masking>)>) -> Self {
        let choose = |(keys, said): (Vec<String>, Option<&Masking>)| {
            let strategy = said.and_then(|masking| Self::of_manifest(masking, usize::MAX));
            (keys, strategy.unwrap_or(Self::Null))
        };
        Self::Within(places.into_iter().map(choose).collect())
    }

    /// The same, so that masking twice is masking once: what takes a value's place is not made of the value.
    pub(super) fn settled(self) -> Self {
        match self {
            Self::Hash(shape) => Self::Random(shape),
            Self::Within(places) => {
                let places = places.into_iter();
                Self::Within(places.map(|(keys, it)| (keys, it.settled())).collect())
            }
            other => other,
        }
    }

    /// Paths of the fields that it is about in a column of this name.
    pub(super) fn fields(&self, column: &str) -> Vec<String> {
        let Self::Within(places) = self else {
            return vec![column.to_owned()];
        };
        let places = places.iter();
        places
            .map(|(keys, _)| format!("{column}.{}", keys.join(".")))
            .collect()
    }

    /// Whether two records would soon get the same.
    fn collides(&self) -> bool {
        matches!(self, Self::Random(shape) | Self::Hash(shape) if shape.digits < FEWEST_DIGITS)
    }

    /// Whether a column takes values of this strategy.
    fn fits(&self, column: &Column) -> bool {
        let (secrets, held) = (Secrets::new(&[0; 32]), Value::Integer(1));
        let cell = Cell {
            secrets: &secrets,
            record: "",
            column,
            held: &held,
        };
        let is_empty = matches!(self, Self::Null | Self::Within(_));
        self.value(cell).is_some_and(|value| {
            let text = value.as_text().unwrap_or_default();
            match column.kind {
                _ if is_empty => true,
                ColumnKind::Date => text.parse::<NaiveDate>().is_ok(),
                // Of those with a time zone, it is not known in which the text is meant.
                ColumnKind::DateTime => {
                    !column.has_zone()
                        && NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").is_ok()
                }
                // Of what it takes, nothing is known.
                ColumnKind::Json | ColumnKind::Other => false,
                _ => column.has_range_for(&value),
            }
        })
    }

    /// The value that a column takes; `None` when it takes none of this strategy.
    pub(super) fn value(&self, cell: Cell<'_>) -> Option<Value> {
        if cell.held.is_null() {
            return Some(Value::Null);
        }
        let text = match self {
            Self::Null => return Some(Value::Null),
            Self::Within(places) => {
                let mut text = cell.held.as_text()?.to_owned();
                for (keys, strategy) in places {
                    text = strategy.inside(cell, keys, &text)?;
                }
                return cell.column.has_room(&text).then_some(Value::Text(text));
            }
            strategy => strategy.text(cell, &cell.column.name),
        };
        if cell.column.kind == ColumnKind::Bytes {
            return Some(Value::Bytes(cell.column.filled(text.into_bytes())));
        }
        cell.column.kind.form_of(&Value::Text(text))
    }

    fn text(&self, cell: Cell<'_>, field: &str) -> String {
        let (shape, digits) = match self {
            Self::Null | Self::Within(_) => return String::new(),
            Self::Fixed(text) => return text.clone(),
            Self::Random(shape) => (shape, cell.secrets.stand_in(cell.record, field)),
            Self::Hash(shape) => (shape, cell.secrets.fingerprint([cell.held])),
        };
        let digits = &digits[..digits.len().min(shape.digits)];
        format!("{}{digits}{}", shape.prefix, shape.suffix)
    }

    /// Takes from it what cannot be told apart in a cell, or has no place there, and gives the fields; whether
    /// anything is left of it.
    pub(super) fn leave_unfit(&mut self, cell: Cell<'_>) -> (bool, Vec<String>) {
        let mut left = Vec::new();
        if let Self::Within(places) = self {
            let text = cell.held.as_text().unwrap_or_default();
            let is_fit = |(keys, strategy): &(Vec<String>, Self)| {
                cell.held.is_null() || strategy.inside(cell, keys, text).is_some()
            };
            let (fit, unfit) = std::mem::take(places).into_iter().partition(is_fit);
            *places = fit;
            left = Self::Within(unfit).fields(&cell.column.name);
        }
        let is_kept = self.value(cell).is_some();
        if !is_kept {
            left.extend(self.fields(&cell.column.name));
        }
        let is_empty = matches!(self, Self::Within(places) if places.is_empty());
        (is_kept && !is_empty, left)
    }

    /// An object as it is written, with what takes the place of the values at the end of these keys.
    fn inside(&self, cell: Cell<'_>, keys: &[String], text: &str) -> Option<String> {
        splice::replaced(text, keys, &mut |held| {
            self.json(cell, keys, held).to_string()
        })
    }

    /// What takes the place of a value inside of an object: of its own kind, else nothing.
    fn json(&self, cell: Cell<'_>, keys: &[String], held: &str) -> Json {
        match (self, held.as_bytes().first()) {
            (_, Some(b'[')) => Json::Array(Vec::new()),
            (Self::Null | Self::Within(_), _) | (_, Some(b'{' | b'n')) => Json::Null,
            (strategy, Some(b'"')) => {
                let text = serde_json::from_str(held);
                let held = Value::Text(text.unwrap_or_else(|_| held.to_owned()));
                let cell = Cell {
                    held: &held,
                    ..cell
                };
                Json::String(strategy.text(cell, &keys.join(".")))
            }
            (Self::Fixed(text), _) => serde_json::from_str(text).unwrap_or(Json::Null),
            _ => Json::Null,
        }
    }

    fn for_column(field: &Field, unique: bool, column: &Column, room: usize) -> Option<Self> {
        let fixed = |text: &str| Some(Self::Fixed(shortened(text, room)));
        match column.kind {
            ColumnKind::Text | ColumnKind::Any if is_email(field) => {
                let shape = Shape::new("erased-", "@example.invalid", room);
                Some(Self::Random(shape))
            }
            ColumnKind::Text | ColumnKind::Any if unique => {
                Some(Self::Random(Shape::new("", "", room)))
            }
            _ if unique => None,
            ColumnKind::Text | ColumnKind::Any => fixed(STAND_IN),
            ColumnKind::Integer | ColumnKind::Number => fixed("0"),
            ColumnKind::Bool => fixed("no"),
            ColumnKind::Date => fixed("1970-01-01"),
            ColumnKind::DateTime => fixed(first_time(column)),
            ColumnKind::Bytes => fixed(""),
            ColumnKind::Uuid => fixed("00000000-0000-0000-0000-000000000000"),
            ColumnKind::Json if matches!(&*column.sql_type, "json" | "jsonb") => fixed("{}"),
            // PostgreSQL's own lists.
            ColumnKind::Json if column.sql_type.ends_with("[]") => fixed("[]"),
            ColumnKind::Json => None,
            ColumnKind::Other => empty_of(&column.sql_type).and_then(fixed),
        }
    }

    /// fideslang's strategies. Those that it computes with secrets of its own are keyed hashes here: none can be undone.
    fn of_manifest(masking: &Masking, room: usize) -> Option<Self> {
        let configuration = &masking.configuration;
        let text = |value: &Json| match value {
            Json::Null => String::new(),
            Json::String(text) => text.clone(),
            // `rewrite_value: 0` is a text that looks like a number.
            other => other.to_string(),
        };
        let suffix = text(&configuration["format_preservation"]["suffix"]);
        let shape = || Shape::new("", &suffix, room);
        match masking.strategy.as_str() {
            "null_rewrite" => Some(Self::Null),
            "string_rewrite" => {
                let body = room.saturating_sub(suffix.chars().count());
                let body = shortened(&text(&configuration["rewrite_value"]), body);
                Some(Self::Fixed(shortened(&(body + &suffix), room)))
            }
            "random_string_rewrite" => {
                let wanted = configuration["length"].as_u64();
                let wanted = wanted.and_then(|length| usize::try_from(length).ok());
                let mut shape = shape();
                shape.digits = shape.digits.min(wanted.unwrap_or(DIGITS));
                Some(Self::Random(shape))
            }
            "hash" | "hmac" | "aes_encrypt" => Some(Self::Hash(shape())),
            _ => None,
        }
    }
}

impl Column {
    /// Bytes as this column gives them back: those of a fixed length are filled up with zeros.
    pub(super) fn filled(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let fixed = self.length.filter(|_| self.sql_type.starts_with("binary("));
        if let Some(length) = fixed {
            bytes.resize(length as usize, 0);
        }
        bytes
    }

    /// Whether a text is no longer than it takes.
    pub(super) fn has_room(&self, text: &str) -> bool {
        let most = self.length.map_or(usize::MAX, |length| length as usize);
        text.len() <= most || text.chars().count() <= most
    }
}

impl Shape {
    /// As many digits as there is room for; where that is too little, nothing stands around them.
    fn new(prefix: &str, suffix: &str, room: usize) -> Self {
        let around = prefix.chars().count() + suffix.chars().count();
        if room < around + FEW_DIGITS {
            return Self {
                prefix: String::new(),
                digits: room.min(DIGITS),
                suffix: String::new(),
            };
        }
        Self {
            prefix: prefix.to_owned(),
            digits: (room - around).min(DIGITS),
            suffix: suffix.to_owned(),
        }
    }
}

fn is_email(field: &Field) -> bool {
    let is_typed_as_one = matches!(field.correctable, Correctable::By(Input::Email));
    is_typed_as_one || field.identity.as_deref() == Some("email")
}

/// The first time that a column takes, as it gives it back.
fn first_time(column: &Column) -> &'static str {
    match column.sql_type.split(['(', ' ']).next() {
        _ if column.has_zone() => "1970-01-01 00:00:00+00",
        // MariaDB's begin one second later, wherever the server is.
        Some("timestamp") if !column.sql_type.contains(" without ") => "1970-01-02 00:00:00",
        _ => "1970-01-01 00:00:00",
    }
}

/// What says nothing in a column of one of the databases' own types, as it gives it back.
fn empty_of(sql_type: &str) -> Option<&'static str> {
    Some(match sql_type {
        "time" | "time without time zone" | "interval" => "00:00:00",
        "time with time zone" => "00:00:00+00",
        "cidr" => "0.0.0.0/32",
        "inet" | "inet4" => "0.0.0.0",
        "inet6" => "::",
        "macaddr" => "00:00:00:00:00:00",
        "tsvector" => "",
        _ => return None,
    })
}

fn shortened(text: &str, room: usize) -> String {
    text.chars().take(room).collect()
}
