//! Hosts that let calls wait in vain. Without this, a few of them would hold up whatever is to be sent to all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// So long a host is left alone.
const RESTS_FOR: Duration = Duration::from_mins(1);

/// Until when which host is left alone. Each process finds it out for itself.
#[derive(Clone, Default)]
pub struct Resting(Arc<Mutex<HashMap<String, Instant>>>);

impl Resting {
    /// Whether a call to that host may be tried. After the rest one may, and while it waits no other does.
    pub fn may_try(&self, host: &str, patience: Duration) -> bool {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
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
    pub fn rest(&self, host: String) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.insert(host, Instant::now() + RESTS_FOR);
    }

    /// It answered, or said at once that it does not.
    pub fn wake(&self, host: &str) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.remove(host);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_rests_after_a_call_in_vain_and_is_tried_by_one_then() {
        let (resting, patience) = (Resting::default(), Duration::from_secs(10));
        let may_try = |host| resting.may_try(host, patience);
        assert!(may_try("one") && may_try("one"));
        resting.rest("one".to_owned());
        assert!(!may_try("one") && may_try("other"));
        // As if the rest were over.
        let over = Instant::now();
        resting.0.lock().unwrap().insert("one".to_owned(), over);
        assert!(may_try("one"), "one finds out");
        assert!(!may_try("one"), "and the others wait for it");
        resting.wake("one");
        assert!(may_try("one") && may_try("one"));
    }
}
