//! A job as the table keeps it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDateTime;
use diesel::dsl::{Eq, Filter, IsNull};
use diesel::prelude::*;

use crate::db::schema::jobs;
use crate::error::{AppError, AppResult};

/// A job that a worker has taken. The number of tries tells this taking from a later one.
#[derive(Debug, Clone, Queryable)]
pub struct Claim {
    /// Internal.
    pub id: i64,
    /// How many tries there have been, this one included.
    pub attempts: i32,
    /// The name of the kind.
    pub kind: String,
    /// The job, as JSON.
    pub payload: String,
}

type StillOurs = Filter<
    Filter<
        Filter<Filter<jobs::table, Eq<jobs::id, i64>>, Eq<jobs::attempts, i32>>,
        IsNull<jobs::done_at>,
    >,
    IsNull<jobs::failed_at>,
>;

impl Claim {
    /// The row, unless somebody else has taken or settled it since.
    pub(super) fn still_ours(&self) -> StillOurs {
        jobs::table
            .filter(jobs::id.eq(self.id))
            .filter(jobs::attempts.eq(self.attempts))
            .filter(jobs::done_at.is_null())
            .filter(jobs::failed_at.is_null())
    }
}

/// A job as staff see it. Its content names things by internal ids and is not shown.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    /// Internal.
    pub id: i64,
    /// The name of the kind.
    pub kind: String,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// How many tries there have been.
    pub attempts: i32,
    /// When it is tried next; while it is being tried, when its lease ends.
    pub run_at: NaiveDateTime,
    /// When it was given up.
    pub failed_at: Option<NaiveDateTime>,
    /// Why the last try failed; nothing while it is being tried.
    pub last_error: Option<String>,
}

impl JobRow {
    /// When it was given up, or is tried next.
    pub fn moment(&self) -> NaiveDateTime {
        self.failed_at.unwrap_or(self.run_at)
    }
}

/// Whether a job is still its worker's. Somebody else has it once the lease has ended, and then nothing more may be
/// begun for it.
#[derive(Debug, Clone, Default)]
pub struct Lease(Arc<AtomicBool>);

impl Lease {
    /// It has ended.
    pub fn lose(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Ask before each step that changes something.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when it has ended.
    pub fn check(&self) -> AppResult<()> {
        if self.0.load(Ordering::Relaxed) {
            let why = "the lease ended, and another worker has the job";
            return Err(AppError::Unavailable(why.to_owned()));
        }
        Ok(())
    }
}
