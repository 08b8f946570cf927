//! What is checked, and what was found.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::monitor_results;
use crate::db::text_enum;

text_enum! {
    /// What is checked.
    pub enum Check {
        /// Opting out without an account, through the form.
        OptOut = "opt-out",
        /// The browser's signal and the statement about it.
        Signal = "signal",
        /// The links of the public pages.
        Links = "links",
    }
}

impl Check {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Check::OptOut => "Opting out without an account",
            Check::Signal => "The browser's signal",
            Check::Links => "Links of the public pages",
        }
    }
}

/// What one check found.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = monitor_results)]
pub struct Found {
    /// In the order of checking.
    pub id: i64,
    /// What was checked.
    #[diesel(deserialize_as = String)]
    pub name: Check,
    /// When.
    pub at: NaiveDateTime,
    /// Whether all was as it should be.
    pub is_well: bool,
    /// What was found, in a sentence.
    pub words: String,
    /// How many forms must be sent to opt out.
    pub steps_out: Option<i32>,
    /// How many to allow it again.
    pub steps_in: Option<i32>,
}

/// What a check has just found.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = monitor_results, treat_none_as_default_value = false)]
pub struct NewFound {
    /// A [`Check`].
    pub name: &'static str,
    /// As in [`Found`].
    pub at: NaiveDateTime,
    /// As in [`Found`].
    pub is_well: bool,
    /// As in [`Found`].
    pub words: String,
    /// As in [`Found`].
    pub steps_out: Option<i32>,
    /// As in [`Found`].
    pub steps_in: Option<i32>,
}

impl Found {
    /// Tone and words of its tag.
    pub fn tag(&self) -> (&'static str, &'static str) {
        if self.is_well {
            ("success", "Well")
        } else {
            ("danger", "Fails")
        }
    }
}
