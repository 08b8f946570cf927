//! Whether two columns write what is the same to the database in the same way. Where they do not, a value that was read
//! in one does not tell how often it stands in the other.

use super::{Column, ColumnKind, Inner, Schema, Table, Value, graph::Edge, table, walk::Walk};

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
        let (from, to) = (self.end(inner, edge.from), self.end(inner, at));
        let Some(((from, _), (to, schema))) = from.zip(to) else {
            return Likeness::Exact;
        };
        let both = from.column(&edge.from_column).zip(to.column(&edge.column));
        let is_enforced = || {
            let nodes = &inner.graph.nodes;
            nodes[at].source == nodes[edge.from].source && schema.enforces(from, to, edge)
        };
        both.map_or(Likeness::Exact, |(from, to)| {
            Likeness::of(from, to, is_enforced())
        })
    }

    fn end<'a>(&'a self, inner: &Inner, at: usize) -> Option<(&'a Table, &'a Schema)> {
        let node = &inner.graph.nodes[at];
        let schema = self.schema(&node.source)?;
        Some((table(schema, node).ok()?, schema))
    }

    /// Whether a way is to be followed as the source compares: it is one that the source enforces, and letter case
    /// makes no difference.
    pub fn is_as_source(&self, inner: &Inner, at: usize, edge: &Edge) -> bool {
        let nodes = &inner.graph.nodes;
        let is_of_one = nodes[at].source == nodes[edge.from].source;
        let ends = self.end(inner, edge.from).zip(self.end(inner, at));
        is_of_one
            && self.likeness(inner, at, edge).is_without_case()
            && ends.is_some_and(|((from, schema), (to, _))| schema.enforces(from, to, edge))
    }
}

impl Schema {
    /// Whether one end of a way refers to the other by a foreign key.
    fn enforces(&self, from: &Table, to: &Table, edge: &Edge) -> bool {
        let refers = |(table, column): (&Table, &str), (other, referenced): (&Table, &str)| {
            let mut pairs = table.foreign_keys.iter().flat_map(|key| {
                let target = self.table(&key.table);
                let is_it = target.is_some_and(|it| it.name == other.name);
                let pairs = key.columns.iter().zip(&key.referenced);
                pairs.filter(move |_| is_it)
            });
            pairs.any(|(it, of)| {
                it.eq_ignore_ascii_case(column) && of.eq_ignore_ascii_case(referenced)
            })
        };
        let ends = ((from, &*edge.from_column), (to, &*edge.column));
        refers(ends.0, ends.1) || refers(ends.1, ends.0)
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
