//! Taking mails out of the outbox, and settling how each try ended.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::{Eq, Filter, IsNull};
use diesel::prelude::*;

use crate::db::schema::outbox;
use crate::db::{AnyConnection, both};
use crate::jobs::backoff::MOST_TRIES;

/// A claimed mail is its worker's for so long: longer than any transport takes. The mails of a worker that
/// died are sent by another when it ends.
pub const LEASE: TimeDelta = TimeDelta::minutes(3);

/// A mail that a worker has taken. The number of tries tells this taking from a later one.
#[derive(Debug, Clone, Queryable)]
pub struct Claim {
    /// Internal.
    pub id: i64,
    /// How many tries there have been, this one included.
    pub attempts: i32,
    /// The same at every try, so that a recipient's server can tell a repetition.
    pub message_id: String,
    /// The folder of its templates.
    pub kind: String,
    /// One address.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// The plain text part.
    pub body_text: String,
    /// The HTML part.
    pub body_html: String,
    /// When it was written; its `Date`.
    pub created_at: NaiveDateTime,
    /// From then on it is of no use.
    pub expires_at: Option<NaiveDateTime>,
}

type Unsettled = Filter<Filter<outbox::table, IsNull<outbox::sent_at>>, IsNull<outbox::failed_at>>;
type StillOurs = Filter<Filter<Unsettled, Eq<outbox::id, i64>>, Eq<outbox::attempts, i32>>;

fn unsettled() -> Unsettled {
    outbox::table
        .filter(outbox::sent_at.is_null())
        .filter(outbox::failed_at.is_null())
}

impl Claim {
    fn still_ours(&self) -> StillOurs {
        unsettled()
            .filter(outbox::id.eq(self.id))
            .filter(outbox::attempts.eq(self.attempts))
    }
}

/// Whether any mail is due.
pub fn is_any_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<bool> {
    let due = unsettled().filter(outbox::next_attempt_at.le(now));
    let any = diesel::select(diesel::dsl::exists(due));
    both!(conn, |conn| any.get_result(conn))
}

/// Takes due mails, at most `limit`: first those that soon expire, so that a sign-in code never waits behind
/// a notice to everybody. The next try is on record before the first begins, so that a worker that is killed
/// loses nothing.
pub fn claim(
    conn: &mut AnyConnection,
    now: NaiveDateTime,
    limit: usize,
) -> QueryResult<Vec<Claim>> {
    let mut claims = Vec::new();
    for is_urgent in [true, false] {
        let room = i64::try_from(limit - claims.len()).unwrap_or(i64::MAX);
        for mut mail in lock_due(conn, now, room, is_urgent)? {
            if take(conn, &mut mail, now)? {
                claims.push(mail);
            }
        }
    }
    Ok(claims)
}

fn lock_due(
    conn: &mut AnyConnection,
    now: NaiveDateTime,
    limit: i64,
    is_urgent: bool,
) -> QueryResult<Vec<Claim>> {
    let due = unsettled()
        .filter(outbox::next_attempt_at.le(now))
        .order((outbox::next_attempt_at, outbox::id))
        .limit(limit)
        .select((
            outbox::id,
            outbox::attempts,
            outbox::message_id,
            outbox::kind,
            outbox::recipient,
            outbox::subject,
            outbox::body_text,
            outbox::body_html,
            outbox::created_at,
            outbox::expires_at,
        ));
    let urgent = due.filter(outbox::expires_at.is_not_null());
    match conn {
        AnyConnection::Sqlite(conn) if is_urgent => urgent.load(conn),
        AnyConnection::Sqlite(conn) => due.load(conn),
        AnyConnection::Postgres(conn) if is_urgent => urgent.for_update().skip_locked().load(conn),
        AnyConnection::Postgres(conn) => due.for_update().skip_locked().load(conn),
    }
}

/// Books the next try. A mail that expired, or had all its tries, is given up instead.
fn take(conn: &mut AnyConnection, mail: &mut Claim, now: NaiveDateTime) -> QueryResult<bool> {
    if mail.expires_at.is_some_and(|end| end <= now) {
        give_up(conn, mail, "It could not be sent before it expired.", now)?;
        return Ok(false);
    }
    if mail.attempts >= MOST_TRIES {
        let words = format!("The worker stopped while it was sending it, {MOST_TRIES} times.");
        give_up(conn, mail, &words, now)?;
        return Ok(false);
    }
    let untaken = mail.still_ours();
    mail.attempts += 1;
    let taken = diesel::update(untaken)
        .set((
            outbox::attempts.eq(mail.attempts),
            outbox::next_attempt_at.eq(now + LEASE),
            outbox::last_error.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Settles a mail as sent; `false` when the claim had ended.
pub fn mark_sent(conn: &mut AnyConnection, mail: &Claim, now: NaiveDateTime) -> QueryResult<bool> {
    let sent = diesel::update(mail.still_ours())
        .set(outbox::sent_at.eq(now))
        .execute(conn)?;
    Ok(sent == 1)
}

/// Settles a try that failed: the mail is tried again at that time. `false` when the claim had ended.
pub fn put_off(
    conn: &mut AnyConnection,
    mail: &Claim,
    words: &str,
    next: NaiveDateTime,
) -> QueryResult<bool> {
    let put_off = diesel::update(mail.still_ours())
        .set((
            outbox::next_attempt_at.eq(next),
            outbox::last_error.eq(words),
        ))
        .execute(conn)?;
    Ok(put_off == 1)
}

/// Settles a mail as failed for good; staff see it. `false` when the claim had ended.
pub fn give_up(
    conn: &mut AnyConnection,
    mail: &Claim,
    words: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let given_up = diesel::update(mail.still_ours())
        .set((outbox::failed_at.eq(now), outbox::last_error.eq(words)))
        .execute(conn)?;
    Ok(given_up == 1)
}
