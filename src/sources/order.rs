//! In which order collections are erased.

use std::collections::BTreeSet;

use super::{planning::Sheet, reader::Shelf};

/// The positions of collections, so that a row goes before the rows that it points at, and every collection after
/// those that its manifest names in `erase_after`. Where declarations contradict each other, the order of the
/// register decides.
pub(super) fn children_first(sheets: &[Sheet<'_>]) -> Vec<usize> {
    let before = sheets.iter().map(|sheet| must_go_before(sheets, sheet));
    in_order(&before.collect::<Vec<_>>())
}

/// The positions of things, each after those that must go before it. In a circle the first goes first.
pub(super) fn in_order(before: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(before.len());
    while order.len() < before.len() {
        let open = || (0..before.len()).filter(|at| !order.contains(at));
        let free = open().find(|at| before[*at].iter().all(|it| order.contains(it)));
        let next = free.or_else(|| open().next());
        order.push(next.expect("the loop ends when none is open"));
    }
    order
}

/// The collections that go before one.
fn must_go_before(sheets: &[Sheet<'_>], sheet: &Sheet<'_>) -> Vec<usize> {
    let Shelf { node, schema, .. } = sheet.shelf;
    let table = sheet.layout.table;
    let declared = &sheet.rules.collection.erase_after;
    let goes_first = |other: &Sheet<'_>| {
        let other_node = other.shelf.node;
        let mut pointing = schema.pointing_at(table);
        let points_here = other_node.source == node.source
            && other_node.key != node.key
            && pointing.any(|(from, _)| from.name == other.layout.table.name);
        points_here || declared.contains(&other_node.key)
    };
    (0..sheets.len())
        .filter(|at| goes_first(&sheets[*at]))
        .collect()
}

/// Sorts the rows that go, so that none goes before one that points at it. Sources give rows in no order, and the same
/// data must give the same plan, so ids decide among the rest, and in circles, where no order is right.
pub(super) fn leaves_first(sheet: &mut Sheet<'_>) {
    sheet.doomed.sort_by(|a, b| a.id.cmp(&b.id));
    let points = sheet.points_within();
    let mut pointed_at = vec![0_usize; points.len()];
    for target in points.iter().flatten() {
        pointed_at[*target] += 1;
    }
    let free = (0..points.len()).filter(|row| pointed_at[*row] == 0);
    let mut free: BTreeSet<_> = free.collect();
    let mut order = Vec::with_capacity(points.len());
    while let Some(row) = free.pop_first() {
        order.push(row);
        for target in &points[row] {
            pointed_at[*target] -= 1;
            if pointed_at[*target] == 0 {
                free.insert(*target);
            }
        }
    }
    order.extend((0..points.len()).filter(|row| pointed_at[*row] > 0));
    let mut rows: Vec<_> = sheet.doomed.drain(..).map(Some).collect();
    let sorted = order.into_iter().filter_map(|at| rows[at].take());
    sheet.doomed = sorted.collect();
}
