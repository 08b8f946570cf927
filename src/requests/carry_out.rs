//! Carrying a decided request out in the sources: a job, safe to repeat.
//!
//! The sources are changed and read back first, then the portal notes it, in one transaction with the receipt and
//! the mail. A worker that is killed in between repeats: the sources find what is done already, and give the same
//! result.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::handing_out::Gives;
use super::held_still::Seen;
use super::life::By;
use super::model::{Decision, Item, Kind, Request, State};
use super::replanning::{DRIFTED, HELD, SPARES, is_begun, replan};
use super::review::{plan_of, spares_what_is_accepted, store_plan};
use super::{
    appeals, corrected, details, execution, facts, handing_out, left_uses, planning, queries,
    restrictions,
};
use crate::app::App;
use crate::choices::minors;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Lease};
use crate::manual::model::Subject;
use crate::manual::waiting;
use crate::my_data::identities_of;
use crate::retention::{self, remainders, tombstones};
use crate::sources::{self, Corrected, Correction, Identities, Plan, SourceError, Work};

/// A plan whose data keep changing is made anew so often at most, in one run of the job.
const REPLANS: usize = 3;

/// Why a request is not carried out to its end now.
pub(super) enum Stop {
    /// Worth another try by itself.
    Later(AppError),
    /// Staff must look at it.
    Staff(String),
    /// Another worker has settled it: nothing more is to be done.
    Settled,
    /// People make a part of the changes by hand, and begin the rest when they are done.
    ByHand,
}

impl From<AppError> for Stop {
    fn from(error: AppError) -> Self {
        Stop::Later(error)
    }
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        if error.is_temporary() {
            Stop::Later(AppError::Unavailable(error.to_string()))
        } else {
            Stop::Staff(error.to_string())
        }
    }
}

/// Starts to carry out what was decided; what asks for nothing more is completed at once. A denial or a proposal is
/// left as it is. What is done depends on what was [`Seen`] before.
pub fn begin(
    conn: &mut AnyConnection,
    request: &Request,
    seen: Seen<'_>,
    by: &By<'_>,
) -> AppResult<()> {
    match request.state {
        State::Approved if planning::finds_nothing(by.app, request)? => {
            let facts = json!({ "held": seen.held });
            execution::complete(conn, request, facts, by).map(drop)
        }
        State::Approved | State::PartlyApproved
            if request.kind.is_answered_in_words() && !handing_out::is_due(conn, request)? =>
        {
            let facts = json!({ "answered": true });
            execution::complete(conn, request, facts, by).map(drop)
        }
        // Whoever decided saw to it in the systems concerned; the portal does not reach into their uses.
        State::Approved | State::PartlyApproved
            if matches!(request.kind, Kind::Restriction | Kind::Objection) =>
        {
            let facts = json!({ "seen_to_by_staff": true });
            execution::complete(conn, request, facts, by).map(drop)
        }
        State::Approved | State::PartlyApproved if request.kind == Kind::Appeal => {
            appeals::grant(conn, request, seen.anew, by)
        }
        State::Denied if request.kind == Kind::Objection => {
            restrictions::end_meanwhile(conn, request, by)
        }
        State::Denied if request.kind == Kind::Deletion => {
            left_uses::follow_denial(conn, request, by)
        }
        State::Denied if request.kind == Kind::Appeal => appeals::forget_spared(conn, request, by),
        State::Approved | State::PartlyApproved | State::ExecutionFailed => {
            let started = execution::start(conn, request, by)?;
            jobs::enqueue(conn, &execution::job(&started), by.now)
        }
        _ => Ok(()),
    }
}

/// The job.
pub fn carry_out(app: &App, request_id: i64, lease: &Lease) -> AppResult<()> {
    let (request, items, identities) = app.db.read_now(|conn| {
        let request = queries::find(conn, request_id)?;
        let items = queries::list_items(conn, request.id)?;
        let identities = identities_of(conn, request.person_id)?;
        Ok((request, items, identities))
    })?;
    if request.state != State::Executing {
        return Ok(());
    }
    let done = match request.kind {
        Kind::Correction => correct(app, &request, items, (&identities, lease)),
        Kind::Deletion => erase(app, &request, &items, (&identities, lease)),
        Kind::Access => match handing_out::look_up(app, &request, &identities) {
            Ok(gives) => return hand_out(app, &request, gives),
            Err(stop) => Err(stop),
        },
        _ => Ok(json!({})),
    };
    let found = match (&done, request.kind) {
        (Ok(_), Kind::Deletion) => found_as_ever(app, request_id, &identities)?,
        _ => BTreeSet::new(),
    };
    let shown = match (&done, request.kind) {
        (Ok(_), Kind::Deletion) => facts::still_shown(app, request_id, &identities)?,
        _ => Vec::new(),
    };
    match done {
        Ok(mut facts) => settle(app, request_id, move |conn, request, by| {
            if request.kind == Kind::Deletion {
                facts::note_shown(conn, request, &shown, &mut facts)?;
                let plan = plan_of(by.app, request)?;
                tombstones::set(conn, &by.app.keys, (&identities, &plan), by.now)?;
                corrected::queries::forget_erased(conn, request, &plan, &by.app.keys)?;
                let left = (request, &plan, &found);
                remainders::changes::remember(conn, by.app, left, by.now)?;
            }
            execution::complete(conn, request, facts, by).map(drop)
        })
        .map(drop),
        Err(Stop::Staff(failure)) => settle(app, request_id, move |conn, request, by| {
            execution::fail(conn, request, &failure, by).map(drop)
        })
        .map(drop),
        Err(Stop::Settled | Stop::ByHand) => Ok(()),
        Err(Stop::Later(error)) => Err(error),
    }
}

