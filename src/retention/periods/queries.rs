//! Finding runs, and whose data may not go.

use chrono::NaiveDate;
use diesel::dsl::max;
use diesel::prelude::*;

use super::model::{Line, Run, RunState};
use crate::db::schema::{
    holds, requests, restrictions, retention_lines as lines, retention_runs as runs,
};
use crate::db::{AnyConnection, switches};
use crate::requests::model::{Kind, Request, State};

const UNATTENDED: &str = "retention-without-approval";

/// A run by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Run> {
    Run::query().filter(runs::id.eq(id)).first(conn)
}

/// The newest run in a state.
pub fn find_in(conn: &mut AnyConnection, state: RunState) -> QueryResult<Option<Run>> {
    Run::query()
        .filter(runs::state.eq(state.as_str()))
        .order(runs::id.desc())
        .first(conn)
        .optional()
}

/// The runs that have ended, newest first, before that id.
pub fn list_done(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Run>> {
    Run::query()
        .filter(runs::state.eq(RunState::Done.as_str()))
        .filter(runs::id.lt(before.unwrap_or(i64::MAX)))
        .order(runs::id.desc())
        .limit(limit)
        .load(conn)
}

/// The collections of a run, in the order in which they are carried out.
pub fn list_lines(conn: &mut AnyConnection, run_id: i64) -> QueryResult<Vec<Line>> {
    Line::query()
        .filter(lines::run_id.eq(run_id))
        .order(lines::id)
        .load(conn)
}

/// Requests that are not closed, at most so many after that id: the data of these people stay.
pub fn list_open_requests(
    conn: &mut AnyConnection,
    after_id: i64,
    limit: i64,
) -> QueryResult<Vec<Request>> {
    Request::query()
        .filter(requests::closed_at.is_null())
        .filter(requests::id.gt(after_id))
        .order(requests::id)
        .limit(limit)
        .load(conn)
}

/// The requests by which data are kept and not used, of so many restrictions after that request, and the last of these:
/// the data of these people stay.
pub fn list_restrictions(
    conn: &mut AnyConnection,
    after_id: i64,
    limit: i64,
) -> QueryResult<Option<(Vec<Request>, i64)>> {
    let ids: Vec<i64> = restrictions::table
        .filter(restrictions::ended_at.is_null())
        .filter(restrictions::request_id.gt(after_id))
        .order(restrictions::request_id)
        .limit(limit)
        .select(restrictions::request_id)
        .load(conn)?;
    let Some(last) = ids.last().copied() else {
        return Ok(None);
    };
    // An objection is against a use, and does not ask that anything be kept.
    let granted: Vec<Request> = Request::query()
        .filter(requests::id.eq_any(ids))
        .filter(requests::kind.eq(Kind::Restriction.as_str()))
        .filter(requests::state.eq(State::Completed.as_str()))
        .load(conn)?;
    Ok(Some((granted, last)))
}

/// Whose data are held, and in which dataset and collection, if not in all.
pub type HeldOfPerson = (i64, Option<String>, Option<String>);

/// Holds in force on single people.
pub fn list_holds_on_people(
    conn: &mut AnyConnection,
    today: NaiveDate,
) -> QueryResult<Vec<HeldOfPerson>> {
    let held: Vec<(Option<i64>, Option<String>, Option<String>)> = holds::table
        .filter(holds::lifted_at.is_null())
        .filter(holds::person_id.is_not_null())
        .filter(holds::until.is_null().or(holds::until.ge(today)))
        .order((holds::person_id, holds::id))
        .select((holds::person_id, holds::dataset, holds::collection))
        .load(conn)?;
    let whose = held.into_iter();
    Ok(whose
        .filter_map(|(person, dataset, collection)| Some((person?, dataset, collection)))
        .collect())
}

/// The newest hold, request and restriction.
pub type Newest = (Option<i64>, Option<i64>, Option<i64>);

/// By these it is seen whether any has come.
pub fn newest(conn: &mut AnyConnection) -> QueryResult<Newest> {
    Ok((
        holds::table.select(max(holds::id)).first(conn)?,
        requests::table.select(max(requests::id)).first(conn)?,
        restrictions::table
            .select(max(restrictions::request_id))
            .first(conn)?,
    ))
}

/// Whether what is due is erased without anybody's approval.
pub fn is_unattended(conn: &mut AnyConnection) -> QueryResult<bool> {
    switches::is_on(conn, UNATTENDED)
}

/// Switches that on or off; `false` when it was so already.
pub fn set_unattended(
    conn: &mut AnyConnection,
    is_on: bool,
    now: chrono::NaiveDateTime,
) -> QueryResult<bool> {
    switches::set(conn, UNATTENDED, is_on, now)
}
