//! The dates that the law sets for a request.

use chrono::{NaiveDate, NaiveDateTime};

use super::appeals;
use super::model::{Kind, Request};
use crate::law::Laws;

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
    pub fn of(laws: &Laws, residence: &str, kind: Kind, now: NaiveDateTime) -> Self {
        let law = laws.for_residence(residence);
        let received_on = law.received_on(now);
        let appeal = law
            .appeal_answer_by(received_on)
            .filter(|_| kind == Kind::Appeal);
        LegalDates {
            law: law.key.clone(),
            law_name: law.name.clone(),
            received_on,
            acknowledge_by: law.acknowledge_by(received_on),
            due_on: appeal.unwrap_or_else(|| law.answer_by(received_on)),
        }
    }
}

/// The name of a law by its key.
pub fn law_name(laws: &Laws, key: &str) -> String {
    laws.find(key)
        .map_or_else(|| key.to_owned(), |law| law.name.clone())
}

/// The last day to which the answer to a request may be put off, if its law still stands in the rows.
pub fn latest(laws: &Laws, request: &Request) -> Option<NaiveDate> {
    let law = laws.find(&request.law)?;
    match request.kind {
        Kind::Appeal => appeals::latest(law, request),
        _ => Some(law.extended_to(request.received_on)),
    }
}

/// The date where a request's days are counted.
pub fn today(laws: &Laws, request: &Request, now: NaiveDateTime) -> NaiveDate {
    laws.find(&request.law)
        .map_or_else(|| now.date(), |law| law.received_on(now))
}
