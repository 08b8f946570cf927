//! Erases again what had been erased, after a source was restored from a backup.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::queries;
use super::tombstones::{self, Erasure};
use crate::accounts::queries::find_person_by_any_identity;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::sources::{Fault, Hold, Identities, Outcome, Plan, SourceError};

/// Data that keep changing are planned anew so often at most.
const REPLANS: usize = 3;

/// What came of a replay.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Erasures that are on record since the time asked for.
    pub known: usize,
    /// Those of whose data some had come back.
    pub returned: u64,
    /// Records that were erased again, or would be.
    pub records: usize,
    /// What could not be read or erased; a repeat goes on with it.
    pub errors: Vec<SourceError>,
}

/// Looks for the handles of erased people in all sources and erases what had been erased since that time. Give the
/// time of the backup: who was erased before it and has come back since, has come back on purpose. Safe to repeat:
/// what is erased already is not found again. A dry run changes nothing.
pub fn replay(app: &App, since: NaiveDateTime, is_dry: bool) -> AppResult<Replayed> {
    let erasures = app
        .db
        .read_now(|conn| tombstones::list_since(conn, since))?;
    replay_these(app, &erasures, is_dry)
}

/// The same with some erasures.
pub(super) fn replay_these(app: &App, erasures: &[Erasure], is_dry: bool) -> AppResult<Replayed> {
    let mut replayed = Replayed {
        known: erasures.len(),
        ..Replayed::default()
    };
    let (found, errors) = find(app, erasures);
    replayed.errors = errors;
    for (at, handles) in found {
        let person = person_of(&handles);
        match erase(app, &erasures[at], &person, is_dry) {
            Ok(0) => {}
            Ok(records) => {
                replayed.returned += 1;
                replayed.records += records;
                if !is_dry {
                    note(app, &erasures[at], records)?;
                }
            }
            Err(error) => replayed.errors.push(error),
        }
    }
    Ok(replayed)
}

pub(super) type Handles = BTreeSet<(String, String)>;

/// Somebody who is known by some handles.
pub(super) fn person_of(handles: &Handles) -> Identities {
    let nobody = Identities::default();
    let handles = handles.iter();
    handles.fold(nobody, |person, (kind, value)| person.with(kind, value))
}

/// The handles of erased people that the sources hold, by position of the erasure.
pub(super) fn find(
    app: &App,
    erasures: &[Erasure],
) -> (BTreeMap<usize, Handles>, Vec<SourceError>) {
    let mut stones: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, erasure) in erasures.iter().enumerate() {
        for (_, digest) in &erasure.handles {
            stones.entry(digest).or_default().push(at);
        }
    }
    let mut found: BTreeMap<usize, Handles> = BTreeMap::new();
    if stones.is_empty() {
        return (found, Vec::new());
    }
    let errors = app.sources.each_handle(&mut |kind, value| {
        let digest = tombstones::digest(&app.keys, kind, value);
        for at in stones.get(digest.as_str()).into_iter().flatten() {
            let handles = found.entry(*at).or_default();
            handles.insert((kind.to_owned(), value.to_owned()));
        }
    });
    (found, errors)
}

/// What had been erased of somebody, around what was held then and what is held now.
pub(super) fn plan(app: &App, erasure: &Erasure, person: &Identities) -> Result<Plan, SourceError> {
    let today = app.clock.today();
    let placed = app.db.read_now(|conn| held_now(conn, app, person, today));
    let placed = placed.map_err(|error| {
        tracing::error!(%error, "the holds could not be read");
        SourceError::new("candor", Fault::Unavailable("holds".to_owned()))
    })?;
    let holds: Vec<_> = erasure.holds.iter().cloned().chain(placed).collect();
    let scope = (&erasure.scope, erasure.law.as_str());
    app.sources.plan_erasure(person, scope, &holds, today)
}

/// The holds on everybody's data, and on that of whoever is known by one of these handles.
fn held_now(
    conn: &mut AnyConnection,
    app: &App,
    person: &Identities,
    today: NaiveDate,
) -> AppResult<Vec<Hold>> {
    let mut known = None;
    for (_, value) in person.handles() {
        if known.is_none() {
            known = find_person_by_any_identity(conn, &app.keys, value)?;
        }
    }
    let id = known.map_or(NOBODY, |it| it.id);
    Ok(queries::for_plans(conn, id, today)?)
}

/// No person has this id.
const NOBODY: i64 = 0;

/// Gives the number of records.
fn erase(
    app: &App,
    erasure: &Erasure,
    person: &Identities,
    is_dry: bool,
) -> Result<usize, SourceError> {
    for _ in 0..REPLANS {
        let plan = plan(app, erasure, person)?;
        if is_dry || plan.is_empty() {
            return Ok(plan.records());
        }
        if let Outcome::Done(_) = app.sources.execute(person, &plan)? {
            return Ok(plan.records());
        }
    }
    let key = app
        .sources
        .register()
        .datasets
        .first()
        .map(|it| it.source.clone());
    Err(SourceError::new(&key.unwrap_or_default(), Fault::Changed))
}

fn note(app: &App, erasure: &Erasure, records: usize) -> AppResult<()> {
    let (key, now) = (erasure.key.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        let event = Event {
            actor: Actor::System,
            action: "erasure.replayed",
            person: None,
            object: &format!("erasure {key}"),
            detail: json!({ "records": records }),
        };
        Ok(audit::record(conn, &event, now)?)
    })
}
