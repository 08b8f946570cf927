//! Lists of handles: they may be the several ones of one person, or those of several people, as of whoever comes to a
//! meeting. Somebody else is known by a record of their own, which does not name the person.

use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    Budget, Budgets, Connected, Fault, Filter, Form, Identities, Inner, Schema, Select,
    SourceError, Value, Way, graph::Node, table, walk::Walk,
};

/// Takes the name of the person away from lists in which somebody else is.
pub(super) fn unname_crowds(
    inner: &Inner,
    walk: &mut Walk,
    person: &Identities,
    budgets: &Budgets<'_>,
) {
    let mut others = Identities::default();
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        for values in walk.nodes[at].combinations.keys() {
            let listed = listed(node, values).filter(|(kind, key)| !person.holds(kind, key));
            others = listed.fold(others, |all, (kind, key)| all.with(kind, &key.to_string()));
        }
    }
    if others == Identities::default() {
        return;
    }
    let known = known(inner, (person, &others), budgets);
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        for (values, combination) in &mut walk.nodes[at].combinations {
            let is_with_others = listed(node, values).any(|(kind, key)| known.holds(kind, key));
            if combination.is_named && is_with_others {
                combination.is_named = false;
                combination.is_listed = true;
                combination.names_another = true;
            }
        }
    }
}

/// What lists of a record hold, by kind; nothing where a column of its own says whose it is.
fn listed<'a>(
    node: &'a Node,
    values: &'a [Value],
) -> impl Iterator<Item = (&'a str, &'a Value)> + 'a {
    let cell = move |link: &String| &values[node.place_of(link)];
    let mut plain = node.identities.iter();
    let is_named = plain.any(|(link, _)| !node.inside.contains_key(link) && !cell(link).is_null());
    let lists = node.identities.iter().filter(move |(link, _)| {
        !is_named && node.inside.contains_key(link) && !node.crowds.contains(link)
    });
    lists.flat_map(move |(link, kind)| cell(link).keys().iter().map(move |key| (&**kind, key)))
}

/// Those of the handles by which records are named that do not name the person. Where nobody answers, all have to be
/// feared.
fn known(
    inner: &Inner,
    (person, others): (&Identities, &Identities),
    budgets: &Budgets<'_>,
) -> Identities {
    let mut work: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in &inner.graph.nodes {
        if !node.identities.is_empty() && inner.connected.contains_key(&node.source) {
            work.entry(node.source.clone()).or_default().push(node);
        }
    }
    let answers = budgets.side_by_side(work, |connected, nodes, budget| {
        let schema = connected.schema(budget.left())?;
        let mut known = Vec::new();
        for node in nodes {
            let asked = look(connected, &schema, node, (person, others), budget);
            match connected.notice(asked) {
                Ok(found) => known.extend(found),
                // What is not there names nobody.
                Err(SourceError {
                    fault: Fault::Missing(_),
                    ..
                }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(known)
    });
    let mut known = Identities::default();
    for (_, answer) in answers {
        let Ok(found) = answer else {
            return others.clone();
        };
        known = found
            .into_iter()
            .fold(known, |all, (kind, handle)| all.with(&kind, &handle));
    }
    known
}

fn look(
    connected: &Connected,
    schema: &Schema,
    node: &Node,
    (person, others): (&Identities, &Identities),
    budget: Budget,
) -> Result<Vec<(String, String)>, SourceError> {
    let table = table(schema, node)?;
    let ways = node.identities.iter();
    let ways: Vec<Way> = ways.map(|(link, kind)| others.way(link, kind)).collect();
    let filter = Filter::any(ways);
    let mut found = Vec::new();
    if filter.is_empty() {
        return Ok(found);
    }
    let columns: Vec<_> = node
        .identities
        .iter()
        .map(|(link, _)| link.clone())
        .collect();
    let select = Select {
        table,
        columns: &columns,
        filter: &filter,
        form: Form::Groups,
    };
    let source = &connected.source;
    source.select(&select, budget.left(), &mut |row| {
        let cells = node.identities.iter().zip(&row);
        let cells = cells.filter_map(|((link, kind), cell)| {
            let keys = table.column(link)?.link(cell).keys().to_vec();
            Some((kind, keys))
        });
        let cells: Vec<_> = cells.collect();
        let handles = || {
            cells
                .iter()
                .flat_map(|(kind, keys)| keys.iter().map(move |key| (*kind, key)))
        };
        if !handles().any(|(kind, key)| person.holds(kind, key)) {
            let named = handles().filter(|(kind, key)| others.holds(kind, key));
            found.extend(named.map(|(kind, key)| (kind.clone(), key.to_string())));
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}
