//! Follows references from a person's identities, breadth first, until nothing new is reached.
//!
//! Rows are not read, only the distinct combinations of the columns that link collections, with the number of rows
//! of each. Values lead on once, so that cycles end, and the order of steps makes no difference.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    Budget, Counts, Identities, Inner, SourceError, Value, Way,
    graph::Node,
    groups::{self, Groups},
    table,
};

/// What was reached, for each node of the graph.
pub(super) struct Walk {
    pub nodes: Vec<Reached>,
}

/// What was reached of one collection.
#[derive(Default)]
pub(super) struct Reached {
    /// Whether it belongs to the walk at all.
    pub wanted: bool,
    /// Its rows need not be read: whose they are follows from the one collection that leads here.
    pub simple: bool,
    /// Why it could not be read.
    pub error: Option<SourceError>,
    /// By the values of its link columns, in their comparable form.
    pub combinations: HashMap<Vec<Value>, Combination>,
    /// What was looked for inside of columns.
    entered: Conditions,
    /// The values that lead on, by column.
    pub leads: BTreeMap<String, HashSet<Value>>,
    /// Those of them that rows lead to which nobody else reaches.
    pub own_leads: BTreeMap<String, HashSet<Value>>,
}

/// Rows that are alike in their link columns.
pub(super) struct Combination {
    pub rows: u64,
    /// One of the identities is in the row itself.
    pub is_named: bool,
    /// Somebody else's is, or one of which that is not known.
    pub names_another: bool,
    /// Nobody else reaches it; known after `shared::settle`.
    pub is_own: bool,
}

/// Columns with values, at least one of which is to be held.
pub(super) type Conditions = Vec<Way>;

