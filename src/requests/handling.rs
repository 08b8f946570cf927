//! What brings a request on without deciding it: giving it to somebody, talking, taking more time. Each function works
//! in its caller's transaction, and writes timeline, audit event and mail.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::life::{By, Who, add_step, advance, changed, record, touch};
use super::model::{Party, Request, State, StepKind};
use super::notices::{self, RequestExtended, RequestMessage};
use super::sealed::{self, What};
use super::staff_mails::{self, Why};
use super::{dates, pause, queries, reminders, repeats, unanswered};
use crate::accounts::limits::Limit;
use crate::accounts::model::Role;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::{request_messages, request_steps, requests, staff};
use crate::drp::callback;
use crate::error::{AppError, AppResult};

/// So many messages may a person write in an hour.
const MESSAGES: Limit = Limit {
    purpose: "request messages",
    max: 30,
    max_in_demo: 10_000,
    window: TimeDelta::hours(1),
};

/// Whether somebody can work on a request. Who takes their account away at the same moment waits until they have it.
fn works_on_requests(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    let works = [Role::Agent.as_str(), Role::Supervisor.as_str()];
    let found = staff::table
        .filter(staff::id.eq(id))
        .filter(staff::role.eq_any(works))
        .filter(staff::disabled_at.is_null())
        .select(staff::id);
    let found: Option<i64> = match conn {
        AnyConnection::Sqlite(conn) => found.first(conn).optional()?,
        AnyConnection::Postgres(conn) => found.for_share().first(conn).optional()?,
    };
    Ok(found.is_some())
}

/// Gives a request to a staff member, or to nobody.
///
/// # Errors
/// [`AppError::Conflict`] for who cannot work on requests, or no longer.
pub fn assign(
    conn: &mut AnyConnection,
    request: &Request,
    assignee: Option<i64>,
    by: &By<'_>,
) -> AppResult<Request> {
    if let Some(id) = assignee
        && !works_on_requests(conn, id)?
    {
        return Err(AppError::conflict("Choose an agent or a supervisor."));
    }
    let assigned = touch!(conn, request, requests::assignee_id.eq(assignee));
    let detail = json!({ "from": request.assignee_id, "to": assignee });
    record(conn, request, "request.assigned", detail, by)?;
    Ok(assigned)
}

/// Takes the open requests away from a staff member who can work on them no more.
pub fn unassign_all(
    conn: &mut AnyConnection,
    staff_id: i64,
    (actor, why): (Actor<'_>, &str),
    now: NaiveDateTime,
) -> AppResult<()> {
    let assigned: Vec<Request> = requests::table
        .filter(requests::assignee_id.eq(staff_id))
        .filter(requests::closed_at.is_null())
        .select(requests::all_columns)
        .load(conn)?;
    for request in &assigned {
        touch!(conn, request, requests::assignee_id.eq(None::<i64>));
        let params = json!({ "why": why });
        diesel::insert_into(request_steps::table)
            .values((
                request_steps::request_id.eq(request.id),
                request_steps::at.eq(now),
                request_steps::actor.eq(Party::System.as_str()),
                request_steps::kind.eq(StepKind::Unassigned.as_str()),
                request_steps::params.eq(params.to_string()),
            ))
            .execute(conn)?;
        let event = Event {
            actor,
            action: "request.assigned",
            person: Some(&queries::find_pseudonym(conn, request.person_id)?),
            object: &request.reference,
            detail: json!({ "from": staff_id, "to": null }),
        };
        audit::record(conn, &event, now)?;
    }
    Ok(())
}

/// What is wrong with why more time is needed, as staff typed it.
pub fn extension_fault(reason: &str) -> Option<&'static str> {
    let is_wrong = reason.trim().is_empty() || reason.chars().count() > 2000;
    is_wrong.then_some(
        "Write why more time is needed, for the person to read, in at most 2,000 characters.",
    )
}

/// Takes all the time that the law allows, once, for a reason that the person is told.
pub fn extend_to_latest(
    conn: &mut AnyConnection,
    request: &Request,
    reason: &str,
    by: &By<'_>,
) -> AppResult<Request> {
    let latest = dates::latest(&by.app.laws, request)
        .ok_or_else(|| AppError::conflict("This law knows no extension."))?;
    extend(conn, request, (latest, latest), reason, by)
}

