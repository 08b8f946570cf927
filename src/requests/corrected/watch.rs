//! Comparing what is read of a person's data, for whatever page, with what was corrected in it.

use std::collections::HashSet;

use super::model::{CorrectedValue, Seen, record_hash, value_hash};
use super::queries;
use super::sweep::{compare, note};
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
    /// Those whose record was read.
    there: HashSet<i64>,
    /// Those whose replaced value another record holds, that did not when it was corrected.
    elsewhere: HashSet<i64>,
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
        for value in self.values.iter().filter(here) {
            let held = match record.held(&value.field) {
                Some(Held::Plain(held)) => held.clone(),
                Some(Held::Empty) => Value::Null,
                Some(Held::Masked(_)) | None => continue,
            };
            let is_it = value.record == hash;
            if is_it {
                self.there.insert(value.id);
            }
            let fingerprint = app.sources.fingerprint(&held);
            let held = value_hash(&app.keys, &value.record, &value.field, &fingerprint);
            if held == value.replaced && value.is_quiet() {
                match is_it {
                    true => self.undone.push(value.seen()),
                    false if value.is_new_beside(&hash) => drop(self.elsewhere.insert(value.id)),
                    false => {}
                }
            } else if is_it && held == value.corrected && value.returned_at.is_some() {
                self.mended.push(value.id);
            }
        }
    }

    /// Writes down what was found, if anything was. What another record holds is a return of it only if the corrected
    /// one is gone, which a page does not tell.
    pub fn end(self, app: &App) -> AppResult<()> {
        let is_open =
            |it: &&CorrectedValue| self.elsewhere.contains(&it.id) && !self.there.contains(&it.id);
        let open: Vec<_> = self.values.iter().filter(is_open).cloned().collect();
        if self.undone.is_empty() && self.mended.is_empty() && open.is_empty() {
            return Ok(());
        }
        let found = compare(app, &open, &mut |error| {
            tracing::warn!(%error, "a corrected value could not be compared");
        })?;
        let own = app.clone();
        app.db.write_now(move |conn| {
            let by = By::system(&own);
            queries::mark_returned(conn, &self.undone, &by)?;
            queries::mark_mended(conn, &self.mended, &by)?;
            let ids: Vec<_> = open.iter().map(|it| it.id).collect();
            note(conn, &ids, &found, &by)
        })
    }
}
