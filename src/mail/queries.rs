//! What staff and operators see of the outbox, and what is taken out of it in the end.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::mask::masked;
use crate::db::AnyConnection;
use crate::db::schema::outbox;

/// The text of a mail is kept for so long, to answer questions about it.
const TEXT_KEPT: TimeDelta = TimeDelta::days(30);

/// The text of a mail with a code is kept for so long after the code has expired.
const CODE_KEPT: TimeDelta = TimeDelta::days(1);

/// So many texts are removed in one transaction at most.
const PURGED_AT_ONCE: i64 = 500;

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