/// Moves the date of the answer, once, before it has passed, to at most `latest`; the reason is mailed.
pub fn extend(
    conn: &mut AnyConnection,
    request: &Request,
    (until, latest): (NaiveDate, NaiveDate),
    reason: &str,
    by: &By<'_>,
) -> AppResult<Request> {
    let refuse = |sentence| Err(AppError::conflict(sentence));
    let today = dates::today(&by.app.laws, request, by.now);
    match () {
        () if request.state.is_closed() => return refuse("This request is closed."),
        () if request.extended_to.is_some() => return refuse("A request is extended only once."),
        () if dates::is_late(&by.app.laws, request, by.now) => {
            return refuse("The date has passed; it can no longer be extended.");
        }
        () if until <= request.due_on || until > latest => {
            return refuse("The law does not allow that date.");
        }
        () => {}
    }
    if let Some(fault) = extension_fault(reason) {
        return refuse(fault);
    }
    let next_notice = reminders::next(&by.app.laws, (request.received_on, until), today);
    let next_notice = unanswered::sooner_of(conn, (by.app, request), next_notice, today)?;
    let extended = touch!(
        conn,
        request,
        requests::due_on.eq(until),
        requests::late_at.eq(dates::late_at(
            &by.app.laws,
            request,
            (request.state, until)
        )),
        requests::extended_to.eq(until),
        requests::extension_reason.eq(sealed::seal(
            &by.app.keys,
            &request.reference,
            What::ExtensionReason,
            reason
        )),
        requests::next_notice_on.eq(next_notice),
    );
    let detail = json!({ "from": request.due_on, "until": until });
    add_step(conn, request, StepKind::Extended, &detail, by)?;
    record(conn, request, "request.extended", detail, by)?;
    callback::tell_later(conn, request.id, by.now)?;
    let mail = RequestExtended {
        reference: request.reference.clone(),
        due_on: until,
        page: notices::page_of(conn, by.app, request)?,
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok(extended)
}

/// Writes a message. The person is told by mail of a staff member's and staff of the person's, also when the request is
/// closed; an answer ends the waiting for it. What the person sends twice at once is one message.
pub fn post_message(
    conn: &mut AnyConnection,
    request: &Request,
    body: &str,
    by: &By<'_>,
) -> AppResult<()> {
    if let Who::Person(person) = by.who {
        MESSAGES.take(by.app, conn, &person.id.to_string(), by.now)?;
    }
    let is_persons = by.who.party() == Party::Person;
    if is_persons && repeats::is_written(conn, request, body, by)? {
        return Ok(());
    }
    write_message(conn, request, body, by)?;
    if is_persons {
        staff_mails::tell(conn, request, Why::Message, by)?;
    }
    match by.who.party() {
        Party::Person if request.state == State::WaitingForPerson => {
            advance(conn, request, State::InReview, by)?;
            Ok(())
        }
        Party::Person => Ok(()),
        Party::Staff | Party::System => {
            // The same page sent twice is one message.
            touch!(conn, request);
            mail_message(conn, request, false, by)
        }
    }
}

/// Asks the person something; the clock runs on.
pub fn ask(
    conn: &mut AnyConnection,
    request: &Request,
    question: &str,
    by: &By<'_>,
) -> AppResult<Request> {
    let waiting = advance(conn, request, State::WaitingForPerson, by)?;
    write_message(conn, request, question, by)?;
    mail_message(conn, request, true, by)?;
    Ok(waiting)
}

pub(super) fn write_message(
    conn: &mut AnyConnection,
    request: &Request,
    body: &str,
    by: &By<'_>,
) -> AppResult<()> {
    let sealed = sealed::seal(&by.app.keys, &request.reference, What::Message, body);
    diesel::insert_into(request_messages::table)
        .values((
            request_messages::request_id.eq(request.id),
            request_messages::author.eq(by.who.party().as_str()),
            request_messages::staff_id.eq(by.who.staff_id()),
            request_messages::body.eq(sealed),
            request_messages::at.eq(by.now),
        ))
        .execute(conn)?;
    add_step(conn, request, StepKind::Message, &json!({}), by)?;
    Ok(record(
        conn,
        request,
        "request.message_written",
        json!({}),
        by,
    )?)
}

fn mail_message(
    conn: &mut AnyConnection,
    request: &Request,
    is_question: bool,
    by: &By<'_>,
) -> AppResult<()> {
    let mail = RequestMessage {
        reference: request.reference.clone(),
        is_question,
        pauses: pause::is_allowed(&by.app.laws, request),
        page: notices::page_of(conn, by.app, request)?,
    };
    notices::send(conn, by.app, request, &mail, by.now)
}
