//! Erases again what had been erased, after a source was restored from a backup.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::QueryResult;
use serde_json::{Value as Json, json};

use super::queries;
use super::remainders;
use super::returned;
use super::tombstones::{self, Erasure};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_person_by_identity, normal_email, normal_phone};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::my_data;
use crate::register::CollectionKey;
use crate::sources::{Erased, Fault, Hold, Identities, Known, Outcome, Plan, SoFar, SourceError};

/// Data that keep changing are planned anew so often at most.
const REPLANS: usize = 3;

/// Whether anything is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// It is only told what would be.
    Dry,
    /// It is erased.
    Real,
}

/// What came of a replay.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Erasures that are on record since the time asked for.
    pub known: usize,
    /// Those of people who came back on purpose, as staff noted: nothing of theirs is looked for.
    pub left: usize,
    /// Those of whose data some had come back.
    pub returned: u64,
    /// Records that were erased again, or would be.
    pub records: usize,
    /// What could not be read or erased; a repeat goes on with it.
    pub errors: Vec<SourceError>,
    /// What was erased again, erasure by erasure.
    pub again: Vec<Again>,
}

impl Replayed {
    /// A source that is down stands in the way of many, and is told once.
    fn note(&mut self, error: SourceError) {
        if !self.errors.contains(&error) {
            self.errors.push(error);
        }
    }
}

/// What was erased again of one person.
#[derive(Debug)]
pub struct Again {
    /// By what the sources knew them.
    pub handles: Handles,
    /// The hash of the plan.
    pub plan: String,
    /// How many records went or were changed.
    pub records: usize,
    /// Of how many of them nobody could tell whether they were what had been erased.
    pub in_doubt: u64,
}

/// Looks for the handles of erased people in all sources and erases what had been erased since that time. Give the
/// time of the backup: who was erased before it and has come back since, has come back on purpose. Safe to repeat:
/// what is erased already is not found again. A dry run changes nothing.
pub fn replay(app: &App, since: NaiveDateTime, run: Run) -> AppResult<Replayed> {
    let (all, left) = app.db.read_now(|conn| {
        let left = returned::queries::list_left(conn, since)?;
        Ok((tombstones::list_since(conn, since)?, left))
    })?;
    let known = all.len();
    let erasures: Vec<_> = all
        .into_iter()
        .filter(|it| !left.contains(&it.key))
        .collect();
    let replayed = replay_these(app, (&erasures, By::Backup), run)?;
    Ok(Replayed {
        known,
        left: known - erasures.len(),
        ..replayed
    })
}

/// The same with some erasures.
pub(super) fn replay_these(
    app: &App,
    (erasures, by): (&[Erasure], By),
    run: Run,
) -> AppResult<Replayed> {
    let mut replayed = Replayed {
        known: erasures.len(),
        ..Replayed::default()
    };
    let (found, errors) = find(app, erasures);
    for error in errors {
        replayed.note(error);
    }
    let mut looked_at = LookedAt::default();
    // The newest first: an earlier erasure may take away what leads to what a later one has erased.
    for (at, handles) in found.into_iter().rev() {
        let person = person_of(&handles);
        match erase(app, (&erasures[at], by), &person, (run, &mut looked_at)) {
            Ok((_, 0)) => {}
            Ok(((plan, in_doubt), records)) => {
                replayed.returned += 1;
                replayed.records += records;
                if run == Run::Real {
                    settle(app, &erasures[at], records)?;
                    replayed.again.push(Again {
                        handles,
                        plan,
                        records,
                        in_doubt,
                    });
                }
            }
            Err(Stop::Source(error)) => replayed.note(error),
            Err(Stop::Portal(error)) => return Err(error),
        }
    }
    Ok(replayed)
}

/// Why an erasure is not carried out again.
enum Stop {
    /// A source does not answer, or forbids it; others are looked at all the same.
    Source(SourceError),
    /// The portal's own database.
    Portal(AppError),
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        Stop::Source(error)
    }
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Stop::Portal(error)
    }
}

/// Kind and value of each.
pub type Handles = BTreeSet<(String, String)>;

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

/// What brought erased data back, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A backup was restored, as whoever runs the portal says.
    Backup,
    /// Nobody knows.
    Unknown,
}

/// What had been erased of somebody, around what was held then and what is held now, and around records that are known by
/// their ids. What came about since stays: they are a customer again.
pub(super) fn plan(
    app: &App,
    (erasure, by): (&Erasure, By),
    (person, known): (&Identities, &[Known]),
) -> Result<Plan, SourceError> {
    let today = app.clock.today();
    let read = app.db.read_now(|conn| {
        let placed = held_now(conn, app, person, today)?;
        Ok((placed, erased(conn, app, (erasure, by), person)?))
    });
    let (placed, erased) = read.map_err(|error| {
        tracing::error!(%error, "the holds could not be read");
        SourceError::new("candor", Fault::Unavailable("holds".to_owned()))
    })?;
    let holds: Vec<_> = erasure.holds.iter().cloned().chain(placed).collect();
    let scope = (&erasure.scope, erasure.law.as_str());
    app.sources
        .plan_erasure_again(person, scope, (&holds, known), (today, &erased))
}

fn erased(
    conn: &mut AnyConnection,
    app: &App,
    (erasure, by): (&Erasure, By),
    person: &Identities,
) -> AppResult<Erased> {
    let mut erased = Erased {
        on: erasure.erased_at.date(),
        traces: tombstones::traces(conn, &erasure.key)?,
        left: BTreeMap::new(),
        by_backup: by == By::Backup,
    };
    for id in people_of(conn, &app.keys, person)? {
        for (left, _) in remainders::queries::list_left(conn, app, id)? {
            let records = left.records.into_iter().map(|it| it.record);
            let left = records.map(|it| (it.id, it.fingerprint));
            erased.left.extend(left);
        }
    }
    Ok(erased)
}

