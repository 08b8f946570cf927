//! Records that an erasure had to leave: read by their ids, since what led to them may be gone.

use std::collections::{BTreeSet, HashMap};

use super::{
    Budget, Identities, Known, Record, SourceError, Sources, layout::Layout, reader::Reader,
};
use crate::register::CollectionKey;

/// What is there still in one collection.
pub type StillThere = (CollectionKey, Result<Vec<Record>, SourceError>);

impl Sources {
    /// Of some records those that are as they were left, or are still found to be the person's. What has changed since
    /// may be somebody else's, and is left out.
    pub fn still_there(&self, person: &Identities, known: &[Known]) -> Vec<StillThere> {
        let inner = &*self.0;
        let keys: BTreeSet<_> = known.iter().map(Known::key).collect();
        let places: Vec<_> = keys
            .into_iter()
            .filter_map(|key| inner.graph.position(&key))
            .collect();
        let budget = Budget::of(inner.limits.read);
        let reader = Reader::new(inner, person, places.iter().copied(), budget);
        let of = |at: usize| {
            let key = inner.graph.nodes[at].key.clone();
            let there = reader.still_there(at, known, budget);
            (key, there)
        };
        places.into_iter().map(of).collect()
    }
}

impl Reader<'_> {
    fn still_there(
        &self,
        at: usize,
        known: &[Known],
        budget: Budget,
    ) -> Result<Vec<Record>, SourceError> {
        let (inner, key) = (self.inner, &self.inner.graph.nodes[at].key);
        let shelf = self.shelf(at, budget.left())?;
        let layout = shelf.layout()?;
        let here = known.iter().filter(|it| it.key() == *key);
        let here: HashMap<_, _> = here.map(|it| (&it.id, &it.fingerprint)).collect();
        let row_key = |id: &&String| inner.secrets.row_key(key, id);
        let keys: Vec<_> = here.keys().filter_map(row_key).collect();
        let rows = shelf.rows_of_keys(&layout, &keys, budget.left())?;
        let is_as_left = |layout: &Layout<'_>, row: &[super::Value]| {
            let left = here.get(&layout.id(inner, row));
            left.map(|it| **it == layout.fingerprint(inner, row))
        };
        let (mut there, mut changed) = (Vec::new(), Vec::new());
        for row in rows {
            match is_as_left(&layout, &row) {
                Some(true) => there.push(row),
                Some(false) => changed.push(layout.key(&row).to_vec()),
                None => {}
            }
        }
        if !changed.is_empty() {
            let theirs = shelf.rows(&layout, changed, budget.left())?;
            there.extend(theirs.into_iter().filter(|row| shelf.is_own(&layout, row)));
        }
        Ok(there
            .into_iter()
            .map(|row| layout.record(inner, row))
            .collect())
    }
}
