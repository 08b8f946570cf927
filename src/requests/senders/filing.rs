//! Putting a request on record that came without an account.

use std::collections::HashMap;

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;

use super::mails::{FromClosed, OnRecord, RequestToConfirm, RequestUnverified};
use super::model::{Sender, Wants};
use super::{queries, settle};
use crate::accounts::limits::Limit;
use crate::accounts::queries::is_closed;
use crate::app::App;
use crate::db::schema::{people, request_senders};
use crate::db::{AdvisoryLock, AnyConnection};
use crate::drp::model::Agent;
use crate::error::AppResult;
use crate::keys::{Keys, random_token};
use crate::requests::agents;
use crate::requests::dates::{LegalDates, is_late, law_name};
use crate::requests::denial;
use crate::requests::filing::{self, NewRequest};
use crate::requests::life::{By, advance};
use crate::requests::model::{Channel, Outcome, Request, State};
use crate::requests::notices;
use crate::requests::periods;
use crate::requests::repeats::{AT_ONCE, SOON, note};
use crate::requests::sealed::{self, What};
use crate::sources::Dates;

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
    /// The address that it came from or that was named, in its normal form; who has none is answered another way.
    pub email: Option<String>,
    /// How they can be reached without e-mail; may be empty.
    pub contact: String,
    /// Where they say that they live.
    pub residence: String,
    /// What is asked for.
    pub wants: Wants,
    /// Of a correction: `dataset/collection/field`. Of an objection: the key of the use.
    pub field: Option<String>,
    /// In their own words; may be empty.
    pub note: String,
    /// How it came.
    pub channel: Channel,
    /// The day on which it came, where they live; its dates count from then.
    pub received_on: NaiveDate,
    /// Of which time it asks for data.
    pub dates: Dates,
}

/// Puts a request on record and mails the link to go on. The same request of the same address that is still open, and
/// came no later, is not filed twice: its link is sent again, and its dates stay. Returns the request, and whether it
/// is a new one.
pub fn receive(
    conn: &mut AnyConnection,
    letter: &Letter,
    by: &By<'_>,
) -> AppResult<(Request, bool)> {
    let app = by.app;
    let Some(email) = &letter.email else {
        // There is no row to wait for: who sends the same at the same moment waits here.
        AdvisoryLock::Letters.take(conn)?;
        return match find_same(conn, letter, by)? {
            Some(known) => Ok((known, false)),
            None => Ok((put_on_record(conn, letter, by)?, true)),
        };
    };
    // Counted first: who waits for this row does not file the same at the same moment.
    let mail_is_due = may_be_mailed(conn, email, by)?;
    let known = if letter.wants.is_in_own_words() {
        find_just_filed(conn, (letter, email), by)?
    } else {
        queries::find_open(conn, &app.keys, email, (letter.wants, letter.dates))?
    };
    let known = known.filter(|it| it.received_on <= letter.received_on);
    let is_new = known.is_none();
    let request = match known {
        Some(request) => request,
        None => put_on_record(conn, letter, by)?,
    };
    let request = if letter.wants.needs_proof() || !is_new {
        request
    } else {
        // Whoever has the mailbox follows it there; nobody else does.
        settle::join(conn, &request, by)?
    };
    // A second click mails nothing again; a mail is answered each time. Without a mail that is due the request stands:
    // the mailbox has had enough of ours today.
    let is_clicked = letter.channel != Channel::Mail && request.created_at > by.now - AT_ONCE;
    if mail_is_due && (is_new || !is_clicked) {
        if letter.wants.needs_proof() {
            mail_link(conn, (email, None), letter.wants, &request, by)?;
        } else {
            filing::tell_received(conn, &request, by)?;
        }
    }
    Ok((request, is_new))
}

