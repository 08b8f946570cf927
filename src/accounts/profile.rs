//! What a person states about themselves.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::guard::Person;
use super::queries::find_residence;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::residence::{self, TurnedOff};
use crate::db::AnyConnection;
use crate::db::schema::people;
use crate::error::AppResult;

/// Writes down where a person says that they live: a code of `law::Laws::residences`, or empty. Gives what that turned off.
pub fn state_residence(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    residence: &str,
    now: NaiveDateTime,
) -> AppResult<TurnedOff> {
    let before = find_residence(conn, person.id)?;
    let other = people::table
        .filter(people::id.eq(person.id))
        .filter(people::residence.ne(residence));
    let changed = diesel::update(other).set(people::residence.eq(residence));
    if changed.execute(conn)? == 0 {
        return Ok(TurnedOff::default());
    }
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "residence.changed",
        person: Some(&person.pseudonym),
        object: "account",
        detail: json!({}),
    };
    audit::record(conn, &event, now)?;
    residence::follow(app, conn, person, &before, now)
}
