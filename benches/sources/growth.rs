//! How time and memory grow with the rows of a person, with everybody's rows, and with the number of collections.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use candor::register::{CollectionKey, Register};
use candor::sources::{Identities, Outcome, Scope, SourceError, Sources, Visited, Visitor};
use chrono::NaiveDate;
use rusqlite::Connection;

use crate::targets::Targets;
use crate::usage;

const EMAIL: &str = "ada@example.org";

/// One dataset: people by address, and what they looked at.
const SHOP: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
      - name: views
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - name: person_id
            data_categories: [user.unique_id]
            fides_meta: {data_type: integer, references: [{dataset: shop, field: people.id, direction: from}]}
          - {name: page, data_categories: [user.behavior], fides_meta: {data_type: string}}
          - {name: seen_at, data_categories: [user.behavior], fides_meta: {data_type: string}}
";

const TABLES: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL COLLATE NOCASE UNIQUE);
CREATE TABLE views (id INTEGER PRIMARY KEY, person_id INTEGER NOT NULL REFERENCES people, page TEXT, seen_at TEXT);
CREATE INDEX views_by_person ON views (person_id);
";

/// Counts records.
#[derive(Default)]
struct Counted(u64);

impl Visitor for Counted {
    fn record(&mut self, _: &CollectionKey, record: Visited<'_>) -> ControlFlow<()> {
        std::hint::black_box(record);
        self.0 += 1;
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &CollectionKey, error: Option<SourceError>) -> ControlFlow<()> {
        assert_eq!(error, None);
        ControlFlow::Continue(())
    }
}

/// A folder with a database and the manifest that describes it.
struct Shop {
    folder: tempfile::TempDir,
    connection: Connection,
}

impl Shop {
    fn new(manifest: &str, tables: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("register")).unwrap();
        std::fs::write(folder.path().join("register/shop.yml"), manifest).unwrap();
        let connection = Connection::open(folder.path().join("shop.db")).unwrap();
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;")
            .unwrap();
        connection.execute_batch(tables).unwrap();
        Self { folder, connection }
    }

    /// Ada with so many views, and others with so many between them.
    fn with_views(own: u64, others: u64) -> Self {
        let shop = Self::new(SHOP, TABLES);
        let number = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <";
        let view = "'/jobs/' || (i % 977), '2026-01-01 00:00:' || (i % 60) FROM n";
        let people = (others / 10).max(1);
        shop.connection
            .execute_batch(&format!(
                "BEGIN;
                 INSERT INTO people {number} {people}) SELECT i + 1, 'p' || i || '@example.org' FROM n;
                 INSERT INTO people VALUES (1, '{EMAIL}');
                 INSERT INTO views (person_id, page, seen_at) {number} {others}) SELECT 2 + i % {people}, {view};
                 INSERT INTO views (person_id, page, seen_at) {number} {own}) SELECT 1, {view};
                 COMMIT; ANALYZE;"
            ))
            .unwrap();
        shop
    }

    fn url(&self) -> String {
        format!("sqlite:{}", self.folder.path().join("shop.db").display())
    }

    fn register(&self) -> std::path::PathBuf {
        self.folder.path().join("register")
    }

    fn sources(&self) -> Sources {
        let (register, _) = Register::load(&self.register()).unwrap();
        let urls = [("shop".to_owned(), self.url())];
        Sources::open(Arc::new(register), &urls, &[7; 32]).unwrap()
    }

    /// What the bare driver takes to read the same with two queries.
    fn by_hand(&self) -> (u64, Duration) {
        let start = Instant::now();
        let person = "SELECT id, email FROM people WHERE email = ?1";
        let views = "SELECT v.id, v.person_id, v.page, v.seen_at FROM views v JOIN people p ON p.id = v.person_id \
                     WHERE p.email = ?1";
        let rows = read(&self.connection, person, EMAIL) + read(&self.connection, views, EMAIL);
        (rows, start.elapsed())
    }
}

