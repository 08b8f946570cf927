//! Removing what has passed its end.

use chrono::TimeDelta;

use super::queries;
use crate::accounts;
use crate::app::App;
use crate::drp;
use crate::error::AppResult;
use crate::mail;
use crate::manual::kept;
use crate::monitors;
use crate::my_data::export;
use crate::requests::{by_mail, collected, kept_file};

/// Jobs that are done are kept for so long, to look back at.
const DONE_JOBS_KEPT: TimeDelta = TimeDelta::days(7);

/// Each piece is a transaction of its own, so that none waits long for the disk.
pub(super) fn run(app: &App) -> AppResult<()> {
    let now = app.clock.now();
    accounts::purge(app)?;
    app.db
        .write_now(move |conn| Ok(by_mail::purge(conn, now)?))?;
    app.db
        .write_now(move |conn| Ok(kept_file::purge(conn, now)?))?;
    app.db
        .write_now(move |conn| Ok(collected::purge(conn, now)?))?;
    app.db
        .write_now(move |conn| Ok(queries::purge_done(conn, now - DONE_JOBS_KEPT)?))?;
    app.db.write_now(move |conn| Ok(drp::purge(conn, now)?))?;
    app.db
        .write_now(move |conn| Ok(monitors::purge(conn, now)?))?;
    while app.db.write_now(move |conn| Ok(kept::purge(conn, now)?))? > 0 {}
    while app
        .db
        .write_now(move |conn| Ok(mail::queries::purge_bodies(conn, now)?))?
        > 0
    {}
    while app
        .db
        .write_now(move |conn| Ok(export::queries::expire(conn, now)?))?
        > 0
    {}
    Ok(())
}
