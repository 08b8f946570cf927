//! From a staff member's judgement of each item to a decision, in one transaction.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::json;

use super::asked::NewItem;
use super::decisions::Because;
use super::held_still::Seen;
use super::life::{By, advance, changed, record, touch};
use super::model::{Decision, Item, Kind, Outcome, Request, State};
use super::replanning::{ids_of, plan_anew};
use super::sealed::{self, What};
use super::{carry_out, decisions, execution, filing, held_since, queries, restrictions};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::error::{AppError, AppResult};
use crate::manual::opening;
use crate::retention::{self, remainders};
use crate::sources::{Hold, Identities, Keeper, Known, Plan, Scope};

/// The basis of what stays because staff refused to erase it.
pub(super) const DECIDED_BY_STAFF: &str = "decided by staff on your request";

/// What a staff member thinks of a request.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// Of each item.
    pub items: Vec<Judged>,
    /// Of a request without items.
    pub outcome: Option<Outcome>,
    /// Of a request without items that is denied: the code of the ground.
    pub ground: String,
    /// For the person; may be empty where the items say it.
    pub reason: String,
    /// Of a restriction that is granted: which data and which use of them, for the recipients.
    pub restricts: String,
}

/// What a staff member thinks of an item.
#[derive(Debug, Clone)]
pub struct Judged {
    /// Which.
    pub id: i64,
    /// Whether it is done.
    pub decision: Decision,
    /// If not: the code of the ground.
    pub ground: String,
    /// For the person; may be empty where it is done.
    pub reason: String,
}

/// Takes a request into review, if it is not there yet.
///
/// # Errors
/// [`AppError::Conflict`] while it is not known who asks, and for what could not be carried out as agreed.
pub fn begin(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    match request.state {
        State::InReview => Ok(request.clone()),
        State::Verifying => Err(AppError::conflict("It is not known yet who asks.")),
        State::ExecutionFailed => Err(AppError::conflict(
            "It could not be carried out. Take it into review again first.",
        )),
        _ => advance(conn, request, State::InReview, by),
    }
}

/// Decides all items and the request, under another plan where one is given; an appeal comes with that of the request
/// which it is against, as it would be now. What needs no second staff member is carried out from here. Returns the request
/// as it was decided: still in review when it is a proposal.
pub fn decide(
    conn: &mut AnyConnection,
    request: &Request,
    judgement: &Judgement,
    plan: Option<&Plan>,
    by: &By<'_>,
) -> AppResult<Request> {
    let mut current = begin(conn, request, by)?;
    for judged in &judgement.items {
        let because = Because {
            ground: &judged.ground,
            facts: &judged.reason,
        };
        current =
            decisions::decide_item(conn, &current, judged.id, (judged.decision, because), by)?;
    }
    if let Some(plan) = plan.filter(|_| current.kind != Kind::Appeal) {
        current = replace_plan(conn, &current, plan, by)?;
    }
    let items = queries::list_items(conn, current.id)?;
    let outcome = decisions::outcome_of(&items)
        .or(judgement.outcome)
        .ok_or_else(changed)?;
    let because = Because {
        ground: &judgement.ground,
        facts: &judgement.reason,
    };
    restrictions::state(conn, &current, (outcome, &judgement.restricts), by)?;
    let decided = decisions::decide(conn, &current, (outcome, because), by)?;
    let seen = Seen {
        anew: plan,
        ..Seen::default()
    };
    carry_out::begin(conn, &decided, seen, by)?;
    Ok(decided)
}

/// The plan of a deletion of which staff refuse a part, or of which they have refused one before.
#[derive(Debug)]
pub enum Remade {
    /// Nothing is refused, and nothing was: the plan stays.
    Not,
    /// The plan without what is refused now.
    Anew(Plan),
    /// Even without the refusals, the plan would no longer do what its items say.
    Drifted(Plan),
}

