//! Whose a record is. A record that another person's records lead to as well is shared: it is counted, but neither
//! shown by default nor ever changed for one of them.
//!
//! A record that holds one of the person's identities is the person's, unless it holds them in a list in which others
//! are, too. Any other record is the person's when every row that leads to it is the person's own: the sum of own rows is
//! compared with the sum of all rows, one read per way; where the ways are the parts of one key, the whole key counts. A
//! record that names somebody else is theirs, too.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Budget, Budgets, Connected, Filter, Form, Inner, Select, Table, Value, Way,
    composite::{Composite, Tuples, look_who_holds},
    graph::Edge,
    grounded,
    likeness::Likeness,
    spread::Spread,
    strangers, table,
    walk::{Walk, number},
};

/// How many rows lead to each value of one way.
struct Total {
    rows: HashMap<Value, u64>,
    likeness: Likeness,
}

/// By node and way.
type Totals = HashMap<Place, Total>;

/// Decides for every combination whether it is the person's own.
pub(super) fn settle_owners(inner: &Inner, walk: &mut Walk, budgets: &Budgets<'_>) {
    walk.weigh(inner, budgets);
    let nodes = 0..inner.graph.nodes.len();
    let mut composites: Vec<_> = nodes.map(|at| Composite::all(inner, walk, at)).collect();
    look_who_holds(inner, walk, &mut composites, budgets);
    let totals = totals(inner, walk, &composites, budgets);
    for reached in &mut walk.nodes {
        for combination in reached.combinations.values_mut() {
            combination.is_own = combination.is_named || !combination.names_another;
        }
    }
    strangers::withdraw(inner, walk, budgets);
    let grounded = grounded::withdraw(inner, walk, &composites);
    while withdraw(inner, walk, (&totals, &composites)) {}
    for at in 0..walk.nodes.len() {
        let leads = own_leads(inner, walk, at);
        walk.nodes[at].set_own_leads(leads);
    }
    if let Some(grounded) = grounded {
        grounded::forget(inner, walk, &grounded);
    }
}

/// Takes away what others lead to; `true` when anything changed, so that what whole keys lead to must be looked at again.
fn withdraw(
    inner: &Inner,
    walk: &mut Walk,
    (totals, composites): (&Totals, &[Vec<Composite>]),
) -> bool {
    let of = |at: usize| Led::ways(inner, walk, at, (totals, &composites[at]));
    let ways = (0..composites.len()).map(of).collect();
    let lost = Spread::new(walk, ways).lost();
    for (at, values) in &lost {
        if let Some(combination) = walk.nodes[*at].combinations.get_mut(values) {
            combination.is_own = false;
        }
    }
    !lost.is_empty()
}

/// One way to a collection, with the rows that lead by it.
pub(super) struct Led<'a> {
    /// The collection from which it leads.
    pub from: usize,
    /// Where its link stands there.
    there: usize,
    /// Where its link stands here.
    here: usize,
    total: &'a Total,
    own: HashMap<Value, u64>,
    /// The whole keys, where it is a part of one.
    tuples: Option<Tuples<'a>>,
}

impl<'a> Led<'a> {
    fn ways(
        inner: &Inner,
        walk: &Walk,
        at: usize,
        (totals, composites): (&'a Totals, &'a [Composite]),
    ) -> Vec<Self> {
        let nodes = &inner.graph.nodes;
        let ways = nodes[at].incoming.iter().enumerate();
        let ways = ways.filter_map(|(way, edge)| {
            let total = totals.get(&(at, way))?;
            let composite = composites.iter().find(|it| it.has(inner, walk, (at, edge)));
            Some(Self {
                from: edge.from,
                there: nodes[edge.from].place_of(&edge.from_column),
                here: nodes[at].place_of(&edge.column),
                own: own_rows(inner, walk, edge, total.likeness),
                tuples: composite.map(|it| it.leading(walk, edge.upward)),
                total,
            })
        });
        ways.collect()
    }