/// The holds on everybody's data, and on that of all who are known by one of these handles.
fn held_now(
    conn: &mut AnyConnection,
    app: &App,
    person: &Identities,
    today: NaiveDate,
) -> AppResult<Vec<Hold>> {
    let mut holds = queries::for_everybody(conn, today)?;
    for id in people_of(conn, &app.keys, person)? {
        let placed = queries::for_plans(conn, id, today)?;
        let new: Vec<_> = placed
            .into_iter()
            .filter(|it| !holds.contains(it))
            .collect();
        holds.extend(new);
    }
    Ok(holds)
}

/// All who are known by one of these handles.
pub fn people_of(
    conn: &mut AnyConnection,
    keys: &Keys,
    person: &Identities,
) -> QueryResult<BTreeSet<i64>> {
    let mut people = BTreeSet::new();
    for (kind, value) in person.handles() {
        let mut kinds = IdentityKind::ALL.iter().copied();
        let Some(kind) = kinds.find(|it| my_data::as_sources_call(*it) == kind) else {
            continue;
        };
        let value = match kind {
            IdentityKind::Email => normal_email(value),
            IdentityKind::Phone => normal_phone(value),
            IdentityKind::External => value.trim().to_owned(),
        };
        people.extend(find_person_by_identity(conn, keys, kind, &value)?.map(|it| it.id));
    }
    Ok(people)
}

/// Gives the hash of the plan with the number of records in doubt, and the number of records. Before a source is changed it is written down, so that what was
/// erased is on record where it breaks off: a repeat does not find it any more.
fn erase(
    app: &App,
    (erasure, by): (&Erasure, By),
    person: &Identities,
    (run, looked_at): (Run, &mut LookedAt),
) -> Result<((String, u64), usize), Stop> {
    let (mut so_far, mut in_doubt) = (SoFar::default(), 0);
    for _ in 0..REPLANS {
        let mut plan = plan(app, (erasure, by), (person, &so_far.known))?;
        in_doubt = in_doubt.max(plan.back.iter().map(|it| it.in_doubt).sum());
        if let Some(lost) = so_far
            .left
            .first()
            .filter(|_| plan.count_missing(&so_far.left) > 0)
        {
            return Err(changed(app, Some(&lost.key())).into());
        }
        let before = so_far.done.iter().map(|it| it.records).sum::<u64>();
        let records = usize::try_from(before).unwrap_or(usize::MAX) + plan.records();
        if run == Run::Dry {
            return Ok(((plan.hash.clone(), in_doubt), looked_at.add(&plan)));
        }
        if plan.is_empty() {
            return Ok(((plan.hash, in_doubt), records));
        }
        plan.done = so_far.done;
        let mut begins = |source: &str| {
            let works = plan.work.iter().filter(|it| it.source == source);
            let records: usize = works.map(|it| it.targets.len()).sum();
            let detail = json!({ "source": source, "records": records });
            note_begun(app, erasure, detail).map_err(Stop::Portal)
        };
        let outcome = app
            .sources
            .execute_noting(person, &plan, &|_| true, &mut begins)?;
        if let Outcome::Done(_) = outcome {
            return Ok(((plan.hash, in_doubt), records));
        }
        so_far = app.sources.so_far(&plan, &|_| true)?;
    }
    Err(changed(app, None).into())
}

/// What a dry run would have made of records so far: what is gone, or is as it is to be, an earlier erasure does not find.
#[derive(Default)]
struct LookedAt(HashMap<(CollectionKey, String), Option<String>>);

impl LookedAt {
    /// Adds a plan, and gives the number of records to which it would do more.
    fn add(&mut self, plan: &Plan) -> usize {
        let works = plan.work.iter();
        let targets = works.flat_map(|work| work.targets.iter().map(move |it| (work.key(), it)));
        let mut more = 0;
        for (key, target) in targets {
            let place = (key, target.id.clone());
            let is_known = |after: &Option<String>| after.is_none() || *after == target.after;
            if self.0.get(&place).is_some_and(is_known) {
                continue;
            }
            self.0.insert(place, target.after.clone());
            more += 1;
        }
        more
    }
}

fn changed(app: &App, key: Option<&CollectionKey>) -> SourceError {
    let mut datasets = app.sources.register().datasets.iter();
    let dataset = datasets.find(|it| key.is_none_or(|key| it.key == key.dataset));
    let source = dataset.map(|it| it.source.clone()).unwrap_or_default();
    SourceError::new(&source, Fault::Changed)
}

/// Notes that source after source is about to be changed.
fn note_begun(app: &App, erasure: &Erasure, detail: Json) -> AppResult<()> {
    let (key, now) = (erasure.key.clone(), app.clock.now());
    app.db
        .write_now(move |conn| note(conn, &key, ("erasure.replay_begun", detail), now))
}

/// Notes what was erased again; what staff had on their list of it is settled.
fn settle(app: &App, erasure: &Erasure, records: usize) -> AppResult<()> {
    let (key, now) = (erasure.key.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        let detail = json!({ "records": records });
        note(conn, &key, ("erasure.replayed", detail), now)?;
        returned::changes::settle_replayed(conn, &key, now)
    })
}

fn note(
    conn: &mut AnyConnection,
    key: &str,
    (action, detail): (&str, Json),
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor: Actor::System,
        action,
        person: None,
        object: &format!("erasure {key}"),
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
