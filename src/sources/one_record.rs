//! An erasure of one record: what points at it and cannot let go of it goes along, and nothing else does.

use std::collections::BTreeSet;

use super::{
    Scope, Value, fate::Fate, layout::Layout, links::loose_columns, planning::Draft, reader::Shelf,
};
use crate::register::CollectionKey;

type Row = Vec<Value>;

/// The collections of which rows may go: that of the record, and those that point at it, or at one that does, and
/// cannot let go. Any other scope is its own.
pub(super) fn reach(scope: &Scope, shelves: &[Shelf<'_>], layouts: &[Layout<'_>]) -> Scope {
    if let Scope::Left(of) = scope {
        return reach(of, shelves, layouts);
    }
    let Scope::Record {
        dataset,
        collection,
        ..
    } = scope
    else {
        return scope.clone();
    };
    let record = CollectionKey::new(dataset, collection);
    let mut reached = BTreeSet::from([record.to_string()]);
    loop {
        let before = reached.len();
        for (shelf, layout) in shelves.iter().zip(layouts) {
            if !reached.contains(&shelf.node.key.to_string()) {
                continue;
            }
            for (pointing, key) in shelf.schema.pointing_at(layout.table) {
                if !loose_columns(pointing, key).is_empty() {
                    continue;
                }
                let both = shelves.iter().zip(layouts);
                let of_it = both.filter(|(other, layout)| {
                    layout.table.name == pointing.name && other.node.source == shelf.node.source
                });
                reached.extend(of_it.map(|(other, _)| other.node.key.to_string()));
            }
        }
        if reached.len() == before {
            return Scope::Collections(reached);
        }
    }
}

/// Decides about the record and what goes along; every row was read as one that stays.
pub(super) fn choose(draft: &mut Draft<'_>) {
    let Scope::Record {
        dataset,
        collection,
        record,
    } = draft.scope
    else {
        return;
    };
    let key = CollectionKey::new(dataset, collection);
    let inner = draft.reader.inner;
    let at = inner.graph.position(&key);
    let Some((at, id)) = at.zip(inner.secrets.row_key(&key, record)) else {
        return;
    };
    let layout = draft.sheets[at].layout;
    let mut chosen = take(draft, at, &|row| layout.key(row) == id);
    while let Some((at, row)) = chosen.pop() {
        let fate = draft.sheets[at].fate(&row, false);
        if fate.deleted {
            chosen.extend(take_along(draft, at, &row));
        }
        draft.sheets[at].add(inner, row, fate);
    }
}

/// The rows that point at one and cannot let go.
fn take_along(draft: &mut Draft<'_>, at: usize, row: &Row) -> Vec<(usize, Row)> {
    let (shelf, layout) = (draft.sheets[at].shelf, draft.sheets[at].layout);
    let mut taken = Vec::new();
    for (pointing, key) in shelf.schema.pointing_at(layout.table) {
        let columns = key.referenced.iter();
        let target: Vec<_> = columns.map(|it| layout.link(row, it)).collect();
        if target.iter().any(Value::is_null) || !loose_columns(pointing, key).is_empty() {
            continue;
        }
        for other in 0..draft.sheets.len() {
            let sheet = &draft.sheets[other];
            let (node, from) = (sheet.shelf.node, sheet.layout);
            if from.table.name != pointing.name || node.source != shelf.node.source {
                continue;
            }
            let points = |row: &Row| {
                let referenced = key.referenced.iter().map(|it| layout.table.column(it));
                let mut columns = key.columns.iter().zip(&target).zip(referenced);
                columns.all(|((it, value), column)| {
                    let held = from.link(row, it);
                    column.is_some_and(|it| it.folded(held) == it.folded(value.clone()))
                })
            };
            taken.extend(take(draft, other, &points));
        }
    }
    taken
}

/// Takes rows of a collection out of those that stay and are not decided about.
fn take(draft: &mut Draft<'_>, at: usize, is_meant: &dyn Fn(&Row) -> bool) -> Vec<(usize, Row)> {
    let rows = draft.sheets[at].staying.drain(..);
    let (taken, stay): (Vec<_>, _) =
        rows.partition(|it| it.fate == Fate::default() && is_meant(&it.row));
    draft.sheets[at].staying = stay;
    taken.into_iter().map(|it| (at, it.row)).collect()
}
