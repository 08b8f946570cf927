//! The table of jobs: claiming, settling, and what staff and operators look at.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::backoff::MOST_TRIES;
use super::model::{Claim, JobRow};
use crate::db::schema::jobs;
use crate::db::{AnyConnection, Count, both, count_up_to};

/// A claimed job is its worker's for so long. A worker that lives renews it; the jobs of one that died
/// fall to others when it ends.
pub const LEASE: TimeDelta = TimeDelta::seconds(60);

/// Whether any job is due.
pub fn is_any_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<bool> {
    let due = jobs::table
        .filter(jobs::run_at.le(now))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null());
    let any = diesel::select(diesel::dsl::exists(due));
    both!(conn, |conn| any.get_result(conn))
}

/// Takes the jobs that have been due longest, at most `limit`, each for the time of a [`LEASE`]. The next
/// try is on record before the first begins, so that a worker that is killed loses nothing.
pub fn claim(
    conn: &mut AnyConnection,
    now: NaiveDateTime,
    limit: usize,
) -> QueryResult<Vec<Claim>> {
    let due = jobs::table
        .filter(jobs::run_at.le(now))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null())
        .order((jobs::run_at, jobs::id))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select((jobs::id, jobs::attempts, jobs::kind, jobs::payload));
    let found: Vec<Claim> = match conn {
        AnyConnection::Sqlite(conn) => due.load(conn)?,
        AnyConnection::Postgres(conn) => due.for_update().skip_locked().load(conn)?,
    };
    let mut claims = Vec::new();
    for mut claim in found {
        if claim.attempts >= MOST_TRIES {
            let words = format!("The worker stopped while at work on it, {MOST_TRIES} times.");
            fail(conn, &claim, &words, now)?;
            continue;
        }
        let unclaimed = claim.still_ours();
        claim.attempts += 1;
        let claiming = diesel::update(unclaimed).set((
            jobs::attempts.eq(claim.attempts),
            jobs::run_at.eq(now + LEASE),
            jobs::last_error.eq(None::<String>),
        ));
        let claimed = both!(conn, |conn| claiming.execute(conn))?;
        if claimed == 1 {
            claims.push(claim);
        }
    }
    Ok(claims)
}

/// Extends a claim; `false` when it had ended and somebody else has the job now.
pub fn renew(conn: &mut AnyConnection, claim: &Claim, now: NaiveDateTime) -> QueryResult<bool> {
    let renewed = diesel::update(claim.still_ours())
        .set(jobs::run_at.eq(now + LEASE))
        .execute(conn)?;
    Ok(renewed == 1)
}

/// Settles a job as done; `false` when the claim had ended.
pub fn finish(conn: &mut AnyConnection, claim: &Claim, now: NaiveDateTime) -> QueryResult<bool> {
    let finishing = diesel::update(claim.still_ours()).set(jobs::done_at.eq(now));
    let done = both!(conn, |conn| finishing.execute(conn))?;
    Ok(done == 1)
}

/// Settles a try that failed: the job runs again at that time. `false` when the claim had ended.
pub fn put_off(
    conn: &mut AnyConnection,
    claim: &Claim,
    words: &str,
    run_at: NaiveDateTime,
) -> QueryResult<bool> {
    let put_off = diesel::update(claim.still_ours())
        .set((jobs::run_at.eq(run_at), jobs::last_error.eq(words)))
        .execute(conn)?;
    Ok(put_off == 1)
}

/// Settles a job as failed for good; staff see it. `false` when the claim had ended.
pub fn fail(
    conn: &mut AnyConnection,
    claim: &Claim,
    words: &str,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let failed = diesel::update(claim.still_ours())
        .set((jobs::failed_at.eq(now), jobs::last_error.eq(words)))
        .execute(conn)?;
    Ok(failed == 1)
}

/// Lets a failed job, or one that waits for another try, run at once; returns its kind and the job as JSON, or none when
/// it does neither.
pub fn try_again(
    conn: &mut AnyConnection,
    id: i64,
    now: NaiveDateTime,
) -> QueryResult<Option<(String, String)>> {
    let resting = jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::done_at.is_null())
        .filter(jobs::last_error.is_not_null());
    diesel::update(resting)
        .set((
            jobs::attempts.eq(0),
            jobs::run_at.eq(now),
            jobs::failed_at.eq(None::<NaiveDateTime>),
            jobs::last_error.eq(None::<String>),
        ))
        .returning((jobs::kind, jobs::payload))
        .get_result(conn)
        .optional()
}

/// Jobs that failed for good, newest first, from before that id.
pub fn list_failed(conn: &mut AnyConnection, before: i64, limit: i64) -> QueryResult<Vec<JobRow>> {
    JobRow::query()
        .filter(jobs::failed_at.is_not_null())
        .filter(jobs::id.lt(before))
        .order(jobs::id.desc())
        .limit(limit)
        .load(conn)
}

/// Jobs of which a try has failed and that wait for the next, newest first.
pub fn list_put_off(conn: &mut AnyConnection, limit: i64) -> QueryResult<Vec<JobRow>> {
    JobRow::query()
        .filter(jobs::last_error.is_not_null())
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null())
        .order(jobs::id.desc())
        .limit(limit)
        .load(conn)
}

/// The job with that kind and content that waits or runs, after a try of it has failed.
pub fn find_put_off(
    conn: &mut AnyConnection,
    kind: &str,
    payload: &str,
) -> QueryResult<Option<JobRow>> {
    let has_failed = jobs::last_error.is_not_null().or(jobs::attempts.gt(1));
    JobRow::query()
        .filter(jobs::kind.eq(kind))
        .filter(jobs::payload.eq(payload))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null())
        .filter(has_failed)
        .first(conn)
        .optional()
}

/// How many jobs have failed for good.
pub fn count_failed(conn: &mut AnyConnection) -> QueryResult<Count> {
    let failed = jobs::table.filter(jobs::failed_at.is_not_null());
    count_up_to(conn, failed.select(jobs::id))
}

/// How many jobs have yet to be done.
pub fn count_waiting(conn: &mut AnyConnection) -> QueryResult<Count> {
    let waiting = jobs::table
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null());
    count_up_to(conn, waiting.select(jobs::id))
}

/// How long the oldest due job has been waiting; none when nothing is due.
pub fn oldest_due(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Option<TimeDelta>> {
    let oldest: Option<NaiveDateTime> = jobs::table
        .filter(jobs::run_at.le(now))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null())
        .order(jobs::run_at)
        .select(jobs::run_at)
        .first(conn)
        .optional()?;
    Ok(oldest.map(|run_at| now - run_at))
}

/// Removes jobs that were done before that time; returns how many.
pub fn purge_done(conn: &mut AnyConnection, before: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(jobs::table.filter(jobs::done_at.lt(before))).execute(conn)
}
