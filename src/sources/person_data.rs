//! What is shown and exported of one person: how much there is, pages of it, one record, all of it.

use std::{collections::BTreeMap, ops::ControlFlow};

use subtle::ConstantTimeEq;

use super::{
    Budget, Budgets, Connected, Dates, Filter, Form, Identities, Inner, Record, Select,
    SourceError, Sources, Value, Way, crowds,
    graph::{Node, keys_to},
    layout::Layout,
    names,
    reader::Reader,
    record::Told,
    shared, table,
    walk::{Walk, number},
};
use crate::register::CollectionKey;

/// How much is held in one collection, or why that is not known now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionSummary {
    /// The collection.
    pub key: CollectionKey,
    /// Key of its source.
    pub source: String,
    /// The numbers; an error when the source does not answer.
    pub counts: Result<Counts, SourceError>,
    /// A collection that leads here does not answer, so that there may be more.
    pub is_partial: bool,
}

/// Numbers of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// The person's own: shown, exported, erased.
    pub own: u64,
    /// Reached, but by others as well: left out and never changed.
    pub shared: u64,
}

/// A part of a collection, in the order of its key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The person's own records.
    pub records: Vec<Record>,
    /// Give it as `after` to get what follows; `None` at the end.
    pub next: Option<String>,
    /// A collection that leads here does not answer, so that there may be more.
    pub is_partial: bool,
    /// Its records have no key, so that none can be named.
    pub is_nameless: bool,
    /// There are more that cannot be read on to, as they have no key.
    pub has_rest: bool,
}

/// What is done with each record of an export; a break ends it.
pub type EachRecord<'a> = &'a mut dyn FnMut(&CollectionKey, Record) -> ControlFlow<()>;

impl Sources {
    /// How much is held about a person in every collection, in the order of the register. Sources are asked side by
    /// side; one that does not answer in time is an error in its own collections, the others stay.
    pub fn overview(&self, person: &Identities) -> Vec<CollectionSummary> {
        let inner = &*self.0;
        let budgets = Budgets::for_page(inner);
        let walk = inner.walk(person, 0..inner.graph.nodes.len(), false, &budgets);
        let mut counts = inner.count(person, &walk, &budgets);
        let nodes = inner.graph.nodes.iter().enumerate();
        let summaries = nodes.map(|(at, node)| CollectionSummary {
            key: node.key.clone(),
            source: node.source.clone(),
            counts: match &walk.nodes[at].error {
                Some(error) => Err(error.clone()),
                None => counts.remove(&at).unwrap_or_else(|| Ok(walk.counts(at))),
            },
            is_partial: walk.errors_before(inner, at).is_some(),
        });
        summaries.collect()
    }

    /// At most `limit` of the person's own records in a collection, after the record whose id is `after`. An unknown
    /// collection holds none.
    ///
    /// # Errors
    /// When the collection's source does not answer.
    pub fn page(
        &self,
        person: &Identities,
        collection: &CollectionKey,
        after: Option<&str>,
        limit: usize,
        dates: Dates,
    ) -> Result<Page, SourceError> {
        let inner = &*self.0;
        let mut page = Page::default();
        let start = after.map(|id| inner.secrets.row_key(collection, id));
        let (Some(at), false) = (inner.graph.position(collection), start == Some(None)) else {
            return Ok(page);
        };
        let reader = Reader::new(inner, person, [at], Budgets::for_page(inner));
        let budget = reader.budget(at);
        let shelf = reader.shelf(at, budget.left())?;
        let layout = shelf.layout()?;
        let (mut after, batch) = (start.flatten(), limit.saturating_add(1));
        page.is_partial = reader.walk.errors_before(inner, at).is_some();
        if !layout.has_key() {
            let mut rows = shelf.own_rows(&layout, dates, batch, budget.left())?;
            page.has_rest = rows.len() > limit;
            rows.truncate(limit);
            let records = rows.into_iter().map(|row| layout.record(inner, row));
            page.records = records.collect();
            page.is_nameless = true;
            return Ok(page);
        }
        while page.records.len() <= limit {
            let place = (after.as_deref(), batch);
            let rows = shelf.batch(&layout, place, dates, budget.left())?;
            after = rows.last().map(|row| layout.key(row).to_vec());
            let is_last = rows.len() < batch;
            let own = rows.into_iter().filter(|row| shelf.is_own(&layout, row));
            page.records
                .extend(own.map(|row| layout.record(inner, row)));
            if is_last {
                break;
            }
        }
        if page.records.len() > limit {
            page.records.truncate(limit);
            page.next = page.records.last().map(|record| record.id.clone());
        }
        Ok(page)
    }

