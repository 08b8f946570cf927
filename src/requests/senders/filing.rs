//! Putting a request on record that came without an account, and forgetting its address at the end.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::mails::{RequestToConfirm, RequestUnverified};
use super::model::Wants;
use super::queries;
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::{people, request_senders};
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::keys::{Keys, random_token};
use crate::requests::dates::{LegalDates, law_name};
use crate::requests::filing::{NewRequest, put_on_record};
use crate::requests::life::{By, Who, advance, record};
use crate::requests::model::{Outcome, Request, State};
use crate::requests::notices;
use crate::requests::queries as requests;
use crate::requests::sealed::{self, What};

/// So many mails with a link may go to an address in a day, whoever asks for them.
const MAILS_PER_ADDRESS: Limit = Limit {
    purpose: "request links",
    max: 5,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The address that it came from or that was typed, in its normal form.
    pub email: String,
    /// Where they say that they live.
    pub residence: String,
    /// What is asked for.
    pub wants: Wants,
    /// Of a correction: `dataset/collection/field`.
    pub field: Option<String>,
    /// In their own words; may be empty.
    pub note: String,
    /// When it came; its dates count from then.
    pub received_at: NaiveDateTime,
}

/// Puts a request on record and mails the link to go on. The same request of the same address that is still open is
/// not filed twice: its link is sent again, and its dates stay.
pub fn receive(
    conn: &mut AnyConnection,
    app: &App,
    letter: &Letter,
    now: NaiveDateTime,
) -> AppResult<()> {
    // Counted first: who waits for this row does not file the same at the same moment.
    let mail_is_due = match MAILS_PER_ADDRESS.take(app, conn, &letter.email, now) {
        Ok(()) => true,
        Err(AppError::TooMany(_)) => false,
        Err(error) => return Err(error),
    };
    let known = queries::find_open(conn, &app.keys, &letter.email, letter.wants)?;
    let request = match known {
        Some(request) => request,
        None => file(conn, app, letter, now)?,
    };
    if !mail_is_due {
        // The request stands; the mailbox has had enough of our mails today.
        return Ok(());
    }
    let mail = RequestToConfirm {
        token: queries::token(&app.keys, &request.reference),
        law: law_name(&app.laws, &request.law),
        wants: letter.wants,
        received_on: request.received_on,
        due_on: request.due_on,
        reference: request.reference,
    };
    app.mailer.enqueue(conn, &letter.email, &mail, now)
}

/// The person behind it is a new one until the mailbox is shown to be theirs.
fn file(
    conn: &mut AnyConnection,
    app: &App,
    letter: &Letter,
    now: NaiveDateTime,
) -> AppResult<Request> {
    let who = Who::Visitor;
    let by = By { app, who, now };
    let person_id = diesel::insert_into(people::table)
        .values((
            people::pseudonym.eq(random_token()),
            people::residence.eq(&letter.residence),
            people::language.eq("en"),
            people::created_at.eq(now),
        ))
        .returning(people::id)
        .get_result(conn)?;
    let new = NewRequest {
        note: letter.note.clone(),
        ..NewRequest::of(letter.wants.kind())
    };
    let dates = LegalDates::of(&app.laws, &letter.residence, new.kind, letter.received_at);
    let filed = put_on_record(conn, person_id, &new, &dates, &by)?;
    let email = sealed::seal(&app.keys, &filed.reference, What::Address, &letter.email);
    let token = queries::token(&app.keys, &filed.reference);
    diesel::insert_into(request_senders::table)
        .values((
            request_senders::request_id.eq(filed.id),
            request_senders::wants.eq(letter.wants.as_str()),
            request_senders::field.eq(&letter.field),
            request_senders::email.eq(email),
            request_senders::email_hash.eq(queries::email_hash(&app.keys, &letter.email)),
            request_senders::link_hash.eq(queries::link_hash(&app.keys, &token)),
            request_senders::attempts.eq(0),
            request_senders::points.eq(0),
        ))
        .execute(conn)?;
    let by = By {
        who: Who::System,
        ..by
    };
    let acknowledged = advance(conn, &filed, State::Acknowledged, &by)?;
    advance(conn, &acknowledged, State::Verifying, &by)
}

/// When a request is closed: a moment later, so that the mail that says so still goes to the address.
pub fn forget_later(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let request_id = request.id;
    match queries::find(conn, request_id)? {
        Some(_) => jobs::enqueue(conn, &Job::ForgetSender { request_id }, by.now),
        None => Ok(()),
    }
}

/// The job: erases what was collected to recognise the sender of a closed request. A declaration stays on record.
pub fn forget(app: &App, request_id: i64) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let request = requests::find(conn, request_id)?;
        let known = request_senders::table
            .filter(request_senders::request_id.eq(request_id))
            .filter(request_senders::link_hash.is_not_null());
        let forgotten = diesel::update(known)
            .set((
                request_senders::email.eq(None::<Vec<u8>>),
                request_senders::email_hash.eq(None::<String>),
                request_senders::link_hash.eq(None::<String>),
            ))
            .execute(conn)?;
        if forgotten == 1 && request.state.is_closed() {
            let by = By::system(&own);
            record(conn, &request, "request.sender_forgotten", json!({}), &by)?;
        }
        Ok(())
    })
}

/// The address that a request came from, until it is forgotten.
pub fn address(
    conn: &mut AnyConnection,
    keys: &Keys,
    request: &Request,
) -> AppResult<Option<String>> {
    let sender = queries::find(conn, request.id)?;
    let sealed = sender.and_then(|it| it.email);
    let open = |it: Vec<u8>| sealed::open_text(keys, &request.reference, What::Address, Some(&it));
    sealed.map(open).transpose()
}

/// Tells somebody whom nobody knows that their request is denied, with all that they cannot read on the portal.
/// `false` when it is known who asks, or the request did not come this way.
pub fn tell_unverified(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
    by: &By<'_>,
) -> AppResult<bool> {
    let sender = queries::find(conn, request.id)?;
    if outcome != Outcome::Denied || sender.is_none_or(|it| it.degree.is_some()) {
        return Ok(false);
    }
    let law = by.app.laws.find(&request.law);
    let mail = RequestUnverified {
        reference: request.reference.clone(),
        kind: request.kind,
        authority: law.and_then(|it| it.regulator.clone()),
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok(true)
}
