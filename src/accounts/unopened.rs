//! Accounts that no address opens: staff have taken the last one away, and nobody can sign in until there is another.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::Identity;
use super::queries::list_open_addresses;
use crate::db::schema::{people, unopened_accounts as unopened};
use crate::db::{AdvisoryLock, AnyConnection, Count, count_up_to};

/// After so long nobody is reminded of one any more.
const LASTS: TimeDelta = TimeDelta::days(30);

/// Before an address leaves an account: who takes another away at this moment waits, so that the later one sees that it
/// was the last.
pub(super) fn wait_for_others(conn: &mut AnyConnection) -> QueryResult<()> {
    AdvisoryLock::Addresses.take(conn)
}

/// After an address has left an account: notes if it was the last.
pub(super) fn note(
    conn: &mut AnyConnection,
    person_id: i64,
    now: NaiveDateTime,
) -> QueryResult<()> {
    if !list_open_addresses(conn, person_id)?.is_empty() || is_noted(conn, person_id)? {
        return Ok(());
    }
    diesel::insert_into(unopened::table)
        .values((unopened::person_id.eq(person_id), unopened::since.eq(now)))
        .execute(conn)
        .map(drop)
}

/// It has an address again.
pub(super) fn forget(conn: &mut AnyConnection, person_id: i64) -> QueryResult<()> {
    let this = unopened::table.filter(unopened::person_id.eq(person_id));
    diesel::delete(this).execute(conn).map(drop)
}

fn is_noted(conn: &mut AnyConnection, person_id: i64) -> QueryResult<bool> {
    let this = unopened::table.filter(unopened::person_id.eq(person_id));
    let found = this.select(unopened::person_id).first::<i64>(conn);
    Ok(found.optional()?.is_some())
}

/// Whether somebody with these identities had an account, and no address opens it.
pub fn is_unopened(
    conn: &mut AnyConnection,
    (person_id, identities): (i64, &[Identity]),
) -> QueryResult<bool> {
    if identities.iter().any(Identity::is_open_address) {
        return Ok(false);
    }
    let was_closed = identities.iter().any(|it| it.closed_at.is_some());
    Ok(was_closed || is_noted(conn, person_id)?)
}

/// The newest of them: since when, and the pseudonym of the person.
pub(super) fn list_newest(
    conn: &mut AnyConnection,
    limit: i64,
) -> QueryResult<Vec<(NaiveDateTime, String)>> {
    unopened::table
        .inner_join(people::table)
        .order((unopened::since.desc(), unopened::person_id.desc()))
        .limit(limit)
        .select((unopened::since, people::pseudonym))
        .load(conn)
}

/// How many there are.
pub fn count(conn: &mut AnyConnection) -> QueryResult<Count> {
    count_up_to(conn, unopened::table.select(unopened::person_id))
}

/// Removes those for which nobody has asked.
pub(super) fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let over = unopened::since.le(now - LASTS);
    diesel::delete(unopened::table.filter(over)).execute(conn)
}
