//! Erasing again what came back: a job, safe to repeat.

use super::model::{Origin, State};
use super::{changes, queries, sweep, telling};
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::retention::remainders;
use crate::retention::replay::{By, Run, replay_these};
use crate::retention::tombstones;
use crate::sources::SourceError;

const GROWN: &str = "More is found by now than what was agreed on. Nothing was erased. Look at it again tomorrow, when it was searched for once more.";

/// The job. It erases what a replay after a restored backup would: what the first erasure covered, around what is held.
pub fn erase(app: &App, id: i64, lease: &Lease) -> AppResult<()> {
    let known = app.db.read_now(|conn| Ok(queries::find(conn, id)?))?;
    if known.state != State::Erasing {
        return Ok(());
    }
    if let Origin::RestOf(request_id) = known.origin() {
        return remainders::erase::erase(app, &known, request_id, lease);
    }
    let (erasure, later) = app.db.read_now(|conn| {
        let erasure = tombstones::find(conn, &known.erasure)?;
        let later = queries::find_later(conn, &erasure)?;
        Ok((erasure, later))
    })?;
    lease.check()?;
    let refused = match later {
        // What leads to the data of the later one would go with this.
        Some(number) => Some(format!(
            "A later erasure of the same person is listed as number {number}. Settle that first. Nothing was erased."
        )),
        None if sweep::has_grown(app, &known, &erasure)? => Some(GROWN.to_owned()),
        None => None,
    };
    if let Some(why) = refused {
        let now = app.clock.now();
        return app
            .db
            .write_now(move |conn| changes::end(conn, &known, Some(&why), now));
    }
    let mut replayed = replay_these(app, (&[erasure], By::Unknown), Run::Real)?;
    if let Some(at) = replayed.errors.iter().position(SourceError::is_temporary) {
        return Err(replayed.errors.swap_remove(at).into());
    }
    let failure = replayed.errors.first().map(ToString::to_string);
    let (own, now) = (app.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        if failure.is_none() && replayed.again.is_empty() {
            return changes::settle_gone(conn, &known, now);
        }
        changes::end(conn, &known, failure.as_deref(), now)?;
        for again in &replayed.again {
            telling::tell(conn, &own, (&known, again), now)?;
        }
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}
