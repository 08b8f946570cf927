//! Every collection about people can be reached from an identity, in an order that can be followed.

use std::collections::HashSet;

use super::references::is_personal;
use crate::register::taxonomy::nearest;
use crate::register::{Collection, CollectionKey, Direction, Register, finding::Report};

pub(super) fn check(register: &Register, report: &Report) {
    let graph = Graph::of(register);
    check_identities(&graph, report);
    let reached = graph.follow(|_| &[]);
    for node in &graph.nodes {
        if !reached.contains(&node.key) && is_personal(node.collection) {
            unreachable(&graph, node, report);
        }
    }
    let in_order = graph.follow(|collection| &collection.after);
    for node in graph
        .nodes
        .iter()
        .filter(|node| reached.contains(&node.key) && !in_order.contains(&node.key))
        // Whatever is found only from others that wait is in order as soon as they are.
        .filter(|node| !node.collection.after.is_empty())
    {
        let waits = keys(&node.collection.after);
        report.fault(
            &node.collection.place,
            format!("`after` goes in a circle or waits for what is never read ({waits})"),
            "an order that can be followed",
        );
    }
    check_erasure_order(&graph, report);
}

/// By these kinds of identities people are known to the portal.
const KINDS: [&str; 3] = ["email", "phone_number", "external_id"];

/// A field whose kind is none of them, as by a slip of the pen, finds nobody.
fn check_identities(graph: &Graph<'_>, report: &Report) {
    let fields = graph.nodes.iter().flat_map(|it| it.collection.all_fields());
    for field in fields {
        let Some(kind) = field.identity.as_deref().filter(|it| !KINDS.contains(it)) else {
            continue;
        };
        let any = || "`email`, `phone_number` or `external_id`".to_owned();
        report.warn(
            &field.place,
            format!("nobody is known to the portal by `{kind}`, so this finds nobody"),
            nearest(kind, &KINDS).unwrap_or_else(any),
        );
    }
}

struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    /// From the first, rows of the second can be found.
    edges: Vec<(CollectionKey, CollectionKey)>,
}

struct Node<'a> {
    key: CollectionKey,
    collection: &'a Collection,
}

impl<'a> Graph<'a> {
    fn of(register: &'a Register) -> Self {
        let mut graph = Self {
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        for dataset in &register.datasets {
            for collection in dataset
                .collections
                .iter()
                .filter(|collection| !collection.skip_processing)
            {
                let key = CollectionKey::new(&dataset.key, &collection.name);
                for reference in collection
                    .all_fields()
                    .into_iter()
                    .flat_map(|field| &field.references)
                {
                    let other = CollectionKey::new(&reference.dataset, &reference.collection);
                    if reference.direction != Direction::To {
                        graph.edges.push((other.clone(), key.clone()));
                    }
                    if reference.direction != Direction::From {
                        graph.edges.push((key.clone(), other));
                    }
                }
                graph.nodes.push(Node { key, collection });
            }
        }
        graph
    }

    /// What is reached from identities when each collection waits for those that `waits_for` names.
    fn follow(
        &self,
        waits_for: impl Fn(&'a Collection) -> &'a [CollectionKey],
    ) -> HashSet<CollectionKey> {
        let mut reached = HashSet::new();
        loop {
            let ready = |node: &&Node<'a>| {
                let mut ways = self.edges.iter().filter(|(_, to)| *to == node.key);
                let found = !node.collection.identities().is_empty()
                    || ways.any(|(from, _)| reached.contains(from));
                let waits = waits_for(node.collection)
                    .iter()
                    .any(|key| self.has(key) && !reached.contains(key));
                found && !waits && !reached.contains(&node.key)
            };
            let next: Vec<_> = self
                .nodes
                .iter()
                .filter(ready)
                .map(|node| node.key.clone())
                .collect();
            if next.is_empty() {
                return reached;
            }
            reached.extend(next);
        }
    }

    /// False for what is not declared, which is reported elsewhere.
    fn has(&self, key: &CollectionKey) -> bool {
        self.nodes.iter().any(|node| node.key == *key)
    }

    /// The collections from which this one could be found.
    fn ways_to(&self, key: &CollectionKey) -> Vec<CollectionKey> {
        let mut ways: Vec<_> = self
            .edges
            .iter()
            .filter(|(_, to)| to == key)
            .map(|(from, _)| from.clone())
            .collect();
        ways.sort();
        ways.dedup();
        ways
    }
}

fn unreachable(graph: &Graph, node: &Node, report: &Report) {
    let ways = graph.ways_to(&node.key);
    let wrong = if ways.is_empty() {
        "no identity leads to it".to_owned()
    } else {
        format!(
            "it is found only from {}, which no identity leads to",
            keys(&ways)
        )
    };
    let expected = "an `identity` on a field, a reference from a collection with one, or `skip_processing: true`";
    report.fault(&node.collection.place, wrong, expected);
}

fn check_erasure_order(graph: &Graph, report: &Report) {
    let mut done: HashSet<&CollectionKey> = HashSet::new();
    loop {
        let before = done.len();
        for node in &graph.nodes {
            if node
                .collection
                .erase_after
                .iter()
                .all(|key| done.contains(key) || !graph.has(key))
            {
                done.insert(&node.key);
            }
        }
        if done.len() == before {
            break;
        }
    }
    for node in graph.nodes.iter().filter(|node| !done.contains(&node.key)) {
        let waits = keys(&node.collection.erase_after);
        report.fault(
            &node.collection.place,
            format!("`erase_after` goes in a circle ({waits})"),
            "an order that can be followed",
        );
    }
}

fn keys(keys: &[CollectionKey]) -> String {
    keys.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}
