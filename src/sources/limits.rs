//! How long calls may take.

use std::time::Duration;

/// How long calls may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one source, in one call that reads for a page.
    pub read: Duration,
    /// To the next row or the next change, in exports, plans and executions.
    pub step: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            read: Duration::from_secs(5),
            step: Duration::from_secs(30),
        }
    }
}
