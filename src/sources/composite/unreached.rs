//! Who else holds a whole key. By a reference that leads one way alone, what others hold of it is not reached, so that the
//! source is asked.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    ops::ControlFlow,
};

use super::{Beside, Composite, Part, Tuple};
use crate::sources::{
    Budget, Budgets, Connected, Filter, Form, Inner, Select, SourceError, Table, Value, Way,
    likeness::Comparison,
    walk::{Walk, number},
};

/// A key by the place of its collection and its own there.
type Asked<'a> = ((usize, usize), &'a Composite);

/// The links of rows, empty but where they hold the key, with the number of the rows.
type Rows = HashMap<Vec<Value>, u64>;

/// Notes of the keys of all collections which of them rows hold that were not reached. Where nobody answers, each has to
/// be feared.
pub(in crate::sources) fn look(
    inner: &Inner,
    walk: &Walk,
    composites: &mut [Vec<Composite>],
    budgets: &Budgets<'_>,
) {
    let mut work: BTreeMap<String, Vec<Asked<'_>>> = BTreeMap::new();
    for (at, all) in composites.iter().enumerate() {
        for (place, composite) in all.iter().enumerate().filter(|(_, it)| !it.leads_back) {
            let source = inner.graph.nodes[composite.held_by].source.clone();
            work.entry(source)
                .or_default()
                .push(((at, place), composite));
        }
    }
    let answers = budgets.side_by_side(work, |connected, asked, budget| {
        let answer = |(place, composite): Asked<'_>| {
            let held = composite.held_elsewhere(inner, walk, connected, budget);
            Some((place, held.ok().flatten()?))
        };
        Ok(asked.into_iter().filter_map(answer).collect::<Vec<_>>())
    });
    for ((at, place), held) in answers
        .into_iter()
        .flat_map(|(_, it)| it.unwrap_or_default())
    {
        composites[at][place].unreached = Some(held);
    }
}

impl Composite {
    /// The keys of reached rows that rows hold which were not; `None` where only the database could tell which they are.
    fn held_elsewhere(
        &self,
        inner: &Inner,
        walk: &Walk,
        connected: &Connected,
        budget: Budget,
    ) -> Result<Option<HashSet<Tuple>>, SourceError> {
        let Some((table, _)) = walk.table(inner, self.held_by) else {
            return Ok(None);
        };
        let filter = Filter::any(self.ways_to_holders(inner, walk));
        if filter.is_empty() {
            return Ok(Some(HashSet::new()));
        }
        let mut rows = self.holders(inner, connected, (table, &filter), budget)?;
        let places = self.held_places();
        for (values, combination) in &walk.nodes[self.held_by].combinations {
            if let Some(left) = rows.get_mut(&only(&places, values)) {
                *left = left.saturating_sub(combination.rows);
            }
        }
        rows.retain(|_, left| *left > 0);
        let are_known = rows.keys().all(|it| self.knows(it));
        let tuples = rows.keys().flat_map(|it| self.held(it)).collect();
        Ok(are_known.then_some(tuples))
    }

    /// Where a key stands among the links of what holds it.
    fn held_places(&self) -> BTreeSet<usize> {
        let parts = self.parts.iter();
        parts.flat_map(|it| it.held.iter().copied()).collect()
    }

    /// The rows that hold a key of one that was reached.
    fn holders(
        &self,
        inner: &Inner,
        connected: &Connected,
        (table, filter): (&Table, &Filter),
        budget: Budget,
    ) -> Result<Rows, SourceError> {
        let links = &inner.graph.nodes[self.held_by].links;
        let places = self.held_places();
        let columns: Vec<_> = places.iter().map(|it| links[*it].clone()).collect();
        let select = Select {
            table,
            columns: &columns,
            filter,
            form: Form::Groups,
        };
        let mut rows = Rows::new();
        let source = &connected.source;
        source.select(&select, budget.left(), &mut |mut row| {
            let count = row.pop().map_or(0, |it| number(&it));
            let mut values = vec![Value::Null; links.len()];
            for ((place, name), cell) in places.iter().zip(&columns).zip(&row) {
                let column = table.column(name);
                values[*place] = column.map_or(Value::Null, |it| it.link(cell));
            }
            *rows.entry(values).or_default() += count;
            ControlFlow::Continue(())
        })?;
        Ok(rows)
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

/// The links of a row, empty but at some places.
fn only(places: &BTreeSet<usize>, values: &[Value]) -> Vec<Value> {
    let links = values.iter().enumerate();
    let links = links.map(|(at, value)| places.contains(&at).then(|| value.clone()));
    links.map(|it| it.unwrap_or(Value::Null)).collect()
}

impl Part {
    fn is_weighed(&self) -> bool {
        matches!(self.comparison, Comparison::Weighed(_))
    }
}
