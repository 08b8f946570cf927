//! What is wrong in what sources hold, whatever their structure is: told to who can mend it.

use std::ops::ControlFlow;

use super::super::{
    ColumnKind, Connected, Padded, Query, Readable, Schema, Sources, graph::Node, table,
    walk::number,
};
use crate::register::Finding;

impl Sources {
    /// What can be read of each source, and what cannot. One that does not answer is left out.
    pub fn readable(&self) -> Vec<Readable> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), ()));
        let read = inner.side_by_side(all, |connected, ()| {
            connected.source.readable(connected.limits.step)
        });
        read.into_iter().filter_map(|(_, read)| read.ok()).collect()
    }

    /// Fields by whose values people are looked for, where spaces stand around some: nobody types those. What does not
    /// answer is left out.
    pub fn padded(&self) -> Vec<Finding> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), key.clone()));
        let found = inner.side_by_side(all, |connected, key| {
            let schema = connected.schema(connected.limits.step)?;
            let nodes = inner.graph.nodes.iter().filter(|it| it.source == key);
            let found = nodes.flat_map(|node| {
                let fields = &node.collection(&inner.register).fields;
                let links = node.identities.iter().filter_map(|(link, _)| {
                    let count = padded_in(connected, &schema, (node, link))?;
                    let field = fields.iter().find(|it| it.name == *link)?;
                    let wrong = format!("values that begin or end with a space: {count}");
                    Some(Finding {
                        place: field.place.clone(),
                        wrong,
                        expected: "none, as nobody is found by these".to_owned(),
                    })
                });
                links.collect::<Vec<_>>()
            });
            Ok(found.collect::<Vec<_>>())
        });
        let found = found.into_iter().filter_map(|(_, found)| found.ok());
        let mut found: Vec<_> = found.flatten().collect();
        found.sort();
        found
    }
}

/// How many values of a link have a space around them, if any.
fn padded_in(
    connected: &Connected,
    schema: &Schema,
    (node, link): (&Node, &String),
) -> Option<u64> {
    let table = table(schema, node).ok()?;
    let column = table.column(link)?;
    if column.inside.is_some() || !matches!(column.kind, ColumnKind::Text | ColumnKind::Any) {
        return None;
    }
    let (mut count, wait) = (0, connected.limits.step);
    let query = Query::Padded(Padded { table, column });
    let read = connected.source.query(&query, wait, &mut |row| {
        count = row.first().map_or(0, number);
        ControlFlow::Continue(())
    });
    read.ok().filter(|()| count > 0).map(|()| count)
}
