//! What one network may have written down without an account. Beyond it an opt-out holds all the same.
//!
//! Many opt out at once, and a count that each of them updates would make them wait for each other. So the count is
//! looked at each time, and only one opt-out in [`COUNTED`] is added to it.

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

/// Whether the network has spent what it may have written.
pub(super) fn is_spent(
    app: &App,
    conn: &mut AnyConnection,
    network: &str,
    now: NaiveDateTime,
) -> AppResult<bool> {
    Ok(OPT_OUTS.is_spent(app, conn, network, now)?)
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
        Err(AppError::TooMany(_)) => Ok(()),
        taken => taken,
    }
}
