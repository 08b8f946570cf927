//! Telling supervisors, once for each notice, that a recipient has refused, could not be reached, or has not answered by
//! its last day; and of disclosures that should not have been.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::ledger::alarms;
use super::messages::{NoticesEscalated, Unsettled};
use super::model::NoticeState;
use super::queries::is_silent;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::notices;
use crate::error::AppResult;
use crate::requests::reminders;

/// Tells of everything that was not told of. A part of the job that watches the dates of requests.
pub fn watch(app: &App) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let now = own.clock.now();
        tell(conn, &own, now)?;
        alarms::tell(conn, &own, now)
    })?;
    app.wake.notify_one();
    Ok(())
}

fn tell(conn: &mut AnyConnection, app: &App, now: NaiveDateTime) -> AppResult<()> {
    let mut recipients: BTreeMap<String, Unsettled> = BTreeMap::new();
    for key in take_silent(conn, now)? {
        recipients.entry(key).or_default().silent += 1;
    }
    for key in take_in(conn, NoticeState::Refused, now)? {
        recipients.entry(key).or_default().refused += 1;
    }
    for key in take_in(conn, NoticeState::Failed, now)? {
        recipients.entry(key).or_default().failed += 1;
    }
    if recipients.is_empty() {
        return Ok(());
    }
    let counts = recipients.iter();
    let counts = counts.map(|(key, it)| {
        let each = json!({ "silent": it.silent, "refused": it.refused, "failed": it.failed });
        (key, each)
    });
    let event = Event {
        actor: Actor::System,
        action: "notices.escalated",
        person: None,
        object: "notices",
        detail: counts.collect(),
    };
    audit::record(conn, &event, now)?;
    let named = recipients.into_iter().map(|(key, unsettled)| Unsettled {
        name: app.register.recipient_name(&key).to_owned(),
        ..unsettled
    });
    let mail = NoticesEscalated {
        recipients: named.collect(),
    };
    let working = reminders::list_working(conn)?;
    for supervisor in reminders::addresses(&working, &[], true) {
        app.mailer.enqueue(conn, supervisor, &mail, now)?;
    }
    Ok(())
}

/// The recipients of notices whose last day has passed without an answer, each once for each notice.
fn take_silent(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Vec<String>> {
    let silent = notices::table
        .filter(is_silent(now.date()))
        .filter(notices::escalated_at.is_null());
    diesel::update(silent)
        .set(notices::escalated_at.eq(now))
        .returning(notices::recipient)
        .get_results(conn)
}

/// The same for those that stand so.
fn take_in(
    conn: &mut AnyConnection,
    state: NoticeState,
    now: NaiveDateTime,
) -> QueryResult<Vec<String>> {
    let untold = notices::table
        .filter(notices::state.eq(state.as_str()))
        .filter(notices::escalated_at.is_null());
    diesel::update(untold)
        .set(notices::escalated_at.eq(now))
        .returning(notices::recipient)
        .get_results(conn)
}
