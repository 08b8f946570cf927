//! Taking a mail in: at most one answer to it, and at most one unconfirmed request, in one transaction.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamp};

use super::guess::{Guess, OptsOut, guess};
use super::invitation::Invitation;
use super::mails::MailReceived;
use super::message::Incoming;
use crate::accounts::limits::Limit;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::find_reader;
use crate::app::App;
use crate::choices::change::Received;
use crate::choices::refusable::refusables;
use crate::choices::{self, Act, MadeBy, Proof, State};
use crate::db::AnyConnection;
use crate::db::schema::received_mails;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::life::By;
use crate::requests::model::Channel;
use crate::requests::senders::model::Wants;
use crate::requests::senders::{self, Letter};
use crate::sources::Dates;

/// So many mails are taken in on a day. The mail server keeps the others until the next.
const MAILS: Limit = Limit {
    purpose: "mails taken in",
    max: 2_000,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// A mail may have waited so long at our mail server. What says that it waited longer is not believed.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(7);

/// So long a second delivery of a mail is known as one. Mail servers try for about five days.
const KNOWN_FOR: TimeDelta = TimeDelta::days(30);

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is a request, on record as unconfirmed; the answer has the link to go on.
    Filed,
    /// It is an opt-out, which holds.
    OptedOut,
    /// It was answered with the way to make it a request.
    Answered,
    /// Its address has had enough of our answers today.
    Unanswered,
    /// It had been taken in before.
    Twice,
}

/// Takes a mail in.
///
/// # Errors
/// [`crate::error::AppError::TooMany`] when too many came today; nothing is written then, so that it can come again.
pub fn take_in(conn: &mut AnyConnection, mail: &Incoming, by: &By<'_>) -> AppResult<Taken> {
    if !is_first(conn, &by.app.keys, mail, by.now)? {
        return Ok(Taken::Twice);
    }
    MAILS.take(by.app, conn, "all", by.now)?;
    let waited = mail
        .received_at
        .filter(|at| (by.now - LONGEST_WAIT..=by.now).contains(at));
    let received_at = waited.unwrap_or(by.now);
    let guess = if mail.is_reply {
        // It is about a request that there is already.
        Guess::Nothing
    } else {
        guess(&mail.subject, &mail.text)
    };
    let (opts_out, guess) = match guess {
        Guess::OptsOut(of) => (Some(of), None),
        Guess::OptsOutAnd(of, wants) => {
            (Some(of), Some(wants.map_or(Guess::Nothing, Guess::Wants)))
        }
        guess => (None, Some(guess)),
    };
    let keys = opts_out.map(|of| keys(by.app, &of)).unwrap_or_default();
    let has_opted_out = !keys.is_empty();
    if has_opted_out {
        opt_out(conn, mail, (keys, received_at), by)?;
    }
    match guess {
        None if has_opted_out => Ok(Taken::OptedOut),
        None => answer(conn, mail, &Guess::OptOut, received_at, by),
        // Which value is wrong, only they can tell.
        Some(Guess::Wants(wants)) if wants != Wants::Correction => {
            file(conn, mail, wants, received_at, by)
        }
        Some(guess) => answer(conn, mail, &guess, received_at, by),
    }
}

/// The keys of the choices that there are of what is opted out of.
fn keys(app: &App, of: &OptsOut) -> Vec<String> {
    let all = refusables(&app.register).into_iter().map(|it| it.key);
    let named = all.filter(|key| match of {
        OptsOut::Of(rights) => rights.contains(key),
        OptsOut::OfEverything => true,
    });
    named.map(str::to_owned).collect()
}

/// Nobody needs to show who they are for that, so it holds at once; who has the address is told.
fn opt_out(
    conn: &mut AnyConnection,
    mail: &Incoming,
    (keys, received_at): (Vec<String>, NaiveDateTime),
    by: &By<'_>,
) -> AppResult<()> {
    let handle = (IdentityKind::Email, mail.from.clone());
    let (typed, pseudonym) = choices::queries::find_subjects(conn, &by.app.keys, &[handle])?;
    let subjects = typed.iter().map(|(subject, _)| subject.clone()).collect();
    let reader = find_reader(conn, &by.app.keys, &mail.from)?;
    let is_told = senders::may_be_mailed(conn, &mail.from, by)?;
    let act = Act {
        typed,
        pseudonym,
        received: Some(Received {
            channel: Channel::Mail,
            on: by.app.laws.day_in("us-ca", received_at),
        }),
        proof: Proof::OfEach,
        mail_to: reader.filter(|_| is_told),
        ..Act::new(subjects, keys, State::OptedOut, MadeBy::Mail)
    };
    act.apply(by.app, conn, by.now).map(drop)
}

fn file(
    conn: &mut AnyConnection,
    mail: &Incoming,
    wants: Wants,
    received_at: NaiveDateTime,
    by: &By<'_>,
) -> AppResult<Taken> {
    let letter = Letter {
        email: Some(mail.from.clone()),
        contact: String::new(),
        residence: String::new(),
        wants,
        field: None,
        note: format!("{}\n\n{}", mail.subject, mail.text),
        channel: Channel::Mail,
        received_on: by.app.laws.day_in("", received_at),
        dates: Dates::default(),
    };
    senders::receive(conn, &letter, by)?;
    Ok(Taken::Filed)
}

fn answer(
    conn: &mut AnyConnection,
    mail: &Incoming,
    guess: &Guess,
    received_at: NaiveDateTime,
    by: &By<'_>,
) -> AppResult<Taken> {
    if !senders::may_be_mailed(conn, &mail.from, by)? {
        return Ok(Taken::Unanswered);
    }
    if senders::tell_closed(conn, &mail.from, None, by)? {
        return Ok(Taken::Answered);
    }
    let invitation = Invitation {
        email: mail.from.clone(),
        received_at,
        wants: match guess {
            Guess::Wants(wants) => Some(*wants),
            _ => None,
        },
    };
    let answer = MailReceived {
        received_on: by.app.laws.day_in("", received_at),
        is_opt_out: *guess == Guess::OptOut,
        token: invitation.token(&by.app.keys)?,
    };
    by.app.mailer.enqueue(conn, &mail.from, &answer, by.now)?;
    Ok(Taken::Answered)
}

/// Puts on record that a mail was taken in, as a hash alone; `false` when it had been.
fn is_first(
    conn: &mut AnyConnection,
    keys: &Keys,
    mail: &Incoming,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let hash = keys.hash("received mail", mail.id.as_bytes());
    let written = diesel::sql_query(
        "INSERT INTO received_mails (hash, at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(hash)
    .bind::<Timestamp, _>(now)
    .execute(conn)?;
    Ok(written == 1)
}

/// Forgets mails that will not be delivered again.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let old = received_mails::table.filter(received_mails::at.le(now - KNOWN_FOR));
    diesel::delete(old).execute(conn)
}
