//! Random tables with random references between them, and what the definitions say about a person's rows, read slowly.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use candor::register::Register;
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{company::Company, database::Kind};

/// One row of a collection: its id, its address if it has one, and two columns that may refer to others.
#[derive(Clone)]
pub struct Row {
    pub id: i64,
    email: Option<usize>,
    columns: [BTreeSet<i64>; 2],
}

pub struct Table {
    has_email: bool,
    /// The second column is a list.
    has_list: bool,
    /// Its rows are masked, not deleted.
    pub is_masked: bool,
    /// How the column is declared whose text is masked.
    pub note: &'static str,
    pub rows: Vec<Row>,
}

/// Rows of `to` whose column is the `from_column` of a row of `from`. Column 2 is the id.
#[derive(Clone, Copy)]
struct Way {
    from: usize,
    from_column: usize,
    to: usize,
    to_column: usize,
    /// The reference stands in the row that leads.
    upward: bool,
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

pub struct World {
    pub tables: Vec<Table>,
    ways: Vec<Way>,
    pub manifest: String,
    pub sql: String,
}

pub const NULLABLE: &str = "TEXT";
pub const SHORT: &str = "VARCHAR(4) NOT NULL";
pub const UNIQUE: &str = "VARCHAR(30) NOT NULL UNIQUE";

/// The position of a row: its table, and where it is in it.
pub type Position = (usize, usize);

fn cell(row: &Row, column: usize) -> BTreeSet<i64> {
    if column == 2 {
        BTreeSet::from([row.id])
    } else {
        row.columns[column].clone()
    }
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let count = random.random_range(2..=5);
        let mut world = Self {
            tables: Vec::new(),
            ways: Vec::new(),
            manifest: String::new(),
            sql: String::new(),
        };
        for table in 0..count {
            world.add(table, &mut random);
            let mut references = [String::new(), String::new()];
            for (column, text) in references.iter_mut().enumerate() {
                if random.random_bool(0.7) {
                    *text = world.refer((table, column), count, &mut random);
                }
            }
            world.declare(table, &references);
        }
        world
    }

    fn add(&mut self, table: usize, random: &mut StdRng) {
        let has_email = table == 0 || random.random_bool(0.3);
        let has_list = random.random_bool(0.3);
        let first = ["INTEGER", "BIGINT", "TEXT"][random.random_range(0..3)];
        let second = if has_list { "TEXT" } else { "INTEGER" };
        let note = [NULLABLE, SHORT, UNIQUE][random.random_range(0..3)];
        let _ = writeln!(
            self.sql,
            "CREATE TABLE t{table} (id INTEGER PRIMARY KEY, email TEXT, c0 {first}, c1 {second}, note {note});"
        );
        let one = |random: &mut StdRng| -> BTreeSet<i64> {
            let value = random.random_range(0..7);
            random
                .random_bool(0.7)
                .then_some(value)
                .into_iter()
                .collect()
        };
        let rows: Vec<_> = (0..random.random_range(0..9))
            .map(|id| Row {
                id,
                email: (has_email && random.random_bool(0.6)).then(|| random.random_range(0..3)),
                columns: [
                    one(random),
                    (0..if has_list { 3 } else { 1 })
                        .flat_map(|_| one(random))
                        .collect(),
                ],
            })
            .collect();
        for row in &rows {
            let email = row
                .email
                .map_or("NULL".to_owned(), |it| format!("'p{it}@example.org'"));
            let first = row.columns[0]
                .first()
                .map_or("NULL".to_owned(), ToString::to_string);
            let second: Vec<_> = row.columns[1].iter().map(ToString::to_string).collect();
            let second = match (has_list, &second[..]) {
                (true, all) => format!("'[{}]'", all.join(", ")),
                (false, [one]) => one.clone(),
                _ => "NULL".to_owned(),
            };
            let id = row.id;
            let _ = writeln!(
                self.sql,
                "INSERT INTO t{table} VALUES ({id}, {email}, {first}, {second}, 'n{table}-{id}');"
            );
        }
        self.tables.push(Table {
            has_email,
            has_list,
            is_masked: random.random_bool(0.3),
            note,
            rows,
        });
    }

    /// A reference to a random column, in a random direction.
    fn refer(&mut self, (table, column): Position, count: usize, random: &mut StdRng) -> String {
        let other = random.random_range(0..count);
        let other_column = [2, 2, 0][random.random_range(0..3)];
        let direction = ["from", "to", "none"][random.random_range(0..3)];
        if direction != "to" {
            self.ways.push(Way {
                from: other,
                from_column: other_column,
                to: table,
                to_column: column,
                upward: false,
            });
        }
        if direction != "from" {
            self.ways.push(Way {
                from: table,
                from_column: column,
                to: other,
                to_column: other_column,
                upward: true,
            });
        }
        let name = ["c0", "c1", "id"][other_column];
        let direction = match direction {
            "none" => String::new(),
            direction => format!(", direction: {direction}"),
        };
        format!("references: [{{dataset: shop, field: t{other}.{name}{direction}}}]")
    }

