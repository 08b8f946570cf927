//! The dates that the law sets for a request.

use chrono::{Days, Months, NaiveDate, NaiveDateTime};

use super::model::{Kind, Request, State};
use super::pause;
use crate::law::{Applying, Laws, Right, Term};

/// The law that applies to a request, and its dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalDates {
    /// The key of the law.
    pub law: String,
    /// Where the person says that they live.
    pub residence: String,
    /// The local date of receipt, from which days are counted.
    pub received_on: NaiveDate,
    /// The last day for confirming the receipt.
    pub acknowledge_by: NaiveDate,
    /// The last day for the answer.
    pub due_on: NaiveDate,
}

impl LegalDates {
    /// For a request of somebody who says that they live there, received at that time.
    pub fn of(laws: &Laws, residence: &str, kind: Kind, now: NaiveDateTime) -> Self {
        Self::from_day(laws, residence, kind, laws.day_in(residence, now))
    }

    /// The same for one that was received on that day where they live.
    pub fn from_day(laws: &Laws, residence: &str, kind: Kind, received_on: NaiveDate) -> Self {
        // What no law gives there, as a complaint that came by letter, is answered as a request to know.
        let right = match right(kind) {
            right if stands_apart(kind) && !laws.gives(residence, right, received_on) => {
                Right::Access
            }
            right => right,
        };
        let Applying { law, row, .. } = laws.applying(residence, right, received_on);
        let after = |term: Term| term.after_or_sooner(received_on, laws.calendar());
        // Where the law says no more than when a receipt is confirmed, it is answered in that time.
        let due_on = row.answer.or(row.acknowledge).map_or(received_on, after);
        LegalDates {
            law,
            residence: residence.to_owned(),
            received_on,
            acknowledge_by: row.acknowledge.map_or(due_on, after),
            due_on,
        }
    }

    /// For an appeal against the answer to a request: by the law of that request, which the answer named with its time,
    /// wherever the person lives by now.
    pub fn of_appeal(laws: &Laws, denied: &Request, received_on: NaiveDate) -> Self {
        let dates = Self::from_day(laws, &denied.residence, denied.kind, received_on);
        let row = laws.row(&denied.law, right(denied.kind), denied.received_on);
        let Some(term) = row.and_then(|row| row.appeal.or(row.answer)) else {
            return dates;
        };
        let due_on = term.after_or_sooner(received_on, laws.calendar());
        LegalDates {
            law: denied.law.clone(),
            acknowledge_by: dates.acknowledge_by.min(due_on),
            due_on,
            ..dates
        }
    }
}

/// The right that a request exercises; an appeal has the terms of the commonest.
pub(super) fn right(kind: Kind) -> Right {
    match kind {
        Kind::Access | Kind::Appeal => Right::Access,
        Kind::Correction => Right::Correction,
        Kind::Deletion => Right::Deletion,
        Kind::Restriction => Right::Restriction,
        Kind::Objection => Right::Objection,
        Kind::Decision => Right::DecisionAccess,
        Kind::MarketingList => Right::MarketingList,
        Kind::Contest => Right::QuestionProfiling,
        Kind::Complaint => Right::Complaint,
    }
}

/// What staff enter as received longer ago is more likely a slip of the pen.
const OLDEST: Months = Months::new(12);

/// What is wrong with the day on which staff say that something came, where it cannot be later than another.
pub fn fault_of_receipt(day: Option<NaiveDate>, latest: NaiveDate) -> Option<&'static str> {
    match day {
        None => Some("Enter the day on which it came."),
        Some(day) if day > latest => Some("This day is still to come."),
        Some(day) if day < latest - OLDEST => Some("This is more than a year ago. Check the day."),
        Some(_) => None,
    }
}

/// The latest day on which something can have come from somebody of whom we do not know where they are: somewhere it is
/// tomorrow already.
pub fn latest_receipt(today: NaiveDate) -> NaiveDate {
    today + Days::new(1)
}

/// Where a right stands that a law gives to people who live there.
pub fn cite(laws: &Laws, residence: &str, kind: Kind, now: NaiveDateTime) -> Option<String> {
    let (right, day) = (right(kind), laws.day_in(residence, now));
    let is_given = laws.gives(residence, right, day);
    is_given.then(|| laws.applying(residence, right, day).row.cite)
}

/// Whether the law of some places alone gives it.
pub(super) fn stands_apart(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Decision | Kind::MarketingList | Kind::Contest | Kind::Complaint
    )
}

/// The name of a law by its key.
pub fn law_name(laws: &Laws, key: &str) -> String {
    match laws.name(key) {
        name if name.is_empty() => key.to_owned(),
        name => name,
    }
}

/// The law that sets a request's date, as people read it. What stands in a law of its own is named by where it stands.
pub fn law_in_words(laws: &Laws, request: &Request) -> String {
    let row = laws.row(&request.law, right(request.kind), request.received_on);
    match row.filter(|_| stands_apart(request.kind)) {
        Some(row) => row.cite,
        None => law_name(laws, &request.law),
    }
}

/// The last day to which the answer to a request may be put off, if its law still stands in the rows and allows it.
pub fn latest(laws: &Laws, request: &Request) -> Option<NaiveDate> {
    let received = request.received_on;
    let row = laws.row(&request.law, right(request.kind), received)?;
    let latest = if request.kind == Kind::Appeal && row.appeal.is_some() {
        row.appeal_extended_to(received, laws.calendar())
    } else {
        row.extended_to(received, laws.calendar())
    };
    latest.ok().flatten()
}

/// The date where a request's days are counted: where the person said that they live.
pub fn today(laws: &Laws, request: &Request, now: NaiveDateTime) -> NaiveDate {
    laws.day_in(&request.residence, now)
}

/// From when on a request in that state, to be answered on that day, is late, in UTC: what its line says by the day of the
/// person, kept so that the late ones are counted and listed by an index. None while it is closed or its clock stands still.
pub fn late_at(
    laws: &Laws,
    request: &Request,
    (state, due_on): (State, NaiveDate),
) -> Option<NaiveDateTime> {
    let of = (request.kind, &*request.law, request.received_on);
    let runs = !state.is_closed() && !pause::stands_still(laws, state, of);
    runs.then(|| laws.end_of_day(&request.residence, due_on))
}

/// Whether an answer should have been given by now; never while the clock stands still.
pub fn is_late(laws: &Laws, request: &Request, now: NaiveDateTime) -> bool {
    late_at(laws, request, (request.state, request.due_on)).is_some_and(|at| at <= now)
}

/// So many days are left until a request's date, where its days are counted; fewer than none when it is late.
pub fn days_left(laws: &Laws, request: &Request, now: NaiveDateTime) -> i64 {
    (request.due_on - today(laws, request, now)).num_days()
}
