//! Corrects one cell: planned, guarded by its old value, read back.

mod expected;
mod typed;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Act, Change, Column, Fault, Filter, Fixed, Form, Identities, Inner, Select, SourceError,
    Sources, Transaction, Value, fate::ONLY_READ, fitting::Fitting, layout::Layout,
};
use crate::register::CollectionKey;
use expected::{expected, is_same};
use typed::new_value;

/// A new value for one field of one record. It holds the new value, so seal it where it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Key of the source.
    pub source: String,
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// Sealed id of the record.
    pub record: String,
    /// Path of the field.
    pub field: String,
    /// What is to be held.
    pub value: Value,
    /// Keyed hash of the value that was held when this was planned.
    pub before: String,
}

impl Correction {
    /// The collection that holds it.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }
}

/// Why a correction cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CorrectionError {
    /// The person has no such record of their own, or it has no such field.
    #[error("there is no such record")]
    NotFound,
    /// The register or the source does not let the field be corrected this way.
    #[error("this cannot be corrected here")]
    NotCorrectable,
    /// Nothing can be typed in its place.
    #[error("nothing can be typed here")]
    Fixed(Fixed),
    /// The new value is not one that the field takes; a sentence to show beside the input.
    #[error("{0}")]
    Invalid(String),
    /// The source did not answer.
    #[error(transparent)]
    Source(#[from] SourceError),
}

/// What became of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Corrected {
    /// The source holds the new value, by this run or an earlier one.
    Done,
    /// The source holds neither the old value nor the new one; nothing was changed.
    Changed,
    /// The record is gone, or is no longer the person's own.
    Gone,
}

/// How a datum stands to a correction that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The new value is held.
    Corrected,
    /// The value that it replaced is held again.
    Undone,
    /// Another value is held: it has moved on since.
    Other,
    /// The record is gone, or is no longer the person's own.
    Gone,
}

impl Sources {
    /// Tells whether two values are the same, and nothing about what they are: corrections carry it of what they replaced.
    pub fn fingerprint(&self, value: &Value) -> String {
        self.0.secrets.fingerprint([value])
    }

    /// How what is held now stands to a correction that was carried out.
    ///
    /// # Errors
    /// When the source does not answer.
    pub fn standing(
        &self,
        person: &Identities,
        correction: &Correction,
    ) -> Result<Standing, SourceError> {
        let key = CollectionKey::new(&correction.dataset, &correction.collection);
        let found = self
            .0
            .own_row(person, &key, &correction.record, |inner, layout, row| {
                let mut fields = layout.fields.iter();
                let (_, at) = fields.find(|(it, _)| it.path == correction.field)?;
                let held = inner.secrets.fingerprint([&row[*at]]);
                Some(match () {
                    () if held == inner.secrets.fingerprint([&correction.value]) => {
                        Standing::Corrected
                    }
                    () if held == correction.before => Standing::Undone,
                    () => Standing::Other,
                })
            })?;
        Ok(found.flatten().unwrap_or(Standing::Gone))
    }

    /// Checks a new value, as the person typed it, against the register and the source. Empty means: hold nothing.
    ///
    /// # Errors
    /// A reason for the person, or that the source does not answer.
    pub fn plan_correction(
        &self,
        person: &Identities,
        (collection, record): (&CollectionKey, &str),
        field: &str,
        typed: &str,
    ) -> Result<Correction, CorrectionError> {
        let inner = &*self.0;
        let view = inner
            .register
            .describe(&collection.dataset, &collection.collection, field);
        let view = view.ok_or(CorrectionError::NotFound)?;
        let planned = inner.own_row(person, collection, record, |inner, layout, row| {
            let (_, at) = layout.fields.iter().find(|(it, _)| it.path == field)?;
            let column = layout.table.column(&layout.columns[*at])?;
            let before = inner.secrets.fingerprint([&row[*at]]);
            let value = inner.may_change(layout).and_then(|()| {
                let fixed = layout.fixed(*at, &row);
                new_value(&view, (layout.table, column, &row[*at]), fixed, typed)
            });
            let value = value.and_then(|value| {
                inner.look_at_checks(layout, &row, (column, &value))?;
                let form = inner.form_when_written((layout, *at), &row, value);
                form.ok_or_else(|| expected(layout.table, column, None))
            });
            Some(value.map(|value| (value, before)))
        })?;
        let (value, before) = planned.flatten().ok_or(CorrectionError::NotFound)??;
        Ok(Correction {
            source: view.dataset.source.clone(),
            dataset: collection.dataset.clone(),
            collection: collection.collection.clone(),
            record: record.to_owned(),
            field: field.to_owned(),
            value,
            before,
        })
    }

