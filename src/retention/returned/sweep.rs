//! Searching the sources for people who were erased: a job for each batch of tombstones, each of which writes the next.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;

use super::changes;
use super::model::{InCollection, Returned, Sighting};
use super::queries;
use crate::accounts::queries::find_person;
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::{self, Job, Lease};
use crate::retention::replay::{self, By, Handles};
use crate::retention::tombstones::{self, Erasure};
use crate::sources::{Action, Plan};

/// So many tombstones are looked for in one pass over the handles that the sources hold: some megabytes.
const BATCH: i64 = 20_000;

/// How far a search is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// The tombstones up to this id have been looked for.
    pub after_id: i64,
    /// When the search began; none for its first job.
    pub began: Option<NaiveDateTime>,
    /// A source was not read to its end, so that what was not found may be there all the same.
    pub missed: bool,
}

/// The job: looks for one batch, and goes on with the next in another job. Safe to repeat.
pub fn look(app: &App, progress: Progress, lease: &Lease) -> AppResult<()> {
    let began = progress.began.unwrap_or_else(|| app.clock.now());
    let batch = app
        .db
        .read_now(|conn| tombstones::list_after(conn, progress.after_id, BATCH))?;
    let Some((erasures, after_id)) = batch else {
        let now = app.clock.now();
        if progress.missed {
            return Ok(());
        }
        return app
            .db
            .write_now(move |conn| changes::note_gone(conn, began, now));
    };
    let (found, errors) = replay::find(app, &erasures);
    let mut missed = progress.missed || !errors.is_empty();
    for error in errors {
        tracing::warn!(%error, "erased people could not be looked for everywhere");
    }
    let mut sightings = Vec::new();
    for (at, handles) in found {
        lease.check()?;
        match sighting(app, &erasures[at], &handles) {
            Ok(found) => sightings.extend(found),
            Err(error) => {
                tracing::warn!(%error, "it could not be seen what came back");
                missed = true;
            }
        }
    }
    let now = app.clock.now();
    app.db.write_now(move |conn| {
        for found in &sightings {
            changes::note(conn, found, now)?;
        }
        let next = Job::LookForErased {
            after_id,
            began: Some(began),
            missed,
        };
        jobs::enqueue(conn, &next, now)
    })?;
    app.wake.notify_one();
    Ok(())
}

/// What would be erased again, if anything.
fn sighting(app: &App, erasure: &Erasure, handles: &Handles) -> AppResult<Option<Sighting>> {
    let person = replay::person_of(handles);
    let plan = replay::plan(app, (erasure, By::Unknown), (&person, &[]))?;
    if plan.is_empty() {
        return Ok(None);
    }
    let signed_in_since = app.db.read_now(|conn| {
        for id in replay::people_of(conn, &app.keys, &person)? {
            let name = find_person(conn, id)?.pseudonym;
            if queries::has_signed_in(conn, &name, erasure.erased_at)? {
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    Ok(Some(Sighting {
        erasure: erasure.key.clone(),
        erased_at: erasure.erased_at,
        records: i64::try_from(plan.records()).unwrap_or(i64::MAX),
        collections: collections(&plan),
        signed_in_since,
        is_customer: plan.is_customer,
        request_id: None,
    }))
}

/// Whether more would be erased by now than what staff have agreed on, or what they could not know then.
pub(super) fn has_grown(app: &App, noted: &Returned, erasure: &Erasure) -> AppResult<bool> {
    let (found, _) = replay::find(app, std::slice::from_ref(erasure));
    let agreed = noted.places();
    for handles in found.values() {
        let Some(now) = sighting(app, erasure, handles)? else {
            continue;
        };
        let is_agreed = |it: &InCollection| {
            agreed.iter().any(|agreed| {
                (&agreed.dataset, &agreed.collection) == (&it.dataset, &it.collection)
                    && it.records <= agreed.records
                    && it.in_doubt <= agreed.in_doubt
            })
        };
        if now.is_customer && !noted.is_customer || !now.collections.iter().all(is_agreed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a plan erases, by collection.
pub(in crate::retention) fn collections(plan: &Plan) -> Vec<InCollection> {
    let mut counts = BTreeMap::<(&str, &str), u64>::new();
    for item in &plan.items {
        if matches!(
            item.action,
            Action::Delete | Action::Mask { .. } | Action::Cut
        ) {
            *counts.entry((&item.dataset, &item.collection)).or_default() += item.records;
        }
    }
    let each = counts.into_iter();
    each.map(|((dataset, collection), records)| {
        let mut back = plan.back.iter();
        let back = back.find(|it| (&*it.dataset, &*it.collection) == (dataset, collection));
        InCollection {
            dataset: dataset.to_owned(),
            collection: collection.to_owned(),
            records,
            in_doubt: back.map_or(0, |it| it.in_doubt),
            days: back.and_then(|it| it.days),
        }
    })
    .collect()
}
