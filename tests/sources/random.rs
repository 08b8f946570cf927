//! Random references over random rows: the same result as a slow reading of the definitions, and not a cell more
//! is touched.

use std::{collections::BTreeSet, fmt::Write};

use candor::{
    register::Register,
    sources::{Identities, Outcome, Scope},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{company::Company, database::Kind};

/// One row of a collection: its id, its address if it has one, and two columns that may refer to others.
#[derive(Clone)]
struct Row {
    id: i64,
    email: Option<usize>,
    columns: [Option<i64>; 2],
}

struct Table {
    has_email: bool,
    rows: Vec<Row>,
}

/// Rows of `to` whose column is the `from_column` of a row of `from`. Column 2 is the id.
#[derive(Clone, Copy)]
struct Way {
    from: usize,
    from_column: usize,
    to: usize,
    to_column: usize,
}

struct World {
    tables: Vec<Table>,
    ways: Vec<Way>,
    manifest: String,
    sql: String,
}

fn cell(row: &Row, column: usize) -> Option<i64> {
    if column == 2 {
        Some(row.id)
    } else {
        row.columns[column]
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
            let has_email = table == 0 || random.random_bool(0.3);
            world.add(table, has_email, &mut random);
            let mut references = [String::new(), String::new()];
            for (column, text) in references.iter_mut().enumerate() {
                if random.random_bool(0.7) {
                    *text = world.refer((table, column), count, &mut random);
                }
            }
            world.declare(table, has_email, &references);
        }
        world
    }

    fn add(&mut self, table: usize, has_email: bool, random: &mut StdRng) {
        let column = if random.random_bool(0.5) {
            "INTEGER"
        } else {
            "TEXT"
        };
        let _ = writeln!(
            self.sql,
            "CREATE TABLE t{table} (id INTEGER PRIMARY KEY, email TEXT, c0 {column}, c1 INTEGER, note TEXT);"
        );
        let rows: Vec<_> = (0..random.random_range(0..9))
            .map(|id| Row {
                id,
                email: (has_email && random.random_bool(0.6)).then(|| random.random_range(0..3)),
                columns: [0, 1].map(|_| random.random_bool(0.7).then(|| random.random_range(0..7))),
            })
            .collect();
        for row in &rows {
            let email = row
                .email
                .map_or("NULL".to_owned(), |it| format!("'p{it}@example.org'"));
            let [c0, c1] = row
                .columns
                .map(|it| it.map_or("NULL".to_owned(), |it| it.to_string()));
            let _ = writeln!(
                self.sql,
                "INSERT INTO t{table} VALUES ({}, {email}, {c0}, {c1}, 'note');",
                row.id
            );
        }
        self.tables.push(Table { has_email, rows });
    }

    /// A reference to a random column, in a random direction.
    fn refer(
        &mut self,
        (table, column): (usize, usize),
        count: usize,
        random: &mut StdRng,
    ) -> String {
        let (other, other_column) = (
            random.random_range(0..count),
            [2, 2, 0][random.random_range(0..3)],
        );
        let direction = ["from", "to", "none"][random.random_range(0..3)];
        if direction != "to" {
            self.ways.push(Way {
                from: other,
                from_column: other_column,
                to: table,
                to_column: column,
            });
        }
        if direction != "from" {
            self.ways.push(Way {
                from: table,
                from_column: column,
                to: other,
                to_column: other_column,
            });
        }
        let name = if other_column == 2 {
            "id".to_owned()
        } else {
            format!("c{other_column}")
        };
        let direction = if direction == "none" {
            String::new()
        } else {
            format!(", direction: {direction}")
        };
        format!(
            ", fides_meta: {{references: [{{dataset: shop, field: t{other}.{name}{direction}}}]}}"
        )
    }

    fn declare(&mut self, table: usize, has_email: bool, references: &[String; 2]) {
        let identity = if has_email {
            ", fides_meta: {identity: email}"
        } else {
            ""
        };
        let [c0, c1] = references;
        let _ = write!(
            self.manifest,
            "
      - name: t{table}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email]{identity}}}
          - {{name: c0, data_categories: [system.operations]{c0}}}
          - {{name: c1, data_categories: [system.operations]{c1}}}
          - {{name: note, data_categories: [user.content]}}
