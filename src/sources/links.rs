//! What rows that go leave behind: no row that stays may point at one that went, and no link to a row that others
//! share is kept in a row that is masked.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    ForeignKey, SourceError, Table, Value,
    composite::{Composite, Tuple},
    graph::Edge,
    layout::Layout,
    likeness::Likeness,
    planning::{Draft, Sheet, Staying},
    reader::{Reader, Shelf},
};

/// By the place of a row that goes: what the rows that point at it hold, and how many do.
type Pointers = HashMap<usize, HashMap<Tuple, u64>>;

/// The columns of a collection in which references begin or end.
pub(super) fn linked_columns(shelf: &Shelf<'_>, layout: &Layout<'_>) -> Vec<String> {
    let begin = layout
        .table
        .foreign_keys
        .iter()
        .flat_map(|key| &key.columns);
    let end = shelf
        .schema
        .pointing_at(layout.table)
        .flat_map(|(_, key)| &key.referenced);
    // By these other rows are found, whether the source knows of it or not.
    let lead = shelf.node.outgoing.iter();
    let all: BTreeSet<_> = begin.chain(end).chain(lead).collect();
    all.into_iter().cloned().collect()
}

/// For each collection, whether it points at one of which rows may go, or is found by such rows alone.
pub(super) fn involved(sheets: &[Sheet<'_>]) -> Vec<bool> {
    let is_touched = |source: &str, key: &ForeignKey, schema: &super::Schema| {
        let target = schema.table(&key.table);
        sheets.iter().any(|it| {
            let is_it = target.is_some_and(|table| table.name == it.layout.table.name);
            it.shelf.node.source == source && is_it && !it.rules.is_idle()
        })
    };
    let of = |sheet: &Sheet<'_>| {
        let mut keys = sheet.layout.table.foreign_keys.iter();
        keys.any(|key| is_touched(&sheet.shelf.node.source, key, &sheet.shelf.schema))
    };
    let mut involved: Vec<_> = sheets.iter().map(of).collect();
    for (at, it) in found_by_touched(sheets).into_iter().enumerate() {
        involved[at] |= it;
    }
    involved
}

