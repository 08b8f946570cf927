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
    (person_id, pseudonym): (i64, &str),
    dates: Dates,
    (actor, detail): (Actor<'_>, Value),
    now: NaiveDateTime,
) -> AppResult<bool> {
    if queries::count_building(conn, person_id)? > 0 {
        return Ok(false);
    }
    begin(
        conn,
        (person_id, pseudonym),
        (dates, None),
        (actor, detail),
        now,
    )?;
    Ok(true)
}

/// The same as the answer to a request of theirs, by its id: it is made whatever else is being built.
pub fn ask_for_request(
    conn: &mut AnyConnection,
    whose: (i64, &str),
    (dates, request_id): (Dates, i64),
    by: (Actor<'_>, Value),
    now: NaiveDateTime,
) -> AppResult<()> {
    begin(conn, whose, (dates, Some(request_id)), by, now)
}

fn begin(
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
