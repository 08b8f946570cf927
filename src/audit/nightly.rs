//! The nightly look at the whole chain. What it finds is an event of its own.

use serde_json::json;

use super::verify::verify as look;
use super::{Actor, Event, record};
use crate::app::App;
use crate::error::AppResult;

/// The action of the event that tells of a look.
pub(super) const ACTION: &str = "audit.verified";

/// Reads the whole chain and records what was found.
pub fn verify(app: &App) -> AppResult<()> {
    let verdict = app.db.read_now(|conn| Ok(look(conn, &app.keys, None)?))?;
    let broken = verdict.first_break.map(|found| found.to_string());
    if let Some(broken) = &broken {
        tracing::error!(broken, "the audit log is not whole");
    }
    let now = app.clock.now();
    app.db.write_now(move |conn| {
        let event = Event {
            actor: Actor::System,
            action: ACTION,
            person: None,
            object: "audit",
            detail: json!({ "whole": verdict.whole, "broken": broken }),
        };
        Ok(record(conn, &event, now)?)
    })
}
