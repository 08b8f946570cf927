//! What staff do with an address of an account whose person cannot: a mailbox that is lost or taken over opens the account no
//! more, and an address that was never the person's leaves it.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::closing::{shut, tell};
use super::messages::AddressReleased;
use super::model::{Identity, IdentityKind, PersonRow};
use super::on_record::record;
use super::queries::{find_person_by_identity, list_identities, list_open_addresses};
use super::{address, proposals, sessions, unopened};
use crate::app::App;
use crate::audit::Actor;
use crate::db::schema::identities;
use crate::db::{AnyConnection, text_enum};
use crate::error::{AppError, AppResult};
use crate::my_data::export;

text_enum! {
    /// Why staff take an address away; it stands in the audit log.
    pub(super) enum Why {
        /// Nobody reads it any more.
        Lost = "lost",
        /// Somebody else has the mailbox now.
        Taken = "taken over",
        /// The person never had it.
        Strange = "never theirs",
    }
}

impl Why {
    /// As staff read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Why::Lost => "They can no longer read it",
            Why::Taken => "Somebody else has the mailbox now",
            Why::Strange => "Somebody else has put it into their account",
        }
    }

    /// As those who have the address or the account read it, after "Our staff did it, ".
    pub fn told(self) -> &'static str {
        match self {
            Why::Lost => "for somebody who said that they can no longer read its mail",
            Why::Taken => "for somebody who said that somebody else has the mailbox now",
            Why::Strange => {
                "for somebody who reads its mail and said that the account is not theirs"
            }
        }
    }
}

/// What staff do for somebody whose mailbox is lost, which nobody else can.
#[derive(Debug)]
pub(super) struct ByStaff {
    pub staff_id: i64,
    /// For the audit log.
    pub why: Why,
    /// The address that is closed at once.
    pub email: String,
    /// The one that is to be offered to the account instead, once another supervisor agrees.
    pub offered: Option<String>,
}

/// Why it could not be done.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No account has that address open.
    Unknown,
    /// The one to offer has an account of its own.
    Taken,
    /// The one to offer is the one that is closed, or opens the account as it is.
    Own,
}

/// Closes an address at once, and proposes another for the account; gives whether any opens the account still. The account
/// and the audit log tell of both.
pub(super) fn close_for(
    app: &App,
    conn: &mut AnyConnection,
    by: &ByStaff,
    now: NaiveDateTime,
) -> AppResult<Result<bool, Refused>> {
    let kind = IdentityKind::Email;
    let Some(person) = find_person_by_identity(conn, &app.keys, kind, &by.email)? else {
        return Ok(Err(Refused::Unknown));
    };
    let known = list_identities(conn, person.id)?;
    let named = known.iter().find(|it| it.value == by.email);
    // An offer that nobody took can be made anew when the address has long been closed.
    let can_be_done =
        |it: &&Identity| it.is_open_address() || by.offered.is_some() || by.why == Why::Strange;
    let Some(identity) = named.filter(can_be_done) else {
        return Ok(Err(Refused::Unknown));
    };
    if let Some(offered) = &by.offered {
        if *offered == by.email {
            return Ok(Err(Refused::Own));
        }
        if let Some(fault) = fault_of_offer(app, conn, &person, offered)? {
            return Ok(Err(fault));
        }
        proposals::make(conn, (&person, by.staff_id), (offered, by.why), now)?;
    }
    if by.why == Why::Strange {
        release(app, conn, (&person, identity), by, now)?;
    } else if identity.is_open_address() {
        let actor = (Actor::Staff(by.staff_id), by.why.as_str());
        let told = Some(by.why.told());
        shut(app, conn, (&person, identity), actor, told, now)?;
    }
    sessions::end_all_of_person(conn, person.id)?;
    Ok(Ok(!list_open_addresses(conn, person.id)?.is_empty()))
}

/// What is wrong with an address that would be offered to an account.
pub(super) fn fault_of_offer(
    app: &App,
    conn: &mut AnyConnection,
    person: &PersonRow,
    offered: &str,
) -> AppResult<Option<Refused>> {
    let open = list_open_addresses(conn, person.id)?;
    if open.iter().any(|it| it.value == offered) {
        return Ok(Some(Refused::Own));
    }
    let is_taken = address::is_taken(app, conn, person.id, offered)?;
    Ok(is_taken.then_some(Refused::Taken))
}

/// An address that was never its person's leaves the account, with all that is found by it, and is free for whoever reads
/// its mail. Packages that were made of the account's data may hold theirs.
fn release(
    app: &App,
    conn: &mut AnyConnection,
    (person, identity): (&PersonRow, &Identity),
    by: &ByStaff,
    now: NaiveDateTime,
) -> AppResult<()> {
    unopened::wait_for_others(conn)?;
    let mail = AddressReleased {
        address: identity.value.clone(),
        at: now,
        zone: app.laws.zone(&person.residence),
        told: by.why.told(),
    };
    if !identity.is_open_address() {
        app.mailer.enqueue(conn, &identity.value, &mail, now)?;
    }
    tell(app, conn, person.id, &mail, now)?;
    let this = identities::table.filter(identities::id.eq(identity.id));
    if diesel::delete(this).execute(conn)? != 1 {
        return Err(AppError::conflict(
            "This address has left the account already.",
        ));
    }
    unopened::note(conn, person.id, now)?;
    export::queries::end_all(conn, person.id, now)?;
    let detail = json!({ "kind": IdentityKind::Email, "why": by.why });
    let whose = (Actor::Staff(by.staff_id), person.pseudonym.as_str());
    record(conn, whose, ("identity.released", detail), now)
}
