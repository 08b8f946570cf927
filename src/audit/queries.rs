//! What staff and operators read of the log.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Deserialize;

use super::chain::StoredEvent;
use super::nightly;
use crate::db::AnyConnection;
use crate::db::schema::{events, staff};

/// Which events to list. Empty texts filter nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// The exact name of what happened.
    pub action: String,
    /// What it happened to.
    pub object: String,
    /// The pseudonym of whom it concerns.
    pub person: String,
    /// Only events before the one with this id.
    pub before: Option<i64>,
}

/// When the first event was recorded.
pub fn first_at(conn: &mut AnyConnection) -> QueryResult<Option<NaiveDateTime>> {
    // By the key, so that nobody takes it for reading the whole log.
    let oldest = events::table.filter(events::id.gt(0)).order(events::id);
    oldest.select(events::at).first(conn).optional()
}

/// The events that pass, newest first.
pub fn list(
    conn: &mut AnyConnection,
    filters: &Filters,
    at_most: i64,
) -> QueryResult<Vec<StoredEvent>> {
    let mut query = StoredEvent::query()
        .order(events::id.desc())
        .limit(at_most)
        .into_boxed();
    if !filters.action.is_empty() {
        query = query.filter(events::action.eq(&filters.action));
    }
    if !filters.object.is_empty() {
        query = query.filter(events::object.eq(&filters.object));
    }
    if !filters.person.is_empty() {
        query = query.filter(events::person.eq(&filters.person));
    }
    if let Some(before) = filters.before {
        query = query.filter(events::id.lt(before));
    }
    query.load(conn)
}

/// The names of these staff members, by id.
pub fn staff_names(conn: &mut AnyConnection, ids: Vec<i64>) -> QueryResult<HashMap<i64, String>> {
    let names: Vec<(i64, String)> = staff::table
        .filter(staff::id.eq_any(ids))
        .select((staff::id, staff::name))
        .load(conn)?;
    Ok(names.into_iter().collect())
}

/// What the newest nightly look found.
#[derive(Debug, Deserialize)]
pub struct LastLook {
    /// When, in UTC.
    #[serde(skip)]
    pub at: NaiveDateTime,
    /// How many events were whole.
    pub whole: i64,
    /// The first place that was not, in words.
    pub broken: Option<String>,
}

/// The newest nightly look, if there was one.
pub fn last_look(conn: &mut AnyConnection) -> QueryResult<Option<LastLook>> {
    let newest: Option<(NaiveDateTime, String)> = events::table
        .filter(events::action.eq(nightly::ACTION))
        .order(events::id.desc())
        .select((events::at, events::detail))
        .first(conn)
        .optional()?;
    Ok(newest.and_then(|(at, detail)| {
        let look: LastLook = serde_json::from_str(&detail).ok()?;
        Some(LastLook { at, ..look })
    }))
}
