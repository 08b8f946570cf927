//! Where the manifests and the sources differ: compared every day, listed with since when, gone when mended.

pub mod model;
pub mod queries;
pub mod staff_pages;

use crate::app::App;
use crate::error::AppResult;

/// The job. It reads structures alone, never a value.
pub fn check(app: &App) -> AppResult<()> {
    let compared = app.sources.drift_by_source();
    let now = app.clock.now();
    app.db.write_now(move |conn| {
        for (source, found) in compared {
            match found {
                Ok(findings) => queries::note(conn, &source, &findings, now)?,
                // What was found before stays listed until the source tells otherwise.
                Err(error) => queries::note_silent(conn, &source, &error.fault.to_string(), now)?,
            }
        }
        Ok(())
    })
}
