//! What waits to be done: mails and jobs.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::QueryResult;

use crate::db::{AnyConnection, Count};
use crate::{jobs, mail};

/// How long a mail or a job may be due before operators should look: several of the worker's rounds, and the
/// longest pause after a first failure.
pub const LATE: TimeDelta = TimeDelta::minutes(15);

/// Mails or jobs that wait.
#[derive(Debug, Clone, Copy)]
pub struct Queue {
    /// How many have yet to be done.
    pub waiting: Count,
    /// How many were given up.
    pub failed: Count,
    /// How long the one has waited that has been due longest.
    pub oldest_due: Option<TimeDelta>,
}

impl Queue {
    /// Whether something has been due for longer than [`LATE`].
    pub fn is_late(&self) -> bool {
        self.oldest_due.is_some_and(|age| age > LATE)
    }

    /// Seconds that the oldest due one has waited; 0 when nothing is due.
    pub fn age(&self) -> i64 {
        self.oldest_due.map_or(0, |age| age.num_seconds())
    }
}

/// The mails that wait.
pub fn of_mails(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Queue> {
    Ok(Queue {
        waiting: mail::queries::count_waiting(conn)?,
        failed: mail::queries::count_failed(conn)?,
        oldest_due: mail::queries::oldest_due(conn, now)?,
    })
}

/// The jobs that wait.
pub fn of_jobs(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Queue> {
    Ok(Queue {
        waiting: jobs::queries::count_waiting(conn)?,
        failed: jobs::queries::count_failed(conn)?,
        oldest_due: jobs::queries::oldest_due(conn, now)?,
    })
}
