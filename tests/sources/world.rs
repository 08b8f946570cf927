//! Tables with references between them, and what the definitions say about a person's rows, read slowly.

use std::collections::{BTreeMap, BTreeSet};

/// Columns of a row, by their places.
pub const COLUMNS: [&str; 4] = ["c0", "c1", "id", "tenant"];
pub const ID: usize = 2;
pub const TENANT: usize = 3;

/// One row of a collection: its key, its address if it has one, and two columns that may refer to others.
#[derive(Clone)]
pub struct Row {
    pub id: i64,
    pub tenant: i64,
    pub email: Option<usize>,
    pub columns: [BTreeSet<i64>; 2],
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "chance decides each of them by itself"
)]
pub struct Table {
    pub has_email: bool,
    /// The second column is a list.
    pub has_list: bool,
    /// Only the tenant and the id together name a row.
    pub has_pair: bool,
    /// Its rows are masked, not deleted.
    pub is_masked: bool,
    /// In the second dataset, where there are two.
    pub is_second: bool,
    /// How the first column is declared, and that whose text is masked.
    pub first: &'static str,
    pub note: &'static str,
    /// What the manifest refers to by each column.
    pub references: [Vec<String>; 4],
    pub foreign: Vec<Foreign>,
    pub rows: Vec<Row>,
}

/// Columns that the database holds to the key of another table.
#[derive(Clone)]
pub struct Foreign {
    pub columns: Vec<usize>,
    pub to: usize,
    pub referenced: Vec<usize>,
}

/// Rows of `to` one of whose columns equals its other end in a row of `from`.
pub struct Way {
    pub from: usize,
    pub to: usize,
    /// Columns there and here.
    pub links: Vec<(usize, usize)>,
    /// The reference stands in the row that leads.
    pub upward: bool,
}

/// How a row was reached: as a whole, or by some elements of its list.
#[derive(Clone, Default, PartialEq)]
struct Reached {
    is_whole: bool,
    elements: BTreeSet<i64>,
}

impl Reached {
    const WHOLE: Self = Self {
        is_whole: true,
        elements: BTreeSet::new(),
    };
}

/// Where the datasets are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    OneDataset,
    /// Two in one database, each with a key of its own.
    OneDatabase,
    TwoDatabases,
}

pub struct World {
    pub tables: Vec<Table>,
    pub layout: Layout,
    pub ways: Vec<Way>,
}

pub const NULLABLE: &str = "TEXT";
pub const SHORT: &str = "VARCHAR(4) NOT NULL";
pub const UNIQUE: &str = "VARCHAR(30) NOT NULL UNIQUE";

/// The position of a row: its table, and where it is in it.
pub type Position = (usize, usize);

fn cell(row: &Row, column: usize) -> BTreeSet<i64> {
    match column {
        ID => BTreeSet::from([row.id]),
        TENANT => BTreeSet::from([row.tenant]),
        column => row.columns[column].clone(),
    }
}

/// What a row holds in some columns; `None` where one is empty.
pub fn tuple(row: &Row, columns: impl IntoIterator<Item = usize>) -> Option<Vec<i64>> {
    let cells = columns.into_iter();
    cells.map(|it| cell(row, it).first().copied()).collect()
}

