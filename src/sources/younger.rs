//! Rows that came about after a day: by their own date, or, where they have none, since younger rows lead to them.
//!
//! What was erased comes back from a backup or an import as old as it was. Younger rows are of somebody who came back
//! themselves.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::NaiveDate;

use super::{Dates, Inner, SourceError, Value, graph::Node, layout::Layout, reader::Shelf};

/// By collection and link, the values by which younger rows lead on.
#[derive(Default)]
pub(super) struct Younger {
    than: Option<NaiveDate>,
    leads: HashMap<(usize, String), HashSet<Value>>,
}

impl Younger {
    /// Reads the person's rows, those first that lead to others. Without a day nothing is read, and no row is younger.
    pub fn find(
        inner: &Inner,
        (shelves, layouts): (&[Shelf<'_>], &[Layout<'_>]),
        than: Option<NaiveDate>,
    ) -> Result<Self, SourceError> {
        let mut found = Self {
            than,
            ..Self::default()
        };
        if than.is_none() {
            return Ok(found);
        }
        let nodes = &inner.graph.nodes;
        let mut order: Vec<_> = (0..nodes.len()).collect();
        order.sort_by_key(|at| nodes[*at].turn);
        for at in order {
            let (shelf, layout) = (&shelves[at], &layouts[at]);
            let mut leads = Vec::new();
            shelf.stream(layout, Dates::default(), inner.limits.step, &mut |row| {
                if found.has(&nodes[at], layout, &row) {
                    let links = nodes[at].outgoing.iter();
                    leads.extend(links.map(|link| (link, layout.link(&row, link))));
                }
                ControlFlow::Continue(())
            })?;
            for (link, value) in leads {
                let known = found.leads.entry((at, link.clone())).or_default();
                known.extend(value.keys().iter().cloned());
            }
        }
        Ok(found)
    }

    /// Whether a row is one of these.
    pub fn has(&self, node: &Node, layout: &Layout<'_>, row: &[Value]) -> bool {
        let Some(than) = self.than else {
            return false;
        };
        if let Some(day) = layout.date(row) {
            return day > than;
        }
        node.incoming.iter().any(|edge| {
            let leads = self.leads.get(&(edge.from, edge.from_column.clone()));
            let link = layout.link(row, &edge.column);
            let mut keys = link.keys().iter();
            leads.is_some_and(|leads| keys.any(|key| leads.contains(key)))
        })
    }
}
