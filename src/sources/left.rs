//! Records that an erasure had to leave: read by their ids, since what led to them may be gone.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Budget, Budgets, Dates, Identities, Known, Record, SourceError, Sources, reader::Reader,
};
use crate::register::CollectionKey;

/// A record of the person's that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stayed {
    /// The record, as the plan leaves it.
    pub record: Known,
    /// The last day of the first rule of the register that ends, if any does.
    pub until: Option<NaiveDate>,
    /// A hold keeps it, which may be lifted or renewed on any day.
    pub is_held: bool,
    /// Why it stays.
    #[serde(default)]
    pub whys: Vec<Why>,
}

/// Why a record stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Why {
    /// What kind of reason it is.
    pub by: StaysBy,
    /// A plain sentence for the person.
    pub reason: String,
    /// The cite; may be empty.
    pub basis: String,
    /// The last day, where it is known.
    pub until: Option<NaiveDate>,
}

/// What keeps a record where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaysBy {
    /// A rule of the register.
    Rule,
    /// A hold, which may be lifted.
    Hold,
    /// Staff, who refused to erase it.
    Refusal,
    /// Its system, which does not let it be changed.
    System,
    /// Nothing: nobody asked to erase it. What led to it is gone, so that it is found by its id alone.
    NotAsked,
}

impl Stayed {
    /// Whether what keeps it may end by itself, so that it is to go then. What staff refused to erase does not.
    pub fn may_end(&self) -> bool {
        let is_refused = self.whys.iter().any(|it| it.by == StaysBy::Refusal);
        (self.until.is_some() || self.is_held) && !is_refused
    }

    /// Whether it stays for no other reason than that nobody asked to erase it.
    pub fn is_not_asked(&self) -> bool {
        !self.whys.is_empty() && self.whys.iter().all(|it| it.by == StaysBy::NotAsked)
    }
}

/// What is there still in one collection.
pub type StillThere = (CollectionKey, Result<Vec<There>, SourceError>);

/// Records that are looked for by their ids, and of which of them it is to be seen whether they are found as well.
pub type LookedFor<'a> = (&'a [Known], &'a dyn Fn(&str) -> bool);

/// One that is there.
#[derive(Debug)]
pub struct There {
    /// The record.
    pub record: Record,
    /// It is found to be the person's as well, by what they are known by. Only known of what has changed, and of what was
    /// asked about.
    pub is_found: bool,
}

impl Sources {
    /// Of some records those that are as they were left, or are still found to be the person's. What has changed since
    /// may be somebody else's, and is left out. Of which it is to be seen whether they are found, `asks` says.
    pub fn still_there(
        &self,
        person: &Identities,
        (known, asks): LookedFor<'_>,
    ) -> Vec<StillThere> {
        let inner = &*self.0;
        let keys: BTreeSet<_> = known.iter().map(Known::key).collect();
        let places: Vec<_> = keys
            .into_iter()
            .filter_map(|key| inner.graph.position(&key))
            .collect();
        let to = places.iter().copied();
        let reader = Reader::new(inner, person, to, Budgets::for_page(inner));
        let of = |at: usize| {
            let node = &inner.graph.nodes[at];
            let there = reader.budgets.spend(&node.source, |budget| {
                reader.still_there(at, (known, asks), budget)
            });
            (node.key.clone(), there)
        };
        places.into_iter().map(of).collect()
    }
}

impl Reader<'_> {
    fn still_there(
        &self,
        at: usize,
        (known, asks): LookedFor<'_>,
        budget: Budget,
    ) -> Result<Vec<There>, SourceError> {
        let (inner, key) = (self.inner, &self.inner.graph.nodes[at].key);
        let shelf = self.shelf(at, budget.left())?;
        let layout = shelf.layout()?;
        if !layout.has_key() {
            let rows = shelf.own_rows(&layout, Dates::default(), usize::MAX, budget.left())?;
            let found = |row| There {
                is_found: true,
                record: layout.record(inner, row),
            };
            return Ok(rows.into_iter().map(found).collect());
        }
        let here = known.iter().filter(|it| it.key() == *key);
        let here: HashMap<_, _> = here.map(|it| (&it.id, &it.fingerprint)).collect();
        let row_key = |id: &&String| inner.secrets.row_key(key, id);
        let keys: Vec<_> = here.keys().filter_map(row_key).collect();
        let rows = shelf.rows_of_keys(&layout, &keys, budget.left())?;
        let (mut there, mut in_doubt) = (Vec::new(), Vec::new());
        for row in rows {
            let id = layout.id(inner, &row);
            let Some(left) = here.get(&id) else {
                continue;
            };
            let is_as_left = **left == layout.fingerprint(inner, &row);
            if !is_as_left || asks(&id) {
                in_doubt.push(layout.key(&row).to_vec());
            }
            if is_as_left {
                there.push((id, row));
            }
        }
        let mut found = HashMap::new();
        if !in_doubt.is_empty() {
            let rows = shelf.rows(&layout, in_doubt, budget.left())?;
            let theirs = rows.into_iter().filter(|row| shelf.is_own(&layout, row));
            found.extend(theirs.map(|row| (layout.id(inner, &row), row)));
        }
        let mut all = Vec::new();
        for (id, row) in there {
            all.push(There {
                is_found: found.remove(&id).is_some(),
                record: layout.record(inner, row),
            });
        }
        all.extend(found.into_values().map(|row| There {
            is_found: true,
            record: layout.record(inner, row),
        }));
        Ok(all)
    }
}