/// For each collection that does not say itself whose its rows are, whether one of which rows may go leads there.
fn found_by_touched(sheets: &[Sheet<'_>]) -> Vec<bool> {
    let mut touched: Vec<_> = sheets.iter().map(|it| !it.rules.is_idle()).collect();
    loop {
        let mut is_settled = true;
        for (at, sheet) in sheets.iter().enumerate() {
            let node = sheet.shelf.node;
            let mut edges = node.incoming.iter();
            if !touched[at] && node.identities.is_empty() && edges.any(|edge| touched[edge.from]) {
                (touched[at], is_settled) = (true, false);
            }
        }
        if is_settled {
            return touched;
        }
    }
}

/// Cuts links, or keeps and empties rows that would go, until nothing dangles.
pub(super) fn settle(draft: &mut Draft<'_>) -> Result<(), SourceError> {
    cut_shared(draft);
    loop {
        let mut is_settled = true;
        for at in 0..draft.sheets.len() {
            let emptied = blocked(draft, at)?;
            if !emptied.is_empty() {
                draft.sheets[at].empty(&emptied)?;
                is_settled = false;
            }
        }
        if is_settled {
            return Ok(());
        }
    }
}

/// Doomed rows of a collection at which something points that stays and cannot let go.
fn blocked(draft: &mut Draft<'_>, at: usize) -> Result<BTreeSet<usize>, SourceError> {
    let mut blocked = BTreeSet::new();
    if draft.sheets[at].doomed.is_empty() {
        return Ok(blocked);
    }
    let (shelf, table) = (draft.sheets[at].shelf, draft.sheets[at].layout.table);
    for (pointing, key) in shelf.schema.pointing_at(table) {
        let rows = pointing_at(draft, at, (pointing, key))?;
        let other = draft.sheets.iter_mut().find(|it| {
            it.layout.table.name == pointing.name && it.shelf.node.source == shelf.node.source
        });
        let held = match other {
            Some(other) => other.let_go(pointing, key, &rows),
            None => rows.into_keys().collect(),
        };
        blocked.extend(held);
    }
    Ok(blocked)
}

/// What points at each of the rows that go.
fn pointing_at(
    draft: &Draft<'_>,
    at: usize,
    by: (&Table, &ForeignKey),
) -> Result<Pointers, SourceError> {
    let Sheet { shelf, doomed, .. } = &draft.sheets[at];
    let (to, wait) = (draft.sheets[at].layout.table, shelf.connected.limits.step);
    let places: HashMap<_, _> = (doomed.iter().map(|it| it.key.as_slice()))
        .zip(0..)
        .collect();
    let keys: Vec<_> = doomed.iter().map(|it| it.key.clone()).collect();
    let mut pointers = Pointers::new();
    let mut note = |key: &[Value], held: Tuple, rows: u64| {
        if let Some(place) = places.get(key) {
            *pointers.entry(*place).or_default().entry(held).or_default() += rows;
        }
    };
    let connected = shelf.connected;
    connected.each_pointer((to, &keys), by, wait, &mut note)?;
    Ok(pointers)
}

impl Sheet<'_> {
    fn doomed_by(&self, columns: &[String]) -> HashMap<Tuple, Vec<usize>> {
        let position = |column| self.linked.iter().position(|it| it == column);
        let places: Option<Vec<_>> = columns.iter().map(position).collect();
        let places = places.expect("foreign keys begin and end in linked columns");
        let of = |links: &[Value]| {
            places
                .iter()
                .map(|at| links[*at].clone())
                .collect::<Tuple>()
        };
        by_tuple(self.doomed.iter().map(|row| of(&row.links)))
    }

    /// For each doomed row, the doomed rows of the same collection at which it points.
    pub(super) fn points_within(&self) -> Vec<Vec<usize>> {
        let mut points = vec![Vec::new(); self.doomed.len()];
        let table = self.layout.table;
        let to_itself = |key: &&ForeignKey| {
            let target = self.shelf.schema.table(&key.table);
            target.is_some_and(|target| target.name == table.name)
        };
        for key in table.foreign_keys.iter().filter(to_itself) {
            for (row, target) in self.pointing_pairs(key, self) {
                if row != target {
                    points[row].push(target);
                }
            }
        }
        points
    }

    /// The doomed rows that point at doomed rows of a collection, with these.
    pub(super) fn pointing_pairs(&self, key: &ForeignKey, at: &Self) -> Vec<(usize, usize)> {
        // As the source compares them.
        let folded = |tuple: &Tuple| {
            let columns = key.referenced.iter();
            let columns = columns.map(|it| at.layout.table.column(it));
            let folded = columns.zip(tuple).map(|(column, value)| match column {
                Some(column) => column.folded(value.clone()),
                None => value.clone(),
            });
            folded.collect::<Tuple>()
        };
        let mut targets: HashMap<_, Vec<_>> = HashMap::new();
        for (tuple, rows) in at.doomed_by(&key.referenced) {
            targets.entry(folded(&tuple)).or_default().extend(rows);
        }
        let mut pairs = Vec::new();
        for (tuple, rows) in self.doomed_by(&key.columns) {
            for target in targets.get(&folded(&tuple)).into_iter().flatten() {
                pairs.extend(rows.iter().map(|row| (*row, *target)));
            }
        }
        pairs
    }

    fn staying_by(&self, columns: &[String]) -> HashMap<Tuple, Vec<usize>> {
        let of = |row: &[Value]| columns.iter().map(|it| self.layout.link(row, it)).collect();
        by_tuple(self.staying.iter().map(|stays| of(&stays.row)))
    }

    /// Cuts the links of rows that stay. Gives the places of rows of which something does not let go: a row of somebody
    /// else's, or a column that may not be empty.
    fn let_go(&mut self, table: &Table, key: &ForeignKey, rows: &Pointers) -> BTreeSet<usize> {
        let going = self.doomed_by(&key.columns);
        let staying = self.staying_by(&key.columns);
        let none = Vec::new();
        let mut held = BTreeSet::new();
        let pointing = rows.iter();
        let pointing = pointing.flat_map(|(at, rows)| rows.iter().map(move |it| (at, it)));
        for (at, (tuple, count)) in pointing {
            let going = going.get(tuple).map_or(0, Vec::len);
            let staying = staying.get(tuple).unwrap_or(&none);
            let all_known = *count == (going + staying.len()) as u64;
            let loose = loose_columns(table, key);
            let is_fixed = staying.iter().any(|row| self.staying[*row].is_fixed);
            if !all_known || is_fixed || (loose.is_empty() && !staying.is_empty()) {
                held.insert(*at);
                continue;
            }
            for row in staying {
                let cut = &mut self.staying[*row].cut;
                if !loose.iter().any(|column| cut.contains(column)) {
                    cut.extend(loose.iter().cloned());
                }
            }
        }
        held
    }
}

