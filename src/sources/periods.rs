//! For how long the register lets a collection keep its records, by their date.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Inner, Schema, SourceError, Sources, graph::Node, order::in_order, personal::is_personal,
};
use crate::register::{CollectionKey, Field, Retention};

impl Sources {
    /// The collections in which something is due by its date one day, each after those that point at it
    /// and those that its manifest names in `erase_after`. A source that
    /// does not answer is an error beside those of the others.
    pub fn with_periods(&self) -> (Vec<CollectionKey>, Vec<SourceError>) {
        let inner = &*self.0;
        let nodes = inner.graph.nodes.iter();
        let mut nodes: Vec<_> = nodes
            .filter(|node| !inner.is_read_only(&node.source) && fewest_days(inner, node).is_some())
            .collect();
        let keys: BTreeSet<_> = nodes.iter().map(|node| node.source.clone()).collect();
        let sources = keys.into_iter().map(|key| (key, ()));
        let looked = inner.side_by_side(sources, |connected, ()| {
            connected.fresh_schema(connected.limits.step)
        });
        let (mut schemas, mut errors) = (BTreeMap::new(), Vec::new());
        for (key, schema) in looked {
            match schema {
                Ok(schema) => drop(schemas.insert(key, schema)),
                Err(error) => errors.push(error),
            }
        }
        nodes.retain(|node| schemas.contains_key(&node.source));
        let before = nodes.iter().map(|node| {
            let declared = &node.collection(&inner.register).erase_after;
            let goes_first =
                |other: &Node| points_at(other, node, &schemas) || declared.contains(&other.key);
            let all = 0..nodes.len();
            all.filter(|at| goes_first(nodes[*at])).collect()
        });
        let order = in_order(&before.collect::<Vec<_>>()).into_iter();
        (order.map(|at| nodes[at].key.clone()).collect(), errors)
    }
}

/// Whether the source refuses to let a row of the one go while the other has one that points at it.
fn points_at(from: &Node, to: &Node, schemas: &BTreeMap<String, Arc<Schema>>) -> bool {
    if from.source != to.source || from.key == to.key {
        return false;
    }
    let schema = &schemas[&to.source];
    let (Some(target), Some(table)) = (schema.table(&to.table), schema.table(&from.table)) else {
        return false;
    };
    let mut pointing = schema.pointing_at(target);
    pointing.any(|(other, _)| other.name == table.name)
}

/// The fewest days after which something in a collection is due; `None` where nothing ever is by its date.
pub(super) fn fewest_days(inner: &Inner, node: &Node) -> Option<u32> {
    let collection = node.collection(&inner.register);
    collection.date_field()?;
    let own = collection.retention.as_ref().and_then(days);
    let fields = collection.fields.iter().filter(|it| is_personal(it));
    let by_field = fields
        .filter_map(|field| period_of(inner, node, field))
        .min();
    by_field.or(own)
}

/// In how many days a field is due: with several inside of it, the last of them.
pub(super) fn period_of(inner: &Inner, node: &Node, field: &Field) -> Option<u32> {
    let key = &node.key;
    let own = || {
        let view = inner
            .register
            .describe(&key.dataset, &key.collection, &field.path)?;
        view.retention().and_then(days)
    };
    if field.fields.is_empty() {
        return own();
    }
    let personal = field.fields.iter().filter(|it| is_personal(it));
    let periods: Option<Vec<_>> = personal.map(|it| period_of(inner, node, it)).collect();
    periods?.into_iter().max()
}

fn days(retention: &Retention) -> Option<u32> {
    match retention {
        Retention::Period { days, .. } => Some(*days),
        Retention::Criterion(_) => None,
    }
}
