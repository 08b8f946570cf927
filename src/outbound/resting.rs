//! Hosts that let calls wait in vain. Without this, a few of them would hold up whatever is to be sent to all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long a host is left alone.
pub const RESTS_FOR: Duration = Duration::from_mins(1);

/// Until when which host is left alone. Each process finds it out for itself.
#[derive(Clone, Default)]
pub struct Resting(Arc<Mutex<HashMap<String, Instant>>>);

impl Resting {
    /// Whether a call to that host may be tried. After the rest one may, and while it waits no other does.
    pub fn may_try(&self, host: &str, patience: Duration, now: Instant) -> bool {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match hosts.get_mut(host) {
            Some(until) if *until > now => false,
            Some(until) => {
                *until = now + patience;
                true
            }
            None => true,
        }
    }

    /// It let a call wait in vain.
    pub fn rest(&self, host: String, now: Instant) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host, now + RESTS_FOR);
    }

    /// It answered, or said at once that it does not.
    pub fn wake(&self, host: &str) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.remove(host);
    }
}
