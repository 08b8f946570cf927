//! Taking an address away from an account. From then on it opens the account no more and gets no mail; the person's data
//! are found by it still, and what was opted out of under it goes on holding.
//!
//! Whoever has signed in with an address takes a younger one away at once: it joined by their own code. An older one goes
//! on for [`WAIT`], of which every address is told, so that an intruder who has added their own cannot lock out the owner.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::guard::{Account, Person};
use super::limits::Limit;
use super::messages::{AddressClosed, AddressCloses, AddressKept};
use super::model::{Identity, IdentityKind, PersonRow};
use super::on_record::record;
use super::queries::{
    find_person, find_residence, identity_hash, is_closed, list_identities, list_open_addresses,
};
use super::{sessions, unopened};
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::db::schema::identities;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::mail::messages::Message;

/// Each tells every address of the account.
const CHANGES: Limit = Limit {
    purpose: "addresses taken away and kept",
    max: 10,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// For so long an address goes on opening an account that a younger one takes away.
pub(super) const WAIT: TimeDelta = TimeDelta::days(14);

/// An address that one of the other addresses of its account takes away.
#[derive(Debug)]
pub(super) struct Closable {
    pub identity: Identity,
    /// The one that the person has signed in with.
    own: Identity,
}

impl Closable {
    /// The person's address with that id. It is not found where they have signed in with it: it would close the door
    /// behind them.
    ///
    /// # Errors
    /// [`AppError::Conflict`] when it is taken away already.
    pub fn find(conn: &mut AnyConnection, person: &Person, id: i64) -> AppResult<Closable> {
        let mut open = list_open_addresses(conn, person.id)?;
        let own = open.iter().position(|it| it.value == person.email);
        let own = open.swap_remove(own.ok_or(AppError::NotFound)?);
        match open.into_iter().find(|it| it.id == id) {
            Some(identity) => Ok(Closable { identity, own }),
            None => Err(not_open(conn, person.id, id)?),
        }
    }

    /// Whether it goes on for [`WAIT`].
    pub fn waits(&self) -> bool {
        self.identity.id < self.own.id
    }
}

/// Why the person cannot close an address: it is closed, or none of theirs, or the one that they have signed in with.
fn not_open(conn: &mut AnyConnection, person_id: i64, id: i64) -> QueryResult<AppError> {
    let known = list_identities(conn, person_id)?;
    let mut closed = known.iter().filter(|it| it.closed_at.is_some());
    Ok(if closed.any(|it| it.id == id) {
        AppError::conflict("This address is taken away already.")
    } else {
        AppError::NotFound
    })
}

/// Takes an address away from the account of the person, at once or, where it [waits](Closable::waits), in [`WAIT`]; gives
/// whether it waits.
pub(super) fn close(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    (id, mark): (i64, &str),
    now: NaiveDateTime,
) -> AppResult<bool> {
    let closable = Closable::find(conn, person, id)?;
    CHANGES.take(app, conn, &person.pseudonym, now)?;
    // Whoever uses it shows that it is theirs still.
    forget_closes_at(conn, closable.own.id)?;
    let actor = Actor::Person(&person.pseudonym);
    if closable.waits() {
        return plan(app, conn, person, &closable.identity, now).map(|()| true);
    }
    let row = find_person(conn, person.id)?;
    shut(
        app,
        conn,
        (&row, &closable.identity),
        (actor, "own"),
        None,
        now,
    )?;
    let account = Account::Person(person.clone());
    sessions::end_others(conn, &account, mark, now).map(|_| false)
}

fn plan(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    identity: &Identity,
    now: NaiveDateTime,
) -> AppResult<()> {
    let closes_at = now + WAIT;
    let untold = identities::table
        .filter(identities::id.eq(identity.id))
        .filter(identities::closes_at.is_null())
        .filter(identities::closed_at.is_null());
    let planned = diesel::update(untold).set(identities::closes_at.eq(closes_at));
    if planned.execute(conn)? == 0 {
        return Ok(());
    }
    jobs::enqueue_at(conn, &Job::CloseAddress { id: identity.id }, closes_at, now)?;
    let detail = json!({ "on": closes_at.date() });
    record(conn, by(person), ("identity.closes", detail), now)?;
    let mail = AddressCloses {
        address: identity.value.clone(),
        on: closes_at,
        zone: app.laws.zone(&find_residence(conn, person.id)?),
    };
    tell(app, conn, person.id, &mail, now)
}

/// The person keeps an address that was to be closed.
pub(super) fn keep(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let mut own = list_open_addresses(conn, person.id)?.into_iter();
    let identity = own.find(|it| it.id == id).ok_or(AppError::NotFound)?;
    if !forget_closes_at(conn, id)? {
        return Ok(());
    }
    record(conn, by(person), ("identity.kept", json!({})), now)?;
    let mail = AddressKept {
        address: identity.value,
    };
    tell(app, conn, person.id, &mail, now)
}

/// The job: closes the address, unless the person has kept it or has no other by now.
pub fn close_due(app: &App, id: i64) -> AppResult<()> {
    let (own, now) = (app.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        let due = Identity::query()
            .filter(identities::id.eq(id))
            .filter(identities::closes_at.le(now))
            .filter(identities::closed_at.is_null())
            .first(conn)
            .optional()?;
        let Some(identity) = due else { return Ok(()) };
        let open = list_open_addresses(conn, identity.person_id)?;
        if open.iter().all(|it| it.id == id) {
            forget_closes_at(conn, id)?;
            return Ok(());
        }
        let person = find_person(conn, identity.person_id)?;
        let by = (Actor::System, "asked for before");
        shut(&own, conn, (&person, &identity), by, None, now)?;
        sessions::end_all_of_person(conn, person.id)?;
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}

/// Nobody opens an account with an address that was taken away from it, nor asks for its data.
///
/// # Errors
/// [`AppError::Conflict`], with what they can do.
pub fn refuse_closed(app: &App, conn: &mut AnyConnection, email: &str) -> AppResult<()> {
    if !is_closed(conn, &app.keys, email)? {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "This address was taken away from its account, and opens it no more. Use the address that the account has now. If that is not yours, or you have none, write to {}.",
        app.site.contact
    )))
}