    /// The values by which it leads to one that holds this.
    pub fn keys_of(&self, values: &[Value]) -> Vec<Value> {
        let keys = values[self.here].keys().iter();
        keys.map(|key| self.total.likeness.fold(key)).collect()
    }

    /// Counts rows there no longer, and gives the values to which they lead.
    pub fn forget(&mut self, values: &[Value], rows: u64) -> Vec<Value> {
        let keys = values[self.there].keys().iter();
        let keys: Vec<_> = keys.map(|key| self.total.likeness.fold(key)).collect();
        for key in &keys {
            let left = self.own.get(key).map_or(0, |own| own.saturating_sub(rows));
            if left == 0 {
                self.own.remove(key);
            } else {
                self.own.insert(key.clone(), left);
            }
        }
        keys
    }

    /// Whether own rows lead to one that holds this.
    pub fn reaches(&self, values: &[Value]) -> bool {
        let by_whole_key = self.tuples.as_ref().and_then(|it| it.reach(values));
        by_whole_key.unwrap_or_else(|| {
            let mut keys = values[self.here].keys().iter();
            keys.any(|key| self.own.contains_key(&self.total.likeness.fold(key)))
        })
    }

    /// Whether all rows that lead to it are own: no more, and no fewer, which would be written otherwise.
    pub fn is_ours(&self, values: &[Value]) -> bool {
        let is_ours = |key: &Value| {
            let key = self.total.likeness.fold(key);
            let of = |rows: &HashMap<Value, u64>| rows.get(&key).copied().unwrap_or(0);
            of(&self.own) == of(&self.total.rows)
        };
        let by_whole_key = self.tuples.as_ref().and_then(|it| it.are_ours(values));
        by_whole_key.unwrap_or_else(|| values[self.here].keys().iter().all(is_ours))
    }
}

/// How many of the person's own rows lead to each value.
fn own_rows(inner: &Inner, walk: &Walk, edge: &Edge, likeness: Likeness) -> HashMap<Value, u64> {
    let from = inner.graph.nodes[edge.from].place_of(&edge.from_column);
    let mut rows = HashMap::new();
    for (values, combination) in &walk.nodes[edge.from].combinations {
        for key in values[from].keys().iter().filter(|_| combination.is_own) {
            *rows.entry(likeness.fold(key)).or_default() += combination.rows;
        }
    }
    rows
}

/// The values to which own rows lead; `None` where these are all to which any does.
fn own_leads(inner: &Inner, walk: &Walk, at: usize) -> Option<BTreeMap<String, HashSet<Value>>> {
    let node = &inner.graph.nodes[at];
    if walk.nodes[at].combinations.values().all(|it| it.is_own) {
        return None;
    }
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
    Some(leads)
}

/// Asks the sources how many rows lead to each value that was reached.
fn totals(
    inner: &Inner,
    walk: &Walk,
    composites: &[Vec<Composite>],
    budgets: &Budgets<'_>,
) -> Totals {
    let nodes = &inner.graph.nodes;
    let mut totals = Totals::new();
    let mut work: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        for (way, edge) in node.incoming.iter().enumerate() {
            let here = node.place_of(&edge.column);
            let reached = walk.nodes[at].combinations.iter();
            let unnamed: Vec<_> = reached.filter(|(_, it)| !it.is_named).collect();
            if unnamed.is_empty() {
                continue;
            }
            let likeness = walk.likeness(inner, at, edge);
            let mut keys = composites[at].iter();
            let key = keys.find(|it| it.has(inner, walk, (at, edge)));
            // Where the whole key tells it, a part need not be counted: a shop may have any number of orders.
            let is_open = |values: &[Value]| key.is_none_or(|it| !it.tells(edge.upward, values));
            let open = unnamed.iter().filter(|(values, _)| is_open(values));
            let values: HashSet<_> = open
                .flat_map(|(values, _)| values[here].keys())
                // As it is written as well: not every database knows the small form of every letter.
                .flat_map(|key| [likeness.fold(key), key.clone()])
                .collect();
            let values: Vec<_> = values.into_iter().collect();
            if values.is_empty() && key.is_none() {
                continue;
            }
            // Where nobody answers, or only the database could tell, another's row has to be feared.
            let rows = values.iter().map(|it| (it.clone(), u64::MAX)).collect();
            totals.insert((at, way), Total { rows, likeness });
            let is_asked = !values.is_empty() && likeness != Likeness::Unknown;
            if walk.nodes[edge.from].error.is_none() && is_asked {
                let question = Question {
                    place: (at, way),
                    edge,
                    values,
                    likeness,
                };
                work.entry(nodes[edge.from].source.clone())
                    .or_default()
                    .push(question);
            }
        }
    }
    let answers = budgets.side_by_side(work, |connected, questions, budget| {
        Ok(ask(inner, walk, connected, questions, budget))
    });
    for (place, rows) in answers
        .into_iter()
        .flat_map(|(_, answer)| answer.unwrap_or_default())
    {
        if let Some(total) = totals.get_mut(&place) {
            total.rows = rows;
        }
    }
    totals
}

