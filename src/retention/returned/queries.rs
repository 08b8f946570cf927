//! Finding what came back.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::model::Returned;
use crate::db::schema::{returned_erasures as returned, sessions};
use crate::db::{AnyConnection, Count, count_up_to};

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

/// Whether a person has signed in since a time.
pub fn has_signed_in(
    conn: &mut AnyConnection,
    person_id: i64,
    since: NaiveDateTime,
) -> QueryResult<bool> {
    let later = sessions::table
        .filter(sessions::person_id.eq(person_id))
        .filter(sessions::created_at.gt(since));
    diesel::select(exists(later)).get_result(conn)
}
