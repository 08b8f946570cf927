//! What an erasure would do: shown, agreed, and then carried out exactly.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Back, Erased, Stayed, effect::Effect, masking::Strategy, summing::SHARED};
use crate::register::CollectionKey;

/// What is to be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everything.
    All,
    /// Fields of these data categories and all beneath them.
    Categories(BTreeSet<String>),
    /// Whole collections, each written `dataset.collection`.
    Collections(BTreeSet<String>),
    /// One record, and what points at it and cannot let go.
    Record {
        /// Key of the dataset.
        dataset: String,
        /// Name of the collection.
        collection: String,
        /// Its sealed id.
        record: String,
    },
    /// What an erasure of that scope had to leave: records that are known by their ids, and no others.
    Left(Box<Scope>),
}

impl Scope {
    /// Whether one record alone was asked for.
    pub fn is_of_one(&self) -> bool {
        matches!(self, Scope::Record { .. })
    }

    /// Whether nothing goes but records that are named by their ids.
    pub(super) fn names_records(&self) -> bool {
        matches!(self, Scope::Record { .. } | Scope::Left(_))
    }
}

/// Data that must stay for a legal reason, although the register would let it go. Empty parts match everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Hold {
    /// Key of a dataset.
    pub dataset: Option<String>,
    /// Name of a collection.
    pub collection: Option<String>,
    /// A data category; it speaks for all beneath it.
    pub category: Option<String>,
    /// A plain sentence for the person.
    pub reason: String,
    /// The cite.
    pub basis: String,
    /// The last day; `None` until it is lifted.
    pub until: Option<NaiveDate>,
    /// Who holds them.
    #[serde(default)]
    pub by: Keeper,
}

/// Who wants data to stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Keeper {
    /// The register.
    Rule,
    /// The organisation, for this case.
    #[default]
    Hold,
    /// A law-enforcement agency.
    Agency,
    /// Staff, who refused to erase them: that has no end by itself.
    Staff,
}

/// What an erasure does, record by record. It holds no personal data: records are named by sealed ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The day for which exceptions were judged.
    pub made_on: NaiveDate,
    /// What was asked for.
    pub scope: Scope,
    /// Key of the person's law: exceptions of other laws do not concern them.
    #[serde(default)]
    pub law: String,
    /// The holds that were in force.
    pub holds: Vec<Hold>,
    /// What people and staff read, in the order of the register.
    pub items: Vec<Item>,
    /// Services that end, because data goes that they need.
    pub stops: Vec<Stop>,
    /// What is carried out, in this order.
    pub work: Vec<Work>,
    /// Records that an earlier plan had spared, and that are still as it left them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// It is an erasure of what came back after another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Erased>,
    /// SHA-256 of all of the above, in hexadecimal.
    pub hash: String,
    /// Records that go no further because staff refused it, for an appeal.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub spared: Vec<Known>,
    /// Records of the person's that stay, for whatever reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stayed: Vec<Stayed>,
    /// Records of views, which go with those that they show: what is there still in the end shows what stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Known>,
    /// By what the rows are known again of which something goes.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub traces: BTreeSet<u64>,
    /// What came back, by collection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<Back>,
    /// Of an erasure of what came back: the person is a customer now.
    #[serde(default)]
    pub is_customer: bool,
    /// Keys of the sources in which carrying it out was begun: what is as it will be in these, this plan has done.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub begun: BTreeSet<String>,
    /// What earlier plans of the same erasure had done before data changed, so that the rest was planned anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<Effect>,
}

/// A record that is known by its id alone, because what led to it may be gone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Known {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// Its sealed id.
    pub id: String,
    /// Keyed hash of it as it was left: what has changed since may be somebody else's.
    pub fingerprint: String,
}

/// What happens to some records of one collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// What happens to them.
    pub action: Action,
    /// How many.
    pub records: u64,
    /// Paths of the fields that it is about.
    pub fields: Vec<String>,
}

/// What happens to records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Action {
    /// They go.
    Delete,
    /// They stay without these fields.
    Mask {
        /// Why the whole record does not go, when it would have gone otherwise.
        why: Option<String>,
    },
    /// Their link to a record that stays, or that goes before them, is cut.
    Cut,
    /// They only show other records, and go with those.
    Follow,
    /// They stay for a legal reason.
    Keep {
        /// A plain sentence for the person.
        reason: String,
        /// The cite.
        basis: String,
        /// The last day on which the last of them may be kept; `None` when the reason says it in words.
        until: Option<NaiveDate>,
        /// Who wants it.
        #[serde(default)]
        by: Keeper,
    },
    /// They stay, because they cannot be changed.
    Leave {
        /// A plain sentence for the person.
        reason: String,
    },
}

/// What is said of records that go with others.
pub const FOLLOWS: &str =
    "This only shows what other records hold: what is erased of those, it shows no more.";

impl Action {
    /// Whether records stay because they belong to other people as well.
    pub fn is_for_others(&self) -> bool {
        matches!(self, Action::Leave { reason } if reason == SHARED)
    }
}

