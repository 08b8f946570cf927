//! A package is complete: it becomes downloadable, and the person is told.

use chrono::NaiveDate;
use serde_json::json;

use super::LASTS;
use super::model::Package;
use super::queries::{self, Chunk, Completed};
use crate::accounts::queries::find_person;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::mail::messages::message;
use crate::my_data::ledger::in_words;
use crate::my_data::redactions::Redactions;
use crate::requests::queries::find_address;

/// Tells that the package can be downloaded.
pub struct PackageReady {
    link: String,
    records: i64,
    expires_on: String,
    is_incomplete: bool,
}

message!(
    PackageReady,
    "package_ready",
    "mail/package_ready/subject.txt",
    "mail/package_ready/body.txt",
    "mail/package_ready/body.html"
);

/// Makes a built package downloadable: the state, the receipt, the event and the mail in one transaction.
/// What was marked as being about somebody else while it was built is in it still: then it is built again.
pub(super) fn announce(
    app: &App,
    package: &Package,
    (last, completed): (Chunk, Completed),
    redactions: Redactions,
) -> AppResult<()> {
    let (own, package, now) = (app.clone(), package.clone(), app.clock.now());
    app.db.write_now(move |conn| {
        if Redactions::load(conn, &own.keys, package.person_id)? != redactions {
            let why = "something was marked as being about somebody else meanwhile";
            return Err(AppError::Unavailable(why.to_owned()));
        }
        if !queries::complete(conn, package.id, (&last, &completed), now)? {
            return Ok(());
        }
        let person = find_person(conn, package.person_id)?;
        let facts = json!({ "records": completed.records, "sha256": completed.sha256 });
        let new = NewReceipt {
            issuer: &own.site.organisation,
            person_id: Some(person.id),
            kind: "export",
            object: &package.reference,
            facts: facts.clone(),
        };
        receipts::issue(conn, &own.keys, &new, now)?;
        let event = Event {
            actor: Actor::System,
            action: "export.ready",
            person: Some(&person.pseudonym),
            object: &package.reference,
            detail: facts,
        };
        audit::record(conn, &event, now)?;
        if let Some(address) = find_address(conn, person.id)? {
            let until = own.laws.day_in(&person.residence, now + LASTS);
            let mail = ready_mail(&own, &completed, until);
            own.mailer.enqueue(conn, &address, &mail, now)?;
        }
        Ok(())
    })?;
    app.wake.notify_one();
    Ok(())
}

fn ready_mail(app: &App, completed: &Completed, until: NaiveDate) -> PackageReady {
    PackageReady {
        link: app.site.url("/data/export"),
        records: completed.records,
        expires_on: in_words(until),
        is_incomplete: !completed.unread.is_empty(),
    }
}
