//! Erasing again what came back: a job, safe to repeat.

use super::model::{Origin, State};
use super::{changes, queries, telling};
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::retention::remainders;
use crate::retention::replay::{Run, replay_these};
use crate::retention::tombstones;
use crate::sources::SourceError;

/// The job. It erases what a replay after a restored backup would: what the first erasure covered, around what is held.
pub fn erase(app: &App, id: i64, lease: &Lease) -> AppResult<()> {
    let known = app.db.read_now(|conn| Ok(queries::find(conn, id)?))?;
    if known.state != State::Erasing {
        return Ok(());
    }
    if let Origin::RestOf(request_id) = known.origin() {
        return remainders::erase::erase(app, &known, request_id, lease);
    }
    let erasure = app
        .db
        .read_now(|conn| tombstones::find(conn, &known.erasure))?;
    lease.check()?;
    let mut replayed = replay_these(app, &[erasure], Run::Real)?;
    if let Some(at) = replayed.errors.iter().position(SourceError::is_temporary) {
        return Err(replayed.errors.swap_remove(at).into());
    }
    let failure = replayed.errors.first().map(ToString::to_string);
    let (own, now) = (app.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        changes::end(conn, &known, failure.as_deref(), now)?;
        for again in &replayed.again {
            telling::tell(conn, &own, (&known, again), now)?;
        }
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}
