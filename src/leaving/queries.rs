//! Reading and changing the sites that are known.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde_json::json;

use super::model::{NewSite, Site, with_parents};
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::sites;
use crate::error::{AppError, AppResult};

/// What is known of a host: its own row, else that of the nearest host above it.
pub fn find_by_host(conn: &mut AnyConnection, host: &str) -> QueryResult<Option<Site>> {
    let known: Vec<Site> = Site::query()
        .filter(sites::host.eq_any(with_parents(host)))
        .load(conn)?;
    Ok(known.into_iter().max_by_key(|it| it.host.len()))
}

/// The site of that id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Site> {
    Site::query().filter(sites::id.eq(id)).first(conn)
}

/// Sites by host, at most so many after that one.
pub fn list_after(conn: &mut AnyConnection, host: &str, limit: i64) -> QueryResult<Vec<Site>> {
    Site::query()
        .filter(sites::host.gt(host))
        .order(sites::host)
        .limit(limit)
        .load(conn)
}

/// Adds a site; `false` when its host is known already. Call it in a write transaction.
pub fn add(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    new: &NewSite,
    now: NaiveDateTime,
) -> AppResult<bool> {
    if is_taken(conn, &new.host, 0)? {
        return Ok(false);
    }
    diesel::insert_into(sites::table)
        .values((
            sites::host.eq(&new.host),
            sites::name.eq(&new.name),
            sites::policy_url.eq(&new.policy_url),
        ))
        .execute(conn)
        .map_err(taken_meanwhile)?;
    record(conn, by, "site.added", &new.host, now)?;
    Ok(true)
}

/// Changes a site that is as it was read; `false` when another has that host. Call it in a write transaction.
pub fn change(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    old: &Site,
    new: &NewSite,
    now: NaiveDateTime,
) -> AppResult<bool> {
    if is_taken(conn, &new.host, old.id)? {
        return Ok(false);
    }
    let as_read = sites::table
        .filter(sites::id.eq(old.id))
        .filter(sites::host.eq(&old.host))
        .filter(sites::name.eq(&old.name))
        .filter(sites::policy_url.eq(&old.policy_url));
    let changed = diesel::update(as_read)
        .set((
            sites::host.eq(&new.host),
            sites::name.eq(&new.name),
            sites::policy_url.eq(&new.policy_url),
        ))
        .execute(conn)
        .map_err(taken_meanwhile)?;
    if changed == 0 {
        return Err(AppError::conflict(
            "Somebody has changed this site in the meantime. Load the page again to see how it stands now.",
        ));
    }
    record(conn, by, "site.changed", &new.host, now)?;
    Ok(true)
}

/// Removes a site; call it in a write transaction.
pub fn remove(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let host: String = diesel::delete(sites::table.filter(sites::id.eq(id)))
        .returning(sites::host)
        .get_result(conn)?;
    record(conn, by, "site.removed", &host, now)
}

fn is_taken(conn: &mut AnyConnection, host: &str, but: i64) -> QueryResult<bool> {
    let others = sites::table
        .filter(sites::host.eq(host))
        .filter(sites::id.ne(but));
    diesel::select(diesel::dsl::exists(others)).get_result(conn)
}

fn taken_meanwhile(error: DbError) -> AppError {
    match error {
        DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => {
            AppError::conflict("Somebody added this site a moment ago. Look at the list.")
        }
        other => other.into(),
    }
}

fn record(
    conn: &mut AnyConnection,
    actor: Actor<'_>,
    action: &str,
    host: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor,
        action,
        person: None,
        object: host,
        detail: json!({}),
    };
    Ok(audit::record(conn, &event, now)?)
}
