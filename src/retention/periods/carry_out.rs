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
use crate::sources::{Ask, DueBatch, Hold, Shield, SourceError};

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
    // What a source holds that does not answer waits for another try, and what is to be erased after it.
    let (mut put_off, mut later) = (Vec::new(), None);
    let open = lines.into_iter().filter(|it| it.finished_at.is_none());
    for line in open {
        lease.check()?;
        if waits_for(app, &line, &put_off).is_some() {
            put_off.push(line.key());
            continue;
        }
        let done = match waits_for(app, &line, &failed) {
            Some(other) => {
                let failure =
                    format!("`{other}` has to be erased before it, which could not be done.");
                Err(Stop::Staff(failure, Box::new(line.clone())))
            }
            None => erase(app, &run, line.clone(), lease),
        };
        match done {
            Ok(()) => {}
            Err(Stop::Source(error)) => {
                put_off.push(line.key());
                later.get_or_insert(error);
            }
            Err(Stop::Later(error)) => return Err(error),
            Err(Stop::Staff(failure, line)) => {
                failed.push(line.key());
                let now = app.clock.now();
                app.db
                    .write_now(move |conn| changes::fail_line(conn, &line, &failure, now))?;
            }
        }
    }
    if let Some(error) = later {
        return Err(error.into());
    }
    let (own, now) = (app.clone(), app.clock.now());
    app.db
        .write_now(move |conn| changes::finish(conn, &own, &run, now))
}

/// Which of some collections has to be erased before one, as its manifest says.
fn waits_for<'a>(app: &'a App, line: &Line, others: &[CollectionKey]) -> Option<&'a CollectionKey> {
    let collection = app.register.collection(&line.key())?;
    let mut before = collection.erase_after.iter();
    before.find(|key| others.contains(key))
}

/// Why a collection is not carried out to its end now.
enum Stop {
    /// A source does not answer: worth another try by itself, when others are done.
    Source(SourceError),
    /// Worth another try by itself, and nothing else is done now.
    Later(AppError),
    /// Staff must look at it.
    Staff(String, Box<Line>),
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Stop::Later(error)
    }
}

impl Stop {
    fn of(error: SourceError, line: &Line) -> Self {
        if error.is_temporary() {
            Stop::Source(error)
        } else {
            Stop::Staff(error.to_string(), Box::new(line.clone()))
        }
    }
}

fn erase(app: &App, run: &Run, mut line: Line, lease: &Lease) -> Result<(), Stop> {
    // Somebody may have asked for something since it was planned, and may while it is carried out.
    let key = line.key();
    let mut shields = Shields::now(app, std::slice::from_ref(&key))?;
    while line.finished_at.is_none() {
        lease.check()?;
        if !shields.are_current(app)? {
            shields = Shields::now(app, std::slice::from_ref(&key))?;
        }
        let today = app.clock.today();
        let held = app.db.read_now(|conn| Ok(for_everybody(conn, today)?))?;
        let shield = shields.of(&key).map_err(|error| Stop::of(error, &line))?;
        line = one_batch(app, run, line, (shield, &held))?;
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
    let begun: Option<DueBatch> = line
        .batch
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(AppError::from)?;
    if let Some(begun) = begun {
        let done = app.sources.is_carried_out(&begun.works);
        // What was only begun is read anew: it may be shielded by now.
        if done.map_err(|error| Stop::of(error, &line))? {
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
        batch = read.map_err(|error| Stop::of(error, &line))?;
        if !batch.works.is_empty() {
            let (own, begins) = (line.clone(), batch.clone());
            app.db
                .write_now(move |conn| changes::begin_batch(conn, &own, &begins))?;
        }
        let done = app.sources.carry_out_due(&batch.works);
        is_done = done.map_err(|error| Stop::of(error, &line))?;
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
