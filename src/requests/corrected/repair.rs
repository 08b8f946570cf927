//! Writing a corrected value again: a job, safe to repeat, by the same guarded way as the first time.

use std::collections::HashSet;

use diesel::OptionalExtension;
use serde_json::json;

use super::beside::{self, Elsewhere, Whose};
use super::model::CorrectedValue;
use super::moved::{SEVERAL, follow};
use super::queries::{self, Ended};
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::choices::minors;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::jobs::{self, Job, Lease};
use crate::mail::messages::message;
use crate::my_data::identities_of;
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::{notices, queries as requests};
use crate::sources::{Corrected, Correction, Identities};

const CHANGED: &str = "It holds another value now. Nothing was written.";
const GONE: &str =
    "Its record is gone, and no other took its place with the old value. Nothing was written.";

/// A value that had been corrected was overwritten, and was corrected again.
#[derive(Debug)]
pub struct CorrectionRepaired {
    /// Of the request that asked for the correction.
    pub reference: String,
    /// The id of the receipt.
    pub receipt: String,
    /// Whether the request is there still.
    pub is_kept: bool,
}
message!(
    CorrectionRepaired,
    "correction_repaired",
    "mail/correction_repaired/subject.txt",
    "mail/correction_repaired/body.txt",
    "mail/correction_repaired/body.html"
);

impl CorrectionRepaired {
    fn link(&self, site: &Site) -> String {
        site.url(&format!("/requests/{}", self.reference))
    }

    fn receipt_link(&self, site: &Site) -> String {
        site.url(&format!("/receipts/{}", self.receipt))
    }
}

/// Has a value written again that came undone; `false` where it did not, or is being written again already.
pub(super) fn ask(conn: &mut AnyConnection, id: i64, by: &By<'_>) -> AppResult<bool> {
    let is_asked = queries::ask_for_repair(conn, id, by)?;
    if is_asked {
        jobs::enqueue(conn, &Job::RepairCorrection { id }, by.now)?;
    }
    Ok(is_asked)
}

/// What came of a try.
enum Tried {
    /// The right value stands there again, by this change.
    Written(Correction),
    /// Something else stands there by now.
    MovedOn(&'static str),
    /// Why it could not be written.
    Failed(String),
}

/// The job.
pub fn repair(app: &App, id: i64, lease: &Lease) -> AppResult<()> {
    let (value, request, person, all) = app.db.read_now(|conn| {
        let value = queries::find(conn, id)?;
        let request = requests::find_by_reference(conn, &value.reference).optional()?;
        let person = identities_of(conn, value.person_id)?;
        let all = queries::list_of_person(conn, value.person_id)?;
        Ok((value, request, person, all))
    })?;
    if value.repair_asked_at.is_none() {
        return Ok(());
    }
    lease.check()?;
    let tried = write(app, (&person, &all), &value)?;
    let own = app.clone();
    app.db.write_now(move |conn| {
        let by = By::system(&own);
        let ended = match &tried {
            Tried::Written(_) => Ended::Written,
            Tried::MovedOn(why) => Ended::MovedOn(why),
            Tried::Failed(why) => Ended::Failed(why),
        };
        if !queries::end_repair(conn, &value, ended, &by)? {
            return Ok(());
        }
        let action = match &tried {
            Tried::Written(change) => {
                let whose = (value.person_id, &*value.reference);
                minors::corrected::learn_again(conn, &own, whose, change, by.now)?;
                return prove(conn, (&value, request.as_ref()), &by);
            }
            Tried::MovedOn(_) => "correction.moved_on",
            Tried::Failed(_) => "correction.repair_failed",
        };
        Ok(queries::record(conn, &value, action, &by)?)
    })?;
    app.wake.notify_one();
    Ok(())
}

/// Writes it where it is held now. Where that is another record, this is noted first, so that a repeat finds it there.
fn write(app: &App, whose: Whose<'_>, value: &CorrectedValue) -> AppResult<Tried> {
    let change = value.change(&app.keys)?;
    match try_in(app, whose.0, change.clone())? {
        Tried::MovedOn(GONE) => {}
        tried => return Ok(tried),
    }
    match beside::find(app, whose, (value, &change), &HashSet::new()) {
        Err(error) if error.is_temporary() => Err(error.into()),
        Err(error) => Ok(Tried::Failed(error.to_string())),
        Ok(Elsewhere::Nowhere) => Ok(Tried::MovedOn(GONE)),
        Ok(Elsewhere::Several) => Ok(Tried::Failed(SEVERAL.to_owned())),
        Ok(Elsewhere::In(record)) => {
            let change = Correction { record, ..change };
            let (own, followed, moved) = (app.clone(), value.clone(), change.clone());
            let is_ours = app
                .db
                .write_now(move |conn| follow(conn, &followed, &moved, &By::system(&own)))?;
            if is_ours {
                try_in(app, whose.0, change)
            } else {
                Ok(Tried::Failed(SEVERAL.to_owned()))
            }
        }
    }
}

fn try_in(app: &App, person: &Identities, change: Correction) -> AppResult<Tried> {
    Ok(match app.sources.correct(person, &change) {
        Err(error) if error.is_temporary() => return Err(error.into()),
        Err(error) => Tried::Failed(error.to_string()),
        Ok(Corrected::Done) => Tried::Written(change),
        Ok(Corrected::Changed) => Tried::MovedOn(CHANGED),
        Ok(Corrected::Gone) => Tried::MovedOn(GONE),
    })
}

/// Event, receipt and mail of a value that was written again.
fn prove(
    conn: &mut AnyConnection,
    (value, request): (&CorrectedValue, Option<&Request>),
    by: &By<'_>,
) -> AppResult<()> {
    queries::record(conn, value, "correction.repaired", by)?;
    let new = NewReceipt {
        issuer: &by.app.site.organisation,
        person_id: Some(value.person_id),
        kind: "correction",
        object: &value.reference,
        facts: json!({
            "corrected_again": [{
                "dataset": value.dataset, "collection": value.collection, "field": value.field, "read_back": true,
            }],
        }),
    };
    let receipt = receipts::issue(conn, &by.app.keys, &new, by.now)?;
    let mail = CorrectionRepaired {
        reference: value.reference.clone(),
        receipt: receipt.id,
        is_kept: request.is_some(),
    };
    if let Some(request) = request {
        return notices::send(conn, by.app, request, &mail, by.now);
    }
    match requests::find_address(conn, value.person_id)? {
        Some(address) => by.app.mailer.enqueue(conn, &address, &mail, by.now),
        None => Ok(()),
    }
}
