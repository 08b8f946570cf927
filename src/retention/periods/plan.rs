//! Counting what is due: a job, every night.

use chrono::NaiveDate;

use super::changes;
use super::model::Counted;
use super::queries;
use super::shields::Shields;
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::register::CollectionKey;
use crate::retention::queries::for_everybody;
use crate::sources::{Ask, Hold};

/// So many records are read at a time.
pub(super) const BATCH: usize = 500;

/// The job. What is being carried out is carried out first; what was counted and not approved is counted anew.
pub fn plan(app: &App, lease: &Lease) -> AppResult<()> {
    let state = super::model::RunState::Approved;
    let under_way = app.db.read_now(|conn| Ok(queries::find_in(conn, state)?))?;
    if under_way.is_some() {
        return Ok(());
    }
    let today = app.clock.today();
    let held = app.db.read_now(|conn| Ok(for_everybody(conn, today)?))?;
    let (keys, errors) = app.sources.with_periods();
    let shields = Shields::now(app, &keys)?;
    let mut unread: Vec<_> = errors.into_iter().map(|error| error.key).collect();
    let mut counted = Vec::new();
    for key in keys {
        match count(app, (&key, today), (&shields, &held), lease) {
            Ok(found) => counted.push(found),
            Err(error) => {
                lease.check()?;
                tracing::warn!(%error, collection = %key, "what is due could not be counted");
                unread.push(key.to_string());
            }
        }
    }
    counted.retain(|it| it.to_delete + it.to_mask + it.shielded + it.kept > 0);
    let now = app.clock.now();
    app.db
        .write_now(move |conn| changes::plan(conn, (today, &counted, &unread), now))?;
    app.wake.notify_one();
    Ok(())
}

fn count(
    app: &App,
    (key, today): (&CollectionKey, NaiveDate),
    (shields, holds): (&Shields, &[Hold]),
    lease: &Lease,
) -> AppResult<Counted> {
    let ask = Ask {
        today,
        holds,
        shield: shields.of(key)?,
        minds_references: false,
    };
    let mut counted = Counted {
        key: key.clone(),
        to_delete: 0,
        to_mask: 0,
        shielded: 0,
        kept: 0,
    };
    let mut after: Option<String> = None;
    loop {
        lease.check()?;
        let batch = app.sources.due(key, &ask, (after.as_deref(), BATCH))?;
        let (deleted, masked) = batch.counts();
        counted.to_delete += deleted;
        counted.to_mask += masked;
        counted.shielded += batch.shielded;
        counted.kept += batch.kept;
        after = batch.next;
        if after.is_none() {
            return Ok(counted);
        }
    }
}
