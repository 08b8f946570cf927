//! Whether two columns write what is the same to the database in the same way. Where they do not, a value that was read
//! in one does not tell how often it stands in the other.

use super::{Column, ColumnKind, Value};

/// How the values of a column that refers are to be compared with those of the column that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// As they are written.
    Exact,
    /// Letter case makes no difference.
    AnyCase,
    /// Only the database can tell: 9.5 and 9.50 may be one number, and two texts.
    Unknown,
}

impl Likeness {
    pub fn of(from: &Column, to: &Column) -> Self {
        use ColumnKind::{Any, Bool, Date, DateTime, Integer, Number, Other, Text, Uuid};
        match (from.kind, to.kind) {
            (Text | Any | Uuid, Text | Uuid) if from.has_no_case() || to.has_no_case() => {
                Self::AnyCase
            }
            (Text | Any, Uuid) => Self::AnyCase,
            (Integer, Number | Bool) => Self::Exact,
            (Number | Bool, Number | Bool) if from.kind == to.kind => Self::Exact,
            (DateTime | Other | Uuid | Date, DateTime | Other | Uuid | Date)
                if from.base_type() == to.base_type() =>
            {
                Self::Exact
            }
            (_, Number | Bool | Uuid | Date | DateTime | Other) => Self::Unknown,
            _ => Self::Exact,
        }
    }

    /// The key in the form in which it is counted.
    pub fn fold(self, key: &Value) -> Value {
        match key {
            Value::Text(text) if self == Self::AnyCase => Value::Text(text.to_lowercase()),
            key => key.clone(),
        }
    }
}

impl Column {
    /// Whether the database may find a value by a text that is not written as it is read.
    pub(super) fn reads_otherwise(&self) -> bool {
        let is_plain = matches!(
            self.kind,
            ColumnKind::Integer | ColumnKind::Any | ColumnKind::Text | ColumnKind::Bytes
        );
        !is_plain || self.has_no_case()
    }

    fn has_no_case(&self) -> bool {
        let mut types = ["citext", " collate nocase"].iter();
        self.kind == ColumnKind::Text && types.any(|it| self.sql_type.ends_with(it))
    }

    /// The type without its size and what else is said of the column.
    fn base_type(&self) -> (&str, bool) {
        let name = self.sql_type.split(" on update").next();
        let name = name.and_then(|it| it.split('(').next());
        (name.unwrap_or_default().trim_end(), self.has_zone())
    }
}
