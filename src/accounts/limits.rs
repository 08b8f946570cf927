//! Rate limits that hold across instances: a count per keyed subject in the database, in fixed windows.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::dsl::case_when;
use diesel::prelude::*;

use crate::app::App;
use crate::db::schema::rate_limits;
use crate::db::{AnyConnection, both};
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
        take(
            conn,
            &app.keys,
            self.purpose,
            subject,
            self.max(app),
            self.window,
            now,
        )
    }

    fn max(&self, app: &App) -> i32 {
        if app.site.demo {
            self.max_in_demo
        } else {
            self.max
        }
    }

    /// Counts one more where going over the limit is no failure; whether it was within it.
    pub fn allows(
        &self,
        app: &App,
        conn: &mut AnyConnection,
        subject: &str,
        now: NaiveDateTime,
    ) -> AppResult<bool> {
        match self.take(app, conn, subject, now) {
            Err(AppError::TooMany(_)) => Ok(false),
            taken => taken.map(|()| true),
        }
    }

    /// Starts the subject's count anew, when what was limited has succeeded.
    pub fn forgive(&self, app: &App, conn: &mut AnyConnection, subject: &str) -> QueryResult<()> {
        let key = key(&app.keys, self.purpose, subject);
        diesel::delete(rate_limits::table.filter(rate_limits::key.eq(key)))
            .execute(conn)
            .map(drop)
    }
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
    let goes_on = rate_limits::window_started_at.gt(now - window);
    let (hits, window_started_at): (i32, NaiveDateTime) = both!(conn, |conn| {
        diesel::insert_into(rate_limits::table)
            .values((
                rate_limits::key.eq(key(keys, purpose, subject)),
                rate_limits::window_started_at.eq(now),
                rate_limits::hits.eq(1),
            ))
            .on_conflict(rate_limits::key)
            .do_update()
            .set((
                rate_limits::hits.eq(case_when(goes_on, rate_limits::hits + 1).otherwise(1)),
                rate_limits::window_started_at.eq(case_when(
                    goes_on,
                    rate_limits::window_started_at,
                )
                .otherwise(now)),
            ))
            .returning((rate_limits::hits, rate_limits::window_started_at))
            .get_result(conn)
    })?;
    if hits <= max {
        return Ok(());
    }
    let wait = window_started_at + window - now;
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
