//! Asking for a package: the row, the job that builds it and the event, in the caller's transaction.

use chrono::NaiveDateTime;
use serde_json::Value;

use super::queries;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::{self, Job};
use crate::sources::Dates;

/// Asks for a package of a person, given by id and pseudonym; `false` where one is being built already.
pub fn ask(
    conn: &mut AnyConnection,
    whose: (i64, &str),
    dates: Dates,
    by: (Actor<'_>, Value),
    now: NaiveDateTime,
) -> AppResult<bool> {
    if queries::count_building(conn, whose.0)? > 0 {
        return Ok(false);
    }
    begin(conn, whose, (dates, None), by, now)?;
    Ok(true)
}

/// The same whatever else is being built; as the answer to a request of theirs, by its id, where it is one.
pub fn begin(
    conn: &mut AnyConnection,
    (person_id, pseudonym): (i64, &str),
    (dates, request_id): (Dates, Option<i64>),
    (actor, detail): (Actor<'_>, Value),
    now: NaiveDateTime,
) -> AppResult<()> {
    let package = queries::ask(conn, person_id, (dates, request_id), now)?;
    jobs::enqueue(conn, &Job::BuildPackage { id: package.id }, now)?;
    let event = Event {
        actor,
        action: "export.requested",
        person: Some(pseudonym),
        object: &package.reference,
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