    /// Writes the new value if the old one is still held, reads it back and commits. Safe to repeat.
    ///
    /// # Errors
    /// When the source does not answer or refuses the value; then it is as before.
    pub fn correct(
        &self,
        person: &Identities,
        correction: &Correction,
    ) -> Result<Corrected, SourceError> {
        let inner = &*self.0;
        let key = CollectionKey::new(&correction.dataset, &correction.collection);
        let outcome = inner.own_row(person, &key, &correction.record, |inner, layout, row| {
            inner.write(layout, &row, correction)
        })?;
        outcome.unwrap_or(Ok(Corrected::Gone))
    }
}

impl Inner {
    fn may_change(&self, layout: &Layout<'_>) -> Result<(), CorrectionError> {
        if self.is_read_only(&layout.node.source) {
            return Err(CorrectionError::Invalid(ONLY_READ.to_owned()));
        }
        Ok(())
    }

    /// An error with what is allowed, where a condition of the source forbids a value.
    fn look_at_checks(
        &self,
        layout: &Layout<'_>,
        row: &[Value],
        (column, value): (&Column, &Value),
    ) -> Result<(), CorrectionError> {
        let connected = self.connected(&layout.node.source)?;
        let fitting = Fitting {
            inner: self,
            connected,
            schema: &*connected.schema(connected.limits.step)?,
            layout,
        };
        match fitting.breaks(row, &column.name, value)? {
            Some(check) => Err(expected(layout.table, column, Some(check))),
            None => Ok(()),
        }
    }

    fn write(
        &self,
        layout: &Layout<'_>,
        row: &[Value],
        correction: &Correction,
    ) -> Result<Corrected, SourceError> {
        let field = layout
            .fields
            .iter()
            .find(|(it, _)| it.path == correction.field);
        let Some((_, at)) = field else {
            return Ok(Corrected::Gone);
        };
        let (old, new) = (&row[*at], &correction.value);
        if self.secrets.fingerprint([old]) == self.secrets.fingerprint([new]) {
            return Ok(Corrected::Done);
        }
        if self.secrets.fingerprint([old]) != correction.before {
            return Ok(Corrected::Changed);
        }
        let connected = self.connected(&layout.node.source)?;
        let mut transaction = connected.source.begin(connected.limits.step)?;
        let held = self.change_cell(&mut *transaction, (layout, *at), row, new)?;
        if held.is_none() {
            return Ok(Corrected::Changed);
        }
        transaction.commit()?;
        Ok(Corrected::Done)
    }

    /// A new value as the source gives it back, if it takes it: it is written, read, and never committed. What stands in
    /// the way now and need not later is no reason against it.
    fn form_when_written(
        &self,
        (layout, at): (&Layout<'_>, usize),
        row: &[Value],
        new: Value,
    ) -> Option<Value> {
        let Ok(connected) = self.connected(&layout.node.source) else {
            return Some(new);
        };
        if connected.source.is_by_hand() || row[at] == new {
            return Some(new);
        }
        let tried = connected
            .source
            .begin(connected.limits.read)
            .and_then(|mut it| self.change_cell(&mut *it, (layout, at), row, &new));
        let is_against = |fault: &Fault| {
            matches!(
                fault,
                Fault::Refused(_) | Fault::Failed(_) | Fault::NotReadBack
            )
        };
        match tried {
            Ok(held) => Some(held.unwrap_or(new)),
            Err(error) if is_against(&error.fault) => None,
            Err(_) => Some(new),
        }
    }

    /// Writes one cell and gives what is read back; `None` where the row was not there as it is known.
    fn change_cell(
        &self,
        transaction: &mut dyn Transaction,
        (layout, at): (&Layout<'_>, usize),
        row: &[Value],
        new: &Value,
    ) -> Result<Option<Value>, SourceError> {
        let (wait, column) = (
            self.limits(&layout.node.source).step,
            layout.columns[at].clone(),
        );
        let change = Change {
            table: layout.table,
            key: layout.key(row),
            expect: &[(column.clone(), row[at].clone())],
            act: Act::Set(&[(column.clone(), new.clone())]),
        };
        if transaction.change(&change)? != 1 {
            return Ok(None);
        }
        let filter = Filter::keys(vec![layout.key(row).to_vec()]);
        let select = Select {
            table: layout.table,
            columns: std::slice::from_ref(&column),
            filter: &filter,
            form: Form::Rows,
        };
        let mut held = None;
        transaction.select(&select, wait, &mut |mut row| {
            held = row.pop();
            std::ops::ControlFlow::Continue(())
        })?;
        let kind = layout.table.column(&column).map(|it| it.kind);
        let is_written = |held: &Value| {
            self.secrets.fingerprint([held]) == self.secrets.fingerprint([new])
                || kind.is_some_and(|kind| is_same(kind, held, new))
        };
        let held = held.filter(is_written);
        let fault = || SourceError::new(&layout.node.source, Fault::NotReadBack);
        held.map(Some).ok_or_else(fault)
    }
}
