//! What the queue is asked for: filters in the address, and where the list goes on. No address names a person
//! otherwise than by pseudonym.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use serde::Deserialize;

use crate::accounts::model::StaffRow;
use crate::requests::model::{Kind, State};
use crate::web::paging;

/// What is due within seven days is late in eight.
pub const SOON: TimeDelta = TimeDelta::days(8);

/// The filters of the queue, as its address has them. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// `open` (when empty), `closed`, `all`, `proposed`, or one state.
    pub state: String,
    /// A kind of request.
    pub kind: String,
    /// Key of a law.
    pub law: String,
    /// `me`, `nobody`, or the id of a staff member.
    pub assignee: String,
    /// `late`, `week` (due within seven days).
    pub due: String,
    /// The pseudonym of a person.
    pub person: String,
    /// Where the list goes on: `DATE_ID` of the last request before it.
    pub after: String,
}

/// Which states are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum States {
    /// Not closed.
    Open,
    /// Closed.
    Closed,
    /// All.
    All,
    /// In review, with a decision that waits for a supervisor.
    Proposed,
    /// One.
    One(State),
}

impl Filters {
    /// The filters of an address's query, or of what was saved of one.
    pub fn parse(query: &str) -> Self {
        actix_web::web::Query::from_query(query)
            .map_or_else(|_| Filters::default(), actix_web::web::Query::into_inner)
    }

    /// The states that are listed.
    pub fn states(&self) -> States {
        match self.state.as_str() {
            "closed" => States::Closed,
            "all" => States::All,
            "proposed" => States::Proposed,
            word => word.parse().map_or(States::Open, States::One),
        }
    }

    /// The kind that is listed.
    pub fn kind(&self) -> Option<Kind> {
        self.kind.parse().ok()
    }

    /// Which requests are listed that run out: those that are late by then.
    pub fn late_by(&self, now: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.due.as_str() {
            "late" => Some(now),
            "week" => Some(now + SOON),
            _ => None,
        }
    }

    /// Due date and id after which the list goes on.
    pub fn position(&self) -> Option<(NaiveDate, i64)> {
        paging::position(&self.after)
    }

    /// The names of the filters that have an unknown value.
    pub fn unknown(&self, laws: &[(String, String)], staff: &[StaffRow]) -> Vec<&'static str> {
        let is_state = matches!(self.state.as_str(), "open" | "closed" | "all" | "proposed")
            || self.state.parse::<State>().is_ok();
        // Whoever has left may still have requests.
        let is_member = |id: i64| staff.iter().any(|it| it.id == id);
        let is_assignee = matches!(self.assignee.as_str(), "me" | "nobody")
            || self.assignee.parse().is_ok_and(is_member);
        let is_law = laws.iter().any(|(key, _)| *key == self.law);
        let filters = [
            ("state", &self.state, is_state),
            ("kind", &self.kind, self.kind().is_some()),
            ("law", &self.law, is_law),
            ("assignee", &self.assignee, is_assignee),
            (
                "due",
                &self.due,
                matches!(self.due.as_str(), "late" | "week"),
            ),
        ];
        let unknown = filters
            .into_iter()
            .filter(|(_, value, is_known)| !value.is_empty() && !is_known);
        unknown.map(|(name, ..)| name).collect()
    }

    /// Whether anything is filtered.
    pub fn is_any(&self) -> bool {
        !self.query().is_empty()
    }

    /// The filters as the query of an address.
    pub fn query(&self) -> String {
        paging::query(&[
            ("state", &self.state),
            ("kind", &self.kind),
            ("law", &self.law),
            ("assignee", &self.assignee),
            ("due", &self.due),
            ("person", &self.person),
        ])
    }

    /// The address of this list from another place on.
    pub fn url_after(&self, after: &str) -> String {
        paging::address("/staff/requests", &self.query(), after)
    }
}
