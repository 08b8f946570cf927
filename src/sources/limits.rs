//! How long calls may take.

use std::time::Duration;

use super::Usage;

/// How long calls may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one source, in one call that reads for a page.
    pub read: Duration,
    /// To the next row or the next change, in exports, plans and executions.
    pub step: Duration,
}

impl Limits {
    /// Those of one source, as far as it says others.
    pub(super) fn of(self, usage: &Usage) -> Self {
        Self {
            read: usage.page_time.unwrap_or(self.read),
            step: usage.step_time.unwrap_or(self.step),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(5),
            step: Duration::from_secs(30),
        }
    }
}