    /// The columns of a collection that make its records the person's, with the values by which they do: identities, and
    /// what records in other sources lead by. Several where any of them does.
    ///
    /// # Errors
    /// When a source does not answer that leads to it.
    pub fn ways_to(
        &self,
        person: &Identities,
        collection: &CollectionKey,
    ) -> Result<Vec<Way>, SourceError> {
        let inner = &*self.0;
        let Some(at) = inner.graph.position(collection) else {
            return Ok(Vec::new());
        };
        let reader = Reader::new(inner, person, [at], Budgets::for_page(inner));
        if let Some(error) = reader.walk.errors_before(inner, at) {
            return Err(error.clone());
        }
        let source = &inner.graph.nodes[at].source;
        let elsewhere = |from: &Node| from.source != *source;
        Ok(reader.walk.own_ways_from(inner, person, at, elsewhere))
    }

    /// One of the person's own records; `None` when there is none of this id, or when it is not theirs.
    ///
    /// # Errors
    /// When the collection's source does not answer.
    pub fn record(
        &self,
        person: &Identities,
        collection: &CollectionKey,
        id: &str,
    ) -> Result<Option<Record>, SourceError> {
        self.0
            .own_row(person, collection, id, |inner, layout, row| {
                layout.record(inner, row)
            })
    }

    /// Whether a masked field of the person's own record holds what the person typed, spaces and hyphens aside.
    /// `None` when there is no such record or field. Limit how often a person may ask.
    ///
    /// # Errors
    /// When the collection's source does not answer.
    pub fn matches(
        &self,
        person: &Identities,
        (collection, id): (&CollectionKey, &str),
        field: &str,
        typed: &str,
    ) -> Result<Option<bool>, SourceError> {
        let plain = |text: &str| -> String {
            text.chars()
                .filter(|it| !it.is_whitespace() && *it != '-')
                .collect()
        };
        let found = self
            .0
            .own_row(person, collection, id, |inner, layout, row| {
                let fields = &layout.node.collection(&inner.register).fields;
                let held = match layout.held_at(&row, &keys_to(fields, field)?)? {
                    // What they stand for is not known: nothing that can be typed is that.
                    Value::Bytes(_) => return Some(false),
                    held => plain(&held.to_string()),
                };
                Some(bool::from(held.as_bytes().ct_eq(plain(typed).as_bytes())))
            })?;
        Ok(found.flatten())
    }

    /// Hands over every one of the person's own records, collection by collection in the order of the register, in
    /// memory that does not grow with their number. Gives the collections that could not be read to the end, and why.
    pub fn for_each(
        &self,
        person: &Identities,
        dates: Dates,
        each: EachRecord<'_>,
    ) -> Vec<(CollectionKey, SourceError)> {
        self.for_each_telling(person, (dates, &[]), each)
    }

    /// The same with what may be told of the values that are never shown.
    pub fn for_each_telling(
        &self,
        person: &Identities,
        (dates, told): (Dates, Told<'_>),
        each: EachRecord<'_>,
    ) -> Vec<(CollectionKey, SourceError)> {
        let inner = &*self.0;
        let budgets = Budgets::for_step(inner);
        let reader = if dates.is_all() {
            Reader::of_all(inner, person, budgets)
        } else {
            Reader::new(inner, person, 0..inner.graph.nodes.len(), budgets)
        };
        let mut unread = Vec::new();
        let mut flow = ControlFlow::Continue(());
        for (at, node) in inner.graph.nodes.iter().enumerate() {
            if flow.is_break() {
                break;
            }
            let mut read = || {
                let wait = inner.limits(&node.source).step;
                let shelf = reader.shelf(at, wait)?;
                let layout = shelf.layout()?;
                shelf.stream(&layout, dates, wait, &mut |row| {
                    flow = each(&node.key, layout.record_telling(inner, row, told));
                    flow
                })
            };
            let error = read().err();
            let error = error.or_else(|| reader.walk.errors_before(inner, at).cloned());
            unread.extend(error.map(|error| (node.key.clone(), error)));
        }
        unread
    }
}

impl Inner {
    /// Walks to some collections and settles whose the records are. See [`Walk::new`].
    pub(super) fn walk(
        &self,
        person: &Identities,
        to: impl IntoIterator<Item = usize>,
        keeps_rows: bool,
        budgets: &Budgets<'_>,
    ) -> Walk {
        let wanted = self.graph.ancestors(to);
        let mut walk = Walk::new(self, person, (&wanted, keeps_rows), budgets);
        crowds::unname_crowds(self, &mut walk, person, budgets);
        names::name_spellings(self, &mut walk, person, budgets);
        shared::settle_owners(self, &mut walk, budgets);
        walk
    }