/// A service that ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Which service stops, is delayed or is cancelled.
    pub consequence: String,
    /// Which law or contract needs the data, with cite.
    pub basis: String,
    /// The data that it needs, each written `dataset.collection.field`.
    pub fields: Vec<String>,
}

/// One kind of change to records of one collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Key of the source.
    pub source: String,
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// New values by column; `None` to delete the records.
    pub set: Option<BTreeMap<String, Strategy>>,
    /// The records.
    pub targets: Vec<Target>,
}

/// One record to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its sealed id.
    pub id: String,
    /// Keyed hash of it as it is.
    pub before: String,
    /// Keyed hash of it as it will be; `None` when it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Keyed hash of what is written alone: the source may change other columns along with it, as triggers do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<String>,
    /// Columns that are emptied in this record only, so that it no longer leads elsewhere; in one that goes, before any
    /// goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<String>,
}

impl Plan {
    /// The hash of its contents.
    pub fn digest(&self) -> String {
        let contents = (
            &self.made_on,
            &self.scope,
            &self.law,
            &self.holds,
            &self.items,
            &self.stops,
            &self.work,
        );
        match (self.known.is_empty(), &self.again) {
            (true, None) => hash(&contents),
            (false, None) => hash(&(contents, &self.known)),
            (_, Some(erased)) => hash(&(contents, &self.known, erased)),
        }
    }

    /// The records to which this does more than another plan, as that leaves them.
    pub fn spared_by(&self, other: &Self) -> Vec<Known> {
        let mut done = HashMap::new();
        for (work, target) in other.targets() {
            done.insert((work.key(), &target.id), &target.after);
        }
        let spared = self.targets().filter_map(|(work, target)| {
            let left = match done.get(&(work.key(), &target.id)) {
                None => &target.before,
                Some(after) if **after == target.after => return None,
                Some(after) => after.as_ref()?,
            };
            Some(Known {
                dataset: work.dataset.clone(),
                collection: work.collection.clone(),
                id: target.id.clone(),
                fingerprint: left.clone(),
            })
        });
        spared.collect()
    }

    /// How many of some records it does not find as they were left.
    pub fn count_missing(&self, of: &[Known]) -> usize {
        let mut found: HashSet<_> = self.known.iter().map(|it| (it.key(), &it.id)).collect();
        found.extend(
            self.targets()
                .map(|(work, target)| (work.key(), &target.id)),
        );
        let missing = of.iter().filter(|it| !found.contains(&(it.key(), &it.id)));
        missing.count()
    }

    fn targets(&self) -> impl Iterator<Item = (&Work, &Target)> {
        let works = self.work.iter();
        works.flat_map(|work| work.targets.iter().map(move |target| (work, target)))
    }

    /// Whether the contents are those that were hashed.
    pub fn is_intact(&self) -> bool {
        self.digest() == self.hash
    }

    /// Whether it does nothing to any field that a plan which was agreed does not do too, for the same reason; numbers
    /// of records and end dates may differ. A person who goes on using the service makes new rows, and what has gone
    /// meanwhile needs no erasing.
    pub fn is_within(&self, agreed: &Self) -> bool {
        let ((scope, shapes, stops), (agreed_scope, agreed_shapes, agreed_stops)) =
            (self.shape(), agreed.shape());
        scope == agreed_scope
            && shapes.is_subset(&agreed_shapes)
            && stops.iter().all(|stop| is_among(stop, agreed_stops))
    }

    /// What was done in all, by earlier plans of the same erasure and by this one.
    pub fn done_with(&self, effects: &[Effect]) -> Vec<Effect> {
        let mut all = self.done.clone();
        for effect in effects {
            effect.clone().add_to(&mut all);
        }
        all
    }

    /// Whether nothing would be changed.
    pub fn is_empty(&self) -> bool {
        self.work.is_empty()
    }

    /// How many records go or are changed.
    pub fn records(&self) -> usize {
        self.work.iter().map(|work| work.targets.len()).sum()
    }

    fn shape(&self) -> (&Scope, BTreeSet<String>, &[Stop]) {
        let shapes = self.items.iter().map(|item| {
            let action = match item.action.clone() {
                Action::Keep {
                    reason, basis, by, ..
                } => Action::Keep {
                    reason,
                    basis,
                    until: None,
                    by,
                },
                other => other,
            };
            hash(&(&item.dataset, &item.collection, action, &item.fields))
        });
        (&self.scope, shapes.collect(), &self.stops)
    }
}

impl Known {
    /// The collection.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }
}

impl Item {
    /// The collection.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }
}

impl Work {
    /// The collection.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }
}

/// Whether a service that ends is one that was to end anyway.
fn is_among(stop: &Stop, agreed: &[Stop]) -> bool {
    agreed.iter().any(|it| {
        (&it.consequence, &it.basis) == (&stop.consequence, &stop.basis)
            && stop.fields.iter().all(|field| it.fields.contains(field))
    })
}

fn hash(contents: &impl Serialize) -> String {
    let json = serde_json::to_vec(contents).expect("a plan is always JSON");
    HEXLOWER.encode(&Sha256::digest(json))
}
