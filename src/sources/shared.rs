//! Whose a record is. A record that another person's records lead to as well is shared: it is counted, but neither
//! shown by default nor ever changed for one of them.
//!
//! A record that holds one of the person's identities is the person's, unless it holds them in a list in which others
//! are, too. Any other record is the person's when every
//! row that leads to it is the person's own: the sum of own rows is compared with the sum of all rows, one read per
//! way; where the ways are the parts of one key, the whole key counts. A record that names somebody else is theirs, too.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Budget, Connected, Filter, Form, Inner, Select, Value,
    composite::Composite,
    graph::Edge,
    table,
    walk::{Walk, number},
};

/// How many rows lead to a value, by node and way.
type Totals = HashMap<Place, HashMap<Value, u64>>;

/// Decides for every combination whether it is the person's own.
pub(super) fn settle(inner: &Inner, walk: &mut Walk, budget: Budget) {
    let totals = totals(inner, walk, budget);
    for reached in &mut walk.nodes {
        for combination in reached.combinations.values_mut() {
            combination.is_own = combination.is_named || !combination.names_another;
        }
    }
    let nodes = 0..inner.graph.nodes.len();
    let composites: Vec<_> = nodes.map(|at| Composite::all(inner, walk, at)).collect();
    while withdraw(inner, walk, (&totals, &composites)) {}
    for at in 0..walk.nodes.len() {
        let leads = own_leads(inner, walk, at);
        walk.nodes[at].own_leads = leads;
    }
}

/// Takes away what others lead to; `true` when anything changed, so that what it leads to must be looked at again.
fn withdraw(
    inner: &Inner,
    walk: &mut Walk,
    (totals, composites): (&Totals, &[Vec<Composite>]),
) -> bool {
    let nodes = &inner.graph.nodes;
    let mut lost: Vec<(usize, Vec<Value>)> = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        for (way, edge) in node.incoming.iter().enumerate() {
            let Some(totals) = totals.get(&(at, way)) else {
                continue;
            };
            let own = own_rows(inner, walk, edge);
            let composite = composites[at].iter().find(|it| it.has(nodes, edge));
            let composite = composite.map(|it| (it, it.own(walk)));
            let here = node.place_of(&edge.column);
            for (values, combination) in &walk.nodes[at].combinations {
                let is_ours = |key: &Value| {
                    let all = totals.get(key).copied().unwrap_or(0);
                    own.get(key).copied().unwrap_or(0) >= all
                };
                let by_whole_key = composite
                    .as_ref()
                    .and_then(|(composite, own)| composite.is_among(values, own));
                let all_ours = combination.is_named
                    || by_whole_key.unwrap_or_else(|| values[here].keys().iter().all(is_ours));
                if combination.is_own && !all_ours {
                    lost.push((at, values.clone()));
                }
            }
        }
    }
    for (at, values) in &lost {
        if let Some(combination) = walk.nodes[*at].combinations.get_mut(values) {
            combination.is_own = false;
        }
    }
    !lost.is_empty()
}

/// How many of the person's own rows lead to each value.
fn own_rows(inner: &Inner, walk: &Walk, edge: &Edge) -> HashMap<Value, u64> {
    let from = inner.graph.nodes[edge.from].place_of(&edge.from_column);
    let mut rows = HashMap::new();
    for (values, combination) in &walk.nodes[edge.from].combinations {
        for key in values[from].keys().iter().filter(|_| combination.is_own) {
            *rows.entry(key.clone()).or_default() += combination.rows;
        }
    }
    rows
}

fn own_leads(inner: &Inner, walk: &Walk, at: usize) -> BTreeMap<String, HashSet<Value>> {
    let node = &inner.graph.nodes[at];
    let mut leads: BTreeMap<String, HashSet<Value>> = BTreeMap::new();
    for column in &node.outgoing {
        let here = node.place_of(column);
        let own = walk.nodes[at]
            .combinations
            .iter()
            .filter(|(_, it)| it.is_own);
        let keys = own.flat_map(|(values, _)| values[here].keys());
        let all = walk.nodes[at].leads.get(column);
        let keys = keys.filter(|key| all.is_some_and(|all| all.contains(*key)));
        leads.insert(column.clone(), keys.cloned().collect());
    }
    leads
}

