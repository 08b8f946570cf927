//! Which state may follow which, and the one way from one to the next.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{Kind, Outcome, Party, Request, State, StepKind};
pub use super::steps::{add_step, record};
use super::{
    agents, dates, decisions, evidence, left_uses, pause, restrictions, senders, unanswered,
};
use crate::accounts::guard::{Person, StaffMember};
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::disclosures::causes::{self, Whose};
use crate::disclosures::model::CauseKind;
use crate::drp::callback;
use crate::error::{AppError, AppResult};
use crate::manual::opening;

use State::{
    Acknowledged, Approved, Completed, Denied, Executing, ExecutionFailed, InReview,
    PartlyApproved, Received, Verifying, WaitingForPerson, Withdrawn,
};

/// Every allowed move. What has no line here is closed.
pub const MOVES: &[(State, &[State])] = &[
    (Received, &[Acknowledged, Withdrawn]),
    (
        Acknowledged,
        &[Verifying, InReview, WaitingForPerson, Withdrawn],
    ),
    (Verifying, &[InReview, Denied, Withdrawn]),
    (
        InReview,
        &[
            Verifying,
            WaitingForPerson,
            Approved,
            PartlyApproved,
            Denied,
            Withdrawn,
        ],
    ),
    (WaitingForPerson, &[InReview, Withdrawn]),
    (Approved, &[Executing, Completed, Withdrawn]),
    (PartlyApproved, &[Executing, Completed, Withdrawn]),
    (Executing, &[Completed, ExecutionFailed]),
    (ExecutionFailed, &[Executing, InReview]),
];

impl State {
    /// Whether a request may go from this state to that one.
    pub fn may_become(self, to: State) -> bool {
        MOVES
            .iter()
            .any(|(from, next)| *from == self && next.contains(&to))
    }

    /// Whether nothing more happens to it.
    pub fn is_closed(self) -> bool {
        MOVES.iter().all(|(from, _)| *from != self)
    }

    /// Whether staff have yet to decide.
    pub fn is_undecided(self) -> bool {
        matches!(
            self,
            Received | Acknowledged | Verifying | InReview | WaitingForPerson
        )
    }

    /// The line that reaching it adds to the timeline.
    pub fn step(self) -> StepKind {
        self.as_str()
            .parse()
            .expect("every state has its step; a test says so")
    }

    fn outcome(self) -> Option<Outcome> {
        self.as_str().parse().ok()
    }
}

/// Who acts, with what, and when.
#[derive(Clone, Copy)]
pub struct By<'a> {
    /// Keys for what is sealed, and the mailer.
    pub app: &'a App,
    /// Who.
    pub who: Who<'a>,
    /// When.
    pub now: NaiveDateTime,
}

impl<'a> By<'a> {
    /// The person whose request it is, now.
    pub fn person(app: &'a App, person: &'a Person) -> Self {
        Self::now(app, Who::Person(person))
    }

    /// A staff member, now.
    pub fn staff(app: &'a App, member: &'a StaffMember) -> Self {
        Self::now(app, Who::Staff(member))
    }

    /// A job, now.
    pub fn system(app: &'a App) -> Self {
        Self::now(app, Who::System)
    }

    /// Candor itself, at the time of somebody else's act.
    pub fn system_at(by: &By<'a>) -> Self {
        By {
            who: Who::System,
            ..*by
        }
    }

    /// Somebody who is not signed in, now.
    pub fn visitor(app: &'a App) -> Self {
        Self::now(app, Who::Visitor)
    }

    fn now(app: &'a App, who: Who<'a>) -> Self {
        let now = app.clock.now();
        By { app, who, now }
    }
}

