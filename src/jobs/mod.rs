//! Work that outlives a request: written in the transaction of its cause, carried out by a worker, safe to repeat.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::jobs;
use crate::error::AppResult;

/// Every kind of job. Each is carried out by a function of its slice.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Removes what has passed its end: codes, sessions, rate limits.
    PurgeExpired,
}

impl Job {
    /// Its name in the database and in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Job::PurgeExpired => "purge_expired",
        }
    }

    /// Carries it out, on a blocking thread. It may run twice, and must then come to the same end.
    pub fn run(&self, _app: &App) -> AppResult<()> {
        match self {
            Job::PurgeExpired => Ok(()),
        }
    }
}

/// Writes a job; call it in the transaction of its cause.
pub fn enqueue(conn: &mut AnyConnection, job: &Job, now: NaiveDateTime) -> AppResult<()> {
    enqueue_at(conn, job, now, now)
}

/// Writes a job that runs at a later time.
pub fn enqueue_at(
    conn: &mut AnyConnection,
    job: &Job,
    run_at: NaiveDateTime,
    now: NaiveDateTime,
) -> AppResult<()> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(job.name()),
            jobs::payload.eq(serde_json::to_string(job)?),
            jobs::created_at.eq(now),
            jobs::attempts.eq(0),
            jobs::run_at.eq(run_at),
        ))
        .execute(conn)?;
    Ok(())
}
