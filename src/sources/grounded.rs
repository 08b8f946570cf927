//! What whole keys lead to. By parts of a key more is reached, and of that, rows that lead to themselves or to each other
//! would keep each other for the person's.

use std::collections::{HashMap, HashSet};

use super::{
    Inner, Value,
    composite::{Composite, Tuple},
    graph::Edge,
    likeness::Likeness,
    walk::Walk,
};

/// One way, and the rows to which it leads, by what leads to them.
struct Lead<'a> {
    to: usize,
    way: Way<'a>,
    led: HashMap<Tuple, Vec<&'a Tuple>>,
}

enum Way<'a> {
    /// By a whole key; upward or not.
    Key(&'a Composite, bool),
    /// By links there and here.
    Link((usize, usize), Likeness),
}

/// Takes from the person what nothing of theirs leads to, where rows may lead to each other by parts of a key. Gives what
/// whole keys lead to, when it is certain that the others share no more than a part with the person.
pub(super) fn withdraw(
    inner: &Inner,
    walk: &mut Walk,
    composites: &[Vec<Composite>],
) -> Option<Vec<HashSet<Tuple>>> {
    if composites.iter().all(Vec::is_empty) {
        return None;
    }
    let grounded = grounded(walk, &leads(inner, walk, composites));
    for (at, reached) in walk.nodes.iter_mut().enumerate() {
        for (values, combination) in &mut reached.combinations {
            combination.is_own &= grounded[at].contains(values);
        }
    }
    are_exact(inner, walk, composites).then_some(grounded)
}

/// Forgets the rows that hold a part of a key and not the whole: a shop's number says nothing of who bought there.
pub(super) fn forget(inner: &Inner, walk: &mut Walk, grounded: &[HashSet<Tuple>]) {
    let nodes = inner.graph.nodes.iter().zip(grounded);
    for (reached, (node, grounded)) in walk.nodes.iter_mut().zip(nodes) {
        reached.keep(node, grounded);
    }
}

/// Whether of each key it is certain what is the same.
fn are_exact(inner: &Inner, walk: &Walk, composites: &[Vec<Composite>]) -> bool {
    let nodes = inner.graph.nodes.iter().zip(composites).enumerate();
    let mut ways = nodes.flat_map(|(at, (node, all))| {
        let edges = node.incoming.iter().map(move |edge| (at, edge));
        edges.filter_map(|way| Some((all.iter().find(|it| it.has(inner, walk, way))?, way)))
    });
    ways.all(|(key, way)| key.compares(inner, walk, way))
}

/// The rows to which those lead that hold an identity, by collection.
fn grounded(walk: &Walk, leads: &[Vec<Lead<'_>>]) -> Vec<HashSet<Tuple>> {
    let mut grounded = vec![HashSet::new(); walk.nodes.len()];
    let mut open = Vec::new();
    for (at, reached) in walk.nodes.iter().enumerate() {
        let named = reached.combinations.iter();
        let named = named.filter(|(_, it)| it.is_named || it.is_listed);
        open.extend(named.map(|(values, _)| (at, values)));
    }
    while let Some((at, values)) = open.pop() {
        if !grounded[at].insert(values.clone()) {
            continue;
        }
        for lead in &leads[at] {
            let led = lead.way.leading(values);
            let led = led.iter().filter_map(|tuple| lead.led.get(tuple));
            open.extend(led.flatten().map(|values| (lead.to, *values)));
        }
    }
    grounded
}

/// The ways from each collection.
fn leads<'a>(
    inner: &Inner,
    walk: &'a Walk,
    composites: &'a [Vec<Composite>],
) -> Vec<Vec<Lead<'a>>> {
    let mut leads: Vec<Vec<Lead<'_>>> = walk.nodes.iter().map(|_| Vec::new()).collect();
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        for edge in &node.incoming {
            let links = Way::by_links(inner, walk, (at, edge));
            let mut composites = composites[at].iter();
            let composite = composites.find(|it| it.has(inner, walk, (at, edge)));
            let Some(composite) = composite else {
                leads[edge.from].push(Lead::new(walk, (at, links), |_| true));
                continue;
            };
            let key = Way::Key(composite, edge.upward);
            let holds_none = |values: &Tuple| key.led(values).is_empty();
            leads[edge.from].push(Lead::new(walk, (at, links), holds_none));
            leads[edge.from].push(Lead::new(walk, (at, key), |_| true));
        }
    }
    leads
}

impl<'a> Lead<'a> {
    fn new(walk: &'a Walk, (to, way): (usize, Way<'a>), counts: impl Fn(&Tuple) -> bool) -> Self {
        let mut led: HashMap<_, Vec<_>> = HashMap::new();
        for values in walk.nodes[to].combinations.keys().filter(|it| counts(it)) {
            for tuple in way.led(values) {
                led.entry(tuple).or_default().push(values);
            }
        }
        Self { to, way, led }
    }
}

impl Way<'_> {
    fn by_links(inner: &Inner, walk: &Walk, (at, edge): (usize, &Edge)) -> Self {
        let nodes = &inner.graph.nodes;
        let there = nodes[edge.from].place_of(&edge.from_column);
        let here = nodes[at].place_of(&edge.column);
        Self::Link((there, here), walk.likeness(inner, at, edge))
    }

    /// By what a row there leads.
    fn leading(&self, values: &[Value]) -> Vec<Tuple> {
        match self {
            Self::Key(composite, upward) => composite.tuples(*upward, values),
            Self::Link((there, _), likeness) => likeness.tuples(&values[*there]),
        }
    }

    /// What leads to a row here.
    fn led(&self, values: &[Value]) -> Vec<Tuple> {
        match self {
            Self::Key(composite, upward) => composite.tuples(!upward, values),
            Self::Link((_, here), likeness) => likeness.tuples(&values[*here]),
        }
    }
}