/// Who acts on a request.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// The person whose request it is.
    Person(&'a Person),
    /// A staff member.
    Staff(&'a StaffMember),
    /// Somebody who is not signed in.
    Visitor,
    /// A job.
    System,
}

impl<'a> Who<'a> {
    /// As the person sees it.
    pub fn party(self) -> Party {
        match self {
            Who::Person(_) | Who::Visitor => Party::Person,
            Who::Staff(_) => Party::Staff,
            Who::System => Party::System,
        }
    }

    /// The staff member's id.
    pub fn staff_id(self) -> Option<i64> {
        match self {
            Who::Staff(member) => Some(member.id),
            Who::Person(_) | Who::Visitor | Who::System => None,
        }
    }

    /// As the audit log names it.
    pub fn actor(self) -> Actor<'a> {
        match self {
            Who::Person(person) => Actor::Person(&person.pseudonym),
            Who::Staff(member) => Actor::Staff(member.id),
            Who::Visitor => Actor::Visitor,
            Who::System => Actor::System,
        }
    }
}

/// Changes columns (or none) of a request that is still as it was read, counts its version up, and gives it as it is now.
macro_rules! touch {
    ($conn:expr, $request:expr $(, $change:expr)* $(,)?) => {
        diesel::update($crate::requests::life::unchanged($request))
            .set((requests::version.eq($request.version + 1), $($change),*))
            .returning(requests::all_columns)
            .get_result::<Request>($conn)
            .optional()?
            .ok_or_else(changed)?
    };
}
pub(super) use touch;

/// Moves a request on: state, timeline and audit event; evidence is erased when this closes it. The request must
/// still be as the caller has seen it. Returns it as it is now.
///
/// # Errors
/// [`AppError::Conflict`] when the move is not allowed or the request has changed in between.
pub fn advance(
    conn: &mut AnyConnection,
    request: &Request,
    to: State,
    by: &By<'_>,
) -> AppResult<Request> {
    advance_because(conn, request, (to, &json!({})), by)
}

/// The same with more to say of it in the timeline, without personal data.
pub(super) fn advance_because(
    conn: &mut AnyConnection,
    request: &Request,
    (to, params): (State, &Value),
    by: &By<'_>,
) -> AppResult<Request> {
    if !request.state.may_become(to) {
        return Err(changed());
    }
    let at = |reached: bool, before: Option<NaiveDateTime>| {
        if reached { Some(by.now) } else { before }
    };
    // Nothing is proposed any more, so nobody stands for it.
    let is_open_again = matches!(to, InReview | WaitingForPerson | Verifying);
    let outcome = if is_open_again {
        decisions::forget_approvals(conn, request)?;
        None
    } else {
        // What was only proposed is not how a withdrawn request was decided.
        let before = request
            .outcome
            .filter(|_| to != Withdrawn || request.decided_at.is_some());
        to.outcome().or(before)
    };
    let resumed = match to {
        InReview => pause::ended(conn, by.app, request, by.now)?,
        _ => None,
    };
    let (due_on, next_notice_on) = resumed.unwrap_or((request.due_on, request.next_notice_on));
    let of = (request.kind, &*request.law, request.received_on);
    let next_notice_on = if pause::stands_still(&by.app.laws, to, of) {
        let today = dates::today(&by.app.laws, request, by.now);
        unanswered::sooner(next_notice_on, today, today)
    } else {
        next_notice_on
    };
    let moved = touch!(
        conn,
        request,
        requests::state.eq(to.as_str()),
        requests::outcome.eq(outcome.map(Outcome::as_str)),
        requests::acknowledged_at.eq(at(to == Acknowledged, request.acknowledged_at)),
        requests::decided_at.eq(at(to.outcome().is_some(), request.decided_at)),
        requests::completed_at.eq(at(to == Completed, request.completed_at)),
        requests::closed_at.eq(at(to.is_closed(), request.closed_at)),
        requests::due_on.eq(due_on),
        requests::late_at.eq(dates::late_at(&by.app.laws, request, (to, due_on))),
        requests::next_notice_on.eq(next_notice_on),
    );
    if is_open_again && request.state == InReview && request.outcome.is_some() {
        add_step(conn, request, StepKind::ProposalEnded, &json!({}), by)?;
        record(conn, request, "request.proposal_ended", json!({}), by)?;
    }
    add_step(conn, request, to.step(), params, by)?;
    if resumed.is_some() {
        let detail = json!({ "from": request.due_on, "until": due_on });
        add_step(conn, request, StepKind::Resumed, &detail, by)?;
        record(conn, request, "request.clock_resumed", detail, by)?;
    }
    let detail = json!({ "kind": request.kind, "from": request.state });
    record(conn, request, &format!("request.{to}"), detail, by)?;
    callback::tell_later(conn, request.id, by.now)?;
    if to == Completed {
        tell_recipients(conn, request, by)?;
    }
    if to.is_closed() {
        opening::end_of_request(conn, request, by)?;
        evidence::erase(conn, request, by)?;
        agents::tell_closed(conn, request, to, by)?;
        senders::forget_later(conn, request, by)?;
    }
    Ok(moved)
}

