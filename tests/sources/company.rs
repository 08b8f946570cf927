//! A company with its register and its databases in a folder that goes away.

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc, time::Duration};

use candor::{
    register::{CollectionKey, Register},
    sources::{
        Dates, Identities, Limits, Plan, Record, Scope, Source, Sources,
        faults::{Faulty, Mode},
        open,
    },
};
use chrono::NaiveDate;
use rusqlite::Connection;

use super::database::{Database, Dump, Kind};

/// Opened sources, and a back door to each.
pub struct Company {
    pub sources: Sources,
    faulty: BTreeMap<String, Arc<Faulty>>,
    // Dropped after the connections to them.
    databases: BTreeMap<String, Database>,
}

impl Company {
    /// One dataset in one source, both called `shop`.
    pub fn new(collections: &str, sql: &str) -> Self {
        Self::with(&Self::manifest(collections), &[("shop", sql)])
    }

    /// The manifest of that dataset.
    pub fn manifest(collections: &str) -> String {
        format!("dataset:\n  - fides_key: shop\n    collections:\n{collections}")
    }

    /// What that manifest declares.
    pub fn register(collections: &str) -> Register {
        let manifest = Self::manifest(collections);
        let read = Register::parse(&[("manifest.yml", &manifest)]);
        read.unwrap_or_else(|faults| panic!("{faults:#?}")).0
    }

    /// A manifest and the databases that it is about, by key of the source.
    pub fn with(manifest: &str, databases: &[(&str, &str)]) -> Self {
        let (register, _) = Register::parse(&[("manifest.yml", manifest)])
            .unwrap_or_else(|faults| panic!("{faults:#?}"));
        Self::of(register, databases)
    }

    pub fn of(register: Register, databases: &[(&str, &str)]) -> Self {
        Self::on(Kind::Sqlite, register, databases)
    }

    pub fn on(kind: Kind, register: Register, databases: &[(&str, &str)]) -> Self {
        let create = |(key, sql): &(&str, &str)| ((*key).to_owned(), Database::create(kind, sql));
        // A server on a busy machine has more to wait for than a file.
        let step = if kind == Kind::Sqlite { 2 } else { 4 };
        Self::at(register, databases.iter().map(create).collect(), step)
    }

    /// In databases that are there, with so many seconds for each step.
    pub fn at(register: Register, databases: BTreeMap<String, Database>, step: u64) -> Self {
        Self::beside(register, databases, step, Vec::new())
    }

    /// The same beside sources that are no databases of its own.
    pub fn beside(
        register: Register,
        databases: BTreeMap<String, Database>,
        step: u64,
        others: Vec<Arc<dyn Source>>,
    ) -> Self {
        let open = |(key, database): (&String, &Database)| {
            let source = open(key, &database.url()).unwrap();
            (key.clone(), Arc::new(Faulty::new(source)))
        };
        let faulty: BTreeMap<_, _> = databases.iter().map(open).collect();
        let own = faulty.values().map(|it| it.clone() as _);
        let sources = own.chain(others).collect();
        let limits = Limits {
            read: Duration::from_secs(2),
            step: Duration::from_secs(step),
        };
        Self {
            sources: Sources::with(Arc::new(register), sources, &[7; 32], limits),
            faulty,
            databases,
        }
    }

    pub fn connect(&self, key: &str) -> Connection {
        self.databases[key].connect()
    }

    /// Changes a database behind the portal's back.
    pub fn run(&self, key: &str, sql: &str) {
        self.databases[key].run(sql);
    }

    /// The address of a database.
    pub fn url(&self, key: &str) -> String {
        self.databases[key].url()
    }

    /// Cuts the portal's connections to a database from the server's side.
    pub fn cut(&self, key: &str) {
        self.databases[key].cut();
    }

    pub fn fail(&self, key: &str, mode: Mode) {
        self.faulty[key].set(mode);
    }

    pub fn reads(&self) -> u64 {
        self.faulty.values().map(|it| it.reads()).sum()
    }

    /// How many rows met what the portal asked for.
    pub fn rows(&self) -> u64 {
        self.faulty.values().map(|it| it.rows()).sum()
    }

    /// The whole database.
    pub fn dump(&self, key: &str) -> Dump {
        self.databases[key].dump()
    }

    /// Own and shared records by collection, where there are any.
    pub fn counts(&self, person: &Identities) -> BTreeMap<String, (u64, u64)> {
        let overview = self.sources.overview(person).into_iter();
        let counts = overview.map(|it| (it.key.collection, it.counts.unwrap()));
        counts
            .map(|(name, it)| (name, (it.own, it.shared)))
            .filter(|(_, it)| *it != (0, 0))
            .collect()
    }

    /// The person's own records of a collection, all at once.
    pub fn records(&self, person: &Identities, collection: &str) -> Vec<Record> {
        let mut records = Vec::new();
        let unread = self
            .sources
            .for_each(person, Dates::default(), &mut |key, record| {
                if key.collection == collection {
                    records.push(record);
                }
                ControlFlow::Continue(())
            });
        assert_eq!(unread, []);
        records
    }

    pub fn plan(&self, person: &Identities, scope: &Scope) -> Plan {
        self.sources
            .plan_erasure(person, (scope, "us-ca"), &[], today())
            .unwrap()
    }
}

pub fn shop(collection: &str) -> CollectionKey {
    CollectionKey::new("shop", collection)
}

pub fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

/// Cells that differ between two dumps, as `table[row].column: before -> after`; rows that went as `table[row]: gone`.
/// Rows are named by their first column in the order of names.
pub fn differences(before: &Dump, after: &Dump, key: &str) -> Vec<String> {
    let mut differences = Vec::new();
    for (table, rows) in before {
        for row in rows {
            let name = row.get(key).cloned().unwrap_or_default();
            match after[table].iter().find(|it| it.get(key) == row.get(key)) {
                None => differences.push(format!("{table}[{name}]: gone")),
                Some(now) => differences.extend(row.iter().filter_map(|(column, cell)| {
                    let is_other = now[column] != *cell;
                    is_other.then(|| format!("{table}[{name}].{column}: {cell} -> {}", now[column]))
                })),
            }
        }
    }
    differences
}
