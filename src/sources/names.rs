//! Handles that a column writes otherwise than the person gave them, as `A0EE…` and `a0ee…` are one UUID. What the source
//! itself finds by the column of a handle is the person's.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    Budget, Budgets, Column, Connected, Filter, Form, Identities, Inner, Select, Value, Way, table,
    walk::Walk,
};

/// A collection, and a link of it.
type Place = (usize, usize);

struct Question {
    place: Place,
    way: Way,
}

/// Gives rows that are named in another form to the person.
pub(super) fn name_spellings(
    inner: &Inner,
    walk: &mut Walk,
    person: &Identities,
    budgets: &Budgets<'_>,
) {
    let mut work: BTreeMap<String, Vec<Question>> = BTreeMap::new();
    for (source, question) in questions(inner, walk, person) {
        work.entry(source).or_default().push(question);
    }
    let walked = &*walk;
    let answers = budgets.side_by_side(work, |connected, questions, budget| {
        Ok(ask(inner, walked, connected, questions, budget))
    });
    let found = answers
        .into_iter()
        .flat_map(|(_, answer)| answer.unwrap_or_default());
    for ((at, place), keys) in found {
        for (values, combination) in &mut walk.nodes[at].combinations {
            combination.is_named |= values[place].keys().iter().any(|key| keys.contains(key));
        }
    }
}

/// What is asked of which source: of columns that rows name somebody in, and that may write it otherwise.
fn questions(inner: &Inner, walk: &Walk, person: &Identities) -> Vec<(String, Question)> {
    let mut questions = Vec::new();
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        let schema = walk.schema(&node.source);
        let Some(table) = schema.and_then(|it| table(it, node).ok()) else {
            continue;
        };
        for (link, kind) in &node.identities {
            let place = node.place_of(link);
            let may_differ = !node.inside.contains_key(link)
                && table.column(link).is_some_and(Column::reads_otherwise);
            let mut combinations = walk.nodes[at].combinations.iter();
            let is_open = may_differ
                && combinations.any(|(values, it)| !it.is_named && !values[place].is_null());
            if is_open && person.is_known_by(kind) {
                let (place, way) = ((at, place), person.way(link, kind));
                questions.push((node.source.clone(), Question { place, way }));
            }
        }
    }
    questions
}

/// The values by which the source itself found rows. Where it does not answer, nothing is given to anybody.
fn ask(
    inner: &Inner,
    walk: &Walk,
    connected: &Connected,
    questions: Vec<Question>,
    budget: Budget,
) -> HashMap<Place, HashSet<Value>> {
    let mut found: HashMap<Place, HashSet<Value>> = HashMap::new();
    let Some(schema) = walk.schema(connected.source.key()) else {
        return found;
    };
    let asked = questions.into_iter().filter_map(|Question { place, way }| {
        let table = table(schema, &inner.graph.nodes[place.0]).ok()?;
        let columns = [way.column.clone()];
        let any = Some(vec![way]);
        let filter = Filter {
            any,
            ..Filter::default()
        };
        Some((place, table, columns, filter))
    });
    let asked: Vec<_> = asked.collect();
    let selects = asked.iter().map(|(_, table, columns, filter)| Select {
        table,
        columns,
        filter,
        form: Form::Groups,
    });
    let selects: Vec<_> = selects.collect();
    let mut note = |at: usize, row: Vec<Value>| {
        let (place, table, [link], _) = &asked[at];
        if let (Some(cell), Some(column)) = (row.first(), table.column(link)) {
            let keys = column.link(cell).keys().to_vec();
            found.entry(*place).or_default().extend(keys);
        }
    };
    let read = connected
        .source
        .select_all(&selects, budget.left(), &mut note);
    for ((place, ..), _) in asked.iter().zip(read).filter(|(_, read)| read.is_err()) {
        found.remove(place);
    }
    found
}
