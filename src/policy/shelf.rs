//! What has been worked out from texts that never change, kept in memory.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

/// Values by the hash of what they were made of, so that no two processes can differ. It is emptied when it is full.
pub(super) struct Shelf<K, V> {
    values: RwLock<HashMap<K, Arc<V>>>,
    holds: usize,
}

impl<K: Eq + Hash, V> Shelf<K, V> {
    pub(super) fn new(holds: usize) -> Self {
        Shelf {
            values: RwLock::default(),
            holds,
        }
    }

    /// The value under a key, made on first use.
    pub(super) fn get<E>(&self, key: K, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let values = self.values.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = values.get(&key) {
            return Ok(value.clone());
        }
        drop(values);
        let made = Arc::new(make()?);
        let mut values = self.values.write().unwrap_or_else(PoisonError::into_inner);
        if values.len() >= self.holds {
            values.clear();
        }
        values.insert(key, made.clone());
        Ok(made)
    }
}