/// What was filed from an address a moment ago in the same words. What it is about stands in them, so that no other is
/// the same.
fn find_just_filed(
    conn: &mut AnyConnection,
    (letter, email): (&Letter, &str),
    by: &By<'_>,
) -> AppResult<Option<Request>> {
    let open = queries::list_open(conn, &by.app.keys, email, letter.wants)?;
    let own = agents::queries::without_agent(conn, open)?;
    let lately = own.into_iter().filter(|it| it.created_at > by.now - SOON);
    for request in lately.filter(|it| it.channel == letter.channel) {
        let sender = queries::find(conn, request.id)?;
        let is_about_it = sender.is_some_and(|it| it.field == letter.field);
        if is_about_it && note(&request, by)? == letter.note.trim() {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

/// What staff have entered a moment ago from the same letter or call, word by word.
fn find_same(conn: &mut AnyConnection, letter: &Letter, by: &By<'_>) -> AppResult<Option<Request>> {
    let keys = &by.app.keys;
    for (request, sender) in queries::list_entered(conn, by.now - SOON)? {
        let is_same = sender.wants == letter.wants
            && sender.field == letter.field
            && (request.channel, request.received_on) == (letter.channel, letter.received_on)
            && request.residence == letter.residence
            && contact(keys, &request, &sender)? == letter.contact.trim()
            && note(&request, by)? == letter.note.trim()
            && periods::find(conn, request.id)? == letter.dates;
        if is_same {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

/// Puts a request of an authorised agent on record, always as one of its own: an agent must not come to see or take
/// back what somebody else has asked for. `None` when this agent has sent enough for the address or number today; what others
/// have sent there never keeps it out. The caller notes whose it is, and then has the person asked: [`agents::ask`].
pub fn receive_from_agent(
    conn: &mut AnyConnection,
    (letter, handle): (&Letter, &str),
    agent: &str,
    by: &By<'_>,
) -> AppResult<Option<Request>> {
    if !agents::may_cause_mail(conn, (agent, handle), by)? {
        return Ok(None);
    }
    put_on_record(conn, letter, by).map(Some)
}

/// Mails the link to go on, with the name of the agent who asks, if one does whom staff have admitted, and whether it may
/// act still. A closed address gets none: [`tell_closed`].
pub fn mail_link(
    conn: &mut AnyConnection,
    (email, agent): (&str, Option<&Agent>),
    wants: Wants,
    request: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let app = by.app;
    if tell_closed(conn, email, Some((request, wants)), by)? {
        return Ok(());
    }
    let mail = RequestToConfirm {
        token: queries::token(&app.keys, &request.reference),
        law: law_name(&app.laws, &request.law),
        wants,
        received_on: request.received_on,
        due_on: request.due_on,
        is_late: is_late(&app.laws, request, by.now),
        reference: request.reference.clone(),
        agent: agent.map(|it| it.name.clone()),
        is_stopped: agent.is_some_and(Agent::is_disabled),
    };
    app.mailer.enqueue(conn, email, &mail, by.now)
}

/// Where an address was taken away from its account, tells its reader that nothing goes on from there, and what to do
/// instead; whether it was.
pub fn tell_closed(
    conn: &mut AnyConnection,
    email: &str,
    request: Option<(&Request, Wants)>,
    by: &By<'_>,
) -> AppResult<bool> {
    if !is_closed(conn, &by.app.keys, email)? {
        return Ok(false);
    }
    let request = request.map(|(request, wants)| OnRecord {
        reference: request.reference.clone(),
        wants,
        received_on: request.received_on,
    });
    let mail = FromClosed { request };
    by.app.mailer.enqueue(conn, email, &mail, by.now)?;
    Ok(true)
}

/// Counts one more mail with a link to an address; whether it has not had enough of them today.
pub fn may_be_mailed(conn: &mut AnyConnection, email: &str, by: &By<'_>) -> AppResult<bool> {
    MAILS_PER_ADDRESS.allows(by.app, conn, email, by.now)
}

/// Puts it on record as one of its own; the caller mails the link. The person behind it is a new one until the mailbox
/// is shown to be theirs.
pub fn put_on_record(conn: &mut AnyConnection, letter: &Letter, by: &By<'_>) -> AppResult<Request> {
    let app = by.app;
    let person_id = diesel::insert_into(people::table)
        .values((
            people::pseudonym.eq(random_token()),
            people::residence.eq(&letter.residence),
            people::language.eq("en"),
            people::created_at.eq(by.now),
        ))
        .returning(people::id)
        .get_result(conn)?;
    let new = NewRequest {
        note: letter.note.clone(),
        channel: letter.channel,
        dates: letter.dates,
        ..NewRequest::of(letter.wants.kind())
    };
    let dates = LegalDates::from_day(&app.laws, &letter.residence, new.kind, letter.received_on);
    let filed = filing::put_on_record(conn, person_id, &new, &dates, by)?;
    insert_sender(conn, &filed, letter, by)?;
    match letter.email {
        Some(_) => confirmed(conn, &filed, &By::system_at(by)),
        // Nobody has told them yet: staff do, the way that it came.
        None => Ok(filed),
    }
}

/// They know the reference and the dates. Now somebody finds out who they are, where that must be known.
pub fn confirmed(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    let acknowledged = advance(conn, request, State::Acknowledged, by)?;
    let sender = queries::find(conn, request.id)?;
    let next = if sender.is_none_or(|it| it.wants.needs_proof()) {
        State::Verifying
    } else {
        State::InReview
    };
    advance(conn, &acknowledged, next, by)
}

fn insert_sender(
    conn: &mut AnyConnection,
    filed: &Request,
    letter: &Letter,
    by: &By<'_>,
) -> AppResult<()> {
    let keys = &by.app.keys;
    let seal = |what, text: &str| sealed::seal(keys, &filed.reference, what, text);
    let email = letter.email.as_deref();
    let contact = Some(letter.contact.trim()).filter(|it| !it.is_empty());
    let token = queries::token(keys, &filed.reference);
    diesel::insert_into(request_senders::table)
        .values((
            request_senders::request_id.eq(filed.id),
            request_senders::wants.eq(letter.wants.as_str()),
            request_senders::field.eq(&letter.field),
            request_senders::email.eq(email.map(|it| seal(What::Address, it))),
            request_senders::email_hash.eq(email.map(|it| queries::email_hash(keys, it))),
            request_senders::link_hash.eq(email.map(|_| queries::link_hash(keys, &token))),
            request_senders::contact.eq(contact.map(|it| seal(What::Contact, it))),
            request_senders::attempts.eq(0),
            request_senders::points.eq(0),
        ))
        .execute(conn)?;
    Ok(())
}

/// The address that a request came from, until it is forgotten.
pub fn address(
    conn: &mut AnyConnection,
    keys: &Keys,
    request: &Request,
) -> AppResult<Option<String>> {
    let sender = queries::find(conn, request.id)?;
    let sealed = sender.and_then(|it| it.email);
    sealed
        .map(|sealed| open_address(keys, request, &sealed))
        .transpose()
}

/// The addresses that any of some requests came from.
pub fn addresses(
    conn: &mut AnyConnection,
    keys: &Keys,
    requests: &[Request],
) -> AppResult<Vec<String>> {
    let ids = requests.iter().map(|it| it.id).collect();
    let sealed: HashMap<i64, Vec<u8>> = queries::list_addresses(conn, ids)?.into_iter().collect();
    let sent = requests.iter();
    let sent = sent.filter_map(|request| Some((request, sealed.get(&request.id)?)));
    sent.map(|(request, sealed)| open_address(keys, request, sealed))
        .collect()
}

fn open_address(keys: &Keys, request: &Request, sealed: &[u8]) -> AppResult<String> {
    sealed::open_text(keys, &request.reference, What::Address, Some(sealed))
}

/// How somebody can be reached who has no e-mail; empty for all others, and once it is forgotten.
pub fn contact(keys: &Keys, request: &Request, sender: &Sender) -> AppResult<String> {
    let sealed = sender.contact.as_deref();
    sealed::open_text(keys, &request.reference, What::Contact, sealed)
}

/// The path of the link that was mailed to the sender of an open request and that they have not followed yet; none where
/// their address was taken away from its account.
pub fn link_to_follow(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<String>> {
    let sender = queries::find(conn, request.id)?;
    let waits = sender.is_some_and(|it| it.mailbox_at.is_none() && it.wants.needs_proof());
    if !waits || request.state.is_closed() {
        return Ok(None);
    }
    let Some(email) = address(conn, &app.keys, request)? else {
        return Ok(None);
    };
    let leads_on = !is_closed(conn, &app.keys, &email)?;
    let token = queries::token(&app.keys, &request.reference);
    Ok(leads_on.then(|| format!("/request/link/{token}")))
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
    let is_known = |it: Sender| it.degree.is_some() || !it.wants.needs_proof();
    if outcome != Outcome::Denied || sender.is_none_or(is_known) {
        return Ok(false);
    }
    let mail = RequestUnverified {
        reference: request.reference.clone(),
        kind: request.kind,
        denial: denial::of_decided(conn, by.app, request)?.unwrap_or_default(),
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok(true)
}
