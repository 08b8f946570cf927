//! What only a source with rules of its own can tell.

use std::sync::Arc;

use super::{
    ColumnKind, Pointing, Schema, SourceError, Trial,
    sql::{Dialect, Statement},
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

/// A question about these rules.
#[derive(Debug, Clone, Copy)]
pub enum Query<'a> {
    /// What points at some rows: for each of them and each combination of values in the columns of the reference the
    /// row key, these values, and the number of rows that hold them.
    Pointing(Pointing<'a>),
    /// The places of rows that it would not take.
    Trial(Trial<'a>),
}

impl Query<'_> {
    pub(super) fn statement(&self, dialect: &dyn Dialect) -> Result<Statement, SourceError> {
        match self {
            Self::Pointing(pointing) => pointing.statement(dialect),
            Self::Trial(trial) => trial.statement(dialect),
        }
    }

    /// Of which kinds the cells of an answer are; behind them stands a number.
    pub(super) fn kinds(&self) -> Vec<Option<ColumnKind>> {
        match self {
            Self::Pointing(pointing) => pointing.kinds(),
            Self::Trial(_) => Vec::new(),
        }
    }
}