/// Reads every cell of a query as text; gives the number of rows.
fn read(connection: &Connection, query: &str, value: &str) -> u64 {
    let mut prepared = connection.prepare_cached(query).unwrap();
    let width = prepared.column_count();
    let mut rows = prepared.query([value]).unwrap();
    let mut count = 0;
    while let Some(row) = rows.next().unwrap() {
        for at in 0..width {
            let cell = match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                _ => String::new(),
            };
            std::hint::black_box(cell);
        }
        count += 1;
    }
    count
}

fn found(sources: &Sources) -> (u64, Duration) {
    let (mut counted, start) = (Counted::default(), Instant::now());
    sources.visit(&Identities::email(EMAIL), &mut counted);
    (counted.0, start.elapsed())
}

/// The best of a few: the rest is noise of the machine.
fn best(mut measured: impl FnMut() -> (u64, Duration), rounds: usize) -> (u64, Duration) {
    let all = (0..rounds).map(|_| measured());
    all.min_by_key(|(_, took)| *took).unwrap()
}

fn per_second((rows, took): (u64, Duration)) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let rows = rows as f64;
    rows / took.as_secs_f64()
}

/// Runs `candor sources find` to its end; gives its time and the most memory that it had, in MB.
fn command(register: &Path, url: &str) -> (Duration, u64) {
    let mut find = Command::new(env!("CARGO_BIN_EXE_candor"));
    find.args(["sources", "find", "--format", "json", "--manifests"])
        .arg(register)
        .args(["--source", &format!("shop={url}")])
        .args(["--identity", &format!("email={EMAIL}")]);
    let taken = usage::run(&mut find);
    (taken.time, taken.peak)
}

/// Memory must stay flat, and the speed at least half of the bare driver's.
pub fn rows_of_one_person(targets: &mut Targets) {
    println!("\n## A person with many rows in a table\n");
    println!("| rows | by hand rows/s | candor rows/s | ratio | as a command s | its memory MB |");
    println!("|---|---|---|---|---|---|");
    for rows in [1_000, 10_000, 100_000, 1_000_000] {
        let shop = Shop::with_views(rows, 10_000);
        let sources = shop.sources();
        let hand = best(|| shop.by_hand(), 3);
        let own = best(|| found(&sources), 3);
        assert_eq!((hand.0, own.0), (rows + 1, rows + 1));
        let (took, peak) = command(&shop.register(), &shop.url());
        println!(
            "| {rows} | {:.0} | {:.0} | {:.2} | {:.2} | {peak} |",
            per_second(hand),
            per_second(own),
            per_second(own) / per_second(hand),
            took.as_secs_f64()
        );
        let what = format!("rows per second of a person with {rows}, of the bare driver's");
        targets.at_least(&what, per_second(own) / per_second(hand), 0.5);
        #[expect(clippy::cast_precision_loss, reason = "megabytes")]
        targets.at_most(&format!("MB for {rows} rows"), peak as f64, 120.0);
    }
}

/// What belongs to others must cost nothing.
pub fn rows_of_everybody(_: &mut Targets) {
    println!("\n## A person with 30 rows among everybody's\n");
    println!("| rows in the tables | by hand ms | candor ms | ratio |\n|---|---|---|---|");
    for others in [3_200, 320_000, 3_200_000] {
        let shop = Shop::with_views(30, others);
        let sources = shop.sources();
        row(
            others,
            best(|| shop.by_hand(), 50),
            best(|| found(&sources), 50),
        );
    }
}

fn row(of: u64, (rows, hand): (u64, Duration), (found, own): (u64, Duration)) {
    assert_eq!(rows, found);
    let ms = |took: Duration| took.as_secs_f64() * 1000.0;
    println!(
        "| {of} | {:.3} | {:.3} | {:.2} |",
        ms(hand),
        ms(own),
        ms(own) / ms(hand)
    );
}

