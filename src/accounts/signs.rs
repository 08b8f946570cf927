//! Signs that an account is abused (11 CCR 7061(b)): codes that were guessed at until they were spent, or sign-ins on
//! many devices, both within a day. While there are some, nothing weighty is done without a code that was mailed after
//! the last of them, and staff look at each request before it is granted.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::guard::Person;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::{account_signs, sessions};
use crate::error::AppResult;

/// Signs speak for so long.
const LAST: TimeDelta = TimeDelta::days(1);

/// So many codes that were guessed at until they were spent. One may be a person who cannot read their mail.
const SPENT_CODES: i64 = 2;

/// On so many kinds of devices nobody signs in within a day.
const DEVICES: usize = 4;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// The last of them.
    pub last_at: NaiveDateTime,
    /// In a sentence, for staff.
    pub words: String,
}

/// The signs of the last day, if they are enough to be taken for abuse.
pub fn look(
    conn: &mut AnyConnection,
    person_id: i64,
    now: NaiveDateTime,
) -> QueryResult<Option<Signs>> {
    let (count, last_at): (i64, Option<NaiveDateTime>) = account_signs::table
        .filter(account_signs::person_id.eq(person_id))
        .filter(account_signs::at.gt(now - LAST))
        .select((
            diesel::dsl::count_star(),
            diesel::dsl::max(account_signs::at),
        ))
        .first(conn)?;
    if let Some(last_at) = last_at.filter(|_| count >= SPENT_CODES) {
        let words = format!(
            "Within a day {count} codes for this account were guessed at until they were spent."
        );
        return Ok(Some(Signs { last_at, words }));
    }
    let signed_in: Vec<(String, NaiveDateTime)> = sessions::table
        .filter(sessions::person_id.eq(person_id))
        .filter(sessions::created_at.gt(now - LAST))
        .select((sessions::device, sessions::created_at))
        .load(conn)?;
    let mut devices: Vec<_> = signed_in.iter().map(|(device, _)| device).collect();
    devices.sort_unstable();
    devices.dedup();
    let last_at = signed_in.iter().map(|(_, at)| *at).max();
    Ok(last_at
        .filter(|_| devices.len() >= DEVICES)
        .map(|last_at| Signs {
            last_at,
            words: format!(
                "Within a day somebody signed in to this account on {} kinds of devices.",
                devices.len()
            ),
        }))
}

/// A code for a person's account was guessed at until it was spent. What is too old to count goes.
pub(super) fn note_spent_code(
    conn: &mut AnyConnection,
    person_id: i64,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let old = account_signs::table
        .filter(account_signs::person_id.eq(person_id))
        .filter(account_signs::at.le(now - LAST));
    diesel::delete(old).execute(conn)?;
    diesel::insert_into(account_signs::table)
        .values((
            account_signs::person_id.eq(person_id),
            account_signs::at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// Removes what is too old to count.
pub(super) fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(account_signs::table.filter(account_signs::at.le(now - LAST))).execute(conn)
}

/// Whether a person has confirmed lately that it is them, and after the last sign of abuse.
pub async fn is_confirmed(app: &App, person: &Person) -> AppResult<bool> {
    let now = app.clock.now();
    if !person.is_fresh(now) {
        return Ok(false);
    }
    let id = person.id;
    let signs = app.db.look_up(move |conn| Ok(look(conn, id, now)?)).await?;
    Ok(signs.is_none_or(|signs| signs.last_at < person.confirmed_at))
}
