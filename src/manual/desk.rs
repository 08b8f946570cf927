//! What people found, as the source that a manual desk is for the rest of the portal.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use diesel::prelude::*;

use super::kept::{Row, apply, hash};
use crate::db::schema::{manual_links as links, manual_records as records};
use crate::db::{AdvisoryLock, Db};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::sources::{Desk, Fault, Kept, KeptChange, Mark};

/// So many are read at a time.
const BATCH: usize = 500;

/// The desk of a portal.
pub struct PortalDesk {
    db: Db,
    keys: Arc<Keys>,
}

impl PortalDesk {
    /// In the portal's own database.
    pub fn open(db: Db, keys: Arc<Keys>) -> Arc<dyn Desk> {
        Arc::new(PortalDesk { db, keys })
    }

    fn ids(&self, place: (&str, &str), marks: &[Mark]) -> AppResult<Vec<i64>> {
        let mut ids = HashSet::new();
        for batch in marks.chunks(BATCH) {
            let hashes: Vec<_> = batch
                .iter()
                .filter_map(|mark| match mark {
                    Mark::Number(number) => {
                        ids.insert(*number);
                        None
                    }
                    Mark::Value(value) => Some(hash(&self.keys, place, value)),
                })
                .collect();
            let found: Vec<i64> = self.db.read_now(|conn| {
                let led_to = links::table.filter(links::mark.eq_any(hashes));
                Ok(led_to.select(links::record_id).load(conn)?)
            })?;
            ids.extend(found);
        }
        let mut ids: Vec<_> = ids.into_iter().collect();
        ids.sort_unstable();
        Ok(ids)
    }

    fn some(&self, (source, place): (&str, &str), ids: &[i64]) -> AppResult<Vec<Row>> {
        self.db.read_now(|conn| {
            let rows = Row::query()
                .filter(records::id.eq_any(ids))
                .filter(records::source.eq(source))
                .filter(records::place.eq(place));
            Ok(rows.load(conn)?)
        })
    }

    fn next(&self, (source, place): (&str, &str), after: i64) -> AppResult<Vec<Row>> {
        self.db.read_now(|conn| {
            let rows = Row::query()
                .filter(records::source.eq(source))
                .filter(records::place.eq(place))
                .filter(records::id.gt(after))
                .order(records::id)
                .limit(i64::try_from(BATCH).unwrap_or(i64::MAX));
            Ok(rows.load(conn)?)
        })
    }

    fn hand_over(
        &self,
        rows: &[Row],
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> AppResult<ControlFlow<()>> {
        for row in rows {
            let kept = Kept {
                number: row.id,
                cells: row.open(&self.keys)?,
            };
            if each(kept).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn read(
        &self,
        place: (&str, &str),
        marks: Option<&[Mark]>,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> AppResult<()> {
        if let Some(marks) = marks {
            for ids in self.ids(place, marks)?.chunks(BATCH) {
                if self.hand_over(&self.some(place, ids)?, each)?.is_break() {
                    break;
                }
            }
            return Ok(());
        }
        let mut after = 0;
        loop {
            let rows = self.next(place, after)?;
            let last = rows.last().map(|row| row.id);
            let flow = self.hand_over(&rows, each)?;
            match last {
                Some(last) if flow.is_continue() => after = last,
                _ => return Ok(()),
            }
        }
    }
}

/// What a fault of the portal's database is to who reads a source.
fn fault_of(error: AppError) -> Fault {
    match error {
        AppError::Conflict(_) => Fault::Changed,
        AppError::Forbidden => Fault::NotConfirmed,
        AppError::Internal(error) => Fault::Failed(error.to_string()),
        other => Fault::Unavailable(other.to_string()),
    }
}

impl Desk for PortalDesk {
    fn each(
        &self,
        place: (&str, &str),
        marks: Option<&[Mark]>,
        each: &mut dyn FnMut(Kept) -> ControlFlow<()>,
    ) -> Result<(), Fault> {
        self.read(place, marks, each).map_err(fault_of)
    }

    fn change(&self, source: &str, changes: &[KeptChange]) -> Result<(), Fault> {
        let (keys, source, changes) = (self.keys.clone(), source.to_owned(), changes.to_vec());
        let changed = self.db.write_now(move |conn| {
            AdvisoryLock::ManualDesk.take(conn)?;
            let mut changes = changes.iter();
            changes.try_for_each(|change| apply(conn, &keys, &source, change))
        });
        changed.map_err(fault_of)
    }
}
