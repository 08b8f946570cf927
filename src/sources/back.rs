//! Rows that a source holds although they were erased: which are certainly the same, which may be, and which came about
//! since.
//!
//! Of each erased row there are traces: keyed digests of the whole of it, of what it says beside dates, keys and handles,
//! and of its key. A restored backup brings the whole back, an import what it says, under a day of its own. Whoever is a
//! customer gives data anew: what they gave is erased data only where it is the very same row.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Dates, Inner, Scope, SourceError, Value,
    fate::{Rules, Wish},
    graph::Node,
    layout::Layout,
    reader::Shelf,
};
use crate::register::SourceKind;

/// An erasure of which something may have come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// On which day it was.
    pub on: NaiveDate,
    /// Traces of the rows that it erased.
    pub traces: BTreeSet<u64>,
    /// What it left on purpose: keyed hashes of the rows as they were left, by their ids.
    pub left: BTreeMap<String, String>,
    /// A backup was restored, and nothing else happened: what came about since the erasure is not from that.
    pub by_backup: bool,
}

/// How much of a collection is held again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// How many records would go or be changed.
    pub records: u64,
    /// Of how many of them nobody can tell whether they are what was erased.
    pub in_doubt: u64,
    /// The first and the last of their days, where they have any.
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// What a row is to an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It came about since, or was left on purpose.
    Spared,
    /// It was erased, and is there again.
    Back,
    /// It may be either.
    InDoubt,
}

/// Judges the rows of a person of whom something was erased.
pub(super) struct Judge<'a> {
    erased: &'a Erased,
    /// A source knows them as somebody who is there now.
    pub is_customer: bool,
}

impl<'a> Judge<'a> {
    /// Looks first whether the person is a customer, who gives data by themselves.
    pub fn of(
        inner: &Inner,
        (shelves, layouts): (&[Shelf<'_>], &[Layout<'_>]),
        wish: Wish<'_>,
        erased: &'a Erased,
    ) -> Result<Self, SourceError> {
        let mut judge = Self {
            erased,
            is_customer: false,
        };
        let nodes = &inner.graph.nodes;
        for (at, node) in nodes.iter().enumerate() {
            let leads_on = |it: &Node| it.incoming.iter().any(|it| it.from == at && !it.upward);
            if node.identities.is_empty() || !nodes.iter().any(leads_on) {
                continue;
            }
            let (shelf, layout) = (&shelves[at], &layouts[at]);
            let rules = Rules::new(inner, layout, wish);
            let wait = shelf.connected.limits.step;
            shelf.stream(layout, Dates::default(), wait, &mut |row| {
                judge.is_customer |= judge.is_there_now(inner, (layout, &rules), wish, &row);
                if judge.is_customer {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            })?;
        }
        Ok(judge)
    }

    /// Whether an account was made since the erasure, or was not to be erased by it.
    fn is_there_now(
        &self,
        inner: &Inner,
        (layout, rules): (&Layout<'_>, &Rules<'_>),
        wish: Wish<'_>,
        row: &[Value],
    ) -> bool {
        let is_new = self.is_new(layout, row);
        let was_spared = !matches!(wish.scope, Scope::All) && !rules.fate(row).deleted;
        let same = layout.traces(inner, row).row;
        (is_new || was_spared) && !self.erased.traces.contains(&same)
    }

    fn is_new(&self, layout: &Layout<'_>, row: &[Value]) -> bool {
        layout.date(row).is_some_and(|day| day > self.erased.on)
    }

    /// What a row of a collection is.
    pub fn verdict(
        &self,
        inner: &Inner,
        (node, layout): (&Node, &Layout<'_>),
        row: &[Value],
    ) -> Verdict {
        let left = self.erased.left.get(&layout.id(inner, row));
        if left.is_some_and(|it| *it == layout.fingerprint(inner, row)) {
            return Verdict::Spared;
        }
        let (traces, known) = (layout.traces(inner, row), &self.erased.traces);
        let (is_new, has_day) = (self.is_new(layout, row), layout.date(row).is_some());
        if known.contains(&traces.row) {
            // A key that became free may have been given again to a row that says the same.
            let may_be_new = self.is_customer && !has_day && !self.erased.by_backup;
            return if may_be_new {
                Verdict::InDoubt
            } else {
                Verdict::Back
            };
        }
        if is_new && self.erased.by_backup {
            return Verdict::Spared;
        }
        if source_kind(inner, node) == Some(SourceKind::Partner) {
            let says_the_same = traces.says.is_some_and(|it| known.contains(&it));
            return if says_the_same {
                Verdict::Back
            } else {
                Verdict::InDoubt
            };
        }
        let has_its_key = known.contains(&traces.key);
        match self.is_customer {
            true if has_day && !is_new && has_its_key => Verdict::InDoubt,
            true => Verdict::Spared,
            false => Verdict::InDoubt,
        }
    }
}

/// Where the rows of a collection come from.
fn source_kind(inner: &Inner, node: &Node) -> Option<SourceKind> {
    let collection = node.collection(&inner.register);
    let category = || inner.register.category_of_collection(collection);
    let said = collection.source_kind;
    said.or_else(|| category().map(|it| it.source_kind))
}

/// By what a row is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Traces {
    /// All of it.
    pub row: u64,
    /// What it says beside dates, keys and handles; none where that is nothing.
    pub says: Option<u64>,
    /// Its key.
    pub key: u64,
}

impl Traces {
    pub fn all(self) -> impl Iterator<Item = u64> {
        [Some(self.row), self.says, Some(self.key)]
            .into_iter()
            .flatten()
    }
}

impl Layout<'_> {
    /// By what a row is known again when it is gone.
    pub(super) fn traces(&self, inner: &Inner, row: &[Value]) -> Traces {
        let trace =
            |what: &str, values: &[Value]| inner.secrets.trace(what, &self.node.key, values);
        let whole = Value::Text(self.fingerprint(inner, row));
        let says: Vec<_> = self.said(row).collect();
        let is_something = says.iter().any(|it| !it.is_null());
        Traces {
            row: trace("row", &[whole]),
            says: is_something.then(|| trace("says", &says)),
            key: trace("key", self.key(row)),
        }
    }

    fn said<'r>(&'r self, row: &'r [Value]) -> impl Iterator<Item = Value> + 'r {
        let fields = self.fields.iter().filter(|(field, _)| {
            let name = &field.name;
            let is_key = self.table.row_key.contains(name) || self.node.links.contains(name);
            !is_key && self.node.date.as_ref() != Some(name)
        });
        fields.map(|(_, at)| row[*at].as_key().unwrap_or(Value::Null))
    }
}
