//! What every kind of source can do. One file per kind implements it; the URL's scheme chooses.

use std::{
    collections::HashSet,
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{ColumnKind, Dates, Fault, Query, Readable, Schema, SourceError, Table, Usage, Value};

/// A connected source. Calls block, and keep to the time that they are given.
pub trait Source: Send + Sync {
    /// The key under which the register names it.
    fn key(&self) -> &str;

    /// Whether its columns have no types of their own, so that those of the register are theirs.
    fn is_untyped(&self) -> bool {
        false
    }

    /// Whether people look things up in it and change them there, so that it holds only what they have found so far.
    fn is_by_hand(&self) -> bool {
        false
    }

    /// Where it is, if that tells it from others: what two keys name at one place is one source.
    fn place(&self) -> Option<&str> {
        None
    }

    /// How it is used.
    fn usage(&self) -> Usage {
        Usage::default()
    }

    /// Answers when the source can be read.
    fn ping(&self, wait: Duration) -> Result<(), SourceError>;

    /// The tables as they are now.
    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError>;

    /// What can be read to the end, and what cannot: all or nothing, unless it is made of several files.
    fn readable(&self, wait: Duration) -> Result<Readable, SourceError> {
        Ok(Readable {
            schema: self.schema(wait)?,
            ..Readable::default()
        })
    }

    /// Hands over row after row, in the order of the columns asked for, until there is none or `each` breaks off.
    /// `wait` is the longest time to the next row; memory does not grow with their number.
    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError>;

    /// Reads several things that are few, in this time altogether: on one connection and as of one moment where the
    /// source can do so. Each may fail alone; `each` is told to which of them a row belongs.
    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        one_by_one(selects.len(), wait, |at, wait| {
            self.select(&selects[at], wait, &mut |row| {
                each(at, row);
                ControlFlow::Continue(())
            })
        })
    }

    /// Hands over what a source knows that has rules of its own. Others have nothing to tell.
    fn query(
        &self,
        _query: &Query<'_>,
        _wait: Duration,
        _each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        Ok(())
    }

    /// Starts a transaction that alone may write; dropped without a commit, it leaves nothing behind.
    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError>;
}

/// What is done with a row; a break ends the reading.
pub type EachRow<'a> = &'a mut dyn FnMut(Vec<Value>) -> ControlFlow<()>;

/// What is done with a row of one of several readings.
pub type EachOf<'a> = &'a mut dyn FnMut(usize, Vec<Value>);

/// A writing transaction in one source.
pub trait Transaction {
    /// Reads what the transaction itself would leave behind.
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError>;

    /// Makes one change and tells how many rows it met: 1 when the row still was as expected, else 0.
    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError>;

    /// Makes everything lasting.
    fn commit(self: Box<Self>) -> Result<(), SourceError>;
}

/// Which rows and columns to read.
#[derive(Debug, Clone, Copy)]
pub struct Select<'a> {
    /// The live table.
    pub table: &'a Table,
    /// Columns of it; empty to count.
    pub columns: &'a [String],
    /// Which rows.
    pub filter: &'a Filter,
    /// In which form.
    pub form: Form<'a>,
}

/// In which form rows are read.
#[derive(Debug, Clone, Copy)]
pub enum Form<'a> {
    /// Each row, in no order.
    Rows,
    /// Each row, in the order of the row key where there is one.
    Sorted,
    /// Each row, in no order, but no more than so many.
    First(usize),
    /// Each combination of values once, with the number of its rows behind. A column of which no two rows hold the same
    /// may give empty combinations several times.
    Groups,
    /// In the order of the row key, after a key, at most so many.
    Page {
        /// The row key of the last row before.
        after: Option<&'a [Value]>,
        /// How many at most.
        limit: usize,
    },
}

/// Which rows: those that meet every part that is given.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// One of these ways leads to it.
    pub any: Option<Vec<Way>>,
    /// The row key is one of these.
    pub keys: Option<Vec<Vec<Value>>>,
    /// The date lies in this period, or is empty.
    pub period: Option<(String, Dates)>,
}

/// Rows whose column holds one of some values.
#[derive(Debug, Clone)]
pub struct Way {
    /// The column.
    pub column: String,
    /// The values; none leads nowhere.
    pub values: Vec<Value>,
    /// Whether letter case makes no difference, as in e-mail addresses. An index helps only if it is made that way:
    /// `COLLATE NOCASE` in SQLite, `lower(column)` or `citext` in PostgreSQL, a collation without case in MariaDB.
    pub any_case: bool,
    /// Whether the source compares as it does to hold a column to the values of another: as its collation says.
    pub as_source: bool,
    /// Where the column is a part of a key: what such a row holds of the other parts. A source that does not look at it
    /// hands over more, which is looked at again.
    pub beside: Vec<Beside>,
}