struct Question<'a> {
    place: Place,
    edge: &'a Edge,
    values: Vec<Value>,
    likeness: Likeness,
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
        likeness,
    } in questions
    {
        let Ok(table) = table(schema, &inner.graph.nodes[edge.from]) else {
            continue;
        };
        let column = &edge.from_column;
        let known = walk.nodes[edge.from].leads.get(column);
        let is_certain = |value: &Value| {
            likeness == Likeness::Exact
                && table.is_unique(column)
                && known.is_some_and(|known| known.contains(value))
        };
        let (certain, asked): (Vec<_>, Vec<_>) = values.into_iter().partition(is_certain);
        let way = Way {
            any_case: likeness.is_without_case(),
            as_source: likeness == Likeness::Collated,
            ..Way::exactly(column, asked)
        };
        let filter = Filter::any(vec![way]);
        if !filter.is_empty() {
            let place = (counts.len(), certain.len());
            open.push((place, (table, column, likeness), filter));
        }
        let certain = certain.into_iter().map(|value| (value, 1));
        counts.push((place, certain.collect::<HashMap<_, _>>()));
    }
    let selects = open.iter().map(|(_, (table, column, _), filter)| Select {
        table,
        columns: std::slice::from_ref(*column),
        filter,
        form: Form::Groups,
    });
    let selects: Vec<_> = selects.collect();
    let mut note = |at: usize, row: Vec<Value>| {
        let ((of, _), (table, column, likeness), _) = &open[at];
        if let ([cell, rows], Some(column)) = (&row[..], table.column(column)) {
            for key in column.link(cell).keys() {
                let counts = &mut counts[*of].1;
                *counts.entry(likeness.fold(key)).or_default() += number(rows);
            }
        }
    };
    let source = &connected.source;
    let read = source.select_all(&selects, budget.left(), &mut note);
    let failed = open.iter().zip(read);
    let failed = failed.filter(|(((of, certain), column, filter), read)| {
        read.is_err() || finds_otherwise((&counts[*of].1, *certain), column, filter)
    });
    let failed: HashSet<_> = failed.map(|(((of, _), ..), _)| *of).collect();
    let counts = counts.into_iter().enumerate();
    let counts = counts.filter(|(of, _)| !failed.contains(of));
    counts.map(|(_, counts)| counts).collect()
}

/// Whether a source has found what was not asked for, because to it that is the same: of which value it is then a way of
/// writing cannot be told.
fn finds_otherwise(
    (counts, certain): (&HashMap<Value, u64>, usize),
    (table, column, likeness): &(&Table, &String, Likeness),
    filter: &Filter,
) -> bool {
    let is_list = table.column(column).is_some_and(|it| it.inside.is_some());
    let asked = filter.any.iter().flatten().flat_map(|way| &way.values);
    let known = asked.filter(|it| **it == likeness.fold(it) && counts.contains_key(it));
    !is_list && known.count() + certain < counts.len()
}
