//! Putting on record that somebody asks for another, and what that other says to it.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::json;

use super::asking;
use super::mails::{AgentClosed, AgentReceived};
use super::model::Basis;
use super::queries;
use crate::accounts::limits::Limit;
use crate::db::AnyConnection;
use crate::db::schema::request_agents;
use crate::drp;
use crate::error::AppResult;
use crate::requests::decisions;
use crate::requests::evidence::{self, File};
use crate::requests::life::{By, record};
use crate::requests::model::{Request, State};
use crate::requests::repeats;
use crate::requests::sealed::{self, What};
use crate::requests::senders::{self, Letter};

/// So many requests may come in the name of one agent in a day.
const REQUESTS_PER_AGENT: Limit = Limit {
    purpose: "requests of an agent",
    max: 100,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// Who asks for another.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// On what ground.
    pub basis: Basis,
    /// Their name, and of whom they are sent.
    pub name: String,
    /// Where they are told, in its normal form.
    pub email: String,
    /// The permission, the power of attorney or the form that they sent.
    pub document: File,
}

/// Puts a request for somebody else on record, and tells both. It is never one with a request that somebody else made:
/// an agent must not come to see, or take back, what others have asked for. The form sent twice at once is one request.
///
/// # Errors
/// [`crate::error::AppError::TooMany`] when too much came in the name of the agent today.
pub fn receive(
    conn: &mut AnyConnection,
    letter: &Letter,
    agent: &NewAgent,
    by: &By<'_>,
) -> AppResult<Request> {
    REQUESTS_PER_AGENT.take(by.app, conn, &agent.email, by.now)?;
    if let Some(known) = find_repeated(conn, letter, agent, by)? {
        return Ok(known);
    }
    let request = senders::put_on_record(conn, letter, by)?;
    evidence::attach(conn, &request, &agent.document, by)?;
    let seal = |what, text: &str| sealed::seal(&by.app.keys, &request.reference, what, text);
    diesel::insert_into(request_agents::table)
        .values((
            request_agents::request_id.eq(request.id),
            request_agents::basis.eq(agent.basis.as_str()),
            request_agents::name.eq(seal(What::AgentName, &agent.name)),
            request_agents::email.eq(seal(What::AgentAddress, &agent.email)),
        ))
        .execute(conn)?;
    let detail = json!({ "basis": agent.basis });
    record(conn, &request, "request.made_by_agent", detail, by)?;
    let received = AgentReceived {
        reference: request.reference.clone(),
        wants: letter.wants,
        basis: agent.basis,
        received_on: request.received_on,
        due_on: request.due_on,
    };
    if let Some(person) = &letter.email {
        let is_within_own = asking::may_cause_mail(conn, (&agent.email, person), by)?;
        asking::ask(conn, &request, is_within_own, by)?;
    }
    by.app
        .mailer
        .enqueue(conn, &agent.email, &received, by.now)?;
    Ok(request)
}

/// Notes of a request that came through the protocol that its agent says to hold a power of attorney: the person is told
/// and asked for nothing, and staff look at the power.
pub fn hold_power(
    conn: &mut AnyConnection,
    request: &Request,
    name: &str,
    by: &By<'_>,
) -> AppResult<()> {
    let basis = Basis::PowerOfAttorney;
    let sealed = sealed::seal(&by.app.keys, &request.reference, What::AgentName, name);
    diesel::insert_into(request_agents::table)
        .values((
            request_agents::request_id.eq(request.id),
            request_agents::basis.eq(basis.as_str()),
            request_agents::name.eq(sealed),
        ))
        .execute(conn)?;
    let detail = json!({ "basis": basis });
    Ok(record(conn, request, "request.made_by_agent", detail, by)?)
}

/// The open request that the same agent made a moment ago with all the same in it.
fn find_repeated(
    conn: &mut AnyConnection,
    letter: &Letter,
    new: &NewAgent,
    by: &By<'_>,
) -> AppResult<Option<Request>> {
    let (Some(email), keys) = (&letter.email, &by.app.keys) else {
        return Ok(None);
    };
    for request in senders::queries::list_open(conn, keys, email, letter.wants)? {
        let Some(known) = queries::named(conn, keys, &request)? else {
            continue;
        };
        let is_agents = known.agent.basis == new.basis
            && (&known.name, &known.address) == (&new.name, &new.email);
        let sender = senders::queries::find(conn, request.id)?;
        let is_about_it = sender.is_some_and(|it| it.field == letter.field);
        if is_agents
            && is_about_it
            && request.created_at > by.now - repeats::SOON
            && repeats::note(&request, by)? == letter.note.trim()
            && repeats::is_backed_by(conn, &request, Some(&new.document))?
        {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

/// The person says that they act for them. Nothing when nobody does, or an agent did who may act no more: then the person
/// goes on by themselves.
pub fn confirm(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if !may_act(conn, request)? {
        return Ok(());
    }
    let waits = request_agents::table
        .filter(request_agents::request_id.eq(request.id))
        .filter(request_agents::confirmed_at.is_null());
    let confirmed = diesel::update(waits)
        .set(request_agents::confirmed_at.eq(by.now))
        .execute(conn)?;
    if confirmed == 1 {
        record(conn, request, "request.agent_confirmed", json!({}), by)?;
    }
    Ok(())
}

/// The person says that it is not for them, or that they do not go on by themselves: the request is taken back.
pub fn object(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if may_act(conn, request)? {
        refuse(conn, request, by)?;
    }
    decisions::withdraw(conn, request, by).map(drop)
}

fn refuse(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let waits = request_agents::table
        .filter(request_agents::request_id.eq(request.id))
        .filter(request_agents::objected_at.is_null());
    let refused = diesel::update(waits)
        .set(request_agents::objected_at.eq(by.now))
        .execute(conn)?;
    if refused == 1 {
        record(conn, request, "request.agent_refused", json!({}), by)?;
    }
    Ok(())
}

/// Whether who asked may act still, so that the person is asked about them.
fn may_act(conn: &mut AnyConnection, request: &Request) -> QueryResult<bool> {
    Ok(drp::queries::find_stopped_agent_of(conn, request.id)?.is_none())
}

/// Tells who asked for another that the request is closed. What was answered went to the person alone.
pub fn tell_closed(
    conn: &mut AnyConnection,
    request: &Request,
    to: State,
    by: &By<'_>,
) -> AppResult<()> {
    let agent = queries::named(conn, &by.app.keys, request)?;
    let Some(address) = agent.map(|it| it.address).filter(|it| !it.is_empty()) else {
        return Ok(());
    };
    let mail = AgentClosed {
        reference: request.reference.clone(),
        state: to,
    };
    by.app.mailer.enqueue(conn, &address, &mail, by.now)
}

/// Erases who asked for another.
pub fn forget(conn: &mut AnyConnection, request_id: i64) -> QueryResult<()> {
    diesel::update(request_agents::table.filter(request_agents::request_id.eq(request_id)))
        .set((
            request_agents::name.eq(None::<Vec<u8>>),
            request_agents::email.eq(None::<Vec<u8>>),
        ))
        .execute(conn)?;
    drp::claims::forget(conn, request_id)
}
