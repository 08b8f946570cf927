//! Every night each corrected value is compared with its source, also where nobody looks at it.

use std::collections::HashSet;

use chrono::TimeDelta;

use super::beside::{self, Beside, Elsewhere};
use super::model::{CorrectedValue, Seen, record_hash};
use super::{moved, queries};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::my_data::identities_of;
use crate::requests::life::By;
use crate::sources::{Correction, Identities, SourceError, Standing};

/// So many are compared between two writes.
const BATCH: i64 = 100;

/// Whoever was compared less long ago is left for the next night.
const AGAIN_AFTER: TimeDelta = TimeDelta::hours(20);

/// What was found of some.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub undone: Vec<Seen>,
    /// The replaced value is held in another record.
    pub moved: Vec<(Seen, Correction)>,
    /// It is in several others.
    pub lost: Vec<Seen>,
    pub mended: Vec<i64>,
    pub gone: Vec<i64>,
    /// What is beside those of which that was not known.
    pub beside: Vec<(i64, Beside)>,
}

/// A person while their values are compared.
struct Compared {
    id: i64,
    known: Identities,
    all: Vec<CorrectedValue>,
    /// The records that were found to have taken the place of others.
    taken: HashSet<String>,
}

/// The job. A worker that is killed leaves the rest with an older time, and the next goes on with it. What a source
/// that does not answer holds is compared the next night.
pub fn sweep(app: &App, lease: &Lease) -> AppResult<()> {
    let before = app.clock.now() - AGAIN_AFTER;
    loop {
        lease.check()?;
        let values = app
            .db
            .read_now(|conn| Ok(queries::list_to_look_at(conn, before, BATCH)?))?;
        if values.is_empty() {
            return Ok(());
        }
        let found = compare(app, &values, &mut |error| {
            tracing::warn!(%error, "a corrected value could not be compared");
        })?;
        settle(app, &values, found)?;
    }
}

/// Compares some with their sources. What one that does not answer holds is told, and not known.
pub(super) fn compare(
    app: &App,
    values: &[CorrectedValue],
    tell: &mut dyn FnMut(SourceError),
) -> AppResult<Found> {
    let mut found = Found::default();
    let mut current: Option<Compared> = None;
    for value in values {
        let mut person = match current.take().filter(|it| it.id == value.person_id) {
            Some(person) => person,
            None => Compared::read(app, value.person_id)?,
        };
        let change = value.change(&app.keys)?;
        if let Err(error) = person.compare(app, (value, change), &mut found) {
            tell(error);
        }
        current = Some(person);
    }
    Ok(found)
}

impl Compared {
    fn read(app: &App, id: i64) -> AppResult<Self> {
        app.db.read_now(|conn| {
            Ok(Compared {
                id,
                known: identities_of(conn, id)?,
                all: queries::list_of_person(conn, id)?,
                taken: HashSet::new(),
            })
        })
    }

    fn compare(
        &mut self,
        app: &App,
        (value, change): (&CorrectedValue, Correction),
        found: &mut Found,
    ) -> Result<(), SourceError> {
        let standing = app.sources.standing(&self.known, &change)?;
        if value.beside.is_none() && standing != Standing::Gone {
            let beside = beside::look(app, &self.known, &change);
            found.beside.extend(beside.map(|it| (value.id, it)));
        }
        match standing {
            Standing::Undone => found.undone.push(value.seen()),
            Standing::Corrected if value.returned_at.is_some() => found.mended.push(value.id),
            Standing::Gone => self.look_elsewhere(app, (value, change), found)?,
            Standing::Corrected | Standing::Other => {}
        }
        Ok(())
    }

    fn look_elsewhere(
        &mut self,
        app: &App,
        (value, change): (&CorrectedValue, Correction),
        found: &mut Found,
    ) -> Result<(), SourceError> {
        let whose = (&self.known, &*self.all);
        match beside::find(app, whose, (value, &change), &self.taken)? {
            Elsewhere::Nowhere => found.gone.push(value.id),
            Elsewhere::Several => found.lost.push(value.seen()),
            Elsewhere::In(record) => {
                let hash = record_hash(&app.keys, &value.key(), &record);
                self.taken.insert(hash);
                found
                    .moved
                    .push((value.seen(), Correction { record, ..change }));
            }
        }
        Ok(())
    }
}

fn settle(app: &App, values: &[CorrectedValue], found: Found) -> AppResult<()> {
    let ids: Vec<_> = values.iter().map(|it| it.id).collect();
    let own = app.clone();
    app.db.write_now(move |conn| {
        let by = By::system(&own);
        note(conn, &ids, &found, &by)?;
        Ok(queries::forget_gone(conn, &found.gone, &by)?)
    })
}

/// Puts on record that these were compared, and what of them came undone or is well again.
pub(super) fn note(
    conn: &mut AnyConnection,
    ids: &[i64],
    found: &Found,
    by: &By<'_>,
) -> AppResult<()> {
    queries::mark_looked_at(conn, ids, by.now)?;
    moved::keep_beside(conn, &found.beside)?;
    moved::mark_moved(conn, &found.moved, by)?;
    moved::mark_lost(conn, &found.lost, by)?;
    queries::mark_returned(conn, &found.undone, by)?;
    queries::mark_mended(conn, &found.mended, by)?;
    Ok(())
}