impl Walk {
    /// Walks through these collections and all through which they are reached.
    pub fn new(
        inner: &Inner,
        person: &Identities,
        wanted: &BTreeSet<usize>,
        budget: Budget,
    ) -> Self {
        let nodes = &inner.graph.nodes;
        let mut walk = Self {
            nodes: nodes.iter().map(|_| Reached::default()).collect(),
        };
        for &at in wanted {
            walk.nodes[at].wanted = true;
        }
        walk.find_simple(inner, budget);
        let mut pending: BTreeMap<usize, Conditions> = BTreeMap::new();
        for &at in wanted {
            let seeds = seeds(&nodes[at], person);
            if !seeds.is_empty() {
                pending.insert(at, seeds);
            }
        }
        while !pending.is_empty() {
            pending = walk.step(inner, person, pending, budget);
        }
        walk
    }

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
            if let Some(values) = self.nodes[edge.from].own_leads.get(&edge.from_column)
                && !values.is_empty()
            {
                let values = values.iter().cloned().collect();
                conditions.push(Way::exactly(&edge.column, values));
            }
        }
        conditions
    }

    /// The same for rows that others reach as well: they are counted, and nothing of them is shown.
    pub fn shared_ways(&self, inner: &Inner, at: usize) -> Conditions {
        let mut conditions = Conditions::new();
        for edge in &inner.graph.nodes[at].incoming {
            let from = &self.nodes[edge.from];
            let own = from.own_leads.get(&edge.from_column);
            let is_shared = |value: &&Value| own.is_none_or(|own| !own.contains(*value));
            let all = from.leads.get(&edge.from_column).into_iter().flatten();
            let values = all.filter(is_shared).cloned().collect();
            conditions.push(Way::exactly(&edge.column, values));
        }
        conditions
    }

    /// Every column that leads to a collection, with all values by which anything leads there.
    pub fn all_ways(&self, inner: &Inner, person: &Identities, at: usize) -> Conditions {
        let node = &inner.graph.nodes[at];
        let mut conditions = seeds(node, person);
        for edge in &node.incoming {
            if let Some(values) = self.nodes[edge.from].leads.get(&edge.from_column) {
                let values = values.iter().cloned().collect();
                conditions.push(Way::exactly(&edge.column, values));
            }
        }
        conditions
    }

    /// The numbers of a collection whose combinations were read.
    pub fn counts(&self, at: usize) -> Counts {
        let mut counts = Counts::default();
        for combination in self.nodes[at].combinations.values() {
            if combination.is_own {
                counts.own += combination.rows;
            } else {
                counts.shared += combination.rows;
            }
        }
        counts
    }

    /// Why a collection through which this one is reached could not be read.
    pub fn errors_before(&self, inner: &Inner, at: usize) -> Option<&SourceError> {
        let before = inner.graph.ancestors([at]);
        before
            .into_iter()
            .filter(|it| *it != at)
            .find_map(|it| self.nodes[it].error.as_ref())
    }

    fn find_simple(&mut self, inner: &Inner, budget: Budget) {
        let nodes = &inner.graph.nodes;
        let wanted = (0..nodes.len()).filter(|at| self.nodes[*at].wanted);
        let wanted: Vec<_> = wanted.collect();
        let sources: BTreeSet<_> = wanted.iter().map(|at| nodes[*at].source.clone()).collect();
        let sources = sources.into_iter().map(|source| (source, ()));
        let schemas = inner.side_by_side(sources, |connected, ()| connected.schema(budget.left()));
        let schemas: HashMap<_, _> = schemas.into_iter().collect();
        let is_unique = |at: usize, column: &str| {
            let schema = schemas
                .get(&nodes[at].source)
                .and_then(|it| it.as_ref().ok());
            let table = schema.and_then(|schema| table(schema, &nodes[at]).ok());
            table.is_some_and(|table| table.is_unique(column))
        };
        for &at in &wanted {
            let reached = &mut self.nodes[at];
            match schemas.get(&nodes[at].source) {
                Some(Ok(schema)) => {
                    let found = table(schema, &nodes[at]).map(drop);
                    let connected = inner.connected(&nodes[at].source);
                    reached.error = connected.and_then(|it| it.notice(found)).err();
                }
                Some(Err(error)) => reached.error = Some(error.clone()),
                None => {}
            }
            let mut ways = nodes[at].incoming.iter();
            reached.simple =
                nodes[at].is_simple() && ways.all(|edge| is_unique(edge.from, &edge.from_column));
        }
    }

    /// Reads what is pending, one read per collection, and gives what follows from it.
    fn step(
        &mut self,
        inner: &Inner,
        person: &Identities,
        pending: BTreeMap<usize, Conditions>,
        budget: Budget,
    ) -> BTreeMap<usize, Conditions> {
        let nodes = &inner.graph.nodes;
        let mut work: BTreeMap<String, Vec<(usize, Conditions)>> = BTreeMap::new();
        for (at, conditions) in pending {
            let reached = &mut self.nodes[at];
            if reached.wanted && !reached.simple && reached.error.is_none() {
                let inside = conditions.iter().filter(|way| nodes[at].is_inside(way));
                reached.entered.extend(inside.cloned());
                work.entry(nodes[at].source.clone())
                    .or_default()
                    .push((at, conditions));
            }
        }
        let reached = &self.nodes;
        let read = inner.side_by_side(work, |connected, tasks| {
            let read = |(at, conditions): (usize, Conditions)| {
                let asked = (&nodes[at], conditions, &*reached[at].entered);
                let groups = groups::read(inner, connected, asked, budget);
                (at, connected.notice(groups))
            };
            Ok(tasks.into_iter().map(read).collect::<Vec<_>>())
        });
        let mut fresh: HashMap<(usize, String), Vec<Value>> = HashMap::new();
        for (at, groups) in read
            .into_iter()
            .flat_map(|(_, read)| read.unwrap_or_default())
        {
            match groups {
                Ok(groups) => self.note(&nodes[at], person, (at, groups), &mut fresh),
                Err(error) => self.give_up(inner, at, &error),
            }
        }
        follow(inner, &fresh)
    }

    /// Takes in the combinations that were not known before.
    fn note(
        &mut self,
        node: &Node,
        person: &Identities,
        (at, groups): (usize, Groups),
        fresh: &mut HashMap<(usize, String), Vec<Value>>,
    ) {
        let columns = node.link_columns();
        let reached = &mut self.nodes[at];
        for (values, group) in groups {
            let is_known = reached.combinations.contains_key(&values);
            // Another element of a list may have led here now.
            if is_known && node.inside.is_empty() {
                continue;
            }
            let leading = columns.iter().enumerate();
            for (place, column) in leading.filter(|(_, column)| node.outgoing.contains(*column)) {
                let leads = reached.leads.entry(column.clone()).or_default();
                let keys = group.leads(place, &values[place]);
                let new: Vec<_> = keys.filter(|key| leads.insert((*key).clone())).collect();
                if !new.is_empty() {
                    let fresh = fresh.entry((at, column.clone())).or_default();
                    fresh.extend(new.into_iter().cloned());
                }
            }
            if is_known {
                continue;
            }
            let mut combination = Combination {
                rows: group.rows,
                is_named: false,
                names_another: false,
                is_own: false,
            };
            for (name, kind) in &node.identities {
                let here = columns.iter().zip(&values).filter(|(it, _)| *it == name);
                let keys: Vec<_> = here.flat_map(|(_, value)| value.keys()).collect();
                // Who is one of several in a list leads to the row, which others may be in as well.
                if node.crowds.contains(name) {
                    combination.names_another |= !keys.iter().all(|key| person.holds(kind, key));
                } else {
                    combination.is_named |= keys.iter().any(|key| person.holds(kind, key));
                    combination.names_another |= !keys.is_empty();
                }
            }
            reached.combinations.insert(values, combination);
        }
    }

    /// Notes an error; a source that does not answer is not asked again for the other collections.
    fn give_up(&mut self, inner: &Inner, at: usize, error: &SourceError) {
        let source = &inner.graph.nodes[at].source;
        for (other, node) in inner.graph.nodes.iter().enumerate() {
            if other == at || (error.is_temporary() && node.source == *source) {
                self.nodes[other].error.get_or_insert_with(|| error.clone());
            }
        }
    }
}

fn seeds(node: &Node, person: &Identities) -> Conditions {
    let columns = node.identities.iter();
    let seeds = columns.map(|(column, kind)| person.way(column, kind));
    seeds.filter(|way| !way.values.is_empty()).collect()
}

/// The conditions that new values put to the collections they lead to.
fn follow(
    inner: &Inner,
    fresh: &HashMap<(usize, String), Vec<Value>>,
) -> BTreeMap<usize, Conditions> {
    let mut pending: BTreeMap<usize, Conditions> = BTreeMap::new();
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        for edge in &node.incoming {
            if let Some(values) = fresh.get(&(edge.from, edge.from_column.clone())) {
                let conditions = pending.entry(at).or_default();
                conditions.push(Way::exactly(&edge.column, values.clone()));
            }
        }
    }
    pending
}

/// A count as the source gives it.
pub(super) fn number(count: &Value) -> u64 {
    match count {
        Value::Integer(number) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}
