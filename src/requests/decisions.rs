//! Deciding: item by item, as a whole, and by a second staff member where that is needed. Each function works in its
//! caller's transaction, is refused with a conflict when the request has changed since it was read, and writes
//! timeline, audit event and mail.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::life::{By, advance, advance_because, changed, record, touch};
use super::model::{Action, Decision, Item, Kind, Outcome, Request, State};
use super::notices::{self, RequestDecided, RequestWithdrawn};
use super::sealed::{self, What};
use super::staff_mails::{self, Why};
use super::{
    agents, appeals, contradicted, denial, flags, four_eyes, handing_out, held_since, items,
    planning, queries, restrictions, senders,
};
use crate::accounts::guard::StaffMember;
use crate::accounts::model::Role;
use crate::db::schema::{request_approvals, request_items, requests};
use crate::db::{AnyConnection, both};
use crate::error::{AppError, AppResult};
use crate::manual::{unsearched, waiting};
use crate::my_data::redactions;

/// With fewer no sentence gives a reason.
const FEWEST_LETTERS: usize = 10;
const FEWEST_WORDS: usize = 3;

/// Why something is not done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Because<'a> {
    /// The code of a ground that the law knows; empty where it is done.
    pub ground: &'a str,
    /// The facts, in plain words for the person; may be empty where it is done.
    pub facts: &'a str,
}

impl<'a> Because<'a> {
    /// Words that go with something that is done.
    pub fn words(facts: &'a str) -> Self {
        Because { ground: "", facts }
    }

    /// The code for the database, none for what is done.
    fn code(self, denied: bool) -> Option<&'a str> {
        Some(self.ground).filter(|_| denied)
    }

    /// A denial says on what ground, and what the facts are.
    fn is_complete(
        self,
        conn: &mut AnyConnection,
        (request, item): (&Request, Option<&Item>),
        by: &By<'_>,
    ) -> AppResult<()> {
        if !is_reason(self.facts) {
            return Err(AppError::conflict("A denial needs a reason."));
        }
        if let Some(sentence) = contradicted::find(conn, by.app, request, (item, self.ground))? {
            return Err(AppError::conflict(sentence));
        }
        let kind = denial::kind_denied(conn, request)?;
        match denial::ground(&by.app.laws, request, kind, self.ground) {
            Some(_) => Ok(()),
            None => Err(AppError::conflict(
                "A denial needs one of the grounds that the law knows.",
            )),
        }
    }
}

/// Whether words say anything: a mark or a word is no reason for a denial.
pub fn is_reason(facts: &str) -> bool {
    let letters = facts.chars().filter(|it| it.is_alphanumeric()).count();
    letters >= FEWEST_LETTERS && facts.split_whitespace().count() >= FEWEST_WORDS
}

