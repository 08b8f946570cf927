//! By which columns and values rows are reached.

use std::collections::{BTreeMap, HashMap};

use super::{
    Identities, Inner, Value, Way,
    graph::{Edge, Node},
    walk::Walk,
};

/// Columns with values, at least one of which is to be held.
pub(super) type Conditions = Vec<Way>;

impl Walk {
    /// Every column that leads to a collection, with the values by which the person's own rows lead there.
    pub fn own_ways(&self, inner: &Inner, person: &Identities, at: usize) -> Conditions {
        self.own_ways_from(inner, person, at, |_| true)
    }

    /// The same by the rows of some collections alone.
    pub fn own_ways_from(
        &self,
        inner: &Inner,
        person: &Identities,
        at: usize,
        counts: impl Fn(&Node) -> bool,
    ) -> Conditions {
        let nodes = &inner.graph.nodes;
        let mut conditions = seeds(&nodes[at], person);
        let incoming = nodes[at].incoming.iter();
        for edge in incoming.filter(|edge| counts(&nodes[edge.from])) {
            if let Some(values) = self.nodes[edge.from].own_leads(&edge.from_column)
                && !values.is_empty()
            {
                add(&mut conditions, self.how(inner, at, edge), values);
            }
        }
        conditions
    }

    /// The same for rows that others reach as well: they are counted, and nothing of them is shown.
    pub fn shared_ways(&self, inner: &Inner, at: usize) -> Conditions {
        let mut conditions = Conditions::new();
        for edge in &inner.graph.nodes[at].incoming {
            let from = &self.nodes[edge.from];
            let own = from.own_leads(&edge.from_column);
            let is_shared = |value: &&Value| own.is_none_or(|own| !own.contains(*value));
            let all = from.leads.get(&edge.from_column).into_iter().flatten();
            let how = self.how(inner, at, edge);
            add(&mut conditions, how, all.filter(is_shared));
        }
        conditions
    }

    /// Every column that leads to a collection, with all values by which anything leads there.
    pub fn all_ways(&self, inner: &Inner, person: &Identities, at: usize) -> Conditions {
        let node = &inner.graph.nodes[at];
        let mut conditions = seeds(node, person);
        for edge in &node.incoming {
            if let Some(values) = self.nodes[edge.from].leads.get(&edge.from_column) {
                add(&mut conditions, self.how(inner, at, edge), values);
            }
        }
        conditions
    }

    /// Adds the conditions that new values put to the collections they lead to.
    pub fn follow(
        &self,
        inner: &Inner,
        fresh: &HashMap<(usize, &str), Vec<Value>>,
        pending: &mut BTreeMap<usize, Conditions>,
    ) {
        for (at, node) in inner.graph.nodes.iter().enumerate() {
            for edge in &node.incoming {
                if let Some(values) = fresh.get(&(edge.from, edge.from_column.as_str())) {
                    let how = self.how(inner, at, edge);
                    add(pending.entry(at).or_default(), how, values);
                }
            }
        }
    }

    /// The column by which a way leads to a collection, and whether its values are compared as the source does.
    fn how<'e>(&self, inner: &Inner, at: usize, edge: &'e Edge) -> (&'e str, bool) {
        (&edge.column, self.is_as_source(inner, at, edge))
    }
}

/// By what a collection names the person.
pub(super) fn seeds(node: &Node, person: &Identities) -> Conditions {
    let columns = node.identities.iter();
    let seeds = columns.map(|(column, kind)| person.way(column, kind));
    seeds.filter(|way| !way.values.is_empty()).collect()
}

/// Adds values of a column that lead to a collection.
fn add<'v>(
    conditions: &mut Conditions,
    (column, as_source): (&str, bool),
    values: impl IntoIterator<Item = &'v Value>,
) {
    let values = values.into_iter().cloned();
    let is_it = |way: &&mut Way| {
        way.column == column && (way.any_case, way.as_source) == (as_source, as_source)
    };
    match conditions.iter_mut().find(is_it) {
        Some(way) => way.values.extend(values),
        None => conditions.push(Way {
            any_case: as_source,
            as_source,
            ..Way::exactly(column, values.collect())
        }),
    }
}
