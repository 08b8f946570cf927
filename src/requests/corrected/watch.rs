//! Comparing what is read of a person's data, for whatever page, with what was corrected in it.

use super::model::{CorrectedValue, Seen, record_hash, value_hash};
use super::queries;
use crate::app::App;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::requests::life::By;
use crate::sources::{Held, Record, Value};

/// What was corrected of one person's data, and what was found of it.
#[derive(Debug, Default)]
pub struct Watch {
    values: Vec<CorrectedValue>,
    undone: Vec<Seen>,
    mended: Vec<i64>,
}

/// Compares some records of a collection. It tells nobody but staff, so a failure is logged and keeps no page back.
pub fn look(app: &App, person_id: i64, key: &CollectionKey, records: &[Record]) {
    let compare = || {
        let mut watch = Watch::of(app, person_id)?;
        for record in records {
            watch.look(app, key, record);
        }
        watch.end(app)
    };
    if let Err(error) = compare() {
        tracing::error!(%error, "data could not be compared with what was corrected");
    }
}

impl Watch {
    /// What was corrected of a person's data.
    pub fn of(app: &App, person_id: i64) -> AppResult<Self> {
        let values = app
            .db
            .read_now(|conn| Ok(queries::list_of_person(conn, person_id)?))?;
        Ok(Watch {
            values,
            ..Watch::default()
        })
    }

    /// Compares one record.
    pub fn look(&mut self, app: &App, key: &CollectionKey, record: &Record) {
        let here =
            |it: &&CorrectedValue| it.dataset == key.dataset && it.collection == key.collection;
        if !self.values.iter().any(|it| here(&it)) {
            return;
        }
        let hash = record_hash(&app.keys, key, &record.id);
        for value in self
            .values
            .iter()
            .filter(here)
            .filter(|it| it.record == hash)
        {
            let held = match record.held(&value.field) {
                Some(Held::Plain(held)) => held.clone(),
                Some(Held::Empty) => Value::Null,
                Some(Held::Masked(_)) | None => continue,
            };
            let fingerprint = app.sources.fingerprint(&held);
            let held = value_hash(&app.keys, &hash, &value.field, &fingerprint);
            if held == value.replaced && value.returned_at.is_none() {
                self.undone.push(value.seen());
            } else if held == value.corrected && value.returned_at.is_some() {
                self.mended.push(value.id);
            }
        }
    }

    /// Writes down what was found, if anything was.
    pub fn end(self, app: &App) -> AppResult<()> {
        if self.undone.is_empty() && self.mended.is_empty() {
            return Ok(());
        }
        let own = app.clone();
        app.db.write_now(move |conn| {
            let by = By::system(&own);
            queries::mark_returned(conn, &self.undone, &by)?;
            Ok(queries::mark_mended(conn, &self.mended, &by)?)
        })
    }
}
