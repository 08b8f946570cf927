//! Finding what was left.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Remainder;
use crate::db::AnyConnection;
use crate::db::schema::{remainders, requests};

/// Those to look at on that day, in the order of their days, after the one of that day and request.
pub fn list_due(
    conn: &mut AnyConnection,
    today: NaiveDate,
    (day, request_id): (NaiveDate, i64),
    limit: i64,
) -> QueryResult<Vec<Remainder>> {
    let later = remainders::look_on.gt(day);
    let same_day = remainders::look_on
        .eq(day)
        .and(remainders::request_id.gt(request_id));
    Remainder::query()
        .filter(remainders::settled_at.is_null())
        .filter(remainders::look_on.ge(day))
        .filter(remainders::look_on.le(today))
        .filter(later.or(same_day))
        .order((remainders::look_on, remainders::request_id))
        .limit(limit)
        .load(conn)
}

/// What a deletion had to leave, settled or not.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Remainder>> {
    Remainder::query()
        .filter(remainders::request_id.eq(request_id))
        .first(conn)
        .optional()
}

/// What a person's deletions had to leave, with their references.
pub fn list_of_person(
    conn: &mut AnyConnection,
    person_id: i64,
) -> QueryResult<Vec<(Remainder, String)>> {
    let all: Vec<Remainder> = Remainder::query()
        .filter(remainders::person_id.eq(person_id))
        .load(conn)?;
    let ids: Vec<_> = all.iter().map(|it| it.request_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<(i64, String)> = requests::table
        .filter(requests::id.eq_any(ids))
        .select((requests::id, requests::reference))
        .load(conn)?;
    let named = all.into_iter().filter_map(|remainder| {
        let name = names.iter().find(|(id, _)| *id == remainder.request_id)?;
        Some((remainder, name.1.clone()))
    });
    Ok(named.collect())
}