/// Rows by their values, without those of which one is empty.
fn by_tuple(rows: impl Iterator<Item = Tuple>) -> HashMap<Tuple, Vec<usize>> {
    let mut by_tuple: HashMap<Tuple, Vec<usize>> = HashMap::new();
    for (at, tuple) in rows.enumerate() {
        if !tuple.iter().any(Value::is_null) {
            by_tuple.entry(tuple).or_default().push(at);
        }
    }
    by_tuple
}

/// The columns of a reference that may be empty and do not name the row.
pub(super) fn loose_columns(table: &Table, key: &ForeignKey) -> Vec<String> {
    let is_loose = |name: &&String| table.lets_go(name) && !table.row_key.contains(name);
    key.columns.iter().filter(is_loose).cloned().collect()
}

/// Cuts the links of masked rows to rows that others share, which stay as they are.
fn cut_shared(draft: &mut Draft<'_>) {
    let reader = draft.reader;
    let (inner, walk) = (reader.inner, &reader.walk);
    for (target, node) in inner.graph.nodes.iter().enumerate() {
        if draft.sheets[target].rules.is_idle() {
            continue;
        }
        let composites = Composite::all(inner, walk, target);
        for edge in node.incoming.iter().filter(|edge| edge.upward) {
            let composite = composites
                .iter()
                .find(|it| it.has(inner, walk, (target, edge)));
            let shared = Shared::of(reader, target, (edge, composite));
            let sheet = &mut draft.sheets[edge.from];
            let (layout, column) = (sheet.layout, &edge.from_column);
            let table = layout.table;
            let is_loose = table.lets_go(column) && !table.row_key.contains(column);
            let masked = sheet
                .staying
                .iter_mut()
                .filter(|it| !it.fate.set.is_empty());
            let leads_there = |it: &&mut Staying| shared.is_led_to(layout, &it.row);
            for row in masked.filter(leads_there) {
                let inside = layout
                    .table
                    .column(column)
                    .and_then(|it| it.inside.as_ref());
                if inside.is_some_and(|inside| row.fate.set.contains_key(&inside.column)) {
                    continue;
                }
                if is_loose {
                    row.cut.insert(column.clone());
                } else {
                    row.fate.left.insert(column.clone(), NOT_CUT);
                }
            }
        }
    }
}

const NOT_CUT: &str =
    "It leads to a record that other people share, and the system does not let it be empty.";

/// What others share of one collection, by what leads there on one way.
struct Shared<'a> {
    edge: &'a Edge,
    /// The key by which it leads as a whole.
    composite: Option<&'a Composite>,
    likeness: Likeness,
    tuples: HashSet<Tuple>,
}

impl<'a> Shared<'a> {
    fn of(
        reader: &Reader<'_>,
        at: usize,
        (edge, composite): (&'a Edge, Option<&'a Composite>),
    ) -> Self {
        let (inner, walk) = (reader.inner, &reader.walk);
        let likeness = walk.likeness(inner, at, edge);
        let here = inner.graph.nodes[at].place_of(&edge.column);
        let shared = walk.nodes[at].combinations.iter();
        let shared = shared.filter(|(_, it)| !it.is_own);
        let tuples = shared.flat_map(|(values, _)| match composite {
            Some(composite) => composite.tuples(false, values),
            None => likeness.tuples(&values[here]),
        });
        Self {
            edge,
            composite,
            likeness,
            tuples: tuples.collect(),
        }
    }

    /// Whether a row leads to one of it.
    fn is_led_to(&self, layout: &Layout<'_>, row: &[Value]) -> bool {
        let leading = match self.composite {
            Some(composite) => composite.tuples(true, &layout.links(row)),
            None => self
                .likeness
                .tuples(&layout.link(row, &self.edge.from_column)),
        };
        leading.iter().any(|tuple| self.tuples.contains(tuple))
    }
}
