//! A release as it is kept.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{insight_cells, insight_releases};
use crate::web::words;

/// One release.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = insight_releases)]
pub struct Release {
    /// From 1.
    pub number: i64,
    /// When it was made.
    pub at: NaiveDateTime,
    /// Groups of fewer people are hidden, and what is shown is a multiple of it.
    pub threshold: i64,
}

/// One group of one figure in a release.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = insight_cells)]
pub struct CellRow {
    /// Of the release.
    pub release: i64,
    /// The figure's key.
    pub figure: String,
    /// The place of the figure and of the group in it.
    pub position: i32,
    /// What people read.
    pub label: String,
    /// What is shown, if anything.
    pub shown: Option<i64>,
    /// The release that set it.
    pub set_in: i64,
    /// The people at that release; kept for the newest alone.
    pub counted: Option<i64>,
    /// The people when it was set; kept for the newest alone.
    pub basis: Option<i64>,
}

impl CellRow {
    /// What stands beside its bar.
    pub fn in_words(&self) -> String {
        self.shown
            .map_or_else(|| "hidden".to_owned(), words::number)
    }
}
