//! The queue's queries: each walks an index in the order of due dates, a page at a time.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::queue::{Filters, States};
use crate::accounts::model::{IdentityKind, StaffRow};
use crate::accounts::queries::{find_person_by_identity, normal_email};
use crate::db::AnyConnection;
use crate::db::schema::{requests, staff};
use crate::keys::Keys;
use crate::requests::model::{Request, State};

/// So many requests stand on one page.
pub const ON_A_PAGE: i64 = 50;

/// More than this is not counted: a count must not read the whole table.
pub const COUNTED: i64 = 1000;

/// The requests that the filters let through, due soonest first; one more than a page, to know whether it goes on.
pub fn list(
    conn: &mut AnyConnection,
    keys: &Keys,
    filters: &Filters,
    (today, me): (NaiveDate, i64),
) -> QueryResult<Vec<Request>> {
    let mut query = Request::query().into_boxed();
    query = match filters.states() {
        States::Open => query.filter(requests::closed_at.is_null()),
        States::Closed => query.filter(requests::closed_at.is_not_null()),
        States::All => query,
        States::One(state) => query.filter(requests::state.eq(state.as_str())),
    };
    if let Some(kind) = filters.kind() {
        query = query.filter(requests::kind.eq(kind.as_str()));
    }
    if !filters.law.is_empty() {
        query = query.filter(requests::law.eq(filters.law.clone()));
    }
    query = match filters.assignee.as_str() {
        "" => query,
        "me" => query.filter(requests::assignee_id.eq(me)),
        "nobody" => query.filter(requests::assignee_id.is_null()),
        id => query.filter(requests::assignee_id.eq(id.parse::<i64>().unwrap_or_default())),
    };
    if let Some(last) = filters.due_until(today) {
        query = query.filter(requests::due_on.le(last));
    }
    if !filters.q.trim().is_empty() {
        match find_person(conn, keys, &filters.q)? {
            Some(person) => query = query.filter(requests::person_id.eq(person)),
            None => return Ok(Vec::new()),
        }
    }
    if let Some((date, id)) = filters.position() {
        let later = requests::due_on.gt(date);
        let same_day = requests::due_on.eq(date).and(requests::id.gt(id));
        query = query
            .filter(requests::due_on.ge(date))
            .filter(later.or(same_day));
    }
    query
        .order((requests::due_on, requests::id))
        .limit(ON_A_PAGE + 1)
        .load(conn)
}

/// The person with exactly that identity; people are not searched by parts of it.
fn find_person(conn: &mut AnyConnection, keys: &Keys, typed: &str) -> QueryResult<Option<i64>> {
    let email = normal_email(typed);
    let person = find_person_by_identity(conn, keys, IdentityKind::Email, &email)?;
    Ok(person.map(|person| person.id))
}

/// How many requests stand in each open state, up to [`COUNTED`] of each.
pub fn count_open(conn: &mut AnyConnection) -> QueryResult<Vec<(State, i64)>> {
    let open = State::ALL
        .iter()
        .copied()
        .filter(|state| !state.is_closed());
    open.map(|state| {
        let some: Vec<i64> = requests::table
            .filter(requests::state.eq(state.as_str()))
            .select(requests::id)
            .limit(COUNTED)
            .load(conn)?;
        Ok((state, i64::try_from(some.len()).unwrap_or(COUNTED)))
    })
    .collect()
}

/// All staff members, for names and for choosing one.
pub fn list_staff(conn: &mut AnyConnection) -> QueryResult<Vec<StaffRow>> {
    StaffRow::query().order(staff::name).load(conn)
}
