//! Corrects one cell: planned, guarded by its old value, read back.

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Act, Change, Column, Fault, Filter, Form, Identities, Inner, Select, SourceError, Sources,
    Transaction, Value, fate::ONLY_READ, fitting::Fitting, layout::Layout,
};
use crate::accounts::queries::is_email;
use crate::register::{CollectionKey, FieldView, Input};

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

/// Why a correction cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CorrectionError {
    /// The person has no such record of their own, or it has no such field.
    #[error("there is no such record")]
    NotFound,
    /// The register or the source does not let the field be corrected this way.
    #[error("this cannot be corrected here")]
    NotCorrectable,
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
            let value = inner
                .may_change(layout)
                .and_then(|()| new_value(&view, layout, column, typed));
            let value = value.and_then(|value| {
                let is_taken = inner.takes(layout, &row, (&column.name, &value))?
                    && inner.writes((layout, *at), &row, &value);
                is_taken.then_some(value).ok_or_else(not_taken)
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

    /// Whether the conditions of the source allow a value.
    fn takes(
        &self,
        layout: &Layout<'_>,
        row: &[Value],
        (column, value): (&str, &Value),
    ) -> Result<bool, SourceError> {
        let connected = self.connected(&layout.node.source)?;
        let fitting = Fitting {
            inner: self,
            connected,
            schema: &*connected.schema(connected.limits.step)?,
            layout,
        };
        fitting.takes(row, column, value)
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
        let is_met = self.change_cell(&mut *transaction, (layout, *at), row, new)?;
        if !is_met {
            return Ok(Corrected::Changed);
        }
        transaction.commit()?;
        Ok(Corrected::Done)
    }

    /// Whether a source takes a new value: it is written, read back, and never committed. What stands in the way now and
    /// need not later is no reason against it.
    fn writes(&self, (layout, at): (&Layout<'_>, usize), row: &[Value], new: &Value) -> bool {
        let Ok(connected) = self.connected(&layout.node.source) else {
            return true;
        };
        if connected.source.is_by_hand() || row[at] == *new {
            return true;
        }
        let tried = connected
            .source
            .begin(connected.limits.read)
            .and_then(|mut it| self.change_cell(&mut *it, (layout, at), row, new));
        let is_against = |fault: &Fault| {
            matches!(
                fault,
                Fault::Refused(_) | Fault::Failed(_) | Fault::NotReadBack
            )
        };
        !tried.is_err_and(|error| is_against(&error.fault))
    }

    /// Writes one cell and reads it back; whether the row was there as it is known.
    fn change_cell(
        &self,
        transaction: &mut dyn Transaction,
        (layout, at): (&Layout<'_>, usize),
        row: &[Value],
        new: &Value,
    ) -> Result<bool, SourceError> {
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
            return Ok(false);
        }
        let filter = Filter::keys(vec![layout.key(row).to_vec()]);
        let select = Select {
            table: layout.table,
            columns: &[column],
            filter: &filter,
            form: Form::Rows,
        };
        let mut is_written = false;
        transaction.select(&select, wait, &mut |row| {
            is_written = self.secrets.fingerprint(&row) == self.secrets.fingerprint([new]);
            std::ops::ControlFlow::Continue(())
        })?;
        if !is_written {
            return Err(SourceError::new(&layout.node.source, Fault::NotReadBack));
        }
        Ok(true)
    }
}

/// What is typed, as the column holds it; or a sentence about what is wrong with it.
fn new_value(
    view: &FieldView<'_>,
    layout: &Layout<'_>,
    column: &Column,
    typed: &str,
) -> Result<Value, CorrectionError> {
    let input = view.input().ok_or(CorrectionError::NotCorrectable)?;
    if layout.table.is_fixed(&column.name) {
        return Err(CorrectionError::NotCorrectable);
    }
    let invalid = |sentence: &str| Err(CorrectionError::Invalid(sentence.to_owned()));
    let typed = typed.trim();
    if typed.is_empty() {
        return if column.nullable {
            Ok(Value::Null)
        } else {
            invalid("Enter a value. This cannot be left empty.")
        };
    }
    if let Some(sentence) = fault_in(&input, typed) {
        return Err(CorrectionError::Invalid(sentence));
    }
    let said = match input {
        Input::Text(length) | Input::LongText(length) => length,
        _ => view.field.length,
    };
    let most = said.into_iter().chain(column.length).min();
    if most.is_some_and(|most| typed.chars().count() > most as usize) {
        let most = most.unwrap_or_default();
        return invalid(&format!("Enter at most {most} characters."));
    }
    let text = match (&input, column.kind) {
        (Input::DateTime, _) => Value::Text(time(typed, column)),
        _ => Value::Text(typed.to_owned()),
    };
    column.kind.form_of(&text).ok_or_else(not_taken)
}

fn not_taken() -> CorrectionError {
    let sentence = "The system that holds this does not take such a value.";
    CorrectionError::Invalid(sentence.to_owned())
}

/// A time as columns give it back: with seconds, and of Greenwich where they keep a zone, as it was shown.
fn time(typed: &str, column: &Column) -> String {
    let mut time = typed.replace('T', " ");
    if NaiveDateTime::parse_from_str(&time, "%Y-%m-%d %H:%M").is_ok() {
        time.push_str(":00");
    }
    if column.has_zone() {
        time.push_str("+00");
    }
    time
}

/// A sentence when the text is not of the kind that the input asks for.
fn fault_in(input: &Input, typed: &str) -> Option<String> {
    let is_date_time = || {
        let formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"];
        formats
            .iter()
            .any(|format| NaiveDateTime::parse_from_str(typed, format).is_ok())
    };
    let wrong = |is_right: bool, sentence: &str| (!is_right).then(|| sentence.to_owned());
    match input {
        Input::Text(_) => wrong(!typed.contains(['\n', '\r']), "Enter one line."),
        Input::LongText(_) => None,
        Input::Email => wrong(
            is_email(typed),
            "Enter an e-mail address, such as name@example.com.",
        ),
        Input::Phone => wrong(
            is_phone(typed),
            "Enter a telephone number, such as +1 555 010 0199.",
        ),
        Input::Integer => wrong(typed.parse::<i64>().is_ok(), "Enter a whole number."),
        Input::Decimal => wrong(
            typed.parse::<f64>().is_ok_and(f64::is_finite),
            "Enter a number, such as 12.50.",
        ),
        Input::Date => wrong(
            typed.parse::<NaiveDate>().is_ok(),
            "Enter a date, such as 2026-11-23.",
        ),
        Input::DateTime => wrong(
            is_date_time(),
            "Enter a date and time, such as 2026-11-23 14:05:00.",
        ),
        Input::YesNo => wrong(matches!(typed, "yes" | "no"), "Choose yes or no."),
        Input::OneOf(values) => wrong(
            values.iter().any(|it| it == typed),
            "Choose one of the values that are offered.",
        ),
    }
}

fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let allowed = |it: char| it.is_ascii_digit() || " +-()./".contains(it);
    (5..=20).contains(&digits) && text.chars().all(allowed)
}
