//! Keeping what was found.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::{Check, Found, NewFound};
use crate::db::AnyConnection;
use crate::db::schema::monitor_results;

/// So long it is kept.
const KEPT: TimeDelta = TimeDelta::days(90);

/// What a check found last.
pub fn last(conn: &mut AnyConnection, check: Check) -> QueryResult<Option<Found>> {
    Found::query()
        .filter(monitor_results::name.eq(check.as_str()))
        .order(monitor_results::id.desc())
        .first(conn)
        .optional()
}

/// What was found, newest first: so many, older than that one.
pub fn list(conn: &mut AnyConnection, before: Option<i64>, limit: i64) -> QueryResult<Vec<Found>> {
    Found::query()
        .filter(monitor_results::id.lt(before.unwrap_or(i64::MAX)))
        .order(monitor_results::id.desc())
        .limit(limit)
        .load(conn)
}

/// Notes what was found.
pub fn insert(conn: &mut AnyConnection, found: &NewFound) -> QueryResult<()> {
    diesel::insert_into(monitor_results::table)
        .values(found)
        .execute(conn)
        .map(drop)
}

/// Removes what was found long ago.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(monitor_results::table.filter(monitor_results::at.lt(now - KEPT))).execute(conn)
}