"
        );
    }

    /// The rows that a person leads to, as (table, position).
    fn reached(&self, person: usize) -> BTreeSet<(usize, usize)> {
        let mut reached: BTreeSet<_> = self.places().filter(|it| self.names(*it, person)).collect();
        loop {
            let next: BTreeSet<_> = self
                .places()
                .filter(|it| self.leading_to(*it).any(|from| reached.contains(&from)))
                .collect();
            let before = reached.len();
            reached.extend(next);
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// Those of them that nobody else leads to.
    fn own(&self, person: usize) -> BTreeSet<(usize, usize)> {
        let is_named = |it: (usize, usize)| self.names(it, person);
        let mut own = self.reached(person);
        own.retain(|it| is_named(*it) || self.row(*it).email.is_none());
        loop {
            let lost: Vec<_> = own
                .iter()
                .copied()
                .filter(|it| {
                    !is_named(*it) && self.leading_to(*it).any(|from| !own.contains(&from))
                })
                .collect();
            if lost.is_empty() {
                return own;
            }
            own.retain(|it| !lost.contains(it));
        }
    }

    fn places(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let tables = self.tables.iter().enumerate();
        tables.flat_map(|(table, it)| (0..it.rows.len()).map(move |row| (table, row)))
    }

    fn row(&self, (table, row): (usize, usize)) -> &Row {
        &self.tables[table].rows[row]
    }

    fn names(&self, place: (usize, usize), person: usize) -> bool {
        self.tables[place.0].has_email && self.row(place).email == Some(person)
    }

    fn leading_to(&self, place: (usize, usize)) -> impl Iterator<Item = (usize, usize)> + '_ {
        let ways = self.ways.iter().filter(move |way| way.to == place.0);
        ways.flat_map(move |way| {
            let value = cell(self.row(place), way.to_column);
            let from = self.tables[way.from].rows.iter().enumerate();
            let same =
                from.filter(move |(_, row)| value.is_some() && cell(row, way.from_column) == value);
            same.map(move |(row, _)| (way.from, row))
        })
    }
}

fn count(places: &BTreeSet<(usize, usize)>, table: usize) -> u64 {
    places.iter().filter(|it| it.0 == table).count() as u64
}

/// Worlds in which every collection is reached, with their seeds: the register refuses others.
fn worlds(kind: Kind) -> impl Iterator<Item = (u64, World, Company)> {
    (0..).filter_map(move |seed| {
        let world = World::new(seed);
        let (sql, manifest) = (&world.sql, Company::manifest(&world.manifest));
        let (register, _) = Register::parse(&[("manifest.yml", &manifest)]).ok()?;
        let company = Company::on(kind, register, &[("shop", sql)]);
        Some((seed, world, company))
    })
}

#[test]
fn the_rows_found_are_those_of_a_slow_reading_of_the_definitions() {
    let (mut all_own, mut all_shared) = (0, 0);
    let worlds = Kind::all()
        .into_iter()
        .flat_map(|kind| worlds(kind).take(100));
    for (seed, world, company) in worlds {
        for person in 0..3 {
            let (reached, own) = (world.reached(person), world.own(person));
            let handle = Identities::email(&format!("p{person}@example.org"));

            let overview = company.sources.overview(&handle);

            for (table, summary) in overview.iter().enumerate() {
                let counts = summary.counts.as_ref().unwrap();
                all_own += counts.own;
                all_shared += counts.shared;
                let expected = (
                    count(&own, table),
                    count(&reached, table) - count(&own, table),
                );
                assert_eq!(
                    (counts.own, counts.shared),
                    expected,
                    "seed {seed}, person {person}, table {table}"
                );
                let records = company.records(&handle, &format!("t{table}"));
                assert_eq!(
                    records.len() as u64,
                    counts.own,
                    "seed {seed}, person {person}, table {table}"
                );
            }
        }
    }
    assert!(
        all_own > 300 && all_shared > 300,
        "{all_own} own, {all_shared} shared"
    );
}

#[test]
fn an_erasure_takes_the_own_rows_and_leaves_every_other_cell() {
    let worlds = Kind::all()
        .into_iter()
        .flat_map(|kind| worlds(kind).take(50));
    for (seed, world, company) in worlds {
        let mut expected = company.dump("shop");
        let own = world.own(1);
        for (table, rows) in &mut expected {
            let table: usize = table[1..].parse().unwrap();
            let is_own = |id: &str| {
                own.iter()
                    .any(|it| it.0 == table && world.row(*it).id.to_string() == id)
            };
            rows.retain(|row| !is_own(&row["id"]));
        }
        let person = Identities::email("p1@example.org");

        let plan = company.plan(&person, &Scope::All);
        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "seed {seed}");
        assert_eq!(company.dump("shop"), expected, "seed {seed}");
        assert_eq!(plan.records(), own.len(), "seed {seed}");
    }
}
