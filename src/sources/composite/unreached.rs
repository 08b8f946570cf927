//! Who else holds a whole key. By a reference that leads one way alone, what others hold of it is not reached, so that the
//! source is asked.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
};

use super::{Beside, Composite, Part, Tuple};
use crate::sources::{
    Budget, Budgets, Connected, Filter, Form, Inner, Select, SourceError, Value, Way,
    likeness::Comparison,
    walk::{Walk, number},
};

/// Notes of the keys of all collections which of them rows hold that were not reached. Where nobody answers, each has to
/// be feared.
pub(in crate::sources) fn look(
    inner: &Inner,
    walk: &Walk,
    composites: &mut [Vec<Composite>],
    budgets: &Budgets<'_>,
) {
    let mut work: BTreeMap<String, Vec<((usize, usize), &Composite)>> = BTreeMap::new();
    for (at, all) in composites.iter().enumerate() {
        for (place, composite) in all.iter().enumerate().filter(|(_, it)| !it.leads_back) {
            let source = inner.graph.nodes[composite.held_by].source.clone();
            work.entry(source)
                .or_default()
                .push(((at, place), composite));
        }
    }
    let answers = budgets.side_by_side(work, |connected, asked, budget| {
        let answer = |(place, it): ((usize, usize), &Composite)| {
            Some((
                place,
                it.ask(inner, walk, connected, budget).ok().flatten()?,
            ))
        };
        Ok(asked.into_iter().filter_map(answer).collect::<Vec<_>>())
    });
    for ((at, place), held) in answers
        .into_iter()
        .flat_map(|(_, it)| it.unwrap_or_default())
    {
        composites[at][place].held_elsewhere = Some(held);
    }
}

impl Composite {
    /// The keys of reached rows that rows hold which were not; `None` where only the database could tell which they are.
    fn ask(
        &self,
        inner: &Inner,
        walk: &Walk,
        connected: &Connected,
        budget: Budget,
    ) -> Result<Option<HashSet<Tuple>>, SourceError> {
        let node = &inner.graph.nodes[self.held_by];
        let Some((table, _)) = walk.table(inner, self.held_by) else {
            return Ok(None);
        };
        let places: BTreeSet<usize> = self.parts.iter().flat_map(|it| it.held.clone()).collect();
        let columns: Vec<_> = places.iter().map(|it| node.links[*it].clone()).collect();
        let only = |values: &[Value]| {
            let cell = |at: usize| Some(values[at].clone()).filter(|_| places.contains(&at));
            let cells = (0..values.len()).map(|at| cell(at).unwrap_or(Value::Null));
            cells.collect::<Vec<_>>()
        };
        let mut rows: HashMap<Vec<Value>, u64> = HashMap::new();
        let filter = Filter::any(self.ways_to_holders(inner, walk));
        let select = Select {
            table,
            columns: &columns,
            filter: &filter,
            form: Form::Groups,
        };
        if !filter.is_empty() {
            connected
                .source
                .select(&select, budget.left(), &mut |mut row| {
                    let count = row.pop().map_or(0, |it| number(&it));
                    let mut values = vec![Value::Null; node.links.len()];
                    for ((place, name), cell) in places.iter().zip(&columns).zip(&row) {
                        if let Some(column) = table.column(name) {
                            values[*place] = column.link(cell);
                        }
                    }
                    *rows.entry(values).or_default() += count;
                    ControlFlow::Continue(())
                })?;
        }
        for (values, combination) in &walk.nodes[self.held_by].combinations {
            if let Some(left) = rows.get_mut(&only(values)) {
                *left = left.saturating_sub(combination.rows);
            }
        }
        let elsewhere = rows.into_iter().filter(|(_, left)| *left > 0);
        let elsewhere: Vec<_> = elsewhere.map(|(values, _)| values).collect();
        let are_known = elsewhere.iter().all(|it| self.knows(it));
        let tuples = elsewhere.iter().flat_map(|it| self.held(it)).collect();
        Ok(are_known.then_some(tuples))
    }

    /// How those are found that hold a key of a row that was reached.
    fn ways_to_holders(&self, inner: &Inner, walk: &Walk) -> Vec<Way> {
        let links = &inner.graph.nodes[self.held_by].links;
        let names = |part: &Part| part.held.iter().map(|it| links[*it].clone()).collect();
        let values = |part: &Part| {
            let reached = walk.nodes[self.of].combinations.iter();
            let unnamed = reached.filter(|(_, it)| !it.is_named);
            let keys = unnamed.flat_map(|(values, _)| values[part.of].keys());
            let keys: HashSet<_> = keys.cloned().collect();
            keys.into_iter().collect::<Vec<_>>()
        };
        let Some((first, others)) = self.parts.split_first() else {
            return Vec::new();
        };
        let beside = others.iter().map(|part| Beside {
            columns: names(part),
            values: values(part),
            as_source: part.is_weighed(),
        });
        let beside: Vec<_> = beside.collect();
        let columns: Vec<String> = names(first);
        let way = |column: String| Way {
            any_case: first.is_weighed(),
            as_source: first.is_weighed(),
            beside: beside.clone(),
            ..Way::exactly(&column, values(first))
        };
        let ways = columns.into_iter().map(way);
        ways.filter(|it| !it.values.is_empty()).collect()
    }

    /// Whether it is known how each part that a row holds is compared.
    fn knows(&self, values: &[Value]) -> bool {
        self.parts.iter().all(|part| {
            let mut held = part.held.iter().flat_map(|place| values[*place].keys());
            held.all(|it| part.comparison.knows(it))
        })
    }
}

impl Part {
    fn is_weighed(&self) -> bool {
        matches!(self.comparison, Comparison::Weighed(_))
    }
}
