//! Rows that are read about nobody: of collections that are not processed, and of tables that no manifest names. What they
//! refer to as well, such as the address of a supplier, is not a person's alone.

use std::{
    collections::{BTreeSet, HashSet},
    ops::ControlFlow,
};

use super::{
    Budget, Budgets, Filter, Form, Inner, Schema, Select, SourceError, TableName, Value, Way,
    graph::Node, likeness::Likeness, table, walk::Walk,
};

/// A column of theirs, and the link of a collection that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stranger {
    pub source: String,
    pub table: TableName,
    pub from_column: String,
    pub column: String,
}

/// Those that lead to rows of a collection. Without a manifest it is not known whether a reference is about its holder
/// or the other row: it counts only where rows are looked up and nothing else.
pub(super) fn of(inner: &Inner, schema: &Schema, node: &Node) -> Vec<Stranger> {
    let mut all = node.strangers.clone();
    let is_looked_up = !node.incoming.is_empty() && node.incoming.iter().all(|it| it.upward);
    let Some(table) = table(schema, node).ok().filter(|_| is_looked_up) else {
        return all;
    };
    let same = inner
        .graph
        .nodes
        .iter()
        .filter(|it| it.source == node.source);
    let named = same.filter_map(|it| Some(&schema.table(&it.table)?.name));
    let named: BTreeSet<_> = named.collect();
    for (pointing, key) in schema.pointing_at(table) {
        let ([from_column], [column]) = (&key.columns[..], &key.referenced[..]) else {
            continue;
        };
        let mut links = node.links.iter();
        let link = links.find(|it| it.eq_ignore_ascii_case(column));
        if let (false, Some(link)) = (named.contains(&pointing.name), link) {
            all.push(Stranger {
                source: node.source.clone(),
                table: pointing.name.clone(),
                from_column: from_column.clone(),
                column: link.clone(),
            });
        }
    }
    all
}

/// Takes away from the person what strangers lead to.
pub(super) fn withdraw(inner: &Inner, walk: &mut Walk, budgets: &Budgets<'_>) {
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        let Some(schema) = walk.schema(&node.source).cloned() else {
            continue;
        };
        let schema = &*schema;
        for stranger in walk.strangers[at].clone() {
            let here = node.place_of(&stranger.column);
            let own = walk.nodes[at].combinations.iter_mut();
            let own = own.filter(|(_, it)| it.is_own && !it.is_named);
            let own: Vec<_> = own.collect();
            let values = own.iter().flat_map(|(values, _)| values[here].keys());
            let values: HashSet<_> = values.cloned().collect();
            if values.is_empty() {
                continue;
            }
            // Where nobody answers, another's row has to be feared.
            let held = budgets.spend(&stranger.source, |budget| {
                stranger.held(inner, (schema, node), values, budget)
            });
            let held = held.ok().flatten();
            for (values, combination) in own {
                let is_held = |key: &Value| held.as_ref().is_none_or(|held| held.contains(key));
                combination.is_own = !values[here].keys().iter().any(is_held);
            }
        }
    }
}

/// Values that somebody holds, as the source compares them.
struct Held {
    keys: HashSet<Value>,
    likeness: Likeness,
}

impl Held {
    fn contains(&self, key: &Value) -> bool {
        self.keys.contains(&self.likeness.fold(key))
    }
}

impl Stranger {
    /// Those of some values of a collection that it holds: none where there is no such table, and `None` where only the
    /// source could tell.
    fn held(
        &self,
        inner: &Inner,
        (to_schema, node): (&Schema, &Node),
        values: HashSet<Value>,
        budget: Budget,
    ) -> Result<Option<Held>, SourceError> {
        let connected = inner.connected(&self.source)?;
        let schema = connected.schema(budget.left())?;
        let mut held = Held {
            keys: HashSet::new(),
            likeness: Likeness::Exact,
        };
        let table_here = schema.table(&self.table);
        let Some((from, column)) =
            table_here.and_then(|it| Some((it, it.column(&self.from_column)?)))
        else {
            return Ok(Some(held));
        };
        let to = table(to_schema, node)?;
        if let Some(referenced) = to.column(&self.column) {
            let ends = ((from, &*self.from_column), (to, &*self.column));
            let is_enforced = self.source == node.source && schema.refers(ends.0, ends.1);
            held.likeness = Likeness::of(column, referenced, is_enforced);
        }
        if held.likeness == Likeness::Unknown {
            return Ok(None);
        }
        let asked: HashSet<_> = values.iter().map(|key| held.likeness.fold(key)).collect();
        // As they are written as well: not every database knows the small form of every letter.
        let values: HashSet<_> = asked.iter().cloned().chain(values).collect();
        let way = Way {
            any_case: held.likeness.is_without_case(),
            as_source: held.likeness == Likeness::Collated,
            ..Way::exactly(&self.from_column, values.into_iter().collect())
        };
        let filter = Filter::any(vec![way]);
        let select = Select {
            table: from,
            columns: std::slice::from_ref(&self.from_column),
            filter: &filter,
            form: Form::Groups,
        };
        connected
            .source
            .select(&select, budget.left(), &mut |row| {
                let cell = row.first().map(|cell| column.link(cell));
                let keys = cell.iter().flat_map(Value::keys);
                held.keys.extend(keys.map(|key| held.likeness.fold(key)));
                ControlFlow::Continue(())
            })?;
        // What was not asked for is the same to the source: of which value it is then a way of writing cannot be told.
        let is_told = column.inside.is_some() || held.keys.is_subset(&asked);
        Ok(is_told.then_some(held))
    }
}
