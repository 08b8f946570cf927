//! What a person states about themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::guard::Person;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::people;
use crate::error::AppResult;

/// Writes down where a person says that they live: a code of `law::Laws::residences`, or empty.
pub fn state_residence(
    conn: &mut AnyConnection,
    person: &Person,
    residence: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let other = people::table
        .filter(people::id.eq(person.id))
        .filter(people::residence.ne(residence));
    let changed = diesel::update(other).set(people::residence.eq(residence));
    if changed.execute(conn)? == 0 {
        return Ok(());
    }
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "residence.changed",
        person: Some(&person.pseudonym),
        object: "account",
        detail: json!({}),
    };
    Ok(audit::record(conn, &event, now)?)
}
