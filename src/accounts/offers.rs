//! An address that staff offer to an account whose own mailbox is lost, when two of them [agree](super::proposals). It
//! joins the account once somebody has followed the link that went there, so that a slip of the pen gives nobody's data
//! away.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::address;
use super::messages::AddressOffered;
use super::model::{IdentityKind, PersonRow};
use super::on_record::record;
use super::queries::find_person;
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::db::schema::offered_addresses;
use crate::error::{AppError, AppResult};
use crate::keys::{Keys, random_token};

const LASTS: TimeDelta = TimeDelta::days(7);

pub(super) const HAS_ITS_OWN: &str =
    "This address has an account of its own by now, and stays with that.";

/// An offer that can be taken.
#[derive(Debug, HasQuery)]
#[diesel(table_name = offered_addresses)]
pub(super) struct Offer {
    id: i64,
    person_id: i64,
    /// The address that joins the account.
    pub email: String,
    /// When it joined it: a second click leads on.
    pub taken_at: Option<NaiveDateTime>,
}

/// Mails the link. An earlier offer to the same account ends.
pub(super) fn make(
    app: &App,
    conn: &mut AnyConnection,
    (person, staff_id): (&PersonRow, i64),
    email: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let detail = json!({ "kind": IdentityKind::Email });
    let whose = (Actor::Staff(staff_id), person.pseudonym.as_str());
    record(conn, whose, ("identity.offered", detail), now)?;
    let of_person = offered_addresses::person_id.eq(person.id);
    diesel::delete(offered_addresses::table.filter(of_person)).execute(conn)?;
    let token = random_token();
    diesel::insert_into(offered_addresses::table)
        .values((
            of_person,
            offered_addresses::email.eq(email),
            offered_addresses::token_hash.eq(token_hash(&app.keys, &token)),
            offered_addresses::expires_at.eq(now + LASTS),
        ))
        .execute(conn)?;
    let mail = AddressOffered {
        token,
        until: now + LASTS,
        zone: app.laws.zone(&person.residence),
    };
    app.mailer.enqueue(conn, email, &mail, now)
}

/// The offer of a link, while it can be taken, or was.
pub(super) fn find(
    conn: &mut AnyConnection,
    keys: &Keys,
    token: &str,
    now: NaiveDateTime,
) -> QueryResult<Offer> {
    Offer::query()
        .filter(offered_addresses::token_hash.eq(token_hash(keys, token)))
        .filter(offered_addresses::expires_at.gt(now))
        .first(conn)
}

/// Whether the address has got an account of its own since it was offered.
pub(super) fn is_taken_elsewhere(
    app: &App,
    conn: &mut AnyConnection,
    offer: &Offer,
) -> AppResult<bool> {
    address::is_taken(app, conn, offer.person_id, &offer.email)
}

/// The address joins the account. A second click changes nothing.
pub(super) fn take(
    app: &App,
    conn: &mut AnyConnection,
    token: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let offer = find(conn, &app.keys, token, now)?;
    let open = offered_addresses::table
        .filter(offered_addresses::id.eq(offer.id))
        .filter(offered_addresses::taken_at.is_null());
    let taken = diesel::update(open).set(offered_addresses::taken_at.eq(now));
    if taken.execute(conn)? == 0 {
        return Ok(());
    }
    let person = find_person(conn, offer.person_id)?;
    if address::add(app, conn, &person, &offer.email, now)? {
        return Ok(());
    }
    Err(AppError::conflict(HAS_ITS_OWN))
}

/// Removes offers whose time is over.
pub(super) fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let over = offered_addresses::expires_at.le(now);
    diesel::delete(offered_addresses::table.filter(over)).execute(conn)
}

fn token_hash(keys: &Keys, token: &str) -> String {
    keys.hash("offered address", token.as_bytes())
}
