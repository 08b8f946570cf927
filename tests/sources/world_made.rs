//! Makes random tables with random references between them.

use std::collections::BTreeSet;

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::world::{
    COLUMNS, Foreign, ID, Layout, NULLABLE, Position, Row, SHORT, TENANT, Table, UNIQUE, Way,
    World, tuple,
};

impl World {
    pub fn new(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed);
        let layouts = [
            Layout::OneDataset,
            Layout::OneDatabase,
            Layout::TwoDatabases,
        ];
        let mut world = Self {
            tables: Vec::new(),
            layout: layouts[random.random_range(0..3)],
            ways: Vec::new(),
        };
        for table in 0..random.random_range(2..=5) {
            world.add(table, &mut random);
        }
        for table in 0..world.tables.len() {
            let other = random.random_range(0..world.tables.len());
            let is_pair = world.tables[other].has_pair && !world.tables[table].has_list;
            if is_pair && random.random_bool(0.7) {
                world.refer_by_pair(table, other, &mut random);
                continue;
            }
            for column in 0..2 {
                if random.random_bool(0.7) {
                    world.refer((table, column), &mut random);
                }
            }
        }
        world
    }

    fn add(&mut self, table: usize, random: &mut StdRng) {
        let has_email = table == 0 || random.random_bool(0.3);
        let (has_list, has_pair) = (random.random_bool(0.3), random.random_bool(0.4));
        let one = |random: &mut StdRng| -> BTreeSet<i64> {
            let value = random.random_range(0..7);
            let is_held = random.random_bool(0.7);
            is_held.then_some(value).into_iter().collect()
        };
        let rows = (0..random.random_range(0..9)).map(|row| Row {
            id: if has_pair { row / 2 } else { row },
            tenant: row % 2,
            email: (has_email && random.random_bool(0.6)).then(|| random.random_range(0..3)),
            columns: [
                one(random),
                (0..if has_list { 3 } else { 1 })
                    .flat_map(|_| one(random))
                    .collect(),
            ],
        });
        let rows = rows.collect();
        self.tables.push(Table {
            has_email,
            has_list,
            has_pair,
            is_masked: random.random_bool(0.3),
            is_second: self.layout != Layout::OneDataset && table % 2 == 1,
            first: ["INTEGER", "INTEGER", "BIGINT", "TEXT"][random.random_range(0..4)],
            note: [NULLABLE, SHORT, UNIQUE][random.random_range(0..3)],
            references: Default::default(),
            foreign: Vec::new(),
            rows,
        });
    }

    /// A reference to a random column, in a random direction.
    fn refer(&mut self, (table, column): Position, random: &mut StdRng) {
        let other = random.random_range(0..self.tables.len());
        let other_column = [ID, ID, 0][random.random_range(0..3)];
        let names_it = other_column == ID && !self.tables[other].has_pair;
        let link = [(other_column, column)];
        self.declare((table, other), &link, names_it, random);
        let is_integer = column == 1 || self.tables[table].first == "INTEGER";
        let is_list = column == 1 && self.tables[table].has_list;
        if names_it && is_integer && !is_list && random.random_bool(0.5) {
            self.enforce((table, other), &[column], &[ID]);
        }
    }

    /// Both columns refer to the parts of one key.
    fn refer_by_pair(&mut self, table: usize, other: usize, random: &mut StdRng) {
        for row in &mut self.tables[table].rows {
            let one = |random: &mut StdRng, most| {
                let value = random.random_range(0..most);
                let is_held = random.random_bool(0.9);
                is_held.then_some(value).into_iter().collect()
            };
            row.columns = [one(random, 2), one(random, 4)];
        }
        self.declare((table, other), &[(TENANT, 0), (ID, 1)], true, random);
        if self.tables[table].first == "INTEGER" && random.random_bool(0.5) {
            self.enforce((table, other), &[0, 1], &[TENANT, ID]);
        }
    }

    /// Declares columns there with those here on either side, where those there name a row.
    fn declare(
        &mut self,
        (table, other): (usize, usize),
        links: &[(usize, usize)],
        names_it: bool,
        random: &mut StdRng,
    ) {
        let directions = ["from", "to", "none", "by the key"];
        let most = if names_it && table != other { 4 } else { 3 };
        let direction = directions[random.random_range(0..most)];
        let is_pair = links.len() > 1;
        if direction != "to" {
            self.ways.push(Way {
                from: other,
                to: table,
                links: links.to_vec(),
                upward: false,
            });
        }
        // A key is held as a whole.
        let upward: Vec<_> = match direction {
            "none" | "to" if is_pair => vec![links.to_vec()],
            "none" | "to" => links.iter().map(|link| vec![*link]).collect(),
            _ => Vec::new(),
        };
        self.ways.extend(upward.into_iter().map(|links| {
            Way {
                from: table,
                to: other,
                links: links
                    .into_iter()
                    .map(|(there, here)| (here, there))
                    .collect(),
                upward: true,
            }
        }));
        let datasets = [table, other].map(|it| self.dataset(it));
        let field = |at: usize, column: usize| {
            let dataset = datasets[usize::from(at != table)];
            let column = COLUMNS[column];
            format!("dataset: {dataset}, field: t{at}.{column}")
        };
        for (there, here) in links {
            if direction == "by the key" {
                let text = format!("{{{}, direction: to}}", field(table, *here));
                self.tables[other].references[*there].push(text);
                continue;
            }
            let said = match direction {
                "none" => String::new(),
                direction => format!(", direction: {direction}"),
            };
            let text = format!("{{{}{said}}}", field(other, *there));
            self.tables[table].references[*here].push(text);
        }
    }

    /// Has the database hold columns to the key of another table, and empties what it would not take.
    fn enforce(&mut self, (table, to): (usize, usize), columns: &[usize], referenced: &[usize]) {
        let is_apart = self.tables[table].is_second != self.tables[to].is_second;
        if is_apart && self.layout == Layout::TwoDatabases {
            return;
        }
        let keys = self.tables[to].rows.iter();
        let keys: BTreeSet<_> = keys
            .filter_map(|row| tuple(row, referenced.iter().copied()))
            .collect();
        for row in &mut self.tables[table].rows {
            let held = tuple(row, columns.iter().copied());
            if held.is_some_and(|held| !keys.contains(&held)) {
                row.columns[columns[columns.len() - 1]].clear();
            }
        }
        self.tables[table].foreign.push(Foreign {
            columns: columns.to_vec(),
            to,
            referenced: referenced.to_vec(),
        });
    }
}
