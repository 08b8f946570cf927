//! An erasure of one record: what points at it and cannot let go of it goes along, and nothing else does.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    ForeignKey, Scope, Table, Value, fate::Fate, layout::Layout, links::loose_columns,
    planning::Draft, reader::Shelf,
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
    let (mut undecided, layout) = (Undecided::of(draft), draft.sheets[at].layout);
    let is_it = |row: &usize| layout.key(&draft.sheets[at].staying[*row].row) == id;
    let found = undecided.rows(draft, at).filter(is_it).collect();
    let mut chosen = undecided.take(at, found);
    while let Some((at, place)) = chosen.pop() {
        let row = draft.sheets[at].staying[place].row.clone();
        let fate = draft.sheets[at].fate(&row);
        if fate.deleted {
            chosen.extend(undecided.take_along(draft, at, &row));
        }
        draft.sheets[at].add(inner, row, fate);
    }
    undecided.leave(draft);
}

/// The rows that nothing is decided about, by their place among those that stay.
struct Undecided {
    /// How many there were of each collection; those behind are decided about.
    known: Vec<usize>,
    taken: Vec<HashSet<usize>>,
    /// By the place of a collection, that of a reference to it and that of a collection that may refer to it: rows by what
    /// they hold in its columns, as the source compares it.
    by_reference: HashMap<[usize; 3], HashMap<Row, Vec<usize>>>,
}

impl Undecided {
    fn of(draft: &Draft<'_>) -> Self {
        Self {
            known: draft.sheets.iter().map(|it| it.staying.len()).collect(),
            taken: vec![HashSet::new(); draft.sheets.len()],
            by_reference: HashMap::new(),
        }
    }

    fn rows<'d>(&self, draft: &'d Draft<'_>, at: usize) -> impl Iterator<Item = usize> + use<'d> {
        let staying = &draft.sheets[at].staying[..self.known[at]];
        let none = Fate::default();
        let rows = staying.iter().enumerate();
        rows.filter_map(move |(place, it)| (it.fate == none).then_some(place))
    }

    /// Marks rows as taken; gives those that were not before.
    fn take(&mut self, at: usize, rows: Vec<usize>) -> Vec<(usize, usize)> {
        let taken = &mut self.taken[at];
        let new = rows.into_iter().filter(|row| taken.insert(*row));
        new.map(|row| (at, row)).collect()
    }

    /// Takes the rows that point at one and cannot let go.
    fn take_along(&mut self, draft: &Draft<'_>, at: usize, row: &Row) -> Vec<(usize, usize)> {
        let (shelf, layout) = (draft.sheets[at].shelf, draft.sheets[at].layout);
        let mut all = Vec::new();
        for (place, (pointing, key)) in shelf.schema.pointing_at(layout.table).enumerate() {
            let columns = key.referenced.iter();
            let target: Row = columns.map(|it| layout.link(row, it)).collect();
            if target.iter().any(Value::is_null) || !loose_columns(pointing, key).is_empty() {
                continue;
            }
            let folded = |values: Row| folded(layout.table, key, values);
            for (other, sheet) in draft.sheets.iter().enumerate() {
                let (node, from) = (sheet.shelf.node, sheet.layout);
                if from.table.name != pointing.name || node.source != shelf.node.source {
                    continue;
                }
                if !self.by_reference.contains_key(&[at, place, other]) {
                    let mut by_held: HashMap<_, Vec<_>> = HashMap::new();
                    for row in self.rows(draft, other) {
                        let columns = key.columns.iter();
                        let held = columns.map(|it| from.link(&sheet.staying[row].row, it));
                        by_held.entry(folded(held.collect())).or_default().push(row);
                    }
                    self.by_reference.insert([at, place, other], by_held);
                }
                let by_held = &self.by_reference[&[at, place, other]];
                let rows = by_held.get(&folded(target.clone())).cloned();
                all.extend(self.take(other, rows.unwrap_or_default()));
            }
        }
        all
    }

    /// Leaves the others among those that stay.
    fn leave(self, draft: &mut Draft<'_>) {
        for (sheet, taken) in draft.sheets.iter_mut().zip(self.taken) {
            let mut place = 0;
            sheet.staying.retain(|_| {
                place += 1;
                !taken.contains(&(place - 1))
            });
        }
    }
}

/// Values of a reference as the source compares them.
fn folded(to: &Table, key: &ForeignKey, values: Row) -> Row {
    let columns = key.referenced.iter().map(|it| to.column(it));
    let values = columns.zip(values);
    let folded = values.map(|(column, value)| match column {
        Some(column) => column.folded(value),
        None => value,
    });
    folded.collect()
}
