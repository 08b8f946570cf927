//! Rate limits that hold across instances: a count per keyed subject in the database, in fixed windows.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamp};

use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::rate_limits;
use crate::error::{AppError, AppResult};
use crate::keys::Keys;

/// The longest window of any limit: counts that started earlier are of no use.
pub const LONGEST_WINDOW: TimeDelta = TimeDelta::days(1);

/// So much of something, for each subject, in a window of time.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// What is counted. Different purposes count apart.
    pub purpose: &'static str,
    /// The last one that is allowed.
    pub max: i32,
    /// The same in demo mode, where scripts sign in hundreds of times from one machine.
    pub max_in_demo: i32,
    /// How long a count goes on, at most [`LONGEST_WINDOW`].
    pub window: TimeDelta,
}

impl Limit {
    /// Counts one more for the subject; see [`take`].
    pub fn take(
        &self,
        app: &App,
        conn: &mut AnyConnection,
        subject: &str,
        now: NaiveDateTime,
    ) -> AppResult<()> {
        let max = if app.site.demo {
            self.max_in_demo
        } else {
            self.max
        };
        take(
            conn,
            &app.keys,
            self.purpose,
            subject,
            max,
            self.window,
            now,
        )
    }

    /// Starts the subject's count anew, when what was limited has succeeded.
    pub fn forgive(&self, app: &App, conn: &mut AnyConnection, subject: &str) -> QueryResult<()> {
        let key = key(&app.keys, self.purpose, subject);
        diesel::delete(rate_limits::table.filter(rate_limits::key.eq(key)))
            .execute(conn)
            .map(drop)
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Integer)]
    hits: i32,
    #[diesel(sql_type = Timestamp)]
    window_started_at: NaiveDateTime,
}

/// Counts one more of `purpose` for `subject` (an address, an id); `TooMany` when it is over `max` in this
/// window. The subject is kept as a keyed hash alone. One statement, so that no two instances count the same.
pub fn take(
    conn: &mut AnyConnection,
    keys: &Keys,
    purpose: &str,
    subject: &str,
    max: i32,
    window: TimeDelta,
    now: NaiveDateTime,
) -> AppResult<()> {
    let count: Count = diesel::sql_query(
        "INSERT INTO rate_limits (key, window_started_at, hits) VALUES ($1, $2, 1)
         ON CONFLICT (key) DO UPDATE SET
             hits = CASE WHEN rate_limits.window_started_at > $3 THEN rate_limits.hits + 1 ELSE 1 END,
             window_started_at = CASE WHEN rate_limits.window_started_at > $3
                 THEN rate_limits.window_started_at ELSE excluded.window_started_at END
         RETURNING hits, window_started_at",
    )
    .bind::<Text, _>(key(keys, purpose, subject))
    .bind::<Timestamp, _>(now)
    .bind::<Timestamp, _>(now - window)
    .get_result(conn)?;
    if count.hits <= max {
        return Ok(());
    }
    let wait = count.window_started_at + window - now;
    Err(AppError::TooMany(
        u64::try_from(wait.num_seconds()).unwrap_or_default().max(1),
    ))
}

/// Removes counts that no limit can ask for any more.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let old = rate_limits::table.filter(rate_limits::window_started_at.le(now - LONGEST_WINDOW));
    diesel::delete(old).execute(conn)
}

fn key(keys: &Keys, purpose: &str, subject: &str) -> String {
    keys.hash(&format!("limit {purpose}"), subject.as_bytes())
}
