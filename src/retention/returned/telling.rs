//! Tells people that their data came back and were erased again, with a receipt, as of a deletion.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::model::Returned;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::mail::messages::message;
use crate::requests::queries::find_address;
use crate::retention::replay::{Again, people_of, person_of};
use crate::web::words;

/// What had been erased came back, and was erased again.
#[derive(Debug)]
pub struct ErasedAgain {
    /// When it was erased first.
    pub erased_on: NaiveDate,
    /// How many records were erased now.
    pub records: usize,
    /// Of how many of them nobody could tell whether they were what had been erased.
    pub in_doubt: u64,
    /// The id of its receipt.
    pub receipt: String,
}
message!(
    ErasedAgain,
    "erased_again",
    "mail/erased_again/subject.txt",
    "mail/erased_again/body.txt",
    "mail/erased_again/body.html"
);

impl ErasedAgain {
    fn erased_on(&self) -> String {
        words::day(self.erased_on)
    }

    /// What was found, and what is not known of it.
    fn found(&self) -> String {
        let records = match self.records {
            1 => "1 record".to_owned(),
            more => format!("{more} records"),
        };
        match usize::try_from(self.in_doubt).unwrap_or(usize::MAX) {
            0 => format!(
                "Since then one of our systems held some of it again: {records}. We have erased them once more."
            ),
            some if some >= self.records => format!(
                "Since then one of our systems held data about you: {records}. We could not tell whether they are what we had erased, or came about anew. Two of our staff looked at it, and we have erased them."
            ),
            some => format!(
                "Since then one of our systems held data about you: {records}. Of {some} of them we could not tell whether they are what we had erased, or came about anew; the others are what we had erased. Two of our staff looked at it, and we have erased them."
            ),
        }
    }

    /// The same in a few words.
    fn head(&self) -> &'static str {
        if self.in_doubt == 0 {
            "Data about you came back, and we erased them again"
        } else {
            "We found data about you after your deletion, and erased them"
        }
    }

    fn receipt_link(&self, site: &Site) -> String {
        site.url(&format!("/receipts/{}", self.receipt))
    }
}

/// Tells everybody who was known by a handle that came back. Who has no account is reached by the address that was
/// erased.
pub(super) fn tell(
    conn: &mut AnyConnection,
    app: &App,
    (known, again): (&Returned, &Again),
    now: NaiveDateTime,
) -> AppResult<()> {
    let people = people_of(conn, &app.keys, &person_of(&again.handles))?;
    // Somebody with an account is told there of all their addresses.
    if people.is_empty() {
        let handles = again.handles.iter();
        let addresses = handles.filter(|(kind, _)| kind == "email");
        let addresses: BTreeSet<_> = addresses.map(|(_, value)| value.to_lowercase()).collect();
        for address in addresses {
            prove(conn, app, (known, again), (None, Some(&address)), now)?;
        }
    }
    for person_id in people {
        let address = find_address(conn, person_id)?;
        let whom = (Some(person_id), address.as_deref());
        prove(conn, app, (known, again), whom, now)?;
    }
    Ok(())
}

fn prove(
    conn: &mut AnyConnection,
    app: &App,
    (known, again): (&Returned, &Again),
    (person_id, address): (Option<i64>, Option<&str>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let new = NewReceipt {
        issuer: &app.site.organisation,
        person_id,
        kind: "deletion",
        object: &known.erasure,
        facts: json!({
            "plan": again.plan, "records": again.records, "had_come_back": u64::try_from(again.records).is_ok_and(|it| again.in_doubt < it),
            "in_doubt": again.in_doubt, "read_back": true,
        }),
    };
    let receipt = receipts::issue(conn, &app.keys, &new, now)?;
    let Some(address) = address else {
        return Ok(());
    };
    let mail = ErasedAgain {
        erased_on: known.erased_at.date(),
        records: again.records,
        in_doubt: again.in_doubt,
        receipt: receipt.id,
    };
    app.mailer.enqueue(conn, address, &mail, now)
}