    fn declare(&mut self, table: usize, references: &[String; 2]) {
        let Table {
            has_email,
            has_list,
            is_masked,
            ..
        } = self.tables[table];
        let identity = if has_email { "identity: email" } else { "" };
        let list = if has_list {
            "data_type: 'integer[]'"
        } else {
            ""
        };
        let erase = if is_masked { "mask" } else { "delete" };
        let [first, second] = references;
        let second: Vec<_> = [list, second]
            .into_iter()
            .filter(|it| !it.is_empty())
            .collect();
        let second = second.join(", ");
        let _ = write!(
            self.manifest,
            "
      - name: t{table}
        candor: {{erase: {erase}}}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{{identity}}}}}
          - {{name: c0, data_categories: [system.operations], fides_meta: {{{first}}}}}
          - {{name: c1, data_categories: [system.operations], fides_meta: {{{second}}}}}
          - {{name: note, data_categories: [user.content]}}
"
        );
    }

    /// The rows that a person leads to.
    pub fn reached(&self, person: usize) -> BTreeSet<Position> {
        let named = self.places().filter(|it| self.names(*it, person));
        let mut reached: BTreeMap<Position, Reached> =
            named.map(|it| (it, Reached::WHOLE)).collect();
        loop {
            let before = reached.clone();
            for way in &self.ways {
                let from = before.iter().filter(|((table, _), _)| *table == way.from);
                let leads = from.flat_map(|(place, it)| self.leads(*place, it, way.from_column));
                let values: BTreeSet<_> = leads.collect();
                for place in self.places().filter(|it| it.0 == way.to) {
                    let met = &cell(self.row(place), way.to_column) & &values;
                    if !met.is_empty() {
                        let now = reached.entry(place).or_default();
                        if self.is_list(way.to, way.to_column) {
                            now.elements.extend(met);
                        } else {
                            now.is_whole = true;
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

    fn is_list(&self, table: usize, column: usize) -> bool {
        column == 1 && self.tables[table].has_list
    }

    /// Those of them that nobody else leads to.
    pub fn own(&self, person: usize) -> BTreeSet<Position> {
        let is_named = |it: Position| self.names(it, person);
        let mut own = self.reached(person);
        own.retain(|it| is_named(*it) || self.row(*it).email.is_none());
        loop {
            let is_lost = |it: &Position| {
                !is_named(*it) && self.leading_to(*it).any(|from| !own.contains(&from))
            };
            let lost: Vec<_> = own.iter().copied().filter(is_lost).collect();
            if lost.is_empty() {
                return own;
            }
            own.retain(|it| !lost.contains(it));
        }
    }

    /// The columns of a masked row that lead to rows which are not the person's alone, and that may be empty.
    pub fn cut(&self, place: Position, person: usize) -> BTreeSet<&'static str> {
        let (reached, own) = (self.reached(person), self.own(person));
        let ways = self
            .ways
            .iter()
            .filter(|way| way.upward && way.from == place.0);
        let leads_to_shared = |way: &&Way| {
            let mut shared = reached.difference(&own).filter(|it| it.0 == way.to);
            let values = cell(self.row(place), way.from_column);
            shared.any(|it| !cell(self.row(*it), way.to_column).is_disjoint(&values))
        };
        let is_list = |way: &&Way| self.is_list(way.from, way.from_column);
        let cut = ways.filter(|way| !is_list(way)).filter(leads_to_shared);
        cut.map(|way| ["c0", "c1", "id"][way.from_column]).collect()
    }

    fn places(&self) -> impl Iterator<Item = Position> + '_ {
        let tables = self.tables.iter().enumerate();
        tables.flat_map(|(table, it)| (0..it.rows.len()).map(move |row| (table, row)))
    }

    pub fn row(&self, (table, row): Position) -> &Row {
        &self.tables[table].rows[row]
    }

    fn names(&self, place: Position, person: usize) -> bool {
        self.tables[place.0].has_email && self.row(place).email == Some(person)
    }

    fn leading_to(&self, place: Position) -> impl Iterator<Item = Position> + '_ {
        let ways = self.ways.iter().filter(move |way| way.to == place.0);
        ways.flat_map(move |way| {
            let values = cell(self.row(place), way.to_column);
            let from = self.tables[way.from].rows.iter().enumerate();
            let same =
                from.filter(move |(_, row)| !cell(row, way.from_column).is_disjoint(&values));
            same.map(move |(row, _)| (way.from, row))
        })
    }
}

/// Worlds in which every collection is reached, with their seeds: the register refuses others.
pub fn worlds(kind: Kind) -> impl Iterator<Item = (u64, World, Company)> {
    (0..).filter_map(move |seed| {
        let world = World::new(seed);
        let (sql, manifest) = (&world.sql, Company::manifest(&world.manifest));
        let (register, _) = Register::parse(&[("manifest.yml", &manifest)]).ok()?;
        let company = Company::on(kind, register, &[("shop", sql)]);
        Some((seed, world, company))
    })
}