    /// Counts the rows of the collections that the walk did not read, source by source.
    pub(super) fn count(
        &self,
        person: &Identities,
        walk: &Walk,
        budgets: &Budgets<'_>,
    ) -> BTreeMap<usize, Result<Counts, SourceError>> {
        let mut work: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, node) in self.graph.nodes.iter().enumerate() {
            if walk.nodes[at].simple && walk.nodes[at].error.is_none() {
                work.entry(node.source.clone()).or_default().push(at);
            }
        }
        let counted = budgets.side_by_side(work, |connected, nodes, budget| {
            Ok(self.count_rows(person, (walk, connected), &nodes, budget))
        });
        let counts = counted
            .into_iter()
            .flat_map(|(_, counts)| counts.unwrap_or_default());
        counts.collect()
    }

    /// The same for one source.
    fn count_rows(
        &self,
        person: &Identities,
        (walk, connected): (&Walk, &Connected),
        nodes: &[usize],
        budget: Budget,
    ) -> Vec<(usize, Result<Counts, SourceError>)> {
        let Some(schema) = walk.schema(connected.source.key()) else {
            return Vec::new();
        };
        let mut counts: Vec<_> = nodes
            .iter()
            .map(|at| (*at, Ok(Counts::default())))
            .collect();
        let mut asked = Vec::with_capacity(2 * nodes.len());
        for (place, &at) in nodes.iter().enumerate() {
            let Ok(table) = table(schema, &self.graph.nodes[at]) else {
                continue;
            };
            let own = (true, walk.own_ways(self, person, at));
            let shared = (false, walk.shared_ways(self, at));
            for (is_own, ways) in [own, shared] {
                let filter = Filter::any(ways);
                if !filter.is_empty() {
                    asked.push((place, is_own, table, filter));
                }
            }
        }
        let selects = asked.iter().map(|(_, _, table, filter)| Select {
            table,
            columns: &[],
            filter,
            form: Form::Groups,
        });
        let selects: Vec<_> = selects.collect();
        let mut found = vec![0; asked.len()];
        let source = &connected.source;
        let read = source.select_all(&selects, budget.left(), &mut |at, row: Vec<Value>| {
            found[at] = row.first().map_or(0, number);
        });
        for (((place, is_own, ..), found), read) in asked.iter().zip(found).zip(read) {
            let counts = &mut counts[*place].1;
            match (counts.as_mut(), connected.notice(read)) {
                (Ok(counts), Ok(())) if *is_own => counts.own = found,
                (Ok(counts), Ok(())) => counts.shared = found,
                (Ok(_), Err(error)) => *counts = Err(error),
                (Err(_), _) => {}
            }
        }
        counts
    }

    /// One own row, and what to make of it.
    pub(super) fn own_row<T>(
        &self,
        person: &Identities,
        collection: &CollectionKey,
        id: &str,
        make: impl FnOnce(&Self, &Layout<'_>, Vec<Value>) -> T,
    ) -> Result<Option<T>, SourceError> {
        let place = self.graph.position(collection);
        let (Some(at), Some(key)) = (place, self.secrets.row_key(collection, id)) else {
            return Ok(None);
        };
        let reader = Reader::new(self, person, [at], Budgets::for_page(self));
        let budget = reader.budget(at);
        let shelf = reader.shelf(at, budget.left())?;
        let layout = shelf.layout()?;
        if !layout.has_key() {
            return Ok(None);
        }
        let rows = shelf.rows(&layout, vec![key], budget.left())?;
        let own = rows.into_iter().find(|row| shelf.is_own(&layout, row));
        Ok(own.map(|row| make(self, &layout, row)))
    }
}