impl World {
    pub fn dataset(&self, table: usize) -> &'static str {
        if self.tables[table].is_second {
            "club"
        } else {
            "shop"
        }
    }

    /// The tables in the order of the register.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.tables.len()).collect();
        order.sort_by_key(|it| self.tables[*it].is_second);
        order
    }

    /// The rows that a person leads to, by whole keys.
    pub fn reached(&self, person: usize) -> BTreeSet<Position> {
        let by_parts = self.reached_by_parts(person);
        let named = by_parts
            .iter()
            .copied()
            .filter(|it| self.names(*it, person));
        let mut reached: BTreeSet<_> = named.collect();
        loop {
            let led = |it: &&Position| self.leading_to(**it).any(|(_, by)| reached.contains(&by));
            let new: Vec<_> = by_parts.iter().filter(led).copied().collect();
            let known = reached.len();
            reached.extend(new);
            if reached.len() == known {
                return reached;
            }
        }
    }

    /// The same by parts of keys as well.
    fn reached_by_parts(&self, person: usize) -> BTreeSet<Position> {
        let named = self.places().filter(|it| self.names(*it, person));
        let mut reached: BTreeMap<Position, Reached> =
            named.map(|it| (it, Reached::WHOLE)).collect();
        loop {
            let before = reached.clone();
            for way in &self.ways {
                for (there, here) in &way.links {
                    let from = before.iter().filter(|((table, _), _)| *table == way.from);
                    let leads = from.flat_map(|(place, it)| self.leads(*place, it, *there));
                    let values: BTreeSet<_> = leads.collect();
                    for place in self.places().filter(|it| it.0 == way.to) {
                        let met = &cell(self.row(place), *here) & &values;
                        if !met.is_empty() {
                            let now = reached.entry(place).or_default();
                            if self.is_list(way.to, *here) {
                                now.elements.extend(met);
                            } else {
                                now.is_whole = true;
                            }
                        }
                    }
                }
            }
            if before == reached {
                return reached.into_keys().collect();
            }
        }
    }

    /// By what a row that was reached leads on: of a list by which it was reached, only what led there.
    fn leads(&self, place: Position, reached: &Reached, column: usize) -> BTreeSet<i64> {
        if self.is_list(place.0, column) && !reached.is_whole {
            reached.elements.clone()
        } else {
            cell(self.row(place), column)
        }
    }

    pub fn is_list(&self, table: usize, column: usize) -> bool {
        column == 1 && self.tables[table].has_list
    }

    /// Those of them that nobody else leads to.
    pub fn own(&self, person: usize) -> BTreeSet<Position> {
        let is_named = |it: Position| self.names(it, person);
        let reached = self.reached(person);
        let mut own = reached;
        own.retain(|it| is_named(*it) || self.row(*it).email.is_none());
        loop {
            let is_lost = |it: &Position| {
                let is_led_by_others =
                    || self.leading_to(*it).any(|(_, from)| !own.contains(&from));
                !is_named(*it) && (is_led_by_others() || self.holds_no_key_that_is_there(*it))
            };
            let lost: Vec<_> = own.iter().copied().filter(is_lost).collect();
            if lost.is_empty() {
                return own;
            }
            own.retain(|it| !lost.contains(it));
        }
    }

    /// Whether it holds a whole key that names no row.
    fn holds_no_key_that_is_there(&self, place: Position) -> bool {
        let ways = self.ways.iter().enumerate();
        let mut pairs = ways.filter(|(_, it)| it.to == place.0 && !it.upward && it.links.len() > 1);
        pairs.any(|(way, it)| {
            let held = tuple(self.row(place), it.links.iter().map(|link| link.1));
            held.is_some() && !self.leading_to(place).any(|(by, _)| by == way)
        })
    }

    /// The columns of a masked row that lead to rows which are not the person's alone, and that may be empty.
    pub fn cut(&self, place: Position, person: usize) -> BTreeSet<usize> {
        let (reached, own) = (self.reached(person), self.own(person));
        let ways = self
            .ways
            .iter()
            .filter(|way| way.upward && way.from == place.0);
        let leads_to_shared = |way: &&Way| {
            let mut shared = reached.difference(&own).filter(|it| it.0 == way.to);
            shared.any(|it| leads_by(way, self.row(place), self.row(*it)))
        };
        let is_list = |way: &&Way| self.is_list(way.from, way.links[0].0);
        let cut = ways.filter(|way| !is_list(way)).filter(leads_to_shared);
        cut.flat_map(|way| way.links.iter().map(|link| link.0))
            .collect()
    }

    pub fn places(&self) -> impl Iterator<Item = Position> + '_ {
        let tables = self.tables.iter().enumerate();
        tables.flat_map(|(table, it)| (0..it.rows.len()).map(move |row| (table, row)))
    }

    pub fn row(&self, (table, row): Position) -> &Row {
        &self.tables[table].rows[row]
    }

    fn names(&self, place: Position, person: usize) -> bool {
        self.tables[place.0].has_email && self.row(place).email == Some(person)
    }

    /// The rows that lead to one, each with the way.
    fn leading_to(&self, place: Position) -> impl Iterator<Item = (usize, Position)> + '_ {
        let ways = self.ways.iter().enumerate();
        let ways = ways.filter(move |(_, way)| way.to == place.0);
        ways.flat_map(move |(at, way)| {
            let from = self.tables[way.from].rows.iter().enumerate();
            let same = from.filter(move |(_, row)| leads_by(way, row, self.row(place)));
            same.map(move |(row, _)| (at, (way.from, row)))
        })
    }
}

/// Whether a row leads to another: by all parts of a key, or by any where the key is not whole.
fn leads_by(way: &Way, from: &Row, to: &Row) -> bool {
    let is_whole = way.upward || tuple(to, way.links.iter().map(|it| it.1)).is_some();
    let meets = |(there, here): &(usize, usize)| !cell(from, *there).is_disjoint(&cell(to, *here));
    let mut links = way.links.iter();
    if is_whole {
        links.all(meets)
    } else {
        links.any(meets)
    }
}
