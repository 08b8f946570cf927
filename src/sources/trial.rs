//! Whether a source would take what is to stand in its rows: its own conditions are asked about rows that are not written.

use super::{
    SourceError, Table, Value,
    connector::missing,
    rules::Check,
    sql::{Dialect, Param, Statement},
};

/// Rows as they would be, and a condition that they have to meet.
#[derive(Debug, Clone, Copy)]
pub struct Trial<'a> {
    /// Their table.
    pub table: &'a Table,
    /// The condition.
    pub check: &'a Check,
    /// In each the values of the columns that the condition names.
    pub rows: &'a [Vec<Value>],
}

/// So many rows a question may be about: no database takes any number of parts.
pub(super) const MOST: usize = 200;

/// The name of the column with the place of a row: none of a table's own.
const PLACE: &str = "candor place";

impl Trial<'_> {
    /// Asks for the places of rows that break the condition. Nothing is written, and no row of a table is looked at.
    pub(super) fn statement(&self, dialect: &dyn Dialect) -> Result<Statement, SourceError> {
        let columns = self.check.columns.iter().map(|name| {
            let column = self.table.column(name);
            column.ok_or_else(|| missing(dialect.key(), self.table, name))
        });
        let columns: Vec<_> = columns.collect::<Result<_, _>>()?;
        let place = dialect.quoted(PLACE);
        let (mut rows, mut params) = (Vec::with_capacity(self.rows.len()), Vec::new());
        for (at, row) in self.rows.iter().enumerate() {
            let mut cells = vec![format!("{} AS {place}", dialect.count(at))];
            for (column, value) in columns.iter().zip(row) {
                params.push(Param::One(value.clone()));
                let value = dialect.one(params.len(), column);
                cells.push(format!("{value} AS {}", dialect.quoted(&column.name)));
            }
            rows.push(format!("SELECT {}", cells.join(", ")));
        }
        let text = format!(
            "SELECT {place} FROM ({}) AS held WHERE NOT ({})",
            rows.join(" UNION ALL "),
            self.check.expression
        );
        Ok(Statement { text, params })
    }
}