/// Opens a closed request again, since an appeal against its denial succeeded: nothing is decided any more of what was
/// denied, and the answer is due on that day. It is the one way out of a closed state, and not a move of anybody's. The
/// step keeps who had decided on it.
pub(super) fn reopen(
    conn: &mut AnyConnection,
    request: &Request,
    ((appeal, due_on, next_notice_on), decided_by): ((&str, NaiveDate, Option<NaiveDate>), &[i64]),
    by: &By<'_>,
) -> AppResult<Request> {
    if !matches!(request.state, Denied | Completed) {
        return Err(changed());
    }
    let nothing = None::<NaiveDateTime>;
    let reopened = touch!(
        conn,
        request,
        requests::state.eq(InReview.as_str()),
        requests::outcome.eq(None::<String>),
        requests::ground.eq(None::<String>),
        requests::decision_reason.eq(None::<Vec<u8>>),
        requests::decided_at.eq(nothing),
        requests::completed_at.eq(nothing),
        requests::closed_at.eq(nothing),
        requests::due_on.eq(due_on),
        requests::late_at.eq(dates::late_at(&by.app.laws, request, (InReview, due_on))),
        requests::next_notice_on.eq(next_notice_on),
    );
    let detail = json!({
        "appeal": appeal, "from": request.state, "due_on": due_on, "decided_by": decided_by,
    });
    add_step(conn, request, StepKind::Reopened, &detail, by)?;
    record(conn, request, "request.reopened", detail, by)?;
    opening::look_up_again(conn, &reopened, by)?;
    Ok(reopened)
}

/// Whoever got the data must follow a deletion, correction, restriction or objection that was carried out.
fn tell_recipients(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let kind = match request.kind {
        Kind::Deletion => CauseKind::Deletion,
        Kind::Correction => CauseKind::Correction,
        Kind::Restriction => CauseKind::Restriction,
        Kind::Objection => return restrictions::make_final(conn, request, by),
        Kind::Access
        | Kind::Appeal
        | Kind::Decision
        | Kind::MarketingList
        | Kind::Contest
        | Kind::Complaint => return Ok(()),
    };
    let whose = Whose::Person(request.person_id);
    let (object, due_on) = (&request.reference, request.due_on);
    causes::record(conn, by.app, (kind, &whose), object, due_on, by.now)?;
    if kind == CauseKind::Deletion {
        left_uses::stop(conn, request, by)?;
    }
    Ok(())
}

/// The row of a request, unless it has changed since it was read: the guard of every update.
#[diesel::dsl::auto_type(no_type_alias)]
pub(super) fn unchanged(request: &Request) -> _ {
    let id: i64 = request.id;
    let version: i64 = request.version;
    let state: &'static str = request.state.as_str();
    requests::table
        .filter(requests::id.eq(id))
        .filter(requests::version.eq(version))
        .filter(requests::state.eq(state))
}

/// What a caller learns whose request is no longer as it was shown.
pub fn changed() -> AppError {
    AppError::conflict(
        "This request has changed since the page was opened. Open it again to see how it stands now.",
    )
}
