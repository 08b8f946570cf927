//! What was left.

use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::schema::remainders;
use crate::error::AppResult;
use crate::requests::sealed::{self, What};
use crate::sources::{Plan, Scope, Stayed};

/// What stays for a reason without an end is looked for after so many days.
const NOW_AND_THEN: Days = Days::new(30);

/// What a deletion had to leave.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = remainders)]
pub struct Remainder {
    /// Of the deletion.
    pub request_id: i64,
    /// Whose data.
    pub person_id: i64,
    /// Sealed: [`Left`].
    pub records: Vec<u8>,
    /// Sealed: the plan that is being carried out.
    pub plan: Option<Vec<u8>>,
    /// When to look whether it has to stay still.
    pub look_on: NaiveDate,
    /// When nothing was left any more.
    pub settled_at: Option<NaiveDateTime>,
}

/// Which records, and under which plan they were left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Left {
    /// What was to be erased.
    pub scope: Scope,
    /// The person's law, whose reasons to keep are honoured.
    pub law: String,
    /// The records.
    pub records: Vec<Stayed>,
    /// What stays beside them and has no key of its own to be looked for by.
    #[serde(default)]
    pub beside: Vec<Beside>,
}

/// Records that stay and are known by their number alone, as they belong to other people as well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// How many there were.
    pub count: usize,
    /// Why they stay.
    pub reason: String,
}

impl Left {
    /// Sealed for the request of that reference.
    pub fn seal(&self, app: &App, reference: &str) -> AppResult<Vec<u8>> {
        let json = serde_json::to_string(self)?;
        Ok(sealed::seal(&app.keys, reference, What::Remainder, json))
    }

    /// When to look next: on the first day on which some of it may go, and now and then whether it is there still. None
    /// where nothing is left.
    pub fn next_look(&self, today: NaiveDate) -> Option<NaiveDate> {
        let tomorrow = today.succ_opt()?;
        let after = |it: &Stayed| {
            let may_go = match it.is_held {
                _ if !it.may_end() => None,
                true => Some(tomorrow),
                false => it.until?.succ_opt(),
            };
            may_go.or_else(|| today.checked_add_days(NOW_AND_THEN))
        };
        let first = self.records.iter().filter_map(after).min();
        let beside = || {
            let is_any = !self.beside.is_empty();
            is_any.then(|| today.checked_add_days(NOW_AND_THEN))?
        };
        Some(first.or_else(beside)?.max(tomorrow))
    }
}

impl Remainder {
    /// The records, opened.
    pub fn open(&self, app: &App, reference: &str) -> AppResult<Left> {
        let json = sealed::open(&app.keys, reference, What::Remainder, &self.records)?;
        Ok(serde_json::from_slice(&json)?)
    }

    /// The plan that is being carried out, opened.
    pub fn open_plan(&self, app: &App, reference: &str) -> AppResult<Option<Plan>> {
        let Some(sealed) = &self.plan else {
            return Ok(None);
        };
        let json = sealed::open(&app.keys, reference, What::Plan, sealed)?;
        Ok(Some(serde_json::from_slice(&json)?))
    }
}
