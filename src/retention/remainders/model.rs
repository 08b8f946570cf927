//! What was left.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::schema::remainders;
use crate::error::AppResult;
use crate::requests::sealed::{self, What};
use crate::sources::{Plan, Scope, Stayed};

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
    /// When nothing was left any more, or nothing of which the reason ends.
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
    /// The collections in which there were any, each written `dataset.collection`.
    pub were_in: BTreeSet<String>,
}

impl Left {
    /// Sealed for the request of that reference.
    pub fn seal(&self, app: &App, reference: &str) -> AppResult<Vec<u8>> {
        let json = serde_json::to_string(self)?;
        Ok(sealed::seal(&app.keys, reference, What::Remainder, json))
    }

    /// The first day on which some of it may go; none where no reason ends.
    pub fn next_look(&self, today: NaiveDate) -> Option<NaiveDate> {
        let tomorrow = today.succ_opt()?;
        let after = |it: &Stayed| {
            if it.is_held {
                return Some(tomorrow);
            }
            it.until?.succ_opt()
        };
        let first = self.records.iter().filter_map(after).min()?;
        Some(first.max(tomorrow))
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