/// Datasets of ten collections, each of which is led to by the one before.
pub fn collections(_: &mut Targets) {
    println!("\n## Datasets of ten collections, each led to by the one before\n");
    println!("| collections | by hand ms | candor ms | ratio |\n|---|---|---|---|");
    for datasets in [1, 10, 60] {
        let (manifest, tables) = chains(datasets);
        let shop = Shop::new(&manifest, &tables);
        let sources = shop.sources();
        let by_hand = || {
            let start = Instant::now();
            let mut rows = 0;
            for dataset in 0..datasets {
                rows += read(
                    &shop.connection,
                    &format!("SELECT id, email, note FROM d{dataset}_c0 WHERE email = ?1"),
                    EMAIL,
                );
                for at in 1..10 {
                    let query = format!(
                        "SELECT id, parent_id, note FROM d{dataset}_c{at} WHERE parent_id = ?1"
                    );
                    rows += read(&shop.connection, &query, "1");
                }
            }
            (rows, start.elapsed())
        };
        let own = best(|| found(&sources), 10);
        row(datasets * 10, best(by_hand, 10), own);
    }
}

fn chains(datasets: u64) -> (String, String) {
    let (mut manifest, mut tables) = ("dataset:\n".to_owned(), String::new());
    for dataset in 0..datasets {
        let _ = writeln!(
            manifest,
            "  - fides_key: d{dataset}\n    candor: {{source: shop}}\n    collections:"
        );
        for at in 0..10 {
            let table = format!("d{dataset}_c{at}");
            let lead = if at == 0 {
                "{name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}".to_owned()
            } else {
                let before = at - 1;
                format!(
                    "{{name: parent_id, data_categories: [user.unique_id], fides_meta: {{references: \
                     [{{dataset: d{dataset}, field: d{dataset}_c{before}.id, direction: from}}]}}}}"
                )
            };
            let _ = writeln!(
                manifest,
                "      - name: {table}\n        fields:\n          - {{name: id, data_categories: [user.unique_id], \
                 fides_meta: {{primary_key: true}}}}\n          - {lead}\n          - {{name: note, data_categories: [user.content]}}"
            );
            let column = if at == 0 {
                "email TEXT COLLATE NOCASE"
            } else {
                "parent_id INTEGER"
            };
            let (name, value) = if at == 0 {
                ("email", format!("'{EMAIL}'"))
            } else {
                ("parent_id", "1".to_owned())
            };
            let _ = writeln!(
                tables,
                "CREATE TABLE {table} (id INTEGER PRIMARY KEY, {column}, note TEXT);
                 CREATE INDEX {table}_way ON {table} ({name});
                 INSERT INTO {table} VALUES (1, {value}, 'of {table}');"
            );
        }
    }
    (manifest, tables)
}

/// Erasing many rows: planned, guarded row by row, read back and committed; by hand it is one statement.
pub fn erasure(_: &mut Targets) {
    println!("\n## Erasing\n");
    println!(
        "| rows | one bare statement s | candor s | rows/s | processor s |\n|---|---|---|---|---|"
    );
    for rows in [100, 1_000, 10_000] {
        let shop = Shop::with_views(rows, 10_000);
        let start = Instant::now();
        let gone = shop
            .connection
            .execute("DELETE FROM views WHERE person_id = 1", [])
            .unwrap();
        let hand = start.elapsed();
        assert_eq!(gone as u64, rows);
        drop(shop);

        let shop = Shop::with_views(rows, 10_000);
        let (sources, person) = (shop.sources(), Identities::email(EMAIL));
        let (start, processor) = (Instant::now(), usage::processor());
        let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
        let plan = sources
            .plan_erasure(&person, (&Scope::All, "us-ca"), &[], today)
            .unwrap();
        let Outcome::Done(effects) = sources.execute(&person, &plan).unwrap() else {
            panic!("nothing else changes the data");
        };
        let took = start.elapsed();
        let erased: u64 = effects.iter().map(|it| it.records).sum();
        assert_eq!(erased, rows + 1);
        println!(
            "| {rows} | {:.3} | {:.3} | {:.0} | {:.2} |",
            hand.as_secs_f64(),
            took.as_secs_f64(),
            per_second((erased, took)),
            usage::processor_since(processor).as_secs_f64()
        );
    }
}
