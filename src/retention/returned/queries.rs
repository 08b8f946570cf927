//! Finding what came back.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::{Returned, State};
use crate::accounts::model::SIGNED_IN;
use crate::db::schema::{events, requests, returned_erasures as returned, tombstones};
use crate::db::{AnyConnection, Count, count_up_to};
use crate::retention::tombstones::Erasure;

/// So many erasures are named in one statement.
const AT_ONCE: usize = 500;

/// What staff have still to settle, newest first, before that id.
pub fn list_open(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Returned>> {
    Returned::query()
        .filter(returned::settled_at.is_null())
        .filter(returned::id.lt(before.unwrap_or(i64::MAX)))
        .order(returned::id.desc())
        .limit(limit)
        .load(conn)
}

/// How many there are of these.
pub fn count_open(conn: &mut AnyConnection) -> QueryResult<Count> {
    let open = returned::table.filter(returned::settled_at.is_null());
    count_up_to(conn, open.select(returned::id))
}

/// The last that were settled.
pub fn list_settled(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<Returned>> {
    Returned::query()
        .filter(returned::settled_at.is_not_null())
        .order((returned::settled_at.desc(), returned::id.desc()))
        .limit(limit)
        .load(conn)
}

/// The names of erasures since that time of which staff noted that the person came back on purpose.
pub fn list_left(conn: &mut AnyConnection, since: NaiveDateTime) -> QueryResult<HashSet<String>> {
    let left = returned::table
        .filter(returned::erased_at.ge(since))
        .filter(returned::state.eq(State::Left.as_str()))
        .select(returned::erasure);
    let left: Vec<_> = left.load(conn)?;
    Ok(left.into_iter().collect())
}

/// One by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Returned> {
    Returned::query().filter(returned::id.eq(id)).first(conn)
}

/// One by the name of its erasure.
pub fn find_of(conn: &mut AnyConnection, erasure: &str) -> QueryResult<Option<Returned>> {
    Returned::query()
        .filter(returned::erasure.eq(erasure))
        .first(conn)
        .optional()
}

/// A later erasure of the same person of which something came back and is not settled.
pub fn find_later(conn: &mut AnyConnection, erasure: &Erasure) -> QueryResult<Option<i64>> {
    let open: Vec<(i64, String)> = returned::table
        .filter(returned::settled_at.is_null())
        .filter(returned::request_id.is_null())
        .filter(returned::erased_at.gt(erasure.erased_at))
        .order(returned::id)
        .select((returned::id, returned::erasure))
        .load(conn)?;
    let digests: Vec<_> = erasure.handles.iter().map(|(_, digest)| digest).collect();
    for some in open.chunks(AT_ONCE) {
        let names: Vec<_> = some.iter().map(|(_, name)| name).collect();
        let of_the_same: Option<String> = tombstones::table
            .filter(tombstones::erasure.eq_any(names))
            .filter(tombstones::digest.eq_any(&digests))
            .select(tombstones::erasure)
            .first(conn)
            .optional()?;
        let found = of_the_same.and_then(|it| some.iter().find(|(_, name)| *name == it));
        if let Some((id, _)) = found {
            return Ok(Some(*id));
        }
    }
    Ok(None)
}

/// What a deletion had to leave, while it is not settled.
pub fn find_open_of_request(
    conn: &mut AnyConnection,
    request_id: i64,
) -> QueryResult<Option<Returned>> {
    Returned::query()
        .filter(returned::request_id.eq(request_id))
        .filter(returned::settled_at.is_null())
        .first(conn)
        .optional()
}

/// Whether a person has signed in since a time. Sessions end after some hours, so it is asked of the audit log.
pub fn has_signed_in(
    conn: &mut AnyConnection,
    pseudonym: &str,
    since: NaiveDateTime,
) -> QueryResult<bool> {
    let later = events::table
        .filter(events::person.eq(pseudonym))
        .filter(events::action.eq(SIGNED_IN))
        .filter(events::at.gt(since));
    diesel::select(exists(later)).get_result(conn)
}

/// The references of the requests whose rest is listed.
pub fn list_references(
    conn: &mut AnyConnection,
    request_ids: &[i64],
) -> QueryResult<HashMap<i64, String>> {
    let named: Vec<(i64, String)> = requests::table
        .filter(requests::id.eq_any(request_ids.to_vec()))
        .select((requests::id, requests::reference))
        .load(conn)?;
    Ok(named.into_iter().collect())
}
