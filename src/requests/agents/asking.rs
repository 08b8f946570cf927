//! Telling the person by mail that somebody asks for them.
//!
//! What is asked for is on record at once, whoever else has written for the same person: a stranger must not be able to
//! keep agents out by using up what a mailbox takes in a day. The mail goes at once while the mailbox has not had too
//! many of them, apart from those that are asked for on the form of the person's own; else it waits.

use chrono::TimeDelta;

use super::mails::AgentAsks;
use super::queries;
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::db::AnyConnection;
use crate::drp;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::requests::dates::{is_late, law_name};
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::queries as requests;
use crate::requests::senders;

/// So many such mails of one agent may go to an address in a day.
const MAILS_OF_ONE: Limit = Limit {
    purpose: "request links of one agent",
    max: 5,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// So many of all agents, under whatever names.
const MAILS_OF_ALL: Limit = Limit {
    purpose: "request links of agents",
    max: 20,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// So long a mail waits that was too much.
const WAITS: TimeDelta = TimeDelta::days(1);

/// Counts one more mail of an agent to an address; whether it is not too much of that agent's.
pub fn may_cause_mail(
    conn: &mut AnyConnection,
    (agent, email): (&str, &str),
    by: &By<'_>,
) -> AppResult<bool> {
    let of_both = format!("{agent} {email}");
    MAILS_OF_ONE.allows(by.app, conn, &of_both, by.now)
}

/// Mails the person that somebody asks for them, now or, where it would be too much, when it is not.
pub fn ask(
    conn: &mut AnyConnection,
    request: &Request,
    is_within_own: bool,
    by: &By<'_>,
) -> AppResult<()> {
    let Some(email) = senders::address(conn, &by.app.keys, request)? else {
        return Ok(());
    };
    if is_within_own && MAILS_OF_ALL.allows(by.app, conn, &email, by.now)? {
        return mail(conn, request, &email, by);
    }
    let request_id = request.id;
    jobs::enqueue_at(
        conn,
        &Job::AskForAgent { request_id },
        by.now + WAITS,
        by.now,
    )
}

/// The job: mails what had to wait, if the person has not followed a link to it since.
pub fn ask_now(app: &App, request_id: i64) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let request = requests::find(conn, request_id)?;
        let sender = senders::queries::find(conn, request_id)?;
        let waits = sender.is_some_and(|it| it.mailbox_at.is_none() && it.degree.is_none());
        if waits && !request.state.is_closed() {
            ask(conn, &request, true, &By::system(&own))?;
        }
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}

fn mail(conn: &mut AnyConnection, request: &Request, email: &str, by: &By<'_>) -> AppResult<()> {
    let app = by.app;
    let sender = senders::queries::find(conn, request.id)?.ok_or(AppError::NotFound)?;
    let of_protocol = drp::queries::find_agent_of(conn, request.id)?;
    let may_act = of_protocol.as_ref().is_none_or(|it| !it.is_disabled());
    let Some(agent) = queries::find(conn, request.id)?.filter(|_| may_act) else {
        // What the protocol's agents ask for is confirmed as what comes without an account.
        let agent = of_protocol.as_ref();
        return senders::mail_link(conn, (email, agent), sender.wants, request, by);
    };
    if senders::tell_closed(conn, email, Some((request, sender.wants)), by)? {
        return Ok(());
    }
    let asks = AgentAsks {
        reference: request.reference.clone(),
        wants: sender.wants,
        basis: agent.basis,
        law: law_name(&app.laws, &request.law),
        received_on: request.received_on,
        due_on: request.due_on,
        is_late: is_late(&app.laws, request, by.now),
        token: senders::queries::token(&app.keys, &request.reference),
    };
    app.mailer.enqueue(conn, email, &asks, by.now)
}
