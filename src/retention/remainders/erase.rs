//! Erasing what need not stay any more: a job, safe to repeat.

use std::collections::BTreeSet;

use chrono::NaiveDateTime;
use serde_json::json;

use super::look::Known;
use super::model::{Left, Remainder};
use super::{changes, queries};
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::Lease;
use crate::requests::notices::{self, RestErased};
use crate::retention::queries::for_plans;
use crate::retention::returned::changes as found;
use crate::retention::returned::model::Returned;
use crate::retention::tombstones;
use crate::sources::{Effect, Outcome, Plan, Scope, SourceError};

/// Data that keep changing are planned anew so often at most.
const REPLANS: usize = 3;

const CHANGING: &str = "The data keep changing while they are to be erased.";

/// The job, of what two have agreed on. The plan is written down before it is carried out, so that a worker that is
/// killed leaves an exact account behind.
pub fn erase(app: &App, noted: &Returned, request_id: i64, lease: &Lease) -> AppResult<()> {
    let remainder = app
        .db
        .read_now(|conn| queries::find(conn, request_id)?.ok_or(AppError::NotFound))?;
    let known = Known::load(app, &remainder)?;
    let mut plan = match remainder.open_plan(app, &known.request.reference)? {
        Some(begun) if is_under_todays_holds(app, &known, &begun)? => begun,
        earlier => begin(app, (&remainder, &known), earlier.as_ref())?,
    };
    for _ in 0..REPLANS {
        lease.check()?;
        match app.sources.execute(&known.person, &plan) {
            Ok(Outcome::Done(effects)) => {
                return settle(app, noted, (remainder, known), (plan, effects));
            }
            Ok(Outcome::Stale) => plan = begin(app, (&remainder, &known), Some(&plan))?,
            Err(error) => return put_off(app, noted, error),
        }
    }
    fail(app, noted, CHANGING.to_owned())
}

/// Plans it, and writes the plan down with what an earlier one has done.
fn begin(
    app: &App,
    (remainder, known): (&Remainder, &Known),
    earlier: Option<&Plan>,
) -> AppResult<Plan> {
    let mut plan = known.plan(app)?;
    if let Some(earlier) = earlier {
        plan.done = app.sources.so_far(earlier, &|_| true)?.done;
        plan.traces.extend(&earlier.traces);
    }
    let (own, row, stored) = (app.clone(), remainder.clone(), plan.clone());
    let reference = known.request.reference.clone();
    app.db
        .write_now(move |conn| changes::begin(conn, &own, (&row, &reference), &stored))?;
    Ok(plan)
}

/// Whether no hold was placed or ended since it was made.
fn is_under_todays_holds(app: &App, known: &Known, plan: &Plan) -> AppResult<bool> {
    let (person_id, today) = (known.request.person_id, app.clock.today());
    let holds = app
        .db
        .read_now(|conn| Ok(for_plans(conn, person_id, today)?))?;
    Ok(holds == plan.holds)
}

fn put_off(app: &App, noted: &Returned, error: SourceError) -> AppResult<()> {
    if error.is_temporary() {
        return Err(error.into());
    }
    fail(app, noted, error.to_string())
}

fn fail(app: &App, noted: &Returned, failure: String) -> AppResult<()> {
    let (noted, now) = (noted.clone(), app.clock.now());
    app.db
        .write_now(move |conn| found::end(conn, &noted, Some(&failure), now))
}

/// Writes down what was done, with its receipt and the mail.
fn settle(
    app: &App,
    noted: &Returned,
    (remainder, known): (Remainder, Known),
    (plan, effects): (Plan, Vec<Effect>),
) -> AppResult<()> {
    let (own, noted, now) = (app.clone(), noted.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        forget(conn, &own, (&remainder, &known), &plan, now)?;
        let done = plan.done_with(&effects);
        // Another hold may keep all of it by now.
        if done.is_empty() {
            return found::settle_gone(conn, &noted, now);
        }
        found::end(conn, &noted, None, now)?;
        prove(conn, &own, &known, (&plan, &done), now)
    })?;
    app.wake.notify_one();
    Ok(())
}

/// What is still left stays remembered; what is erased is to stay away.
fn forget(
    conn: &mut AnyConnection,
    app: &App,
    (remainder, known): (&Remainder, &Known),
    plan: &Plan,
    now: NaiveDateTime,
) -> AppResult<()> {
    let mut records = plan.stayed.clone();
    let others = known.left.records.iter().filter(|it| !it.may_end());
    records.extend(changes::not_touched(others.cloned().collect(), plan));
    let left = Left {
        records,
        ..known.left.clone()
    };
    let sealed = left.seal(app, &known.request.reference)?;
    let next = left.next_look(now.date());
    changes::store(conn, remainder, (&sealed, next), now)?;
    if plan.is_empty() {
        return Ok(());
    }
    let erased = Plan {
        scope: erased_of(&known.left.scope, plan),
        ..plan.clone()
    };
    tombstones::set(conn, &app.keys, (&known.person, &erased), now)
}

/// What of a scope a plan has erased: the rest has a tombstone already.
fn erased_of(scope: &Scope, plan: &Plan) -> Scope {
    let touched: BTreeSet<_> = plan.work.iter().map(|it| it.key().to_string()).collect();
    match scope {
        Scope::All => Scope::Collections(touched),
        Scope::Collections(asked) => Scope::Collections(&touched & asked),
        Scope::Left(scope) => erased_of(scope, plan),
        Scope::Categories(_) | Scope::Record { .. } => scope.clone(),
    }
}

fn prove(
    conn: &mut AnyConnection,
    app: &App,
    known: &Known,
    (plan, done): (&Plan, &[Effect]),
    now: NaiveDateTime,
) -> AppResult<()> {
    let request = &known.request;
    let new = NewReceipt {
        issuer: &app.site.organisation,
        person_id: Some(request.person_id),
        kind: "deletion",
        object: &request.reference,
        facts: json!({
            "plan": plan.hash, "done": done, "had_to_stay_before": true, "still_stay": plan.stayed.len(),
            "read_back": true,
        }),
    };
    let receipt = receipts::issue(conn, &app.keys, &new, now)?;
    let mail = RestErased {
        reference: request.reference.clone(),
        records: plan.records(),
        left: plan.stayed.len(),
        receipt: receipt.id,
    };
    notices::send(conn, app, request, &mail, now)
}
