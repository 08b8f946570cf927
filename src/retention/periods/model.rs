//! What is due, and what became of it.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::schema::{retention_lines, retention_runs};
use crate::db::text_enum;
use crate::register::CollectionKey;

text_enum! {
    /// Where a run stands.
    pub enum RunState {
        /// Counted; nobody has approved it.
        Planned = "planned",
        /// It is being carried out.
        Approved = "approved",
        /// It has ended.
        Done = "done",
    }
}

impl RunState {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            RunState::Planned => "To approve",
            RunState::Approved => "Under way",
            RunState::Done => "Done",
        }
    }

    /// How it is shown.
    pub fn tone(self) -> &'static str {
        match self {
            RunState::Planned => "warning",
            RunState::Approved => "progress",
            RunState::Done => "success",
        }
    }
}

/// All that was due on one day.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = retention_runs)]
pub struct Run {
    /// Internal.
    pub id: i64,
    /// Periods were judged as of this day.
    pub day: NaiveDate,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: RunState,
    /// When it was counted.
    pub planned_at: NaiveDateTime,
    /// What could not be counted, because a source did not answer: keys with spaces between.
    pub unread: String,
    /// The supervisor who approved it; none where no approval is needed.
    pub approved_by: Option<i64>,
    /// When.
    pub approved_at: Option<NaiveDateTime>,
    /// When it ended.
    pub finished_at: Option<NaiveDateTime>,
    /// The id of the receipt of what was erased.
    pub receipt: Option<String>,
}

/// One collection of a run.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = retention_lines)]
pub struct Line {
    /// Internal.
    pub id: i64,
    /// Of which run.
    pub run_id: i64,
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// How many records were to go when it was planned.
    pub to_delete: i64,
    /// How many were to lose fields.
    pub to_mask: i64,
    /// How many are due and stay, for people with a hold or an open request.
    pub shielded: i64,
    /// How many are due and stay for a reason of the register or a hold on all.
    pub kept: i64,
    /// How many went.
    pub deleted: i64,
    /// How many lost fields, or were emptied because others point at them.
    pub masked: i64,
    /// How many changed under way, and are left for the next plan.
    pub skipped: i64,
    /// The sealed id of the record up to which it is done.
    pub position: Option<String>,
    /// The batch under way: [`crate::sources::DueBatch`] as JSON.
    pub batch: Option<String>,
    /// When it was through.
    pub finished_at: Option<NaiveDateTime>,
    /// Why it could not be carried out to its end; for staff, without personal data.
    pub failure: Option<String>,
}

impl Line {
    /// The collection.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }

    /// How many records were to be changed.
    pub fn due(&self) -> i64 {
        self.to_delete + self.to_mask
    }

    /// How many were.
    pub fn done(&self) -> i64 {
        self.deleted + self.masked
    }
}

/// What a plan counted in one collection.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The collection.
    pub key: CollectionKey,
    /// How many records go.
    pub to_delete: u64,
    /// How many lose fields.
    pub to_mask: u64,
    /// How many stay for people with a hold or an open request.
    pub shielded: u64,
    /// How many stay for a reason of the register or a hold on all.
    pub kept: u64,
}
