//! By which columns and values rows are reached.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Identities, Inner, Value, Way,
    composite::Composite,
    connector::Beside,
    graph::{Edge, Node},
    walk::Walk,
};

/// Columns with values, at least one of which is to be held.
pub(super) type Conditions = Vec<Way>;

/// The ways to one collection. Those by the parts of one key lead to what holds all of it.
struct Ways<'a> {
    inner: &'a Inner,
    walk: &'a Walk,
    at: usize,
    composites: Vec<Composite>,
    /// The values by which a way leads there, as far as they are known.
    leads: &'a dyn Fn(&Edge) -> Option<&'a HashSet<Value>>,
}

impl Walk {
    /// Every column that leads to a collection, with the values by which the person's own rows lead there.
    pub fn own_ways(&self, inner: &Inner, person: &Identities, at: usize) -> Conditions {
        let leads = |edge: &Edge| self.nodes[edge.from].own_leads(&edge.from_column);
        let ways = Ways::new((inner, self), at, &leads);
        ways.all(person)
    }

    /// The same by the rows of some collections alone, each column by itself: for people who look by them.
    pub fn own_ways_from(
        &self,
        inner: &Inner,
        person: &Identities,
        at: usize,
        counts: impl Fn(&Node) -> bool,
    ) -> Conditions {
        let nodes = &inner.graph.nodes;
        let leads = |edge: &Edge| {
            let own = self.nodes[edge.from].own_leads(&edge.from_column);
            own.filter(|_| counts(&nodes[edge.from]))
        };
        let ways = Ways {
            composites: Vec::new(),
            ..Ways::new((inner, self), at, &leads)
        };
        ways.all(person)
    }

    /// The same for rows that others reach as well: they are counted, and nothing of them is shown.
    pub fn shared_ways(&self, inner: &Inner, at: usize) -> Conditions {
        let mut conditions = Conditions::new();
        for edge in &inner.graph.nodes[at].incoming {
            let from = &self.nodes[edge.from];
            let own = from.own_leads(&edge.from_column);
            let is_shared = |value: &&Value| own.is_none_or(|own| !own.contains(*value));
            let all = from.leads.get(&edge.from_column).into_iter().flatten();
            let as_source = self.is_as_source(inner, at, edge);
            let how = (&*edge.column, as_source, Vec::new());
            add(&mut conditions, how, all.filter(is_shared));
        }
        conditions
    }

    /// Every column that leads to a collection, with all values by which anything leads there.
    pub fn all_ways(&self, inner: &Inner, person: &Identities, at: usize) -> Conditions {
        let leads = |edge: &Edge| self.nodes[edge.from].leads.get(&edge.from_column);
        Ways::new((inner, self), at, &leads).all(person)
    }

    /// Adds the conditions that new values put to the collections they lead to.
    pub fn follow(
        &self,
        inner: &Inner,
        fresh: &HashMap<(usize, &str), Vec<Value>>,
        pending: &mut BTreeMap<usize, Conditions>,
    ) {
        let leads = |edge: &Edge| self.nodes[edge.from].leads.get(&edge.from_column);
        for (at, node) in inner.graph.nodes.iter().enumerate() {
            let led = node.incoming.iter().filter_map(|edge| {
                let values = fresh.get(&(edge.from, edge.from_column.as_str()))?;
                Some((edge, values.iter().collect()))
            });
            let led: Vec<_> = led.collect();
            if !led.is_empty() {
                let ways = Ways::new((inner, self), at, &leads);
                ways.add(pending.entry(at).or_default(), led);
            }
        }
    }
}

impl<'a> Ways<'a> {
    fn new(
        (inner, walk): (&'a Inner, &'a Walk),
        at: usize,
        leads: &'a dyn Fn(&Edge) -> Option<&'a HashSet<Value>>,
    ) -> Self {
        Self {
            inner,
            walk,
            at,
            composites: Composite::all(inner, walk, at),
            leads,
        }
    }

    /// All that is known to lead there.
    fn all(&self, person: &Identities) -> Conditions {
        let node = &self.inner.graph.nodes[self.at];
        let mut conditions = seeds(node, person);
        let led = node.incoming.iter().filter_map(|edge| {
            let values = (self.leads)(edge).filter(|it| !it.is_empty())?;
            Some((edge, values.iter().collect()))
        });
        self.add(&mut conditions, led.collect());
        conditions
    }

    /// Adds these ways, each with the values by which it leads now.
    fn add(&self, conditions: &mut Conditions, mut led: Vec<(&Edge, Vec<&Value>)>) {
        // Where one part leads to all rows of a key, nothing else is asked: that one comes first.
        led.sort_by_cached_key(|(edge, values)| !self.is_full(edge, values.len()));
        let mut whole = HashSet::new();
        for (edge, values) in led {
            let key = self.key(edge).map(|(place, _)| (place, edge.upward));
            if key.is_some_and(|key| whole.contains(&key)) {
                continue;
            }
            if self.is_full(edge, values.len()) {
                whole.extend(key);
            }
            let as_source = self.walk.is_as_source(self.inner, self.at, edge);
            let beside = self.beside(edge).unwrap_or_default();
            add(conditions, (&edge.column, as_source, beside), values);
        }
    }

    /// Whether a way leads to all rows to which the other parts of its key do, by so many values.
    fn is_full(&self, edge: &Edge, values: usize) -> bool {
        let is_all = (self.leads)(edge).is_some_and(|it| it.len() == values);
        let way = (self.at, edge);
        let is_full = |(_, key): (usize, &Composite)| {
            key.is_full(self.inner, self.walk, way) && key.is_exact(self.inner, self.walk, way)
        };
        is_all && self.key(edge).is_some_and(is_full)
    }

    /// The key of which a way is a part, and its place.
    fn key(&self, edge: &Edge) -> Option<(usize, &Composite)> {
        let mut keys = self.composites.iter().enumerate();
        keys.find(|(_, it)| it.has(self.inner, self.walk, (self.at, edge)))
    }

    fn beside(&self, edge: &Edge) -> Option<Vec<Beside>> {
        let leads = |column: &str| {
            (self.leads)(&Edge {
                from_column: column.to_owned(),
                ..edge.clone()
            })
        };
        let (_, key) = self.key(edge)?;
        key.beside(self.inner, self.walk, (self.at, edge), &leads)
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
    (column, as_source, beside): (&str, bool, Vec<Beside>),
    values: impl IntoIterator<Item = &'v Value>,
) {
    let values = values.into_iter().cloned();
    let columns = |beside: &[Beside]| -> Vec<_> {
        let columns = beside.iter().map(|it| it.columns.clone());
        columns.collect()
    };
    let is_it = |way: &&mut Way| {
        way.column == column
            && (way.any_case, way.as_source) == (as_source, as_source)
            && columns(&way.beside) == columns(&beside)
    };
    match conditions.iter_mut().find(is_it) {
        Some(way) => {
            way.values.extend(values);
            // By now more may lead there, and rows of another collection may hold the same key.
            for (known, more) in way.beside.iter_mut().zip(beside) {
                known.add(more.values);
            }
        }
        None => conditions.push(Way {
            any_case: as_source,
            as_source,
            beside,
            ..Way::exactly(column, values.collect())
        }),
    }
}
