//! Finding holds.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::HoldRow;
use crate::db::AnyConnection;
use crate::db::schema::{holds, people};
use crate::sources::Hold;

/// The holds that speak for a person's data on that day: first theirs, then everybody's, each in the order in which
/// they were placed.
pub fn in_force(
    conn: &mut AnyConnection,
    person_id: i64,
    today: NaiveDate,
) -> QueryResult<Vec<HoldRow>> {
    let mut held = Vec::new();
    // One after the other, so that each walks the index.
    for is_theirs in [true, false] {
        let mut query = HoldRow::query()
            .filter(holds::lifted_at.is_null())
            .filter(holds::until.is_null().or(holds::until.ge(today)))
            .order((holds::person_id, holds::id))
            .into_boxed();
        query = if is_theirs {
            query.filter(holds::person_id.eq(person_id))
        } else {
            query.filter(holds::person_id.is_null())
        };
        held.extend(query.load(conn)?);
    }
    Ok(held)
}

/// The same, as plans know them.
pub fn for_plans(
    conn: &mut AnyConnection,
    person_id: i64,
    today: NaiveDate,
) -> QueryResult<Vec<Hold>> {
    let rows = in_force(conn, person_id, today)?;
    Ok(rows.into_iter().map(HoldRow::for_plans).collect())
}

/// Those on everybody's data alone, as plans know them.
pub fn for_everybody(conn: &mut AnyConnection, today: NaiveDate) -> QueryResult<Vec<Hold>> {
    let rows: Vec<HoldRow> = HoldRow::query()
        .filter(holds::lifted_at.is_null())
        .filter(holds::until.is_null().or(holds::until.ge(today)))
        .filter(holds::person_id.is_null())
        .order((holds::person_id, holds::id))
        .load(conn)?;
    Ok(rows.into_iter().map(HoldRow::for_plans).collect())
}

/// All holds with the pseudonym of whom they are about, newest first, at most `limit` before the one with that id.
pub fn list(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(HoldRow, Option<String>)>> {
    let rows: Vec<HoldRow> = HoldRow::query()
        .filter(holds::id.lt(before.unwrap_or(i64::MAX)))
        .order(holds::id.desc())
        .limit(limit)
        .load(conn)?;
    let ids: Vec<_> = rows.iter().filter_map(|it| it.person_id).collect();
    let names: Vec<(i64, String)> = people::table
        .filter(people::id.eq_any(ids))
        .select((people::id, people::pseudonym))
        .load(conn)?;
    let name = |id: Option<i64>| {
        let found = names.iter().find(|(one, _)| Some(*one) == id);
        found.map(|(_, name)| name.clone())
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let name = name(row.person_id);
            (row, name)
        })
        .collect())
}

/// A hold by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<HoldRow> {
    HoldRow::query().filter(holds::id.eq(id)).first(conn)
}
