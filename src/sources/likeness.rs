//! Whether two columns write what is the same to the database in the same way. Where they do not, a value that was read
//! in one does not tell how often it stands in the other.

mod weights;

pub(super) use weights::{Comparison, Weights};

use super::{Column, ColumnKind, Inner, Schema, Table, Value, graph::Edge, walk::Walk};

/// How the values of a column that refers are to be compared with those of the column that it refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// As they are written.
    Exact,
    /// Letter case makes no difference.
    AnyCase,
    /// Nor may accents and more, as the collation says: the source holds the one to the values of the other.
    Collated,
    /// Only the database can tell: 9.5 and 9.50 may be one number, and two texts.
    Unknown,
}

impl Likeness {
    pub fn of(from: &Column, to: &Column, is_enforced: bool) -> Self {
        use ColumnKind::{Any, Bool, Date, DateTime, Integer, Number, Other, Text, Uuid};
        match (from.kind, to.kind) {
            (Text | Any | Uuid, Text | Uuid) if from.has_no_case() || to.has_no_case() => {
                Self::AnyCase
            }
            (Text, Text) if is_enforced && to.is_collated() => Self::Collated,
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

    /// Whether letter case makes no difference.
    pub fn is_without_case(self) -> bool {
        matches!(self, Self::AnyCase | Self::Collated)
    }

    /// Each key of a link in this form, as a whole key of one part.
    pub fn tuples(self, link: &Value) -> Vec<Vec<Value>> {
        let keys = link.keys().iter();
        keys.map(|key| vec![self.fold(key)]).collect()
    }

    /// The key in the form in which it is counted.
    pub fn fold(self, key: &Value) -> Value {
        match key {
            Value::Text(text) if self.is_without_case() => Value::Text(text.to_lowercase()),
            key => key.clone(),
        }
    }
}

impl Walk {
    /// How both ends of a way write what is the same; a source that did not answer is feared anyway.
    pub fn likeness(&self, inner: &Inner, at: usize, edge: &Edge) -> Likeness {
        let (from, to) = (self.table(inner, edge.from), self.table(inner, at));
        let from = from.and_then(|(table, _)| table.column(&edge.from_column));
        let to = to.and_then(|(table, _)| table.column(&edge.column));
        from.zip(to).map_or(Likeness::Exact, |(from, to)| {
            Likeness::of(from, to, self.enforced(inner, at, edge).is_some())
        })
    }

    /// Whether a way is to be followed as the source compares: it enforces it, and letter case makes no difference.
    pub fn is_as_source(&self, inner: &Inner, at: usize, edge: &Edge) -> bool {
        let referenced = self.enforced(inner, at, edge);
        referenced.is_some_and(|it| it.has_no_case() || it.is_collated())
    }

    /// The column that is referred to, where one end of a way refers to the other by a foreign key.
    fn enforced(&self, inner: &Inner, at: usize, edge: &Edge) -> Option<&Column> {
        let nodes = &inner.graph.nodes;
        if nodes[at].source != nodes[edge.from].source {
            return None;
        }
        let ((from, schema), (to, _)) = self.table(inner, edge.from).zip(self.table(inner, at))?;
        let (there, here) = ((from, &*edge.from_column), (to, &*edge.column));
        match () {
            () if schema.refers(there, here) => to.column(here.1),
            () if schema.refers(here, there) => from.column(there.1),
            () => None,
        }
    }
}

impl Schema {
    /// Whether a column refers to another by a foreign key.
    pub(super) fn refers(
        &self,
        (table, column): (&Table, &str),
        (other, referenced): (&Table, &str),
    ) -> bool {
        table.foreign_keys.iter().any(|key| {
            let target = self.table(&key.table);
            let mut pairs = key.columns.iter().zip(&key.referenced);
            target.is_some_and(|it| it.name == other.name)
                && pairs.any(|(it, of)| {
                    it.eq_ignore_ascii_case(column) && of.eq_ignore_ascii_case(referenced)
                })
        })
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

    /// Whether its collation takes for the same what differs in letter case and more.
    pub(super) fn is_collated(&self) -> bool {
        self.kind == ColumnKind::Text
            && self.sql_type.contains(" collate ")
            && self.sql_type.contains("_ci")
    }

    /// A key in the form in which the source compares those of this column, as far as that can be told.
    pub(super) fn folded(&self, key: Value) -> Value {
        match key {
            Value::Text(text) if self.has_no_case() || self.is_collated() => {
                Value::Text(text.to_lowercase())
            }
            key => key,
        }
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
