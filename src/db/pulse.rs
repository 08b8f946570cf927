//! Whether anything can be written: from a full disk is read as well as ever.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use tokio::time::timeout;

use super::Db;
use super::schema::switches;

/// So long an answer holds: whoever asks more often costs nothing.
const HOLDS: TimeDelta = TimeDelta::seconds(5);

/// A writer that takes longer does not write.
const LIMIT: Duration = Duration::from_secs(5);

/// When it was last tried, and whether it went well.
#[derive(Default)]
pub(super) struct Pulse(Mutex<Option<(NaiveDateTime, bool)>>);

impl Pulse {
    fn last(&self, now: NaiveDateTime) -> Option<bool> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |at: &NaiveDateTime| now >= *at && now - *at < HOLDS;
        last.filter(|(at, _)| is_fresh(at)).map(|(_, well)| well)
    }

    fn note(&self, now: NaiveDateTime, well: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, well));
    }
}

impl Db {
    /// Whether something small can be written; it is tried every few seconds at most.
    pub async fn can_write(&self, now: NaiveDateTime) -> bool {
        if let Some(well) = self.0.pulse.last(now) {
            return well;
        }
        let beat = self.write_behind(move |conn| {
            let row = switches::table.filter(switches::name.eq("heartbeat"));
            let beat = diesel::update(row).set(switches::changed_at.eq(now));
            Ok(beat.execute(conn)?)
        });
        let beat = timeout(LIMIT, beat).await;
        if let Ok(Err(error)) = &beat {
            tracing::error!(%error, "the portal's database cannot be written");
        }
        let well = matches!(beat, Ok(Ok(1)));
        self.0.pulse.note(now, well);
        well
    }
}
