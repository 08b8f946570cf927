//! Looking whether what was left has to stay still: a job, every night.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime};

use super::model::{Left, Remainder};
use super::{changes, queries};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::Lease;
use crate::my_data::identities_of;
use crate::reports::purge::KEPT;
use crate::requests;
use crate::requests::model::Request;
use crate::requests::review::plan_around;
use crate::retention::returned::model::{Sighting, State};
use crate::retention::returned::{changes as found, queries as noted, sweep};
use crate::sources::{Identities, Plan, Scope, Stayed, There};

/// So many are read from the portal's database at a time.
const BATCH: i64 = 100;

/// The job. What a source that does not answer holds is looked at the next night.
pub fn look(app: &App, lease: &Lease) -> AppResult<()> {
    let today = app.clock.today();
    let mut after = (NaiveDate::default(), 0);
    loop {
        let due = app
            .db
            .read_now(|conn| Ok(queries::list_due(conn, today, after, BATCH)?))?;
        let Some(last) = due.last() else {
            return Ok(());
        };
        after = (last.look_on, last.request_id);
        for remainder in due {
            lease.check()?;
            if let Err(error) = look_at(app, remainder) {
                tracing::warn!(%error, "it could not be seen whether data have to stay");
            }
        }
    }
}

fn look_at(app: &App, remainder: Remainder) -> AppResult<()> {
    let known = Known::load(app, &remainder)?;
    let plan = known.plan(app)?;
    let others = known.others_there(app);
    let (own, now) = (app.clone(), app.clock.now());
    app.db
        .write_now(move |conn| note(conn, &own, (&remainder, &known), (&plan, others), now))
}

/// Puts before staff what need not stay, or notes when to look again.
fn note(
    conn: &mut AnyConnection,
    app: &App,
    (remainder, known): (&Remainder, &Known),
    (plan, others): (&Plan, Vec<Stayed>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let open = noted::find_open_of_request(conn, remainder.request_id)?;
    if !plan.is_empty() {
        let is_begun = open.is_some_and(|it| it.state == State::Erasing);
        if !is_begun {
            let goes = known.left.records.iter().filter(|it| it.may_end());
            let goes = changes::not_touched_by(goes.cloned().collect(), &plan.stayed);
            let left = Left {
                records: plan
                    .stayed
                    .iter()
                    .cloned()
                    .chain(goes)
                    .chain(others)
                    .collect(),
                ..known.left.clone()
            };
            let sealed = left.seal(app, &known.request.reference)?;
            changes::store(conn, remainder, (&sealed, Some(remainder.look_on)), now)?;
        }
        return found::note(conn, &known.sighting(plan), now);
    }
    if let Some(open) = open {
        if open.state == State::Erasing {
            return Ok(());
        }
        found::settle_gone(conn, &open, now)?;
    }
    let left = Left {
        records: plan.stayed.iter().cloned().chain(others).collect(),
        ..known.left.clone()
    };
    let sealed = left.seal(app, &known.request.reference)?;
    // What others share is there for as long as they are: it does not keep the request for ever.
    let is_old = known.request.closed_at.is_some_and(|it| it <= now - KEPT);
    let next = left.next_look(now.date());
    let next = next.filter(|_| !(is_old && left.records.is_empty()));
    changes::store(conn, remainder, (&sealed, next), now)
}

/// A remainder with all that is needed to plan what becomes of it.
pub(super) struct Known {
    pub request: Request,
    pub left: Left,
    pub person: Identities,
}

impl Known {
    pub fn load(app: &App, remainder: &Remainder) -> AppResult<Self> {
        let (request, person) = app.db.read_now(|conn| {
            let request = requests::queries::find(conn, remainder.request_id)?;
            Ok((request, identities_of(conn, remainder.person_id)?))
        })?;
        Ok(Known {
            left: remainder.open(app, &request.reference)?,
            request,
            person,
        })
    }

    /// What an erasure of it would do today, of that which stays for a reason that may end. It reads the sources.
    pub fn plan(&self, app: &App) -> AppResult<Plan> {
        let records = self.left.records.iter().filter(|it| it.may_end());
        let records: Vec<_> = records.map(|it| it.record.clone()).collect();
        let scope = Scope::Left(Box::new(self.left.scope.clone()));
        let what = (&scope, self.left.law.as_str());
        let whose = (self.request.person_id, &self.person);
        plan_around(app, whose, what, (Vec::new(), &records))
    }

    /// What is there still of that which stays for a reason without an end; where a source does not answer, all of it.
    pub fn others_there(&self, app: &App) -> Vec<Stayed> {
        let others = self.left.records.iter().filter(|it| !it.may_end());
        let others: Vec<_> = others.cloned().collect();
        still_left(app, &self.person, others)
    }

    fn sighting(&self, plan: &Plan) -> Sighting {
        let request = &self.request;
        Sighting {
            erasure: format!("rest of {}", request.reference),
            erased_at: request.closed_at.unwrap_or(request.created_at),
            records: i64::try_from(plan.records()).unwrap_or(i64::MAX),
            collections: sweep::collections(plan),
            signed_in_since: false,
            is_customer: false,
            request_id: Some(request.id),
        }
    }
}

/// What is there still of some records, without what is left only because nobody asked to erase it and is found as ever.
pub fn still_left(app: &App, person: &Identities, records: Vec<Stayed>) -> Vec<Stayed> {
    let known: Vec<_> = records.iter().map(|it| it.record.clone()).collect();
    let not_asked = records.iter().filter(|it| it.is_not_asked());
    let not_asked: HashSet<_> = not_asked.map(|it| it.record.id.as_str()).collect();
    if known.is_empty() {
        return records;
    }
    let (mut gone_in, mut there) = (HashSet::new(), HashSet::new());
    for (key, read) in app
        .sources
        .still_there(person, (&known, &|id| not_asked.contains(id)))
    {
        let Ok(found) = read else {
            continue;
        };
        let is_left = |it: &There| !(it.is_found && not_asked.contains(it.record.id.as_str()));
        let left = found.into_iter().filter(is_left);
        there.extend(left.map(|it| (key.clone(), it.record.id)));
        gone_in.insert(key);
    }
    let is_left = |it: &Stayed| {
        let key = it.record.key();
        !gone_in.contains(&key) || there.contains(&(key, it.record.id.clone()))
    };
    records.iter().filter(|it| is_left(it)).cloned().collect()
}
