//! What was done to records, for a receipt.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Work;

/// What was done in one collection, for a receipt. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Key of the source.
    pub source: String,
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// What was done.
    pub done: Done,
    /// The columns that were overwritten; empty when the records went.
    pub fields: Vec<String>,
    /// How many records; each was read back before the transaction was committed.
    pub records: u64,
}

/// What was done to records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// They are gone.
    Deleted,
    /// Some of their fields were overwritten or emptied.
    Masked,
}

impl Effect {
    /// Adds it to what was done before.
    pub fn add_to(self, effects: &mut Vec<Self>) {
        let what = |it: &Self| {
            (
                (it.source.clone(), it.dataset.clone(), it.collection.clone()),
                (it.done, it.fields.clone()),
            )
        };
        match effects.iter_mut().find(|it| what(it) == what(&self)) {
            Some(same) => same.records += self.records,
            None => effects.push(self),
        }
    }

    /// What a piece of work does.
    pub fn of(work: &Work) -> Self {
        let cut = work.targets.iter().flat_map(|target| &target.cut);
        // Of those that go, it makes no difference.
        let cut = cut.filter(|_| work.set.is_some());
        let set = work.set.iter().flat_map(BTreeMap::keys);
        let mut fields: Vec<_> = set.chain(cut).cloned().collect();
        fields.sort();
        fields.dedup();
        Self {
            source: work.source.clone(),
            dataset: work.dataset.clone(),
            collection: work.collection.clone(),
            done: if work.set.is_some() {
                Done::Masked
            } else {
                Done::Deleted
            },
            fields,
            records: work.targets.len() as u64,
        }
    }
}
