//! Reads the person's own rows of one collection after another.

use std::{collections::BTreeSet, ops::ControlFlow, sync::Arc, time::Duration};

use super::{
    Budget, Budgets, Connected, Dates, Filter, Form, Identities, Inner, Schema, Select,
    SourceError, Value,
    execute::BATCH,
    graph::{Edge, Node},
    kept::KeptRow,
    layout::Layout,
    sift::Ranked,
    table,
    walk::Walk,
    ways::Conditions,
};

/// A walk that is over, from which rows can be read.
pub(super) struct Reader<'a> {
    pub inner: &'a Inner,
    pub person: &'a Identities,
    pub walk: Walk,
    pub budgets: Budgets<'a>,
}

/// Which of the rows that were reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// The person's own.
    Own,
    /// Those that others share, too.
    All,
}

/// One collection to read from.
pub(super) struct Shelf<'a> {
    pub node: &'a Node,
    pub connected: &'a Connected,
    pub schema: Arc<Schema>,
    reach: Reach,
    /// Whether anything leads here.
    is_led: bool,
    reader: &'a Reader<'a>,
    at: usize,
}

impl<'a> Reader<'a> {
    /// Walks to some collections.
    pub fn new(
        inner: &'a Inner,
        person: &'a Identities,
        to: impl IntoIterator<Item = usize>,
        budgets: Budgets<'a>,
    ) -> Self {
        Self {
            inner,
            person,
            walk: inner.walk(person, to, false, &budgets),
            budgets,
        }
    }

    /// Walks to all collections, of which all rows are wanted.
    pub fn of_all(inner: &'a Inner, person: &'a Identities, budgets: Budgets<'a>) -> Self {
        let all = 0..inner.graph.nodes.len();
        Self {
            inner,
            person,
            walk: inner.walk(person, all, true, &budgets),
            budgets,
        }
    }

    /// The time that the source of a collection has left.
    pub fn budget(&self, at: usize) -> Budget {
        self.budgets.of(&self.inner.graph.nodes[at].source)
    }

