//! What points at rows by a reference that a source enforces. The source itself is asked which rows these are: under many
//! collations `Ada` refers to `ada`, and a row that is not known of would go with the one that it refers to.

use std::{collections::HashSet, ops::ControlFlow, time::Duration};

use super::{
    Column, ColumnKind, Connected, ForeignKey, Query, SourceError, Table, Value,
    connector::missing,
    sql::{self, Dialect, Statement},
    walk::number,
};

type Key = Vec<Value>;

/// Rows that are asked about at a time.
const BATCH: usize = 500;

impl Connected {
    /// Tells of each combination of values by which rows of these keys are pointed at: the key, these values in their
    /// comparable form, and how many rows hold them.
    pub(super) fn each_pointer(
        &self,
        (to, keys): (&Table, &[Key]),
        (from, by): (&Table, &ForeignKey),
        wait: Duration,
        each: &mut dyn FnMut(&[Value], Key, u64),
    ) -> Result<(), SourceError> {
        let width = to.row_key.len();
        for keys in keys.chunks(BATCH) {
            let question = Query::Pointing(Pointing { to, keys, from, by });
            self.source.query(&question, wait, &mut |mut row| {
                let rows = row.pop().map_or(0, |count| number(&count));
                let held = row[width..].iter();
                let held = held.map(|it| it.as_key().unwrap_or(Value::Null)).collect();
                each(&row[..width], held, rows);
                ControlFlow::Continue(())
            })?;
        }
        Ok(())
    }

    /// Which of the rows of these keys are pointed at by these references.
    pub(super) fn pointed_at<'s>(
        &self,
        rows: (&Table, &[Key]),
        by: impl IntoIterator<Item = (&'s Table, &'s ForeignKey)>,
        wait: Duration,
    ) -> Result<HashSet<Key>, SourceError> {
        let mut found = HashSet::new();
        for reference in by {
            self.each_pointer(rows, reference, wait, &mut |key, _, _| {
                found.insert(key.to_vec());
            })?;
        }
        Ok(found)
    }
}

/// A question about some rows.
#[derive(Debug, Clone, Copy)]
pub struct Pointing<'a> {
    /// Their table.
    pub to: &'a Table,
    /// Their row keys.
    pub keys: &'a [Vec<Value>],
    /// The table of what points at them.
    pub from: &'a Table,
    /// By which reference it does.
    pub by: &'a ForeignKey,
}

impl Pointing<'_> {
    /// Of which kinds the cells of an answer are.
    pub(super) fn kinds(&self) -> Vec<Option<ColumnKind>> {
        let key = self.to.row_key.iter().map(|it| self.to.column(it));
        let held = self.by.columns.iter().map(|it| self.from.column(it));
        key.chain(held)
            .map(|column| column.map(|it| it.kind))
            .collect()
    }

    pub(super) fn statement(&self, dialect: &dyn Dialect) -> Result<Statement, SourceError> {
        let keyed = sql::keyed(dialect, self.to, self.keys)?;
        let to = Side::new(dialect, self.to, ("k", &self.to.row_key))?;
        let referred = Side::new(dialect, self.to, ("r", &self.by.referenced))?;
        let from = Side::new(dialect, self.from, ("c", &self.by.columns))?;
        let outputs = to.columns.iter().chain(&from.columns);
        let (outputs, groups): (Vec<_>, Vec<_>) = outputs
            .map(|it| (dialect.read(it), dialect.group(it)))
            .unzip();
        let text = format!(
            "SELECT {}, COUNT(*) FROM (SELECT {}, {} FROM {} WHERE {}) AS t JOIN (SELECT {} FROM {}) AS f ON {} GROUP BY {}",
            outputs.join(", "),
            to.named,
            referred.named,
            dialect.table(self.to),
            keyed.text,
            from.named,
            dialect.table(self.from),
            self.equations(dialect, (&referred, &from)).join(" AND "),
            groups.join(", ")
        );
        let params = keyed.params;
        Ok(Statement { text, params })
    }

    /// What is referred to stands first: its collation decides.
    fn equations(&self, dialect: &dyn Dialect, (to, from): (&Side, &Side)) -> Vec<String> {
        let both = to.columns.iter().zip(&from.columns).enumerate();
        let equation = |(at, (to, from)): (usize, (&Column, &Column))| {
            let (to, from) = (dialect.quoted(&to.name), dialect.quoted(&from.name));
            match self.by.collations.get(at) {
                Some(Some(collation)) => format!("{to} = {from} COLLATE {collation}"),
                _ => format!("{to} = {from}"),
            }
        };
        both.map(equation).collect()
    }
}

/// Columns of one table under names that no other column of the statement has.
struct Side {
    columns: Vec<Column>,
    named: String,
}

impl Side {
    fn new(
        dialect: &dyn Dialect,
        table: &Table,
        (letter, names): (&str, &[String]),
    ) -> Result<Self, SourceError> {
        let (mut columns, mut named) = (Vec::new(), Vec::new());
        for (at, name) in names.iter().enumerate() {
            let column = table.column(name);
            let column = column.ok_or_else(|| missing(dialect.key(), table, name))?;
            let alias = format!("{letter}{at}");
            let (held, short) = (dialect.quoted(&column.name), dialect.quoted(&alias));
            named.push(format!("{held} AS {short}"));
            columns.push(Column {
                name: alias,
                ..column.clone()
            });
        }
        let named = named.join(", ");
        Ok(Self { columns, named })
    }
}
