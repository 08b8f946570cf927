//! What admins turn on and off while the portal runs, by name; off until it is turned on.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::schema::switches;
use super::{AdvisoryLock, AnyConnection, both};

/// Whether it is on.
pub fn is_on(conn: &mut AnyConnection, name: &str) -> QueryResult<bool> {
    let found: Option<bool> = switches::table
        .filter(switches::name.eq(name))
        .select(switches::is_on)
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or(false))
}

/// Turns it on or off; `false` when it was so already.
pub fn set(
    conn: &mut AnyConnection,
    name: &str,
    is_on: bool,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    AdvisoryLock::Desk.take(conn)?;
    if self::is_on(conn, name)? == is_on {
        return Ok(false);
    }
    let values = (switches::is_on.eq(is_on), switches::changed_at.eq(now));
    both!(conn, |conn| diesel::insert_into(switches::table)
        .values((switches::name.eq(name), values))
        .on_conflict(switches::name)
        .do_update()
        .set(values)
        .execute(conn))?;
    Ok(true)
}
