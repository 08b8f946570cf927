//! Every night each corrected value is compared with its source, also where nobody looks at it.

use chrono::TimeDelta;

use super::model::{CorrectedValue, Seen};
use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::my_data::identities_of;
use crate::requests::life::By;
use crate::sources::{SourceError, Standing};

/// So many are compared between two writes.
const BATCH: i64 = 100;

/// Whoever was compared less long ago is left for the next night.
const AGAIN_AFTER: TimeDelta = TimeDelta::hours(20);

/// What was found of some.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub undone: Vec<Seen>,
    pub mended: Vec<i64>,
    pub gone: Vec<i64>,
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
    let mut person = None;
    for value in values {
        if person.as_ref().is_none_or(|(id, _)| *id != value.person_id) {
            let known = app
                .db
                .read_now(|conn| Ok(identities_of(conn, value.person_id)?))?;
            person = Some((value.person_id, known));
        }
        let Some((_, known)) = &person else {
            continue;
        };
        match app.sources.standing(known, &value.change(&app.keys)?) {
            Ok(Standing::Undone) => found.undone.push(value.seen()),
            Ok(Standing::Corrected) if value.returned_at.is_some() => found.mended.push(value.id),
            Ok(Standing::Gone) => found.gone.push(value.id),
            Ok(_) => {}
            Err(error) => tell(error),
        }
    }
    Ok(found)
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
    queries::mark_returned(conn, &found.undone, by)?;
    queries::mark_mended(conn, &found.mended, by)?;
    Ok(())
}
