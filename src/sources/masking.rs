//! What takes the place of an erased value when its row stays.

use serde::{Deserialize, Serialize};

use super::{Column, ColumnKind, Table, Value, ids::Secrets};
use crate::register::{Correctable, Field, Input, Masking};

const STAND_IN: &str = "erased";

/// How a value is masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// The cell is emptied.
    Null,
    /// The same text for all, cut to the length of the column.
    Fixed(String),
    /// A keyed hash of the record's id, so that each record gets another; the value itself does not enter.
    Hash {
        /// Written before it.
        prefix: String,
        /// Written behind it, so that the column's format is kept.
        suffix: String,
    },
}

impl Strategy {
    /// The strategy for a field: as its manifest says, as far as the column takes it, else what fits the column.
    /// `None` when nothing does.
    pub(super) fn choose(field: &Field, table: &Table, column: &Column) -> Option<Self> {
        let said = field.masking.as_ref().and_then(Self::of_manifest);
        match said {
            Some(Self::Null) | None if column.nullable => Some(Self::Null),
            Some(Self::Null) | None => Self::for_column(field, table, column),
            Some(Self::Fixed(_)) if table.is_unique(&column.name) => Some(Self::hash("", "")),
            Some(strategy) => {
                let fits = strategy.value(&Secrets::new(&[0; 32]), "", column);
                fits.map_or_else(
                    || Self::for_column(field, table, column),
                    |_| Some(strategy),
                )
            }
        }
    }

    /// The value that a column takes; `None` when it takes none of this strategy.
    pub(super) fn value(&self, secrets: &Secrets, record: &str, column: &Column) -> Option<Value> {
        let text = match self {
            Self::Null => return Some(Value::Null),
            Self::Fixed(text) => shortened(text, column.length),
            Self::Hash { prefix, suffix } => {
                let hash = secrets.stand_in(record, &column.name);
                let room = column.length.map_or(usize::MAX, |length| length as usize);
                let room = room.saturating_sub(prefix.chars().count() + suffix.chars().count());
                let hash = &hash[..hash.len().min(room)];
                shortened(&format!("{prefix}{hash}{suffix}"), column.length)
            }
        };
        if column.kind == ColumnKind::Bytes {
            return Some(Value::Bytes(text.into_bytes()));
        }
        column.kind.form_of(&Value::Text(text))
    }

    fn for_column(field: &Field, table: &Table, column: &Column) -> Option<Self> {
        let fixed = |text: &str| Some(Self::Fixed(text.to_owned()));
        let unique = table.is_unique(&column.name);
        match column.kind {
            ColumnKind::Text | ColumnKind::Any if is_email(field) => {
                Some(Self::hash("erased-", "@example.invalid"))
            }
            ColumnKind::Text | ColumnKind::Any if unique => Some(Self::hash("", "")),
            _ if unique => None,
            ColumnKind::Text | ColumnKind::Any => fixed(STAND_IN),
            ColumnKind::Integer | ColumnKind::Number => fixed("0"),
            ColumnKind::Bool => fixed("no"),
            ColumnKind::Date => fixed("1970-01-01"),
            ColumnKind::DateTime => fixed("1970-01-01 00:00:00"),
            ColumnKind::Bytes => fixed(""),
            ColumnKind::Uuid => fixed("00000000-0000-0000-0000-000000000000"),
            ColumnKind::Other => None,
        }
    }

    fn of_manifest(masking: &Masking) -> Option<Self> {
        let configuration = &masking.configuration;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let suffix = text(&configuration["format_preservation"]["suffix"]);
        match masking.strategy.as_str() {
            "null_rewrite" => Some(Self::Null),
            "string_rewrite" => Some(Self::Fixed(text(&configuration["rewrite_value"]) + &suffix)),
            "hash" | "hmac" | "random_string_rewrite" | "aes_encrypt" => {
                Some(Self::hash("", &suffix))
            }
            _ => None,
        }
    }

    fn hash(prefix: &str, suffix: &str) -> Self {
        Self::Hash {
            prefix: prefix.to_owned(),
            suffix: suffix.to_owned(),
        }
    }
}

fn is_email(field: &Field) -> bool {
    let is_typed_as_one = matches!(field.correctable, Correctable::By(Input::Email));
    is_typed_as_one || field.identity.as_deref() == Some("email")
}

fn shortened(text: &str, length: Option<u32>) -> String {
    let most = length.map_or(usize::MAX, |length| length as usize);
    text.chars().take(most).collect()
}
