//! Publishing: the only way in which a version comes to be.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde_json::json;

use super::draft::{Draft, Fault};
use super::model::PolicyVersion;
use super::{announce, queries};
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};

/// Publishes a version and begins to tell people of it; call it in a write transaction. With faults,
/// nothing is written.
pub fn publish(
    conn: &mut AnyConnection,
    draft: &Draft,
    by: Actor<'_>,
    now: NaiveDateTime,
) -> AppResult<Result<PolicyVersion, Vec<Fault>>> {
    let faults = faults(conn, draft, now.date())?;
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let version = write(conn, draft, by, now, now)?;
    announce::begin(conn, &version, now)?;
    Ok(Ok(version))
}

/// Takes a version into the history that was published elsewhere at that time. Nobody is told of it again.
pub fn take_over(
    conn: &mut AnyConnection,
    draft: &Draft,
    published_at: NaiveDateTime,
    by: Actor<'_>,
    now: NaiveDateTime,
) -> AppResult<Result<PolicyVersion, Vec<Fault>>> {
    let mut faults = draft.faults();
    faults.extend(draft.taken_over_fault(published_at.date()));
    faults.extend(draft.faults_beside(&queries::history(conn)?));
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    write(conn, draft, by, published_at, now).map(Ok)
}

/// All that keeps a draft from being published on that day.
pub fn faults(conn: &mut AnyConnection, draft: &Draft, today: NaiveDate) -> AppResult<Vec<Fault>> {
    let mut faults = draft.faults();
    faults.extend(draft.date_fault(today));
    faults.extend(draft.faults_beside(&queries::history(conn)?));
    Ok(faults)
}

fn write(
    conn: &mut AnyConnection,
    draft: &Draft,
    by: Actor<'_>,
    published_at: NaiveDateTime,
    now: NaiveDateTime,
) -> AppResult<PolicyVersion> {
    let staff = match by {
        Actor::Staff(id) => Some(id),
        _ => None,
    };
    let version = queries::insert(conn, draft, staff, published_at).map_err(|error| match error {
        DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => AppError::conflict(
            "Another version with this name or date was published a moment ago. Look at the list of versions.",
        ),
        other => other.into(),
    })?;
    let event = Event {
        actor: by,
        action: "policy.published",
        person: None,
        object: &version.version,
        detail: json!({
            "effective_on": version.effective_on,
            "published_at": version.published_at,
            "body_hash": version.body_hash,
        }),
    };
    audit::record(conn, &event, now)?;
    Ok(version)
}
