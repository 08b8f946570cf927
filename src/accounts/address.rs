//! Another e-mail address for an account, by a code that goes there. The addresses that it had before are told, and stay:
//! people's data are found by them.
//!
//! Whether the new address is known here already is told to nobody but to whoever reads its mail.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::Connection;
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::json;

use super::codes::{self, NewCode, Purpose};
use super::guard::Person;
use super::limits::Limit;
use super::messages::{AddressAdded, AddressCode, AddressTaken};
use super::model::{IdentityKind, PersonRow};
use super::on_record::record;
use super::queries::{
    add_identity, find_active_staff, find_person_by_identity, find_residence, list_open_addresses,
};
use super::{closing, unopened};
use crate::app::App;
use crate::audit::Actor;
use crate::choices;
use crate::db::AnyConnection;
use crate::error::AppResult;

/// So many addresses may one person have mailed in a day.
const MAILS: Limit = Limit {
    purpose: "mails to new addresses",
    max: 5,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// Mails a code to the new address. One that is somebody's already gets a mail that says so, and the code goes nowhere: it
/// is made all the same, so that the pages do not tell.
pub(super) fn send_code(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    (email, browser): (&str, &str),
    now: NaiveDateTime,
) -> AppResult<()> {
    MAILS.take(app, conn, &person.pseudonym, now)?;
    let NewCode { digits, .. } =
        codes::issue(conn, &app.keys, Purpose::NewAddress, email, browser, now)?;
    if is_taken(app, conn, person.id, email)? {
        let residence = find_residence(conn, person.id)?;
        let taken = AddressTaken {
            at: now,
            zone: app.laws.zone(&residence),
        };
        return app.mailer.enqueue(conn, email, &taken, now);
    }
    let mail = AddressCode { code: digits };
    app.mailer.enqueue(conn, email, &mail, now)
}

/// Gives the person the address, which was shown to be theirs; `false` when somebody else has got it meanwhile. What was
/// opted out of under it joins their account.
pub(super) fn add(
    app: &App,
    conn: &mut AnyConnection,
    person: &PersonRow,
    email: &str,
    now: NaiveDateTime,
) -> AppResult<bool> {
    let before = list_open_addresses(conn, person.id)?;
    if is_taken(app, conn, person.id, email)? {
        return Ok(false);
    }
    closing::forget_closed(conn, app, person.id, email)?;
    if !insert(app, conn, person.id, email, now)? {
        return Ok(false);
    }
    unopened::forget(conn, person.id)?;
    let whose = &*person.pseudonym;
    let detail = json!({ "kind": IdentityKind::Email });
    let by = (Actor::Person(whose), whose);
    record(conn, by, ("identity.added", detail), now)?;
    choices::join(app, conn, (person, Some(email)), None, now)?;
    choices::spread(app, conn, person.id, (IdentityKind::Email, email), now)?;
    let added = AddressAdded {
        at: now,
        zone: app.laws.zone(&person.residence),
    };
    for old in before {
        app.mailer.enqueue(conn, &old.value, &added, now)?;
    }
    Ok(true)
}

/// Whether somebody else has it; the person may have one of their own again that they have taken away.
pub(super) fn is_taken(
    app: &App,
    conn: &mut AnyConnection,
    own: i64,
    email: &str,
) -> AppResult<bool> {
    let person = find_person_by_identity(conn, &app.keys, IdentityKind::Email, email)?;
    let member = find_active_staff(conn, &app.keys, email)?;
    Ok(person.is_some_and(|it| it.id != own) || member.is_some())
}

/// In a savepoint: somebody may sign in with it for the first time at this moment.
fn insert(
    app: &App,
    conn: &mut AnyConnection,
    person_id: i64,
    email: &str,
    now: NaiveDateTime,
) -> AppResult<bool> {
    let identity = (IdentityKind::Email, email);
    let added = conn.transaction(|conn| add_identity(conn, &app.keys, person_id, identity, now));
    match added {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        added => Ok(added.map(|()| true)?),
    }
}
