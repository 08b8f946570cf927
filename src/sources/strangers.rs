//! Rows that are read about nobody: of collections that are not processed, and of tables that no manifest names. What they
//! refer to as well, such as the address of a supplier, is not a person's alone.

use std::{
    collections::{BTreeSet, HashSet},
    ops::ControlFlow,
};

use super::{
    Budget, Filter, Form, Inner, Schema, Select, SourceError, TableName, Value, graph::Node, table,
    walk::Walk,
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
pub(super) fn withdraw(inner: &Inner, walk: &mut Walk, budget: Budget) {
    for (at, node) in inner.graph.nodes.iter().enumerate() {
        let schema = walk.schema(&node.source);
        let strangers = schema.map(|schema| of(inner, schema, node));
        for stranger in strangers.unwrap_or_default() {
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
            let held = stranger.held(inner, values, budget).ok();
            for (values, combination) in own {
                let is_held = |key: &Value| held.as_ref().is_none_or(|held| held.contains(key));
                combination.is_own = !values[here].keys().iter().any(is_held);
            }
        }
    }
}

impl Stranger {
    /// Those of some values that it holds; none where there is no such table.
    fn held(
        &self,
        inner: &Inner,
        values: HashSet<Value>,
        budget: Budget,
    ) -> Result<HashSet<Value>, SourceError> {
        let mut held = HashSet::new();
        let Ok(connected) = inner.connected(&self.source) else {
            return Ok(held);
        };
        let schema = connected.schema(budget.left())?;
        let table = schema.table(&self.table);
        let Some((table, column)) = table.and_then(|it| Some((it, it.column(&self.from_column)?)))
        else {
            return Ok(held);
        };
        let filter = Filter::one_of(&self.from_column, values.into_iter().collect());
        let select = Select {
            table,
            columns: std::slice::from_ref(&self.from_column),
            filter: &filter,
            form: Form::Groups,
        };
        connected
            .source
            .select(&select, budget.left(), &mut |row| {
                let cell = row.first().map(|cell| column.link(cell));
                held.extend(cell.iter().flat_map(Value::keys).cloned());
                ControlFlow::Continue(())
            })?;
        Ok(held)
    }
}
