//! Work that comes back by itself. When a piece is due, whichever worker is first enqueues its job.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use diesel::prelude::*;

use super::Job;
use crate::db::schema::{jobs, periodic_work};
use crate::db::{AnyConnection, both};
use crate::error::AppResult;

/// How often.
#[derive(Debug, Clone, Copy)]
pub enum Rhythm {
    /// At every full hour, in UTC.
    Hourly,
    /// Every day at that hour, in UTC.
    DailyAt(u32),
}

/// All periodic work.
pub const ALL: &[(Rhythm, Job)] = &[
    (Rhythm::Hourly, Job::PurgeExpired),
    (Rhythm::Hourly, Job::WatchDates),
    (Rhythm::Hourly, Job::WatchPages),
    (Rhythm::DailyAt(2), Job::VerifyAudit),
    (Rhythm::DailyAt(3), Job::CountRequests),
    (Rhythm::DailyAt(4), Job::PurgeRequests),
    (Rhythm::DailyAt(5), Job::RemindPolicyReview),
    (Rhythm::DailyAt(6), Job::CountInsights),
    (Rhythm::DailyAt(5), Job::WatchCorrections),
    (
        Rhythm::DailyAt(1),
        Job::LookForErased {
            after_id: 0,
            began: None,
            missed: false,
        },
    ),
    (Rhythm::DailyAt(2), Job::LookAtRemainders),
    (Rhythm::DailyAt(6), Job::CheckDrift),
    (Rhythm::DailyAt(7), Job::PlanRetention),
    (Rhythm::DailyAt(8), Job::RemindOfWaiting),
];

impl Rhythm {
    /// The first time after `now`.
    pub fn next(self, now: NaiveDateTime) -> NaiveDateTime {
        let midnight = now.date().and_time(NaiveTime::MIN);
        let (first, step) = match self {
            Rhythm::Hourly => (midnight, TimeDelta::hours(1)),
            Rhythm::DailyAt(hour) => (
                midnight + TimeDelta::hours(i64::from(hour)),
                TimeDelta::days(1),
            ),
        };
        let mut next = first;
        while next <= now {
            next += step;
        }
        next
    }
}

/// Whether any periodic work is due, or new in this version.
pub fn is_any_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<bool> {
    let names: Vec<_> = ALL.iter().map(|(_, job)| job.name()).collect();
    let later = periodic_work::table
        .filter(periodic_work::name.eq_any(&names))
        .filter(periodic_work::next_at.gt(now))
        .count();
    let later: i64 = both!(conn, |conn| later.get_result(conn))?;
    Ok(usize::try_from(later) != Ok(names.len()))
}

/// Enqueues what is due; returns how many jobs. Safe beside other workers.
pub fn enqueue_due(conn: &mut AnyConnection, now: NaiveDateTime) -> AppResult<usize> {
    let mut enqueued = 0;
    for (rhythm, job) in ALL {
        let is_first = move_on(conn, job.name(), rhythm.next(now), now)?;
        if is_first && !is_still_open(conn, job.name())? {
            super::enqueue(conn, job, now)?;
            enqueued += 1;
        }
    }
    Ok(enqueued)
}

/// Books the next time; `false` when it is not due, or another worker has just done so.
fn move_on(
    conn: &mut AnyConnection,
    name: &str,
    next: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let known: Option<NaiveDateTime> = periodic_work::table
        .filter(periodic_work::name.eq(name))
        .select(periodic_work::next_at)
        .first(conn)
        .optional()?;
    let moved = match known {
        Some(at) if at > now => 0,
        Some(at) => diesel::update(periodic_work::table)
            .filter(periodic_work::name.eq(name))
            .filter(periodic_work::next_at.eq(at))
            .set(periodic_work::next_at.eq(next))
            .execute(conn)?,
        None => diesel::sql_query(
            "INSERT INTO periodic_work (name, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind::<diesel::sql_types::Text, _>(name)
        .bind::<diesel::sql_types::Timestamp, _>(next)
        .execute(conn)?,
    };
    Ok(moved == 1)
}

/// Whether the last one has not come to its end yet; two of a kind would do the same work twice.
fn is_still_open(conn: &mut AnyConnection, kind: &str) -> QueryResult<bool> {
    let open = jobs::table
        .filter(jobs::kind.eq(kind))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null());
    diesel::select(diesel::dsl::exists(open)).get_result(conn)
}