    /// A collection to which it has walked, with the person's own rows; an error when its source did not answer.
    pub fn shelf(&'a self, at: usize, wait: Duration) -> Result<Shelf<'a>, SourceError> {
        self.shelf_of(at, Reach::Own, wait)
    }

    /// The same with all rows that were reached, those that others share too.
    pub fn full_shelf(&'a self, at: usize, wait: Duration) -> Result<Shelf<'a>, SourceError> {
        self.shelf_of(at, Reach::All, wait)
    }

    fn shelf_of(
        &'a self,
        at: usize,
        reach: Reach,
        wait: Duration,
    ) -> Result<Shelf<'a>, SourceError> {
        if let Some(error) = &self.walk.nodes[at].error {
            return Err(error.clone());
        }
        let node = &self.inner.graph.nodes[at];
        let connected = self.inner.connected(&node.source)?;
        // Rows that are kept are as it was then.
        let schema = self.walk.schema(&node.source).cloned();
        Ok(Shelf {
            node,
            connected,
            schema: schema.map_or_else(|| connected.schema(wait), Ok)?,
            reach,
            is_led: self.is_led(at, reach),
            reader: self,
            at,
        })
    }

    fn is_led(&self, at: usize, reach: Reach) -> bool {
        let node = &self.inner.graph.nodes[at];
        let leads = |edge: &Edge| {
            let from = &self.walk.nodes[edge.from];
            let leads = match reach {
                Reach::All => from.leads.get(&edge.from_column),
                Reach::Own => from.own_leads(&edge.from_column),
            };
            leads.is_some_and(|it| !it.is_empty())
        };
        let mut kinds = node.identities.iter().map(|(_, kind)| kind);
        kinds.any(|kind| self.person.is_known_by(kind)) || node.incoming.iter().any(leads)
    }

    fn ways(&self, at: usize, reach: Reach) -> Conditions {
        match reach {
            Reach::All => self.walk.all_ways(self.inner, self.person, at),
            Reach::Own => self.walk.own_ways(self.inner, self.person, at),
        }
    }
}

impl Shelf<'_> {
    /// The columns to read.
    pub fn layout(&self) -> Result<Layout<'_>, SourceError> {
        let table = table(&self.schema, self.node);
        let layout = table.and_then(|table| Layout::new(self.reader.inner, self.node, table));
        self.connected.notice(layout)
    }

    /// What leads here. They may be many, so that they are not kept.
    pub fn ways(&self) -> Conditions {
        self.reader.ways(self.at, self.reach)
    }

    /// Whether a row is the person's own, and not shared.
    pub fn is_own(&self, layout: &Layout<'_>, row: &[Value]) -> bool {
        let reached = &self.reader.walk.nodes[self.at];
        let known = || reached.combinations.get(&layout.links(row));
        reached.simple || known().is_some_and(|combination| combination.is_own)
    }

    /// The columns of a row with lists of which only some elements led to it; `None` where all of it is the person's.
    pub fn part(&self, layout: &Layout<'_>, row: &[Value]) -> Option<&BTreeSet<String>> {
        if self.node.inside.is_empty() {
            return None;
        }
        let reached = &self.reader.walk.nodes[self.at];
        let known = reached.combinations.get(&layout.links(row));
        known.map(|it| &it.part).filter(|part| !part.is_empty())
    }

    /// Whether it is known without reading that nothing here is the person's own.
    pub fn is_empty(&self) -> bool {
        let reached = &self.reader.walk.nodes[self.at];
        let none_own = || !reached.combinations.values().any(|it| it.is_own);
        !self.is_led || (!reached.simple && none_own())
    }

    /// Candidates in the order of the row key; look at each with `is_own`.
    pub fn batch(
        &self,
        layout: &Layout<'_>,
        (after, limit): (Option<&[Value]>, usize),
        dates: Dates,
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let filter = self.filter(layout, dates);
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter: &filter,
            form: Form::Page { after, limit },
        };
        self.connected
            .notice(select.rows(&*self.connected.source, wait))
    }

    /// Candidates among the rows of these keys.
    pub fn rows(
        &self,
        layout: &Layout<'_>,
        keys: Vec<Vec<Value>>,
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let filter = Filter {
            keys: Some(keys),
            ..self.filter(layout, Dates::default())
        };
        self.rows_of(layout, &filter, wait)
    }

    /// The rows of these keys, whosever they are: for what is known to be the person's.
    pub fn rows_of_keys(
        &self,
        layout: &Layout<'_>,
        keys: &[Vec<Value>],
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        let mut rows = Vec::with_capacity(keys.len());
        for keys in keys.chunks(BATCH) {
            rows.extend(self.rows_of(layout, &Filter::keys(keys.to_vec()), wait)?);
        }
        Ok(rows)
    }

    fn rows_of(
        &self,
        layout: &Layout<'_>,
        filter: &Filter,
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        if filter.is_empty() {
            return Ok(Vec::new());
        }
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter,
            form: Form::Rows,
        };
        self.connected
            .notice(select.rows(&*self.connected.source, wait))
    }

    /// The rows that the walk has kept, and whether others share them; `None` where they are to be read.
    fn kept(&self) -> Option<impl Iterator<Item = (&KeptRow, bool)>> {
        let rows = self.reader.walk.nodes[self.at].rows.as_ref()?;
        let rows = rows.iter();
        Some(rows.filter_map(|kept| Some((kept, self.is_shared_by(&kept.links)?))))
    }

    /// Hands over every own row.
    pub fn stream(
        &self,
        layout: &Layout<'_>,
        dates: Dates,
        wait: Duration,
        each: &mut dyn FnMut(Vec<Value>) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        if self.is_empty() {
            return Ok(());
        }
        if let Some(kept) = self.kept().filter(|_| dates.is_all()) {
            let mut own = kept.filter(|(_, shared)| !shared);
            let _ = own.try_for_each(|(kept, _)| each(kept.row.clone()));
            return Ok(());
        }
        let filter = self.filter(layout, dates);
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter: &filter,
            form: Form::Rows,
        };
        let read = self.connected.source.select(&select, wait, &mut |row| {
            if self.is_own(layout, &row) {
                each(row)
            } else {
                ControlFlow::Continue(())
            }
        });
        self.connected.notice(read)
    }

    /// The first of the own rows, for a collection whose rows have no key by which they could be put in order.
    pub fn own_rows(
        &self,
        layout: &Layout<'_>,
        dates: Dates,
        limit: usize,
        wait: Duration,
    ) -> Result<Vec<Vec<Value>>, SourceError> {
        let mut rows = Vec::new();
        self.stream(layout, dates, wait, &mut |row| {
            rows.push(row);
            if rows.len() < limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(rows)
    }

    /// Hands over every row that was reached, in the order of the row key, and whether others share it. For full
    /// shelves.
    pub fn stream_all(
        &self,
        layout: &Layout<'_>,
        dates: Dates,
        wait: Duration,
        each: &mut dyn FnMut(Vec<Value>, bool) -> ControlFlow<()>,
    ) -> Result<(), SourceError> {
        let reached = &self.reader.walk.nodes[self.at];
        let none_reached = !reached.simple && reached.combinations.is_empty();
        if none_reached || !self.is_led {
            return Ok(());
        }
        if let Some(kept) = self.kept().filter(|_| dates.is_all()) {
            let mut kept: Vec<_> = kept.collect();
            kept.sort_by_cached_key(|(kept, _)| Ranked(layout.key(&kept.row).to_vec()));
            let mut rows = kept.into_iter();
            let _ = rows.try_for_each(|(kept, shared)| each(kept.row.clone(), shared));
            return Ok(());
        }
        let filter = self.filter(layout, dates);
        let select = Select {
            table: layout.table,
            columns: &layout.columns,
            filter: &filter,
            form: Form::Sorted,
        };
        let read = self
            .connected
            .source
            .select(
                &select,
                wait,
                &mut |row| match self.is_shared(layout, &row) {
                    Some(shared) => each(row, shared),
                    None => ControlFlow::Continue(()),
                },
            );
        self.connected.notice(read)
    }

    /// Whether others share a row; `None` for one that was not reached.
    fn is_shared(&self, layout: &Layout<'_>, row: &[Value]) -> Option<bool> {
        if self.reader.walk.nodes[self.at].simple {
            Some(self.is_led_by_others(|place| layout.link_at(row, place)))
        } else {
            self.is_shared_by(&layout.links(row))
        }
    }

    /// The same by the links of the row.
    fn is_shared_by(&self, links: &[Value]) -> Option<bool> {
        let reached = &self.reader.walk.nodes[self.at];
        if reached.simple {
            return Some(self.is_led_by_others(|place| links[place].clone()));
        }
        let known = reached.combinations.get(links);
        known.map(|combination| !combination.is_own)
    }

    /// Whether others lead to a row of a simple collection by its link at a place.
    fn is_led_by_others(&self, link: impl Fn(usize) -> Value) -> bool {
        let Some(edge) = self.node.incoming.first() else {
            return false;
        };
        let from = &self.reader.walk.nodes[edge.from];
        let own = from.own_leads(&edge.from_column);
        let link = link(self.node.place_of(&edge.column));
        own.is_none_or(|own| !own.contains(&link))
    }

    fn filter(&self, layout: &Layout<'_>, dates: Dates) -> Filter {
        let date = layout.date_column();
        Filter {
            any: Some(self.ways()),
            keys: None,
            period: date
                .filter(|_| !dates.is_all())
                .map(|column| (column.to_owned(), dates)),
        }
    }
}
