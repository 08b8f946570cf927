//! How often a person has asked for the same kind of thing: a hint for staff, which stops nothing.

use std::collections::BTreeSet;

use chrono::{Days, Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::dates::right;
use super::life::By;
use super::model::{Kind, Outcome, Request, State};
use super::words;
use crate::db::AnyConnection;
use crate::db::schema::requests;
use crate::error::AppResult;

/// More requests of one kind than this in [`FLOOD_DAYS`] are looked at together.
const FLOOD: usize = 5;

const FLOOD_DAYS: Days = Days::new(30);

/// More than the law gives for nothing in twelve months, this one included.
pub(super) fn repeat(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<Option<String>> {
    let row = by
        .app
        .laws
        .row(&request.law, right(request.kind), request.received_on);
    let Some(free) = row.and_then(|row| row.free) else {
        return Ok(None);
    };
    let since = request.received_on - Months::new(12);
    let count = count_since(conn, request, since)?;
    Ok((count > usize::try_from(free).unwrap_or(usize::MAX)).then(|| {
        format!(
            "This is request {count} of this kind since {}. The law asks for {free} in twelve months. That alone is no ground to refuse it.",
            words::day(since)
        )
    }))
}

/// Many of one kind in a month.
pub(super) fn flood(conn: &mut AnyConnection, request: &Request) -> QueryResult<Option<String>> {
    let since = request.received_on - FLOOD_DAYS;
    let count = count_since(conn, request, since)?;
    Ok((count > FLOOD).then(|| {
        format!(
            "This is request {count} of this kind since {}. Look whether each asks for something of its own.",
            words::day(since)
        )
    }))
}

/// The person's requests of that kind since a day that were not taken back, up to this one. Whoever looks whether a
/// correction was made asks for nothing that counts (11 CCR 7023): the first request to know after each is left out,
/// and none is counted for one that is such itself.
fn count_since(
    conn: &mut AnyConnection,
    request: &Request,
    since: NaiveDate,
) -> QueryResult<usize> {
    if request.kind == Kind::Appeal {
        return Ok(0);
    }
    let filed: Vec<(i64, NaiveDateTime)> = requests::table
        .filter(requests::person_id.eq(request.person_id))
        .filter(requests::id.le(request.id))
        .filter(requests::kind.eq(request.kind.as_str()))
        .filter(requests::received_on.gt(since))
        .filter(requests::state.ne(State::Withdrawn.as_str()))
        .order(requests::id)
        .select((requests::id, requests::created_at))
        .load(conn)?;
    if request.kind != Kind::Access {
        return Ok(filed.len());
    }
    let after = |at: &NaiveDateTime| filed.iter().find(|(_, filed)| filed > at);
    let corrected = list_corrected(conn, request)?;
    let checks: BTreeSet<i64> = corrected.iter().filter_map(after).map(|it| it.0).collect();
    if checks.contains(&request.id) {
        return Ok(0);
    }
    Ok(filed.len() - checks.len())
}

/// When corrections of the person were completed.
fn list_corrected(conn: &mut AnyConnection, request: &Request) -> QueryResult<Vec<NaiveDateTime>> {
    let made = [Outcome::Approved.as_str(), Outcome::PartlyApproved.as_str()];
    requests::table
        .filter(requests::person_id.eq(request.person_id))
        .filter(requests::kind.eq(Kind::Correction.as_str()))
        .filter(requests::state.eq(State::Completed.as_str()))
        .filter(requests::outcome.eq_any(made))
        .select(requests::closed_at.assume_not_null())
        .load(conn)
}
