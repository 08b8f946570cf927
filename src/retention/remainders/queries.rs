//! Finding what was left.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Left, Remainder};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::{remainders, requests};
use crate::error::AppResult;

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

/// What a person's deletions had to leave, with their references, the newest first.
pub fn list_of_person(
    conn: &mut AnyConnection,
    person_id: i64,
) -> QueryResult<Vec<(Remainder, String)>> {
    let all: Vec<Remainder> = Remainder::query()
        .filter(remainders::person_id.eq(person_id))
        .order(remainders::request_id.desc())
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

/// What is left of deletions, those after that request, each with whose it is.
pub fn list_unsettled(
    conn: &mut AnyConnection,
    app: &App,
    after: i64,
    limit: i64,
) -> AppResult<Vec<(i64, i64, Left)>> {
    let rows: Vec<(Remainder, String)> = remainders::table
        .inner_join(requests::table)
        .filter(remainders::settled_at.is_null())
        .filter(remainders::request_id.gt(after))
        .order(remainders::request_id)
        .limit(limit)
        .select((Remainder::as_select(), requests::reference))
        .load(conn)?;
    let opened = rows.into_iter().map(|(it, reference)| {
        let left = it.open(app, &reference)?;
        Ok((it.request_id, it.person_id, left))
    });
    opened.collect()
}

/// All that a person's deletions had to leave and that is not known to be gone, by the newest that left it, with the
/// references of these.
pub fn list_left(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
) -> AppResult<Vec<(Left, String)>> {
    let (mut all, mut seen) = (Vec::new(), HashSet::new());
    for (remainder, reference) in list_of_person(conn, person_id)? {
        if remainder.settled_at.is_some() {
            continue;
        }
        let mut left = remainder.open(app, &reference)?;
        left.records
            .retain(|it| seen.insert((it.record.key(), it.record.id.clone())));
        all.push((left, reference));
    }
    Ok(all)
}