/// The ids of what a deletion left only because nobody asked to erase it, and that the person is found by still.
fn found_as_ever(app: &App, request_id: i64, person: &Identities) -> AppResult<BTreeSet<String>> {
    let plan = app
        .db
        .read_now(|conn| plan_of(app, &queries::find(conn, request_id)?))?;
    let not_asked = plan.stayed.iter().filter(|it| it.is_not_asked());
    let not_asked: Vec<_> = not_asked.cloned().collect();
    let mut found: BTreeSet<_> = not_asked.iter().map(|it| it.record.id.clone()).collect();
    for left in remainders::look::still_left(app, person, not_asked) {
        found.remove(&left.record.id);
    }
    Ok(found)
}

/// Gives what was asked for without an account, or what is not denied of it.
fn hand_out(app: &App, request: &Request, gives: Gives) -> AppResult<()> {
    settle(app, request.id, move |conn, request, by| {
        let facts = handing_out::give(conn, request, &gives, by)?;
        execution::complete(conn, request, facts, by).map(drop)
    })
    .map(drop)
}

/// Writes how it went, unless another worker has settled it: then `false`.
fn settle(
    app: &App,
    request_id: i64,
    write: impl FnOnce(&mut AnyConnection, &Request, &By<'_>) -> AppResult<()> + Send + 'static,
) -> AppResult<bool> {
    let own = app.clone();
    let is_ours = app.db.write_now(move |conn| {
        let request = queries::find(conn, request_id)?;
        if request.state != State::Executing {
            return Ok(false);
        }
        write(conn, &request, &By::system(&own))?;
        Ok(true)
    })?;
    app.wake.notify_one();
    Ok(is_ours)
}

/// The same in the midst of the work, which ends where another worker has settled it.
pub(super) fn settle_step(
    app: &App,
    request_id: i64,
    write: impl FnOnce(&mut AnyConnection, &Request, &By<'_>) -> AppResult<()> + Send + 'static,
) -> Result<(), Stop> {
    if settle(app, request_id, write)? {
        Ok(())
    } else {
        Err(Stop::Settled)
    }
}

fn correct(
    app: &App,
    request: &Request,
    items: Vec<Item>,
    (person, lease): (&Identities, &Lease),
) -> Result<Value, Stop> {
    let mut corrected = Vec::new();
    let accepted = items
        .into_iter()
        .filter(|item| item.decision == Some(Decision::Accepted))
        .map(|item| details::open_item(&app.keys, &request.reference, item));
    let accepted = accepted.collect::<AppResult<Vec<_>>>()?;
    let mut by_hand: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    for open in accepted.iter().filter(|it| it.item.applied_at.is_none()) {
        let source = open.change.as_ref().map(|change| &change.source);
        if let Some(source) = source.filter(|source| app.sources.is_by_hand(source)) {
            by_hand
                .entry(source.clone())
                .or_default()
                .push(open.item.id);
        }
    }
    let by_hand = by_hand.into_iter();
    let by_hand = by_hand.map(|(source, items)| (source, Subject::Correct(items)));
    wait_for_people(app, request, by_hand.collect())?;
    for open in accepted {
        let Some(change) = open.change else {
            let failure = "An accepted item says nothing to change.";
            return Err(Stop::Staff(failure.to_owned()));
        };
        lease.check()?;
        // What was written before an appeal stays as it is; the person may have changed it since.
        let is_new = open.item.applied_at.is_none();
        if is_new {
            write_value(app, person, &change)?;
        }
        corrected.push(json!({
            "dataset": change.dataset, "collection": change.collection, "field": change.field, "read_back": true,
        }));
        let id = open.item.id;
        let beside = is_new.then(|| corrected::beside::look(app, person, &change));
        settle_step(app, request.id, move |conn, request, by| {
            if is_new {
                let whose = (request.person_id, &*request.reference);
                minors::corrected::learn(conn, by.app, whose, &change, by.now)?;
                let beside = beside.flatten();
                corrected::queries::remember(conn, request, (&change, beside), by)?;
            }
            Ok(execution::mark_applied(conn, request, id, by)?)
        })?;
    }
    Ok(json!({ "corrected": corrected }))
}

fn write_value(app: &App, person: &Identities, change: &Correction) -> Result<(), Stop> {
    let field = format!("{}.{}.{}", change.dataset, change.collection, change.field);
    match app.sources.correct(person, change)? {
        Corrected::Done => Ok(()),
        Corrected::Changed => Err(Stop::Staff(format!(
            "{field} has another value than when it was asked for."
        ))),
        Corrected::Gone => Err(Stop::Staff(format!("The record of {field} is gone."))),
    }
}

fn erase(
    app: &App,
    request: &Request,
    items: &[Item],
    (person, lease): (&Identities, &Lease),
) -> Result<Value, Stop> {
    let mut plan = honour_holds(app, request, person)?;
    if spares_what_is_accepted(&plan, items) {
        return Err(Stop::Staff(SPARES.to_owned()));
    }
    for _ in 0..REPLANS {
        lease.check()?;
        wait_for_people(app, request, works_by_hand(app, &plan))?;
        if let sources::Outcome::Done(effects) = execute(app, request, person, &mut plan)? {
            // A new plan has given them other numbers.
            let items = app
                .db
                .read_now(|conn| Ok(queries::list_items(conn, request.id)?))?;
            return Ok(facts::of(&plan, &effects, &items));
        }
        // Somebody who goes on using the service makes new rows, and others go: what the plan does to what is there now is
        // still what was agreed.
        let holds = plan.holds.clone();
        match replan(app, request, person, (&plan, &holds))? {
            Some(anew) => plan = anew,
            None => break,
        }
    }
    Err(Stop::Staff(DRIFTED.to_owned()))
}

/// Carries a plan out, and notes in which sources it was begun: what is gone there when the job is repeated, this request
/// has erased; what is gone elsewhere, it has not.
fn execute(
    app: &App,
    request: &Request,
    person: &Identities,
    plan: &mut Plan,
) -> Result<sources::Outcome, Stop> {
    let (agreed, mut begun) = (plan.clone(), plan.begun.clone());
    let is_begun = |source: &str| is_begun(app, &agreed, source);
    let mut begins = |source: &str| {
        begun.insert(source.to_owned());
        let noted = Plan {
            begun: begun.clone(),
            ..agreed.clone()
        };
        settle_step(app, request.id, move |conn, request, by| {
            store_plan(conn, request, &noted, by).map(drop)
        })
    };
    let outcome = app
        .sources
        .execute_noting(person, &agreed, &is_begun, &mut begins);
    plan.begun = begun;
    outcome
}

/// What a plan changes in systems that nobody can connect to, by source.
fn works_by_hand(app: &App, plan: &Plan) -> Vec<(String, Subject)> {
    let mut by_source: BTreeMap<String, Vec<Work>> = BTreeMap::new();
    for work in &plan.work {
        if app.sources.is_by_hand(&work.source) {
            let works = by_source.entry(work.source.clone()).or_default();
            works.push(work.clone());
        }
    }
    let each = by_source.into_iter();
    each.map(|(source, works)| (source, Subject::Erase(works)))
        .collect()
}

/// Goes on when people have confirmed what is changed by hand; else asks them, once. Whatever is done by itself waits
/// too, so that all of it is read back and proved together.
fn wait_for_people(
    app: &App,
    request: &Request,
    changes: Vec<(String, Subject)>,
) -> Result<(), Stop> {
    let open = waiting::unconfirmed(app, request, changes)?;
    if open.is_empty() {
        return Ok(());
    }
    settle_step(app, request.id, move |conn, request, by| {
        waiting::ask(conn, request, &open, by)
    })?;
    Err(Stop::ByHand)
}

/// The plan that was agreed, or the same plan under holds that were placed since. A hold that keeps more than was
/// agreed stops it.
fn honour_holds(app: &App, request: &Request, person: &Identities) -> Result<Plan, Stop> {
    let plan = plan_of(app, request)?;
    let today = app.clock.today();
    let person_id = request.person_id;
    let placed = app
        .db
        .read_now(|conn| Ok(retention::queries::for_plans(conn, person_id, today)?))?;
    let new: Vec<_> = placed
        .into_iter()
        .filter(|hold| !plan.holds.contains(hold))
        .collect();
    if new.is_empty() {
        return Ok(plan);
    }
    let holds: Vec<_> = new.into_iter().chain(plan.holds.clone()).collect();
    replan(app, request, person, (&plan, &holds))?.ok_or_else(|| Stop::Staff(HELD.to_owned()))
}
