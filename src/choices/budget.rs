//! What one network may have written down without an account. Beyond it an opt-out holds all the same.
//!
//! Many opt out at once, and a count that each of them updates would make them wait for each other. So only one opt-out in
//! [`COUNTED`] is added to the count, and a process that learns by it that a network has spent its budget remembers
//! that: nobody else has the database asked. Each process lets about [`COUNTED`] more of that network through before it learns.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{NaiveDateTime, TimeDelta};
use rand::Rng;

use crate::accounts::limits::Limit;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};

/// One in so many is counted.
const COUNTED: u32 = 16;

/// About a thousand opt-outs, each counted for [`COUNTED`].
const OPT_OUTS: Limit = Limit {
    purpose: "opt-outs without account",
    max: 64,
    max_in_demo: 100_000,
    window: TimeDelta::hours(1),
};

/// The networks of which this process knows that they have spent what they may have written, each until its count begins
/// anew.
#[derive(Debug, Default)]
pub struct Spent(Mutex<HashMap<String, NaiveDateTime>>);

impl Spent {
    /// Whether it is one of them.
    pub(super) fn has(&self, network: &str, now: NaiveDateTime) -> bool {
        let until = self.locked().get(network).copied();
        until.is_some_and(|until| now < until)
    }

    fn add(&self, network: &str, seconds: u64, now: NaiveDateTime) {
        let wait = i64::try_from(seconds).map_or(OPT_OUTS.window, TimeDelta::seconds);
        let mut networks = self.locked();
        networks.retain(|_, until| now < *until);
        networks.insert(network.to_owned(), now + wait);
    }

    fn locked(&self) -> MutexGuard<'_, HashMap<String, NaiveDateTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts an opt-out that is written.
pub(super) fn count(
    app: &App,
    conn: &mut AnyConnection,
    network: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    if !rand::rng().random_ratio(1, COUNTED) {
        return Ok(());
    }
    match OPT_OUTS.take(app, conn, network, now) {
        Err(AppError::TooMany(seconds)) => app.spent.add(network, seconds, now),
        taken => taken?,
    }
    Ok(())
}
