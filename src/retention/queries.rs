//! Finding holds.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::HoldRow;
use crate::db::AnyConnection;
use crate::db::schema::{holds, people, staff};
use crate::sources::Hold;

/// The holds that speak for a person's data on that day: first theirs, then everybody's, each in the order in which
/// they were placed.
pub fn in_force(
    conn: &mut AnyConnection,
    person_id: i64,
    today: NaiveDate,
) -> QueryResult<Vec<HoldRow>> {
    // One after the other, so that each walks the index.
    let mut held = list_held(conn, Some(person_id), today)?;
    held.extend(list_held(conn, None, today)?);
    Ok(held)
}

/// Of a person, or else on everybody's data.
pub(super) fn list_held(
    conn: &mut AnyConnection,
    person_id: Option<i64>,
    today: NaiveDate,
) -> QueryResult<Vec<HoldRow>> {
    let in_force = HoldRow::query()
        .filter(holds::lifted_at.is_null())
        .filter(holds::until.is_null().or(holds::until.ge(today)))
        .order((holds::person_id, holds::id))
        .into_boxed();
    match person_id {
        Some(id) => in_force.filter(holds::person_id.eq(id)).load(conn),
        None => in_force.filter(holds::person_id.is_null()).load(conn),
    }
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
    let rows = list_held(conn, None, today)?;
    Ok(rows.into_iter().map(HoldRow::for_plans).collect())
}

/// A hold with what else a list says of it.
#[derive(Debug)]
pub struct Listed {
    /// The hold.
    pub hold: HoldRow,
    /// The pseudonym of whom it is about; everybody if none.
    pub person: Option<String>,
    /// The name of who placed it.
    pub author: String,
}

/// All holds, newest first, at most `limit` before the one with that id.
pub fn list(conn: &mut AnyConnection, before: Option<i64>, limit: i64) -> QueryResult<Vec<Listed>> {
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
    let authors: Vec<_> = rows.iter().map(|it| it.placed_by).collect();
    let authors: Vec<(i64, String)> = staff::table
        .filter(staff::id.eq_any(authors))
        .select((staff::id, staff::name))
        .load(conn)?;
    let author = |id: i64| authors.iter().find(|(one, _)| *one == id);
    let listed = rows.into_iter().map(|hold| Listed {
        person: name(hold.person_id),
        author: author(hold.placed_by).map_or_else(String::new, |(_, name)| name.clone()),
        hold,
    });
    Ok(listed.collect())
}

/// A hold by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<HoldRow> {
    HoldRow::query().filter(holds::id.eq(id)).first(conn)
}