/// Asks the sources how many rows lead to each value that was reached.
fn totals(inner: &Inner, walk: &Walk, budget: Budget) -> Totals {
    let nodes = &inner.graph.nodes;
    let mut totals = Totals::new();
    let mut work: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        for (way, edge) in node.incoming.iter().enumerate() {
            let here = node.place_of(&edge.column);
            let reached = walk.nodes[at].combinations.iter();
            let unnamed = reached.filter(|(_, it)| !it.is_named);
            let values: HashSet<_> = unnamed
                .flat_map(|(values, _)| values[here].keys())
                .collect();
            let values: Vec<_> = values.into_iter().cloned().collect();
            if values.is_empty() {
                continue;
            }
            // Where nobody answers, another's row has to be feared.
            totals.insert(
                (at, way),
                values.iter().map(|it| (it.clone(), u64::MAX)).collect(),
            );
            if walk.nodes[edge.from].error.is_none() {
                let question = Question {
                    place: (at, way),
                    edge,
                    values,
                };
                work.entry(nodes[edge.from].source.clone())
                    .or_default()
                    .push(question);
            }
        }
    }
    let answers = inner.side_by_side(work, |connected, questions| {
        Ok(ask(inner, walk, connected, questions, budget))
    });
    for (place, counts) in answers
        .into_iter()
        .flat_map(|(_, answer)| answer.unwrap_or_default())
    {
        totals.insert(place, counts);
    }
    totals
}

struct Question<'a> {
    place: Place,
    edge: &'a Edge,
    values: Vec<Value>,
}

/// A node, and a way to it.
type Place = (usize, usize);

/// Asks one source. What it does not answer stays as it was feared.
fn ask(
    inner: &Inner,
    walk: &Walk,
    connected: &Connected,
    questions: Vec<Question<'_>>,
    budget: Budget,
) -> Vec<(Place, HashMap<Value, u64>)> {
    let Some(schema) = walk.schema(connected.source.key()) else {
        return Vec::new();
    };
    let (mut counts, mut open) = (Vec::with_capacity(questions.len()), Vec::new());
    for Question {
        place,
        edge,
        values,
    } in questions
    {
        let Ok(table) = table(schema, &inner.graph.nodes[edge.from]) else {
            continue;
        };
        let column = &edge.from_column;
        let known = walk.nodes[edge.from].leads.get(column);
        let is_certain = |value: &Value| {
            table.is_unique(column) && known.is_some_and(|known| known.contains(value))
        };
        let (certain, asked): (Vec<_>, Vec<_>) = values.into_iter().partition(is_certain);
        let filter = Filter::one_of(column, asked);
        if !filter.is_empty() {
            open.push((counts.len(), table, column, filter));
        }
        let certain = certain.into_iter().map(|value| (value, 1));
        counts.push((place, certain.collect::<HashMap<_, _>>()));
    }
    let selects = open.iter().map(|(_, table, column, filter)| Select {
        table,
        columns: std::slice::from_ref(*column),
        filter,
        form: Form::Groups,
    });
    let selects: Vec<_> = selects.collect();
    let mut note = |at: usize, row: Vec<Value>| {
        let (of, table, column, _) = &open[at];
        if let ([cell, rows], Some(column)) = (&row[..], table.column(column)) {
            for key in column.link(cell).keys() {
                *counts[*of].1.entry(key.clone()).or_default() += number(rows);
            }
        }
    };
    let source = &connected.source;
    let read = source.select_all(&selects, budget.left(), &mut note);
    let failed = open.iter().zip(read).filter(|(_, read)| read.is_err());
    let failed: HashSet<_> = failed.map(|((of, ..), _)| *of).collect();
    let counts = counts.into_iter().enumerate();
    let counts = counts.filter(|(of, _)| !failed.contains(of));
    counts.map(|(_, counts)| counts).collect()
}
