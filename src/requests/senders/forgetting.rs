//! Forgetting how the sender of a request can be reached, once it is over and they know how it ended.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::request_senders;
use crate::error::AppResult;
use crate::jobs::{self, Job};
use crate::requests::life::{By, changed, record};
use crate::requests::model::Request;
use crate::requests::queries as requests;
use crate::requests::{agents, appeal_letters};

/// So long how to reach somebody without e-mail is kept after the end, for staff to tell them of it.
const TOLD_WITHIN: TimeDelta = TimeDelta::days(30);

/// When a request is closed: a moment later, so that the mail that says so still goes to the address.
pub fn forget_later(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let request_id = request.id;
    let is_kept = queries::find(conn, request_id)?.is_some()
        || appeal_letters::reach(conn, &by.app.keys, request)?.is_some();
    if is_kept {
        jobs::enqueue(conn, &Job::ForgetSender { request_id }, by.now)?;
    }
    Ok(())
}

/// The job: erases what was collected to recognise the sender of a closed request. A declaration stays on record.
pub fn forget(app: &App, request_id: i64) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let request = requests::find(conn, request_id)?;
        let by = By::system(&own);
        // An appeal has opened it again. Closing it books this anew.
        if !request.state.is_closed() {
            return Ok(());
        }
        agents::forget(conn, request_id)?;
        let until = kept_until(conn, &request)?.filter(|it| by.now < *it);
        if until.is_none() {
            forget_known(conn, &request, &by)?;
        }
        let appeal_until = appeal_letters::forget(conn, &request, TOLD_WITHIN, &by)?;
        let job = Job::ForgetSender { request_id };
        match [until, appeal_until].into_iter().flatten().min() {
            Some(until) => jobs::enqueue_at(conn, &job, until, by.now),
            None => Ok(()),
        }
    })
}

/// Erases the addresses of the sender, and how to reach them.
fn forget_known(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let is_known = request_senders::link_hash
        .is_not_null()
        .or(request_senders::contact.is_not_null());
    let known = request_senders::table
        .filter(request_senders::request_id.eq(request.id))
        .filter(is_known);
    let forgotten = diesel::update(known)
        .set((
            request_senders::email.eq(None::<Vec<u8>>),
            request_senders::email_hash.eq(None::<String>),
            request_senders::link_hash.eq(None::<String>),
            request_senders::contact.eq(None::<Vec<u8>>),
        ))
        .execute(conn)?;
    if forgotten == 1 {
        record(conn, request, "request.sender_forgotten", json!({}), by)?;
    }
    Ok(())
}

/// How to reach somebody without e-mail is kept for some days after their request was closed, unless they have been told
/// before how it ended: they are written to or called, and read nothing on the portal.
fn kept_until(conn: &mut AnyConnection, request: &Request) -> QueryResult<Option<NaiveDateTime>> {
    let sender = queries::find(conn, request.id)?;
    let waits = sender.is_some_and(|it| it.email.is_none() && it.contact.is_some());
    Ok(request
        .closed_at
        .filter(|_| waits)
        .map(|it| it + TOLD_WITHIN))
}

/// Somebody without e-mail has been told how their request ended: how to reach them is kept no longer.
///
/// # Errors
/// [`AppError::Conflict`](crate::error::AppError::Conflict) for a request that is open, or of which nothing is kept.
pub fn told(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let kept = request_senders::table
        .filter(request_senders::request_id.eq(request.id))
        .filter(request_senders::contact.is_not_null());
    let gone = diesel::update(kept).set(request_senders::contact.eq(None::<Vec<u8>>));
    if !request.state.is_closed() || gone.execute(conn)? == 0 {
        return Err(changed());
    }
    let action = "request.sender_forgotten";
    Ok(record(conn, request, action, json!({}), by)?)
}