/// Where staff refuse to erase some collections, the plan without them; and with those again that an earlier proposal
/// refused. It reads the sources.
pub async fn plan_without_refused(
    app: &App,
    request: &Request,
    items: &[Item],
    judged: &[Judged],
) -> AppResult<Remade> {
    let refused: BTreeMap<i64, &str> = judged
        .iter()
        .filter(|it| it.decision == Decision::Refused)
        .map(|it| (it.id, it.reason.as_str()))
        .collect();
    let Some(sealed) = request.plan.as_ref() else {
        return Ok(Remade::Not);
    };
    let agreed = open_plan(app, request, sealed)?;
    let lifted = refusals(&agreed);
    let is_held = is_held_otherwise(app, request).await?;
    if refused.is_empty() && lifted.is_empty() && !is_held {
        return Ok(Remade::Not);
    }
    let whole = plan_anew(app, request, &agreed, Vec::new()).await?;
    let is_as_agreed = if lifted.is_empty() {
        whole.is_within(&agreed)
    } else {
        let proposed = plan_anew(app, request, &agreed, lifted).await?;
        proposed.is_within(&agreed) && is_as_asked(&whole, items)
    };
    match is_as_agreed {
        false => return Ok(Remade::Drifted(whole)),
        true if is_held => return Ok(Remade::Drifted(whole)),
        true if refused.is_empty() => return Ok(Remade::Anew(whole)),
        true => {}
    }
    let holds = items.iter().filter_map(|item| {
        Some(Hold {
            dataset: Some(item.dataset.clone()),
            collection: Some(item.collection.clone()),
            category: None,
            reason: (*refused.get(&item.id)?).to_owned(),
            basis: DECIDED_BY_STAFF.to_owned(),
            until: None,
            by: Keeper::Staff,
        })
    });
    let mut anew = plan_anew(app, request, &agreed, holds.collect()).await?;
    anew.spared = whole.spared_by(&anew);
    Ok(Remade::Anew(anew))
}

/// Whether other holds are in force than when it was planned.
async fn is_held_otherwise(app: &App, request: &Request) -> AppResult<bool> {
    let (own, request) = (app.clone(), request.clone());
    let read = app
        .db
        .read(move |conn| held_since::have_changed(conn, &own, &request));
    read.await
}

/// What a plan spares because staff refused it.
pub(super) fn refusals(plan: &Plan) -> Vec<Hold> {
    let holds = plan.holds.iter();
    holds
        .filter(|it| it.basis == DECIDED_BY_STAFF)
        .cloned()
        .collect()
}

/// Whether a plan does nothing but what the items of a request say.
fn is_as_asked(plan: &Plan, items: &[Item]) -> bool {
    plan.items.iter().map(NewItem::planned).all(|planned| {
        items.iter().any(|item| {
            (item.action, &item.dataset, &item.collection, &item.why)
                == (
                    planned.action,
                    &planned.dataset,
                    &planned.collection,
                    &planned.why,
                )
        })
    })
}

/// Whether a plan spares, by an earlier refusal, what was accepted in the end.
pub(super) fn spares_what_is_accepted(plan: &Plan, items: &[Item]) -> bool {
    let has_one = |hold: &Hold, decision: Decision| {
        items.iter().any(|it| {
            hold.dataset.as_ref() == Some(&it.dataset)
                && hold.collection.as_ref() == Some(&it.collection)
                && it.decision == Some(decision)
        })
    };
    refusals(plan)
        .iter()
        .any(|hold| has_one(hold, Decision::Accepted) && !has_one(hold, Decision::Refused))
}

/// What a deletion would do today, of what the person asked for and without what staff once refused; also where what led
/// to that has been erased. It reads the sources. `None` for a request that has no plan.
pub async fn plan_again(app: &App, request: &Request) -> AppResult<Option<Plan>> {
    let Some(sealed) = &request.plan else {
        return Ok(None);
    };
    let agreed = open_plan(app, request, sealed)?;
    plan_anew(app, request, &agreed, Vec::new()).await.map(Some)
}

/// The same for the deletion that an appeal is against, if it is against one.
pub async fn plan_for_appeal(app: &App, appeal: &Request) -> AppResult<Option<Plan>> {
    let Some(id) = appeal.appeal_of else {
        return Ok(None);
    };
    let denied = app
        .db
        .read(move |conn| Ok(queries::find(conn, id)?))
        .await?;
    plan_again(app, &denied).await
}

/// What a deletion would do today, for a job. One of somebody of whom nothing was known asks for everything.
pub fn plan_of_deletion(app: &App, request: &Request, person: &Identities) -> AppResult<Plan> {
    let sealed = request.plan.as_ref();
    let agreed = sealed.map(|sealed| open_plan(app, request, sealed));
    let agreed = agreed.transpose()?;
    let known = agreed.as_ref().map(ids_of).unwrap_or_default();
    let asked = request.scope.as_deref().map(serde_json::from_str);
    let scope = asked.transpose()?.unwrap_or(Scope::All);
    let whose = (request.person_id, person);
    plan_around(app, whose, (&scope, &request.law), (Vec::new(), &known))
}

