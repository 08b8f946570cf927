//! What is wrong in what sources hold, whatever their structure is: told to who can mend it.

use super::super::{Readable, Sources};

impl Sources {
    /// What can be read of each source, and what cannot. One that does not answer is left out.
    pub fn readable(&self) -> Vec<Readable> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), ()));
        let read = inner.side_by_side(all, |connected, ()| {
            connected.source.readable(connected.limits.step)
        });
        read.into_iter().filter_map(|(_, read)| read.ok()).collect()
    }
}
