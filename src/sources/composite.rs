//! Keys of several columns. A manifest refers to each of them by a field of its own, and every one of these leads on;
//! but a row is about those whose whole key it holds, not about all who share a part of it.

use std::collections::{BTreeSet, HashSet};

use super::{
    Inner, Value,
    graph::{Edge, Node},
    table,
    walk::Walk,
};

/// A key of one collection that rows of another one hold, each part of it in one column or in one of several.
pub(super) struct Composite {
    from: usize,
    parts: Vec<Part>,
}

struct Part {
    /// Where it stands among the links of the collection that it names rows of.
    there: usize,
    /// Where it stands among the links here.
    here: Vec<usize>,
}

type Tuple = Vec<Value>;

impl Composite {
    /// The keys that rows of a collection hold.
    pub fn all(inner: &Inner, walk: &Walk, at: usize) -> Vec<Self> {
        let nodes = &inner.graph.nodes;
        if nodes[at].incoming.len() < 2 {
            return Vec::new();
        }
        let from: BTreeSet<_> = nodes[at].incoming.iter().map(|edge| edge.from).collect();
        // Where one could not be read, another's row has to be feared.
        let is_read = |from: &usize| walk.nodes[*from].error.is_none();
        let of = |from: usize| Self::of(nodes, walk, (from, at));
        from.into_iter().filter(is_read).filter_map(of).collect()
    }

    fn of(nodes: &[Node], walk: &Walk, (from, at): (usize, usize)) -> Option<Self> {
        let table = table(walk.schema(&nodes[from].source)?, &nodes[from]).ok()?;
        let ways = nodes[at].incoming.iter();
        let ways: Vec<_> = ways.filter(|it| it.from == from && !it.upward).collect();
        let keys = std::iter::once(&table.row_key).chain(&table.unique);
        let whole = |key: &&Vec<String>| key.len() > 1 && !key.iter().any(|it| table.is_unique(it));
        let part = |column: &String| {
            let is_it = |edge: &&&Edge| edge.from_column.eq_ignore_ascii_case(column);
            let ways: Vec<_> = ways.iter().filter(is_it).collect();
            let first = ways.first()?;
            Some(Part {
                there: nodes[from].place_of(&first.from_column),
                here: ways
                    .iter()
                    .map(|edge| nodes[at].place_of(&edge.column))
                    .collect(),
            })
        };
        keys.filter(whole).find_map(|key| {
            let parts = key.iter().map(part).collect::<Option<_>>()?;
            Some(Self { from, parts })
        })
    }

    /// Whether a way is by a part of this key.
    pub fn has(&self, nodes: &[Node], edge: &Edge) -> bool {
        let there = || nodes[edge.from].place_of(&edge.from_column);
        self.from == edge.from && !edge.upward && self.parts.iter().any(|it| it.there == there())
    }

    /// The keys of the person's own rows.
    pub fn own(&self, walk: &Walk) -> HashSet<Tuple> {
        let own = walk.nodes[self.from].combinations.iter();
        let own = own.filter(|(_, it)| it.is_own);
        let key = |values: &Tuple| {
            self.parts
                .iter()
                .map(|it| values[it.there].clone())
                .collect()
        };
        own.map(|(values, _)| key(values)).collect()
    }

    /// Whether all whole keys that a row holds are among some; `None` when it holds none.
    pub fn is_among(&self, values: &[Value], own: &HashSet<Tuple>) -> Option<bool> {
        let mut tuples: Vec<Tuple> = vec![Vec::new()];
        for part in &self.parts {
            let held = part.here.iter().map(|place| &values[*place]);
            let held: Vec<_> = held.filter(|it| !it.is_null()).collect();
            let longer = tuples.iter().flat_map(|tuple| {
                let with = |value: &&Value| [&tuple[..], &[(*value).clone()]].concat();
                held.iter().map(with)
            });
            tuples = longer.collect();
        }
        (!tuples.is_empty()).then(|| tuples.iter().all(|tuple| own.contains(tuple)))
    }
}