/// The person has shown anew that an address of theirs is theirs: it is as if they had just added it.
pub(super) fn forget_closed(
    conn: &mut AnyConnection,
    app: &App,
    own: i64,
    email: &str,
) -> QueryResult<()> {
    let hash = identity_hash(&app.keys, IdentityKind::Email, email);
    let closed = identities::table
        .filter(identities::hash.eq(hash))
        .filter(identities::kind.eq(IdentityKind::Email.as_str()))
        .filter(identities::person_id.eq(own))
        .filter(identities::closed_at.is_not_null());
    diesel::delete(closed).execute(conn).map(drop)
}

/// Closes it, and tells it and those that stay.
pub(super) fn shut(
    app: &App,
    conn: &mut AnyConnection,
    (person, identity): (&PersonRow, &Identity),
    (actor, why): (Actor<'_>, &str),
    told: Option<&'static str>,
    now: NaiveDateTime,
) -> AppResult<()> {
    unopened::wait_for_others(conn)?;
    let mail = AddressClosed {
        address: identity.value.clone(),
        at: now,
        zone: app.laws.zone(&person.residence),
        told,
    };
    tell(app, conn, person.id, &mail, now)?;
    let open = identities::table
        .filter(identities::id.eq(identity.id))
        .filter(identities::closed_at.is_null());
    let closed = diesel::update(open).set((
        identities::closed_at.eq(now),
        identities::closes_at.eq(None::<NaiveDateTime>),
    ));
    if closed.execute(conn)? != 1 {
        return Err(AppError::conflict("This address is closed already."));
    }
    unopened::note(conn, person.id, now)?;
    let detail = json!({ "kind": IdentityKind::Email, "why": why });
    let whose = (actor, person.pseudonym.as_str());
    record(conn, whose, ("identity.closed", detail), now)
}

fn by(person: &Person) -> (Actor<'_>, &str) {
    (Actor::Person(&person.pseudonym), &person.pseudonym)
}

/// It stays open; `false` when it was to stay anyway, or is closed.
fn forget_closes_at(conn: &mut AnyConnection, id: i64) -> QueryResult<bool> {
    let waiting = identities::table
        .filter(identities::id.eq(id))
        .filter(identities::closes_at.is_not_null())
        .filter(identities::closed_at.is_null());
    let kept = diesel::update(waiting).set(identities::closes_at.eq(None::<NaiveDateTime>));
    Ok(kept.execute(conn)? == 1)
}

/// Mails every address that opens the account.
pub(super) fn tell(
    app: &App,
    conn: &mut AnyConnection,
    person_id: i64,
    mail: &impl Message,
    now: NaiveDateTime,
) -> AppResult<()> {
    for open in list_open_addresses(conn, person_id)? {
        app.mailer.enqueue(conn, &open.value, mail, now)?;
    }
    Ok(())
}
