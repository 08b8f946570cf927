//! A difference between a manifest and its source.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{drift_checks, drift_findings};

/// A difference, as the last comparison found it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = drift_findings)]
pub struct Drifted {
    /// Internal.
    pub id: i64,
    /// Key of the source.
    pub source: String,
    /// File of the manifest.
    pub file: String,
    /// Line in it, as it was at the last comparison.
    pub line: i32,
    /// Place in it, such as `dataset.shop.orders`.
    pub path: String,
    /// What differs.
    pub wrong: String,
    /// What would be right.
    pub expected: String,
    /// Since when.
    pub found_at: NaiveDateTime,
}

/// When a source was last compared.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = drift_checks)]
pub struct Check {
    /// Key of the source.
    pub source: String,
    /// When it was last asked.
    pub asked_at: NaiveDateTime,
    /// When it last answered.
    pub answered_at: Option<NaiveDateTime>,
    /// Why it did not answer the last time.
    pub failure: Option<String>,
}
