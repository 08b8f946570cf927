//! A system that nobody can connect to: people look things up in it, and change them there. `docs/manual-desk.md`
//! describes it for who runs the portal.
//!
//! It holds what was found for people so far, which a [`Desk`] keeps; its structure is what the register says. Records
//! are found by marks of the values that lead to them, so that nobody else's are read. What is changed here was changed
//! in the system itself before: the desk refuses whatever nobody has confirmed.

mod drawers;

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use super::{
    Column, EachRow, Fault, Filter, Schema, Select, Source, SourceError, Table, Transaction, Value,
    overlay::{Altered, Overlay, Store},
    sift::Sift,
};
use crate::register::Register;
use drawers::{key_mark, place};

pub use drawers::{Cells, Drawers, Found, Mark};

/// Keeps what people found. Calls block.
pub trait Desk: Send + Sync {
    /// Hands over every record of a place that one of these marks leads to, each once; all of them where none are given.
    fn each(
        &self,
        place: (&str, &str),
        marks: Option<&[Mark]>,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), Fault>;

    /// Makes all changes or none. Only what was confirmed to be changed in the system itself may be changed here.
    fn change(&self, source: &str, changes: &[KeptChange]) -> Result<(), Fault>;
}

/// A record as it is kept.
pub struct Kept {
    /// Its number.
    pub number: i64,
    /// What it holds.
    pub cells: Cells,
}

/// What becomes of a record, if it still holds what it held.
#[derive(Clone)]
pub struct KeptChange {
    /// The place of its collection.
    pub place: String,
    /// What leads to it alone.
    pub key: Mark,
    /// What it must still hold.
    pub before: Cells,
    /// What it will hold, and what will lead to it; none when it goes.
    pub after: Option<(Cells, Vec<Mark>)>,
}

/// Such a system.
pub(super) struct Manual {
    key: String,
    drawers: Drawers,
    desk: Option<Arc<dyn Desk>>,
}

/// Whether an address is that of such a system.
pub fn is_by_hand(url: &str) -> bool {
    url.starts_with("manual:")
}

fn row(table: &Table, kept: &Kept) -> Vec<Value> {
    let cell = |column: &Column| {
        if column.is_row_number() {
            return Value::Integer(kept.number);
        }
        kept.cells.get(&column.name).cloned().unwrap_or(Value::Null)
    };
    table.own_columns().map(cell).collect()
}

fn cells(table: &Table, row: &[Value]) -> Cells {
    let columns = table.own_columns().zip(row);
    let held = columns.filter(|(column, value)| !column.is_row_number() && !value.is_null());
    held.map(|(column, value)| (column.name.clone(), value.clone()))
        .collect()
}

impl Manual {
    /// `manual:`, or `manual://name`. Without a desk, as commands have it, it holds nothing.
    pub fn open(key: &str, register: &Register, desk: Option<Arc<dyn Desk>>) -> Self {
        Self {
            key: key.to_owned(),
            drawers: Drawers::of(register, key),
            desk,
        }
    }

    fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    fn scan(&self, table: &Table, filter: &Filter, each: EachRow<'_>) -> Result<(), SourceError> {
        let Some(desk) = &self.desk else {
            return Ok(());
        };
        let marks = Drawers::asked(table, filter);
        let place = place(&table.name);
        let found = desk.each((&self.key, &place), marks.as_deref(), &mut |kept| {
            each(row(table, &kept))
        });
        found.map_err(|fault| self.error(fault))
    }
}

impl Source for Manual {
    fn key(&self) -> &str {
        &self.key
    }

    fn is_by_hand(&self) -> bool {
        true
    }

    fn ping(&self, _: Duration) -> Result<(), SourceError> {
        Ok(())
    }

    fn schema(&self, _: Duration) -> Result<Arc<Schema>, SourceError> {
        Ok(self.drawers.schema.clone())
    }

    fn select(
        &self,
        select: &Select<'_>,
        _: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let sift = Sift::new(&self.key, select)?;
        sift.run(
            &mut |each| self.scan(select.table, select.filter, each),
            each,
        )
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        Ok(Box::new(Overlay::new(self, wait)))
    }
}

impl Store for &Manual {
    fn key(&self) -> &str {
        &self.key
    }

    fn scan(
        &self,
        table: &Table,
        filter: &Filter,
        _: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        Manual::scan(self, table, filter, each)
    }

    fn apply(&self, altered: &[Altered], _: Duration) -> Result<(), SourceError> {
        let Some(desk) = &self.desk else {
            return Err(self.error(Fault::ReadOnly));
        };
        let changes = altered.iter().flat_map(|it| {
            let table = &it.table;
            it.rows.iter().map(move |(key, alteration)| KeptChange {
                place: place(&table.name),
                key: key_mark(table, key),
                before: cells(table, &alteration.before),
                after: alteration.after.as_ref().map(|after| {
                    let cells = cells(table, after);
                    let marks = self.drawers.marks(table, &cells);
                    (cells, marks)
                }),
            })
        });
        let changes: Vec<_> = changes.collect();
        desk.change(&self.key, &changes)
            .map_err(|fault| self.error(fault))
    }
}
