//! The only source of time, so that tests can set it.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time in UTC, in microseconds, as PostgreSQL keeps them.
#[derive(Clone)]
pub struct Clock(Option<Arc<Mutex<NaiveDateTime>>>);

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Clock(None)
    }

    /// A clock that stands still until it is moved.
    pub fn set_to(time: NaiveDateTime) -> Self {
        Clock(Some(Arc::new(Mutex::new(time.trunc_subsecs(6)))))
    }

    /// The time now, in UTC.
    pub fn now(&self) -> NaiveDateTime {
        match &self.0 {
            None => system_time(),
            Some(set) => *set.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// The date now, in UTC.
    pub fn today(&self) -> NaiveDate {
        self.now().date()
    }

    /// Moves a set clock forward; the machine's own clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(set) = &self.0 {
            *set.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn system_time() -> NaiveDateTime {
    Utc::now().naive_utc().trunc_subsecs(6)
}
