//! What the register plans to change, and what the account of a source may not: told before anybody asks for it.

use std::time::Duration;

use super::super::{
    Act, Change, Connected, Fault, Schema, SourceError, Sources, Table, Value, graph::Node,
    personal::personal_leaves, table,
};
use crate::register::{Collection, Correctable, Erase, Field, Finding};

impl Sources {
    /// Tries, in every collection, the changes that the register plans on no row at all, and takes them back. Gives those
    /// to which the account has no right, each at its place in the manifests.
    pub fn forbidden(&self) -> Vec<Finding> {
        let inner = &*self.0;
        let all = inner.connected.keys().map(|key| (key.clone(), key.clone()));
        let found = inner.side_by_side(all, |connected, key| {
            let is_meant = !connected.source.usage().read_only && !connected.source.is_by_hand();
            let wait = connected.limits.step;
            let schema = connected.schema(wait)?;
            let nodes = inner.graph.nodes.iter();
            let nodes = nodes.filter(|it| is_meant && it.source == key);
            let found = nodes.map(|node| {
                of(
                    connected,
                    &schema,
                    (node, node.collection(&inner.register)),
                    wait,
                )
            });
            Ok(found.flatten().collect::<Vec<_>>())
        });
        let found = found.into_iter().filter_map(|(_, found)| found.ok());
        let mut found: Vec<_> = found.flatten().collect();
        found.sort();
        found
    }
}

/// What of one collection may not be changed. What goes wrong otherwise is told elsewhere.
fn of(
    connected: &Connected,
    schema: &Schema,
    (node, collection): (&Node, &Collection),
    wait: Duration,
) -> Vec<Finding> {
    let Ok(table) = table(schema, node) else {
        return Vec::new();
    };
    if table.row_key.is_empty() || table.is_computed() {
        return Vec::new();
    }
    let erased = columns(collection, table, &|field| masks(collection, field));
    let corrected = columns(collection, table, &|field| may_be_corrected(field));
    let mut plans = vec![
        (Act::Set(&erased), "masked"),
        (Act::Set(&corrected), "corrected"),
    ];
    if collection.erase != Erase::Mask {
        plans.insert(0, (Act::Delete, "deleted"));
    }
    let is_meant = |act: &Act<'_>| !matches!(act, Act::Set([]));
    let plans = plans.into_iter().filter(|(act, _)| is_meant(act));
    let forbidden = plans.filter(|(act, _)| {
        let tried = attempt(connected, table, *act, wait);
        matches!(
            tried,
            Err(SourceError {
                fault: Fault::ReadOnly,
                ..
            })
        )
    });
    let forbidden: Vec<_> = forbidden.map(|(_, what)| what).collect();
    let finding = || Finding {
        place: collection.place.clone(),
        wrong: format!(
            "the account may not write here, where records are to be {}",
            forbidden.join(", and ")
        ),
        expected: "the right to do so, or `read_only=yes` behind the address".to_owned(),
    };
    (!forbidden.is_empty()).then(finding).into_iter().collect()
}

/// Makes a change that meets no row, as its key holds nothing, and takes it back.
fn attempt(
    connected: &Connected,
    table: &Table,
    act: Act<'_>,
    wait: Duration,
) -> Result<(), SourceError> {
    let key = vec![Value::Null; table.row_key.len()];
    let change = Change {
        table,
        key: &key,
        expect: &[],
        act,
    };
    connected.source.begin(wait)?.change(&change).map(drop)
}

/// The columns of some fields, as far as they can be written, each with nothing in it.
fn columns(
    collection: &Collection,
    table: &Table,
    is_meant: &dyn Fn(&Field) -> bool,
) -> Vec<(String, Value)> {
    let fields = collection.fields.iter().filter(|field| is_meant(field));
    let columns = fields.filter_map(|field| table.column(&field.name));
    let written = columns.filter(|column| !table.is_fixed(&column.name));
    written.map(|it| (it.name.clone(), Value::Null)).collect()
}

fn masks(collection: &Collection, field: &Field) -> bool {
    let is_overwritten = collection.erase == Erase::Mask && personal_leaves(field).next().is_some();
    is_overwritten || field.erase.is_some()
}

const fn may_be_corrected(field: &Field) -> bool {
    matches!(field.correctable, Correctable::Yes | Correctable::By(_))
}
