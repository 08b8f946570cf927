//! In which order collections are erased.

use super::{planning::Sheet, reader::Shelf};

/// The positions of collections, so that a row goes before the rows that it points at, and every collection after
/// those that its manifest names in `erase_after`. Where declarations contradict each other, the order of the
/// register decides.
pub(super) fn children_first(sheets: &[Sheet<'_>]) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = sheets
        .iter()
        .map(|sheet| must_go_before(sheets, sheet))
        .collect();
    let mut order = Vec::with_capacity(sheets.len());
    while order.len() < sheets.len() {
        let open = || (0..sheets.len()).filter(|at| !order.contains(at));
        let free = open().find(|at| before[*at].iter().all(|it| order.contains(it)));
        let next = free
            .or_else(|| open().next())
            .expect("the loop ends when none is open");
        before[next].clear();
        order.push(next);
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