/// Puts a request that could not be carried out as agreed back into review: a deletion under another plan, of which
/// nothing is decided yet; a correction with what could not be written undecided.
pub fn review_again(
    conn: &mut AnyConnection,
    request: &Request,
    plan: Option<&Plan>,
    by: &By<'_>,
) -> AppResult<()> {
    if request.plan.is_some() != plan.is_some() {
        return Err(changed());
    }
    let reviewed = advance(conn, request, State::InReview, by)?;
    execution::forget_failure(conn, &reviewed)?;
    opening::end_changes(conn, &reviewed, by)?;
    match plan {
        Some(plan) => begin_anew(conn, &reviewed, plan, by),
        None => Ok(decisions::forget_decisions(
            conn,
            &reviewed,
            Decision::Accepted,
        )?),
    }
}

/// Puts another plan and its items before staff, of which nothing is decided yet.
pub fn begin_anew(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<()> {
    if request.outcome.is_some() {
        return Err(changed());
    }
    let reviewed = begin(conn, request, by)?;
    replan_undecided(conn, &reviewed, plan, by)
}

/// Puts another plan and its items in the place of those of which nothing is decided. Where the request stands does not
/// change by that.
pub fn replan_undecided(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<()> {
    if request.outcome.is_some() {
        return Err(changed());
    }
    let current = replace_plan(conn, request, plan, by)?;
    filing::replace_items(conn, &current, plan, by)
}

/// What an erasure would do today to a person's data under the law of that key, with the holds that are in force and
/// with more. It reads the sources.
pub(super) fn plan_under_holds(
    app: &App,
    (person_id, identities): (i64, &Identities),
    what: (&Scope, &str),
    more: Vec<Hold>,
) -> AppResult<Plan> {
    plan_around(app, (person_id, identities), what, (more, &[]))
}

/// The same around records that are known by their ids. What earlier deletions had to leave is known too: it may be
/// found by nothing else.
pub fn plan_around(
    app: &App,
    (person_id, identities): (i64, &Identities),
    what: (&Scope, &str),
    (more, known): (Vec<Hold>, &[Known]),
) -> AppResult<Plan> {
    let today = app.clock.today();
    let is_of_left = matches!(what.0, Scope::Left(_));
    let (mut holds, left) = app.db.read_now(|conn| {
        let holds = retention::queries::for_plans(conn, person_id, today)?;
        let left = remainders::queries::list_left(conn, app, person_id)?;
        Ok((holds, left))
    })?;
    holds.extend(more);
    let left = left.into_iter().filter(|_| !is_of_left);
    let left = left.flat_map(|(left, _)| left.records);
    let mut all: Vec<_> = left.map(|it| it.record).collect();
    all.extend(known.iter().cloned());
    let around = (&*holds, &*all);
    Ok(app
        .sources
        .plan_erasure_of(identities, what, around, today)?)
}

/// The plan of a deletion, opened.
pub(super) fn open_plan(app: &App, request: &Request, sealed: &[u8]) -> AppResult<Plan> {
    let json = sealed::open(&app.keys, &request.reference, What::Plan, sealed)?;
    Ok(serde_json::from_slice(&json)?)
}

/// Puts another plan in the place of the one that was confirmed.
pub(super) fn replace_plan(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<Request> {
    let replaced = store_plan(conn, request, plan, by)?;
    let detail = json!({ "from": request.plan_hash, "to": plan.hash, "records": plan.records() });
    record(conn, request, "request.replanned", detail, by)?;
    Ok(replaced)
}

/// Makes a plan the one of the request.
pub(super) fn store_plan(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<Request> {
    let json = serde_json::to_string(plan)?;
    let sealed = sealed::seal(&by.app.keys, &request.reference, What::Plan, json);
    Ok(touch!(
        conn,
        request,
        requests::scope.eq(serde_json::to_string(&plan.scope)?),
        requests::plan.eq(sealed),
        requests::plan_hash.eq(&plan.hash),
    ))
}

/// The plan of a deletion: without one it cannot be carried out.
pub fn plan_of(app: &App, request: &Request) -> AppResult<Plan> {
    let sealed = request.plan.as_ref();
    let sealed =
        sealed.ok_or_else(|| AppError::Internal(anyhow::anyhow!("a deletion has no plan")))?;
    open_plan(app, request, sealed)
}
