//! Erasing what is due: a job, batch by batch, safe to repeat from wherever a worker was killed.

use super::model::{Line, Run, RunState};
use super::plan::BATCH;
use super::shields::Shields;
use super::{changes, queries};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::jobs::Lease;
use crate::register::CollectionKey;
use crate::retention::queries::for_everybody;
use crate::sources::{Ask, DueBatch, Hold, Shield};

/// A batch whose records keep changing is read anew so often at most.
const REREADS: usize = 3;

/// The job.
pub fn carry_out(app: &App, run_id: i64, lease: &Lease) -> AppResult<()> {
    let (run, lines) = app.db.read_now(|conn| {
        Ok((
            queries::find(conn, run_id)?,
            queries::list_lines(conn, run_id)?,
        ))
    })?;
    if run.state != RunState::Approved {
        return Ok(());
    }
    let failed = lines.iter().filter(|it| it.failure.is_some());
    let mut failed: Vec<_> = failed.map(Line::key).collect();
    let open = lines.into_iter().filter(|it| it.finished_at.is_none());
    for line in open {
        lease.check()?;
        let done = match waits_for(app, &line, &failed) {
            Some(failure) => Err(Stop::Staff(failure, Box::new(line.clone()))),
            None => erase(app, &run, line.clone(), lease),
        };
        match done {
            Ok(()) => {}
            Err(Stop::Later(error)) => return Err(error),
            Err(Stop::Staff(failure, line)) => {
                failed.push(line.key());
                let now = app.clock.now();
                app.db
                    .write_now(move |conn| changes::fail_line(conn, &line, &failure, now))?;
            }
        }
    }
    let (own, now) = (app.clone(), app.clock.now());
    app.db
        .write_now(move |conn| changes::finish(conn, &own, &run, now))
}

/// Why a collection stays: its manifest wants another to be erased before it, which could not be.
fn waits_for(app: &App, line: &Line, failed: &[CollectionKey]) -> Option<String> {
    let collection = app.register.collection(&line.key())?;
    let mut before = collection.erase_after.iter();
    let other = before.find(|key| failed.contains(key))?;
    Some(format!(
        "`{other}` has to be erased before it, which could not be done."
    ))
}

/// Why a collection is not carried out to its end now.
enum Stop {
    /// Worth another try by itself.
    Later(AppError),
    /// Staff must look at it.
    Staff(String, Box<Line>),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Stop::Later(error)
    }
}

fn erase(app: &App, run: &Run, mut line: Line, lease: &Lease) -> Result<(), Stop> {
    let today = app.clock.today();
    // Somebody may have asked for something since it was planned.
    let key = line.key();
    let shields = Shields::now(app, std::slice::from_ref(&key))?;
    let held = app.db.read_now(|conn| Ok(for_everybody(conn, today)?))?;
    while line.finished_at.is_none() {
        lease.check()?;
        line = one_batch(app, run, line, (shields.of(&key)?, &held))?;
    }
    Ok(())
}

/// Carries out the batch that was begun, or the next.
fn one_batch(
    app: &App,
    run: &Run,
    line: Line,
    (shield, holds): (&Shield, &[Hold]),
) -> Result<Line, Stop> {
    let failed = |error: crate::sources::SourceError, line: &Line| {
        if error.is_temporary() {
            Stop::Later(error.into())
        } else {
            Stop::Staff(error.to_string(), Box::new(line.clone()))
        }
    };
    let begun: Option<DueBatch> = line
        .batch
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(AppError::from)?;
    if let Some(begun) = begun {
        let done = app.sources.is_carried_out(&begun.works);
        // What was only begun is read anew: it may be shielded by now.
        if done.map_err(|error| failed(error, &line))? {
            return end(app, line, (begun, true));
        }
    }
    let (mut batch, mut is_done) = (DueBatch::default(), false);
    for _ in 0..REREADS {
        let ask = Ask {
            today: run.day,
            holds,
            shield,
            minds_references: true,
        };
        let after = line.position.as_deref();
        let read = app.sources.due(&line.key(), &ask, (after, BATCH));
        batch = read.map_err(|error| failed(error, &line))?;
        if !batch.works.is_empty() {
            let (own, begins) = (line.clone(), batch.clone());
            app.db
                .write_now(move |conn| changes::begin_batch(conn, &own, &begins))?;
        }
        let done = app.sources.carry_out_due(&batch.works);
        is_done = done.map_err(|error| failed(error, &line))?;
        if is_done {
            break;
        }
    }
    end(app, line, (batch, is_done))
}

fn end(app: &App, line: Line, (batch, is_done): (DueBatch, bool)) -> Result<Line, Stop> {
    let now = app.clock.now();
    let ended = app
        .db
        .write_now(move |conn| changes::end_batch(conn, &line, (&batch, is_done), now));
    Ok(ended?)
}
