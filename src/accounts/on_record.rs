//! What became of an account's addresses, in the audit log.

use chrono::NaiveDateTime;
use serde_json::Value;

use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;

/// Writes down what was done to the account of whoever that pseudonym stands for.
pub(super) fn record(
    conn: &mut AnyConnection,
    (actor, pseudonym): (Actor<'_>, &str),
    (action, detail): (&str, Value),
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor,
        action,
        person: Some(pseudonym),
        object: "account",
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
