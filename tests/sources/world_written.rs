//! A random world as a manifest and as tables.

use std::{collections::BTreeMap, fmt::Write};

use candor::{register::Register, sources::open};

use super::{
    company::Company,
    database::{Database, Dump, Kind},
    world::{COLUMNS, Layout, TENANT, Table, World},
};

impl World {
    fn manifest(&self) -> String {
        let mut text = "dataset:\n".to_owned();
        for (is_second, key) in [(false, "shop"), (true, "club")] {
            let tables = self.tables.iter().enumerate();
            let mut tables = tables
                .filter(|(_, it)| it.is_second == is_second)
                .peekable();
            if tables.peek().is_none() {
                continue;
            }
            let _ = write!(text, "  - fides_key: {key}\n    collections:");
            for (at, table) in tables {
                text.push_str(&collection(at, table));
            }
        }
        text
    }

    /// What makes the tables of one database: a foreign key may lead to one that comes later.
    fn sql(&self, kind: Kind, is_meant: impl Fn(&Table) -> bool) -> String {
        let (mut create, mut fill, mut bind) = (String::new(), String::new(), String::new());
        let tables = self.tables.iter().enumerate();
        for (at, table) in tables.filter(|(_, it)| is_meant(it)) {
            let second = if table.has_list { "TEXT" } else { "INTEGER" };
            let key = if table.has_pair { "tenant, id" } else { "id" };
            let (first, note) = (table.first, table.note);
            let _ = write!(
                create,
                "CREATE TABLE t{at} (tenant INTEGER NOT NULL, id INTEGER NOT NULL, email TEXT, c0 {first}, c1 {second},
                   note {note}, PRIMARY KEY ({key})"
            );
            for foreign in &table.foreign {
                let names = |columns: &[usize]| {
                    let names = columns.iter().map(|it| COLUMNS[*it]);
                    names.collect::<Vec<_>>().join(", ")
                };
                let held = format!(
                    "FOREIGN KEY ({}) REFERENCES t{} ({})",
                    names(&foreign.columns),
                    foreign.to,
                    names(&foreign.referenced)
                );
                if kind == Kind::Sqlite {
                    let _ = write!(create, ", {held}");
                } else {
                    let _ = writeln!(bind, "ALTER TABLE t{at} ADD {held};");
                }
            }
            create.push_str(");\n");
            for (place, row) in table.rows.iter().enumerate() {
                let email = row
                    .email
                    .map_or("NULL".to_owned(), |it| format!("'p{it}@example.org'"));
                let [first, second] = &row.columns;
                let one = |it: Option<&i64>| it.map_or("NULL".to_owned(), ToString::to_string);
                let all: Vec<_> = second.iter().map(ToString::to_string).collect();
                let second = if table.has_list {
                    format!("'[{}]'", all.join(", "))
                } else {
                    one(second.first())
                };
                let (tenant, id, first) = (row.tenant, row.id, one(first.first()));
                let _ = writeln!(
                    fill,
                    "INSERT INTO t{at} VALUES ({tenant}, {id}, {email}, {first}, {second}, 'n{at}-{place}');"
                );
            }
        }
        let any_order = if kind == Kind::Sqlite {
            "PRAGMA defer_foreign_keys = ON;\n"
        } else {
            ""
        };
        [any_order, &*create, &fill, &bind].concat()
    }

    fn company(&self, kind: Kind, register: Register) -> Company {
        let apart = self.layout == Layout::TwoDatabases;
        let shop = Database::create(kind, &self.sql(kind, |it| !apart || !it.is_second));
        let url = shop.url();
        let mut databases = BTreeMap::from([("shop".to_owned(), shop)]);
        let mut others = Vec::new();
        match self.layout {
            Layout::OneDataset => {}
            Layout::OneDatabase => others.push(open("club", &url).unwrap()),
            Layout::TwoDatabases => {
                let club = Database::create(kind, &self.sql(kind, |it| it.is_second));
                databases.insert("club".to_owned(), club);
            }
        }
        Company::beside(register, databases, 4, others)
    }

    /// Every cell of the whole world.
    pub fn dump(&self, company: &Company) -> Dump {
        let mut dump = company.dump("shop");
        if self.layout == Layout::TwoDatabases {
            dump.extend(company.dump("club"));
        }
        dump
    }
}

fn collection(at: usize, table: &Table) -> String {
    let erase = if table.is_masked { "mask" } else { "delete" };
    let meta = |column: usize| {
        let is_key = COLUMNS[column] == "id" || (table.has_pair && column == TENANT);
        let mut all = Vec::new();
        if is_key {
            all.push("primary_key: true".to_owned());
        }
        if column == 1 && table.has_list {
            all.push("data_type: 'integer[]'".to_owned());
        }
        let references = &table.references[column];
        if !references.is_empty() {
            all.push(format!("references: [{}]", references.join(", ")));
        }
        all.join(", ")
    };
    let mut text = format!(
        "
      - name: t{at}
        candor: {{erase: {erase}}}
        fields:
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{{}}}}}
          - {{name: note, data_categories: [user.content]}}
",
        if table.has_email {
            "identity: email"
        } else {
            ""
        }
    );
    for (column, name) in COLUMNS.iter().enumerate() {
        let _ = writeln!(
            text,
            "          - {{name: {name}, data_categories: [system.operations], fides_meta: {{{}}}}}",
            meta(column)
        );
    }
    text
}

/// Worlds in which every collection is reached, with their seeds: the register refuses others.
pub fn worlds(kind: Kind) -> impl Iterator<Item = (u64, World, Company)> {
    (0..).filter_map(move |seed| {
        let world = World::new(seed);
        let (register, _) = Register::parse(&[("manifest.yml", &world.manifest())]).ok()?;
        let company = world.company(kind, register);
        Some((seed, world, company))
    })
}
