//! What staff and operators see of the outbox, and what is taken out of it in the end.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::mask::masked;
use crate::db::schema::outbox;
use crate::db::{AnyConnection, Count, count_up_to};

/// The text of a mail is kept for so long, to answer questions about it.
const TEXT_KEPT: TimeDelta = TimeDelta::days(30);

/// The text of a mail with a code is kept for so long after the code has expired.
const CODE_KEPT: TimeDelta = TimeDelta::days(1);

/// So many texts are removed in one transaction at most.
const PURGED_AT_ONCE: i64 = 500;

/// A mail as staff see it: without its text, and its recipient masked.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox)]
pub struct MailRow {
    /// Internal.
    pub id: i64,
    /// The folder of its templates.
    pub kind: String,
    recipient: String,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// From then on it is of no use.
    pub expires_at: Option<NaiveDateTime>,
    /// How many tries there have been.
    pub attempts: i32,
    /// When it is tried next, unless it was given up.
    pub next_attempt_at: NaiveDateTime,
    /// When it was given up.
    pub failed_at: Option<NaiveDateTime>,
    /// When its text was removed.
    pub purged_at: Option<NaiveDateTime>,
    /// Why the last try failed.
    pub last_error: Option<String>,
}

impl MailRow {
    /// Enough of the recipient to recognise it by, and no more.
    pub fn recipient(&self) -> String {
        masked(&self.recipient)
    }

    /// Whether staff may have it tried again.
    pub fn can_be_retried(&self) -> bool {
        self.last_error.is_some() && self.purged_at.is_none() && self.expires_at.is_none()
    }
}

/// Mails that were given up, newest first, from before that id.
pub fn list_failed(
    conn: &mut AnyConnection,
    before: i64,
    at_most: i64,
) -> QueryResult<Vec<MailRow>> {
    MailRow::query()
        .filter(outbox::failed_at.is_not_null())
        .filter(outbox::id.lt(before))
        .order(outbox::id.desc())
        .limit(at_most)
        .load(conn)
}

/// Mails that have yet to be sent, newest first, from before that id.
pub fn list_waiting(
    conn: &mut AnyConnection,
    before: i64,
    at_most: i64,
) -> QueryResult<Vec<MailRow>> {
    MailRow::query()
        .filter(outbox::sent_at.is_null())
        .filter(outbox::failed_at.is_null())
        .filter(outbox::id.lt(before))
        .order(outbox::id.desc())
        .limit(at_most)
        .load(conn)
}

/// How many mails were given up.
pub fn count_failed(conn: &mut AnyConnection) -> QueryResult<Count> {
    let failed = outbox::table.filter(outbox::failed_at.is_not_null());
    count_up_to(conn, failed.select(outbox::id))
}

/// How many mails have yet to be sent.
pub fn count_waiting(conn: &mut AnyConnection) -> QueryResult<Count> {
    let waiting = outbox::table
        .filter(outbox::sent_at.is_null())
        .filter(outbox::failed_at.is_null());
    count_up_to(conn, waiting.select(outbox::id))
}

/// How long the oldest due mail has been waiting; none when nothing is due.
pub fn oldest_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Option<TimeDelta>> {
    let oldest: Option<NaiveDateTime> = outbox::table
        .filter(outbox::next_attempt_at.le(now))
        .filter(outbox::sent_at.is_null())
        .filter(outbox::failed_at.is_null())
        .order(outbox::next_attempt_at)
        .select(outbox::next_attempt_at)
        .first(conn)
        .optional()?;
    Ok(oldest.map(|due| now - due))
}

/// Lets a mail go out at once that was given up or waits after a failed try; returns its kind, or none when
/// it cannot be, or is being, sent.
pub fn try_again(
    conn: &mut AnyConnection,
    id: i64,
    now: NaiveDateTime,
) -> QueryResult<Option<String>> {
    let resting = outbox::table
        .filter(outbox::id.eq(id))
        .filter(outbox::sent_at.is_null())
        .filter(outbox::last_error.is_not_null())
        .filter(outbox::purged_at.is_null())
        .filter(outbox::expires_at.is_null());
    diesel::update(resting)
        .set(due_at_once(now))
        .returning(outbox::kind)
        .get_result(conn)
        .optional()
}

/// Lets all mails that were given up go out at once; returns how many.
pub fn try_all_again(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let failed = outbox::table
        .filter(outbox::failed_at.is_not_null())
        .filter(outbox::purged_at.is_null())
        .filter(outbox::expires_at.is_null());
    diesel::update(failed).set(due_at_once(now)).execute(conn)
}

type DueAtOnce = (
    diesel::dsl::Eq<outbox::attempts, i32>,
    diesel::dsl::Eq<outbox::next_attempt_at, NaiveDateTime>,
    diesel::dsl::Eq<outbox::failed_at, Option<NaiveDateTime>>,
    diesel::dsl::Eq<outbox::last_error, Option<String>>,
);

fn due_at_once(now: NaiveDateTime) -> DueAtOnce {
    (
        outbox::attempts.eq(0),
        outbox::next_attempt_at.eq(now),
        outbox::failed_at.eq(None),
        outbox::last_error.eq(None),
    )
}

/// Removes the texts that have been kept long enough and masks their recipients; the rows stay as a record.
/// Returns how many; call it until there are none.
pub fn purge_bodies(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let kept = outbox::table
        .filter(outbox::purged_at.is_null())
        .limit(PURGED_AT_ONCE)
        .select((outbox::id, outbox::recipient));
    let mut old: Vec<(i64, String)> = kept
        .filter(outbox::created_at.lt(now - TEXT_KEPT))
        .load(conn)?;
    if old.is_empty() {
        old = kept
            .filter(outbox::expires_at.lt(now - CODE_KEPT))
            .load(conn)?;
    }
    for (id, recipient) in &old {
        diesel::update(outbox::table.filter(outbox::id.eq(id)))
            .set((
                outbox::recipient.eq(masked(recipient)),
                outbox::subject.eq(""),
                outbox::body_text.eq(""),
                outbox::body_html.eq(""),
                outbox::purged_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(old.len())
}