/// Another part of a key of several columns.
#[derive(Debug, Clone)]
pub struct Beside {
    /// One of these holds one of the values, or all of them are empty.
    pub columns: Vec<String>,
    /// The values.
    pub values: Vec<Value>,
    /// Whether the source compares them as it does to hold a column to the values of another.
    pub as_source: bool,
}

/// The values of a way, to look for what a row holds.
pub(super) struct Wanted {
    values: HashSet<Value>,
    any_case: bool,
}

impl Beside {
    /// More values, each once.
    pub(super) fn add(&mut self, more: Vec<Value>) {
        let known: HashSet<_> = self.values.iter().cloned().collect();
        let new = more.into_iter().filter(|it| !known.contains(it));
        self.values.extend(new);
    }
}

/// A change to one row, made only if the row still is as expected.
#[derive(Debug)]
pub struct Change<'a> {
    /// The live table.
    pub table: &'a Table,
    /// The row key.
    pub key: &'a [Value],
    /// Columns with the values that they must still hold.
    pub expect: &'a [(String, Value)],
    /// What to do.
    pub act: Act<'a>,
}

/// What a change does to its row.
#[derive(Debug, Clone, Copy)]
pub enum Act<'a> {
    /// It goes.
    Delete,
    /// These columns get these values.
    Set(&'a [(String, Value)]),
}

/// Does one reading after the other, in this time altogether. What does not answer is not asked again.
pub(super) fn one_by_one(
    count: usize,
    wait: Duration,
    mut read: impl FnMut(usize, Duration) -> Result<(), SourceError>,
) -> Vec<Result<(), SourceError>> {
    let ends = Instant::now() + wait;
    let mut gone: Option<SourceError> = None;
    let read = |at: usize| {
        if let Some(error) = &gone {
            return Err(error.clone());
        }
        let done = read(at, ends.saturating_duration_since(Instant::now()));
        gone = done.clone().err().filter(SourceError::is_temporary);
        done
    };
    (0..count).map(read).collect()
}

impl Select<'_> {
    /// Of which kinds the cells of a row are.
    pub(super) fn kinds(&self) -> Vec<Option<ColumnKind>> {
        let columns = self.columns.iter();
        let kinds = columns.map(|name| self.table.column(name).map(|it| it.kind));
        kinds.collect()
    }

    /// Reads all rows into memory: for few.
    pub fn rows(
        &self,
        source: &dyn Source,
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        let mut rows = Vec::new();
        source.select(self, wait, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(rows)
    }
}

impl Filter {
    /// What one of these ways leads to.
    pub fn any(ways: Vec<Way>) -> Self {
        Self {
            any: Some(ways),
            ..Self::default()
        }
    }

    /// The rows of these keys.
    pub fn keys(keys: Vec<Vec<Value>>) -> Self {
        Self {
            keys: Some(keys),
            ..Self::default()
        }
    }

    /// Rows in which one column holds one of some values.
    pub fn one_of(column: &str, values: Vec<Value>) -> Self {
        Self {
            any: Some(vec![Way::exactly(column, values)]),
            ..Self::default()
        }
    }

    /// Whether it is certain that no row meets it.
    pub fn is_empty(&self) -> bool {
        let none = |any: &Vec<Way>| any.iter().all(|way| way.values.is_empty());
        self.any.as_ref().is_some_and(none) || self.keys.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Way {
    /// The values as they are written.
    pub fn exactly(column: &str, values: Vec<Value>) -> Self {
        Self {
            column: column.to_owned(),
            values,
            any_case: false,
            as_source: false,
            beside: Vec::new(),
        }
    }
}

impl Wanted {
    pub fn by(way: &Way) -> Self {
        Self {
            values: way.values.iter().cloned().collect(),
            any_case: way.any_case,
        }
    }

    /// Whether it is one of the values.
    pub fn has(&self, key: &Value) -> bool {
        let in_small = || match key {
            Value::Text(text) => self.values.contains(&Value::Text(text.to_lowercase())),
            _ => false,
        };
        self.values.contains(key) || (self.any_case && in_small())
    }
}

/// The fault of a column that the register names and the table lacks.
pub(super) fn missing(key: &str, table: &Table, column: &str) -> SourceError {
    SourceError::new(
        key,
        Fault::Missing(format!("column `{}.{column}`", table.name.name)),
    )
}
