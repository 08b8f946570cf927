//! Whose a record is. A record that another person's records lead to as well is shared: it is counted, but neither
//! shown by default nor ever changed for one of them.
//!
//! A record that holds one of the person's identities is the person's, unless it holds them in a list in which others
//! are, too. Any other record is the person's when every
//! row that leads to it is the person's own: the sum of own rows is compared with the sum of all rows, one read per
//! way. A record that names somebody else is theirs, too.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    ops::ControlFlow,
};

use super::{
    Budget, Filter, Form, Inner, Select, SourceError, Value,
    graph::Edge,
    table,
    walk::{Walk, number},
};

/// How many rows lead to a value, by node and way.
type Totals = HashMap<(usize, usize), HashMap<Value, u64>>;

/// Decides for every combination whether it is the person's own.
pub(super) fn settle(inner: &Inner, walk: &mut Walk, budget: Budget) {
    let totals = totals(inner, walk, budget);
    for reached in &mut walk.nodes {
        for combination in reached.combinations.values_mut() {
            combination.is_own = combination.is_named || !combination.names_another;
        }
    }
    while withdraw(inner, walk, &totals) {}
    for at in 0..walk.nodes.len() {
        let leads = own_leads(inner, walk, at);
        walk.nodes[at].own_leads = leads;
    }
}

fn position(columns: &[String], name: &str) -> usize {
    let found = columns.iter().position(|it| it == name);
    found.expect("the column of a way is a link column")
}

/// Takes away what others lead to; `true` when anything changed, so that what it leads to must be looked at again.
fn withdraw(inner: &Inner, walk: &mut Walk, totals: &Totals) -> bool {
    let mut lost: Vec<(usize, Vec<Value>)> = Vec::new();
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        let columns = node.link_columns();
        for (way, edge) in node.incoming.iter().enumerate() {
            let Some(totals) = totals.get(&(at, way)) else {
                continue;
            };
            let own = own_rows(inner, walk, edge);
            let here = position(&columns, &edge.column);
            for (values, combination) in &walk.nodes[at].combinations {
                let is_ours = |key: &Value| {
                    let all = totals.get(key).copied().unwrap_or(0);
                    own.get(key).copied().unwrap_or(0) >= all
                };
                let all_ours = combination.is_named || values[here].keys().iter().all(is_ours);
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
    let from = position(
        &inner.graph.nodes[edge.from].link_columns(),
        &edge.from_column,
    );
    let mut rows = HashMap::new();
    for (values, combination) in &walk.nodes[edge.from].combinations {
        for key in values[from].keys().iter().filter(|_| combination.is_own) {
            *rows.entry(key.clone()).or_default() += combination.rows;
        }
    }
    rows
}

fn own_leads(inner: &Inner, walk: &Walk, at: usize) -> BTreeMap<String, HashSet<Value>> {
    let columns = inner.graph.nodes[at].link_columns();
    let mut leads: BTreeMap<String, HashSet<Value>> = BTreeMap::new();
    for column in &inner.graph.nodes[at].outgoing {
        let here = position(&columns, column);
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
        let columns = node.link_columns();
        for (way, edge) in node.incoming.iter().enumerate() {
            let here = position(&columns, &edge.column);
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
        let schema = connected.schema(budget.left())?;
        let answer = |question: Question<'_>| {
            let place = question.place;
            Ok((
                place,
                question.ask(inner, walk, (connected, &schema), budget)?,
            ))
        };
        questions
            .into_iter()
            .map(answer)
            .collect::<Result<Vec<_>, SourceError>>()
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
    place: (usize, usize),
    edge: &'a Edge,
    values: Vec<Value>,
}

impl Question<'_> {
    fn ask(
        self,
        inner: &Inner,
        walk: &Walk,
        (connected, schema): (&super::Connected, &super::Schema),
        budget: Budget,
    ) -> Result<HashMap<Value, u64>, SourceError> {
        let node = &inner.graph.nodes[self.edge.from];
        let table = table(schema, node)?;
        let column = &self.edge.from_column;
        let known = walk.nodes[self.edge.from].leads.get(column);
        let is_certain = |value: &Value| {
            table.is_unique(column) && known.is_some_and(|known| known.contains(value))
        };
        let (certain, open): (Vec<_>, Vec<_>) = self.values.into_iter().partition(is_certain);
        let mut counts: HashMap<_, _> = certain.into_iter().map(|value| (value, 1)).collect();
        let filter = Filter::one_of(column, open);
        if filter.is_empty() {
            return Ok(counts);
        }
        let select = Select {
            table,
            columns: std::slice::from_ref(column),
            filter: &filter,
            form: Form::Groups,
        };
        connected
            .source
            .select(&select, budget.left(), &mut |row| {
                if let ([cell, rows], Some(column)) = (&row[..], table.column(column)) {
                    for key in column.link(cell).keys() {
                        *counts.entry(key.clone()).or_default() += number(rows);
                    }
                }
                ControlFlow::Continue(())
            })?;
        Ok(counts)
    }
}
