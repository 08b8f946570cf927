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
    let package = queries::ask(conn, person_id, dates, now)?;
    jobs::enqueue(conn, &Job::BuildPackage { id: package.id }, now)?;
    let event = Event {
        actor,
        action: "export.requested",
        person: Some(pseudonym),
        object: &package.reference,
        detail,
    };
    audit::record(conn, &event, now)?;
    Ok(true)
}
