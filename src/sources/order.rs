//! In which order collections and sources are erased.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{ForeignKey, Inner, Work, links::loose_columns, planning::Sheet, reader::Shelf};

/// The positions of collections, so that a row goes before the rows that it points at, and every collection after
/// those that its manifest names in `erase_after`. In a circle, links that may be empty do not count. Where declarations
/// contradict each other, the order of the register decides.
pub(super) fn children_first(sheets: &[Sheet<'_>]) -> Vec<usize> {
    let all = |counts_loose| {
        let before = sheets.iter();
        let before = before.map(|sheet| must_go_before(sheets, sheet, counts_loose));
        before.collect::<Vec<_>>()
    };
    order_by(&all(true), &all(false))
}

/// The positions of things, each after those that must go before it. In a circle the first goes first.
pub(super) fn in_order(before: &[Vec<usize>]) -> Vec<usize> {
    order_by(before, before)
}

/// The same; in a circle, each after those that must go before it there too.
pub(super) fn order_by(before: &[Vec<usize>], in_circles: &[Vec<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(before.len());
    let mut placed = vec![false; before.len()];
    while order.len() < before.len() {
        let open = || (0..before.len()).filter(|at| !placed[*at]);
        let is_free = |before: &[Vec<usize>], at: usize| before[at].iter().all(|it| placed[*it]);
        let free = open().find(|at| is_free(before, *at));
        let free = free.or_else(|| open().find(|at| is_free(in_circles, *at)));
        let next = free.or_else(|| open().next());
        let next = next.expect("the loop ends when none is open");
        placed[next] = true;
        order.push(next);
    }
    order
}

impl Inner {
    /// The sources in the order in which they are changed: each after those with collections that are named in
    /// `erase_after` of one of its own, and where that allows it, after those to which it leads. When it breaks off
    /// between two, what is left is found again.
    pub(super) fn sources_in_order<'p>(
        &self,
        by_source: &BTreeMap<&'p str, Vec<&Work>>,
    ) -> Vec<&'p str> {
        let names: Vec<_> = by_source.keys().copied().collect();
        let before = |counts_links: bool| {
            let before = by_source.iter().map(|(source, works)| {
                let collections = works
                    .iter()
                    .filter_map(|work| self.register.collection(&work.key()));
                let declared: Vec<_> = collections.flat_map(|it| &it.erase_after).collect();
                let holds_one = |other: &str| {
                    let mut works = by_source[other].iter();
                    works.any(|work| declared.contains(&&work.key()))
                };
                let goes_first =
                    |other: &str| holds_one(other) || counts_links && self.leads(source, other);
                let first = names.iter().enumerate();
                let first = first.filter(|(_, other)| *other != source && goes_first(other));
                first.map(|(at, _)| at).collect()
            });
            before.collect::<Vec<_>>()
        };
        let order = order_by(&before(true), &before(false));
        order.into_iter().map(|at| names[at]).collect()
    }

    /// Whether values of one source lead to another.
    fn leads(&self, source: &str, other: &str) -> bool {
        let nodes = &self.graph.nodes;
        let mut led_to = nodes.iter().filter(|node| node.source == other);
        led_to.any(|node| {
            let mut edges = node.incoming.iter();
            edges.any(|edge| nodes[edge.from].source == source)
        })
    }
}

/// Marks the links of rows that go to rows that go before them, in whatever order: in a circle.
pub(super) fn cut_circles(sheets: &mut [Sheet<'_>], order: &[usize]) {
    for (place, at) in order.iter().enumerate() {
        let sheet = &sheets[*at];
        let mut cut = Vec::new();
        for key in &sheet.layout.table.foreign_keys {
            let loose = loose_columns(sheet.layout.table, key);
            let earlier = order[..=place].iter().map(|it| &sheets[*it]);
            let earlier = earlier.filter(|it| !loose.is_empty() && is_target(sheet, key, it));
            for target in earlier {
                let is_same = std::ptr::eq(target, sheet);
                let pairs = sheet.pointing_pairs(key, target);
                let early = pairs.into_iter().filter(|(row, to)| !is_same || to < row);
                cut.extend(early.map(|(row, _)| (row, loose.clone())));
            }
        }
        for (row, columns) in cut {
            let known = &mut sheets[*at].doomed[row].cut;
            known.extend(columns);
            known.sort();
            known.dedup();
        }
    }
}

fn is_target(sheet: &Sheet<'_>, key: &ForeignKey, other: &Sheet<'_>) -> bool {
    let target = sheet.shelf.schema.table(&key.table);
    target.is_some_and(|it| it.name == other.layout.table.name)
        && sheet.shelf.node.source == other.shelf.node.source
}

/// The collections that go before one.
fn must_go_before(sheets: &[Sheet<'_>], sheet: &Sheet<'_>, counts_loose: bool) -> Vec<usize> {
    let Shelf { node, schema, .. } = sheet.shelf;
    let table = sheet.layout.table;
    let declared = &sheet.rules.collection.erase_after;
    let pointing = schema.pointing_at(table);
    let pointing =
        pointing.filter(|(from, key)| counts_loose || loose_columns(from, key).is_empty());
    let pointing: HashSet<_> = pointing.map(|(from, _)| &from.name).collect();
    let goes_first = |other: &Sheet<'_>| {
        let other_node = other.shelf.node;
        let points_here = other_node.source == node.source
            && other_node.key != node.key
            && pointing.contains(&other.layout.table.name);
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
