//! What only a source with rules of its own can tell.

use std::sync::Arc;

use super::{
    Column, ColumnKind, Fault, Pointing, Schema, SourceError, Table, Trial, Value,
    sql::{Dialect, Param, Statement},
};

/// What can be read of a source, for who is to mend it.
#[derive(Debug, Default)]
pub struct Readable {
    /// The tables that can be read to the end.
    pub schema: Arc<Schema>,
    /// Why the others cannot.
    pub faults: Vec<SourceError>,
    /// What looks like a table and is taken for none; a sentence each.
    pub passed_over: Vec<String>,
}

/// A column in whose values a space may stand first or last.
#[derive(Debug, Clone, Copy)]
pub struct Padded<'a> {
    /// Its table.
    pub table: &'a Table,
    /// The column.
    pub column: &'a Column,
}

/// A question what texts weigh.
#[derive(Debug, Clone, Copy)]
pub struct Weighing<'a> {
    /// The column that says how.
    pub column: &'a Column,
    /// The texts.
    pub texts: &'a [String],
}

/// A question about these rules.
#[derive(Debug, Clone, Copy)]
pub enum Query<'a> {
    /// What points at some rows: for each of them and each combination of values in the columns of the reference the
    /// row key, these values, and the number of rows that hold them.
    Pointing(Pointing<'a>),
    /// The places of rows that it would not take.
    Trial(Trial<'a>),
    /// How many values have a space around them. It looks at every row, so that no page asks for it.
    Padded(Padded<'a>),
    /// What texts weigh: each with what it weighs, and the same for those that are the same to it.
    Weighing(Weighing<'a>),
}

impl Padded<'_> {
    fn statement(&self, dialect: &dyn Dialect) -> Statement {
        let (held, table) = (dialect.read(self.column), dialect.table(self.table));
        Statement {
            text: format!(
                "SELECT COUNT(*) FROM {table} WHERE {held} LIKE ' %' OR {held} LIKE '% '"
            ),
            params: Vec::new(),
        }
    }
}

impl Weighing<'_> {
    fn statement(&self, dialect: &dyn Dialect) -> Result<Statement, SourceError> {
        let unknown = || SourceError::new(dialect.key(), Fault::Failed("collation".to_owned()));
        let texts = serde_json::json!(self.texts).to_string();
        Ok(Statement {
            text: dialect.weighs(1, self.column).ok_or_else(unknown)?,
            params: vec![Param::One(Value::Text(texts))],
        })
    }

    fn kinds() -> Vec<Option<ColumnKind>> {
        vec![Some(ColumnKind::Text); 2]
    }
}

impl Query<'_> {
    pub(super) fn statement(&self, dialect: &dyn Dialect) -> Result<Statement, SourceError> {
        match self {
            Self::Pointing(pointing) => pointing.statement(dialect),
            Self::Trial(trial) => trial.statement(dialect),
            Self::Padded(padded) => Ok(padded.statement(dialect)),
            Self::Weighing(weighing) => weighing.statement(dialect),
        }
    }

    /// Of which kinds the cells of an answer are; behind them stands a number.
    pub(super) fn kinds(&self) -> Vec<Option<ColumnKind>> {
        match self {
            Self::Pointing(pointing) => pointing.kinds(),
            Self::Weighing(_) => Weighing::kinds(),
            Self::Trial(_) | Self::Padded(_) => Vec::new(),
        }
    }
}