/// Decides one item, or decides it anew, while the request is in review. A refusal needs a ground and a reason.
pub fn decide_item(
    conn: &mut AnyConnection,
    request: &Request,
    item_id: i64,
    (decision, because): (Decision, Because<'_>),
    by: &By<'_>,
) -> AppResult<Request> {
    if request.state != State::InReview || request.outcome.is_some() {
        return Err(changed());
    }
    let is_refused = decision == Decision::Refused;
    if is_refused {
        let items = queries::list_items(conn, request.id)?;
        let item = items.iter().find(|it| it.id == item_id);
        let item = item.ok_or(AppError::NotFound)?;
        because.is_complete(conn, (request, Some(item)), by)?;
    }
    let touched = touch!(conn, request, requests::outcome.eq(None::<String>));
    let item = request_items::table
        .filter(request_items::request_id.eq(request.id))
        .filter(request_items::id.eq(item_id))
        .filter(request_items::applied_at.is_null());
    let decided = diesel::update(item)
        .set((
            request_items::decision.eq(decision.as_str()),
            request_items::decision_reason.eq(seal_reason(request, because.facts, by)),
            request_items::ground.eq(because.code(is_refused)),
            request_items::decided_at.eq(by.now),
        ))
        .execute(conn)?;
    if decided == 0 {
        return Err(AppError::NotFound);
    }
    let detail = json!({ "item": item_id, "decision": decision });
    record(conn, request, "request.item_decided", detail, by)?;
    Ok(touched)
}

/// What the decided items come to; `None` while one is undecided or when there are none. Items that stay by the
/// register's rule make it partial.
pub fn outcome_of(items: &[Item]) -> Option<Outcome> {
    let count = |wanted| {
        items
            .iter()
            .filter(|it| it.decision == Some(wanted))
            .count()
    };
    let stays = |it: &&Item| matches!(it.action, Action::Keep | Action::Leave);
    let kept = items.iter().filter(stays).count();
    let follow = items.iter().filter(|it| it.action == Action::Follow);
    let (accepted, refused) = (count(Decision::Accepted), count(Decision::Refused));
    let settled = accepted + refused + kept + follow.count();
    match () {
        () if items.is_empty() || settled < items.len() => None,
        () if accepted == 0 => Some(Outcome::Denied),
        () if refused + kept > 0 => Some(Outcome::PartlyApproved),
        () => Some(Outcome::Approved),
    }
}

/// Closes the review. Where [two are needed](four_eyes::are_needed) this is a proposal, and the request stays in review
/// until [`approve`]; otherwise it is the decision. A denial needs a ground and a reason, of itself or of each item.
pub fn decide(
    conn: &mut AnyConnection,
    request: &Request,
    (outcome, because): (Outcome, Because<'_>),
    by: &By<'_>,
) -> AppResult<Request> {
    let items = queries::list_items(conn, request.id)?;
    if request.state != State::InReview || request.outcome.is_some() {
        return Err(changed());
    }
    senders::may_be_granted(conn, request, outcome)?;
    flags::may_be_granted(conn, request, outcome)?;
    waiting::may_be_granted(conn, request, outcome)?;
    planning::may_be_granted(conn, request, outcome)?;
    let decided = (request, outcome);
    unsearched::are_explained(conn, &by.app.register, decided, because.facts)?;
    is_nothing_proposed(conn, request, outcome)?;
    appeals::is_impartial(conn, request, &[Role::Agent, Role::Supervisor], by)?;
    items::are_named(request, &items, outcome)?;
    if !items.is_empty() && outcome_of(&items) != Some(outcome) {
        return Err(AppError::conflict("Decide on every item first."));
    }
    let is_denied = outcome != Outcome::Approved && items.is_empty();
    if is_denied {
        because.is_complete(conn, (request, None), by)?;
    }
    let proposed = touch!(
        conn,
        request,
        requests::outcome.eq(outcome.as_str()),
        requests::decision_reason.eq(seal_reason(request, because.facts, by)),
        requests::ground.eq(because.code(is_denied)),
    );
    if four_eyes::are_needed(conn, &proposed, outcome, &items)? {
        return propose(conn, proposed, outcome, by);
    }
    conclude(conn, &proposed, outcome, by)
}

/// What goes out is settled first: what a colleague proposes to leave out of it waits for a supervisor.
fn is_nothing_proposed(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
) -> AppResult<()> {
    let gives = request.kind == Kind::Access && outcome != Outcome::Denied;
    if gives && redactions::count_proposed(conn, request.person_id)? > 0 {
        return Err(AppError::conflict(
            "It is proposed to leave something out of the data. A supervisor has to approve that first, or take it back.",
        ));
    }
    Ok(())
}

fn propose(
    conn: &mut AnyConnection,
    request: Request,
    outcome: Outcome,
    by: &By<'_>,
) -> AppResult<Request> {
    four_eyes::first(conn, &request, by)?;
    let detail = json!({ "outcome": outcome, "plan_hash": request.plan_hash });
    record(conn, &request, "request.proposed", detail, by)?;
    staff_mails::tell(conn, &request, Why::Proposal, by)?;
    Ok(request)
}

/// A supervisor, who must not be the one that proposed it, makes a proposal the decision.
pub fn approve(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    let Some(outcome) = request.outcome.filter(|_| request.state == State::InReview) else {
        return Err(changed());
    };
    appeals::is_impartial(conn, request, &[Role::Supervisor], by)?;
    held_since::is_free(conn, request, by)?;
    is_still_true(conn, request, by)?;
    four_eyes::second(conn, request, by)?;
    let detail = json!({ "outcome": outcome, "plan_hash": request.plan_hash });
    record(conn, request, "request.second_approval", detail, by)?;
    conclude(conn, request, outcome, by)
}

/// What is known by now may contradict the ground of a denial that was proposed.
fn is_still_true(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let Some(ground) = &request.ground else {
        return Ok(());
    };
    match contradicted::find(conn, by.app, request, (None, ground))? {
        Some(sentence) => Err(AppError::conflict(sentence)),
        None => Ok(()),
    }
}

/// A supervisor does not agree with a proposal: it is reviewed again.
pub fn send_back(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    if request.outcome.is_none() || request.state != State::InReview {
        return Err(changed());
    }
    let reviewed = touch!(conn, request, requests::outcome.eq(None::<String>));
    forget_approvals(conn, request)?;
    record(conn, request, "request.sent_back", json!({}), by)?;
    Ok(reviewed)
}

/// Takes back the decisions of one kind on what is not done yet.
pub(super) fn forget_decisions(
    conn: &mut AnyConnection,
    request: &Request,
    decision: Decision,
) -> QueryResult<()> {
    let decided = request_items::table
        .filter(request_items::request_id.eq(request.id))
        .filter(request_items::decision.eq(decision.as_str()))
        .filter(request_items::applied_at.is_null());
    diesel::update(decided)
        .set((
            request_items::decision.eq(None::<String>),
            request_items::decision_reason.eq(None::<Vec<u8>>),
            request_items::decided_at.eq(None::<NaiveDateTime>),
            request_items::ground.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes back what staff have agreed to; the audit log keeps that they had.
pub(super) fn forget_approvals(conn: &mut AnyConnection, request: &Request) -> QueryResult<()> {
    let given = request_approvals::table.filter(request_approvals::request_id.eq(request.id));
    diesel::delete(given).execute(conn)?;
    Ok(())
}

/// Notes that a staff member stands for what is proposed, under the plan as it is.
///
/// # Errors
/// [`AppError::Conflict`] when they do already, as by a second click.
pub(super) fn add_approval(
    conn: &mut AnyConnection,
    request: &Request,
    member: &StaffMember,
    by: &By<'_>,
) -> AppResult<()> {
    let row = (
        request_approvals::request_id.eq(request.id),
        request_approvals::staff_id.eq(member.id),
        request_approvals::role.eq(member.role.as_str()),
        request_approvals::plan_hash.eq(request.plan_hash.as_deref().unwrap_or_default()),
        request_approvals::at.eq(by.now),
    );
    let noted = both!(conn, |conn| diesel::insert_into(request_approvals::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    if noted == 1 { Ok(()) } else { Err(changed()) }
}

/// The decision, as the person learns it.
fn conclude(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
    by: &By<'_>,
) -> AppResult<Request> {
    let state = match outcome {
        Outcome::Approved => State::Approved,
        Outcome::PartlyApproved => State::PartlyApproved,
        Outcome::Denied => State::Denied,
    };
    let decided = advance(conn, request, state, by)?;
    if senders::tell_unverified(conn, request, outcome, by)? {
        return Ok(decided);
    }
    // That what it is against is opened again is told once that is done; and what is answered by this, as done.
    let is_answered = request.kind.is_answered_in_words() && !handing_out::is_due(conn, &decided)?;
    let is_told_as_done = match outcome {
        Outcome::Approved => request.kind == Kind::Appeal || is_answered,
        Outcome::PartlyApproved => request.kind == Kind::Appeal,
        Outcome::Denied => false,
    };
    if is_told_as_done {
        return Ok(decided);
    }
    let mail = RequestDecided {
        reference: request.reference.clone(),
        kind: request.kind,
        outcome,
        denial: denial::of_decided(conn, by.app, &decided)?,
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok(decided)
}

/// The person takes it back, which is possible until it is carried out.
pub fn withdraw(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    take_back(conn, request, false, by)
}

/// The same by an agent who had asked for them.
pub fn withdraw_by_agent(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<Request> {
    take_back(conn, request, true, by)
}

fn take_back(
    conn: &mut AnyConnection,
    request: &Request,
    is_by_agent: bool,
    by: &By<'_>,
) -> AppResult<Request> {
    let by_whom = if is_by_agent {
        json!({ "by": "agent" })
    } else {
        json!({})
    };
    let withdrawn = advance_because(conn, request, (State::Withdrawn, &by_whom), by)?;
    restrictions::end_with(conn, request, by)?;
    let mail = RequestWithdrawn {
        reference: request.reference.clone(),
        kind: request.kind,
        is_by_agent,
        is_stopped: !is_by_agent && agents::queries::find(conn, request.id)?.is_some(),
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok(withdrawn)
}

fn seal_reason(request: &Request, reason: &str, by: &By<'_>) -> Option<Vec<u8>> {
    let reason = reason.trim();
    let seal = || {
        sealed::seal(
            &by.app.keys,
            &request.reference,
            What::DecisionReason,
            reason,
        )
    };
    (!reason.is_empty()).then(seal)
}
