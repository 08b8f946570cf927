//! Much data: of one person, of all, in many datasets, and erased.

use std::fmt::Write;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use candor::register::Register;
use candor::sources::{Dates, Identities, Outcome, Scope, Sources};
use chrono::NaiveDate;
use rusqlite::Connection;

use super::process::{in_turns, tell};

const EMAIL: &str = "p1@example.com";

/// A dataset with people and so many collections of what they did.
fn manifest(dataset: &str, collections: u64) -> String {
    let mut text = format!(
        "dataset:
  - fides_key: {dataset}
    candor: {{source: shop}}
    collections:
      - name: {dataset}_people
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
"
    );
    for at in 1..collections {
        let _ = write!(
            text,
            "      - name: {dataset}_acts_{at}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: person, data_categories: [system.operations], fides_meta: {{references: [{{dataset: {dataset}, field: {dataset}_people.id, direction: from}}]}}}}
          - {{name: what, data_categories: [user.behavior]}}
          - {{name: place, data_categories: [user.behavior]}}
"
        );
    }
    text
}

/// The tables of that dataset: so many people, with so many rows each in every other collection.
fn fill(connection: &Connection, dataset: &str, collections: u64, (people, each): (u64, u64)) {
    let mut sql = format!(
        "BEGIN; CREATE TABLE {dataset}_people (id INTEGER PRIMARY KEY, email TEXT COLLATE NOCASE);
         CREATE INDEX {dataset}_emails ON {dataset}_people (email);
         INSERT INTO {dataset}_people WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})
         SELECT i, 'p' || i || '@example.com' FROM n;"
    );
    for at in 1..collections {
        let rows = people * each;
        let _ = write!(
            sql,
            "CREATE TABLE {dataset}_acts_{at} (id INTEGER PRIMARY KEY, person INTEGER, what TEXT, place TEXT);
             INSERT INTO {dataset}_acts_{at} WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
             SELECT i, 1 + i % {people}, 'looked at page ' || i, 'Port Ellery' FROM n;
             CREATE INDEX {dataset}_person_{at} ON {dataset}_acts_{at} (person);"
        );
    }
    connection.execute_batch(&(sql + "COMMIT;")).unwrap();
}

fn open(path: &Path, manifests: &[String]) -> Sources {
    let files: Vec<_> = manifests
        .iter()
        .enumerate()
        .map(|(at, text)| (format!("{at}.yml"), text))
        .collect();
    let files: Vec<_> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let (register, _) = Register::parse(&files).unwrap();
    let urls = [("shop".to_owned(), format!("sqlite:{}", path.display()))];
    Sources::open(Arc::new(register), &urls, &[7; 32]).unwrap()
}

fn ours(sources: &Sources) -> u64 {
    let mut count = 0;
    let person = Identities::email(EMAIL);
    let unread = sources.for_each(&person, Dates::default(), &mut |_, record| {
        black_box(record);
        count += 1;
        ControlFlow::Continue(())
    });
    assert!(unread.is_empty(), "{unread:?}");
    count
}

fn by_hand(connection: &Connection, datasets: &[String], collections: u64) -> u64 {
    let mut count = 0;
    for dataset in datasets {
        let people = format!("SELECT id, email FROM {dataset}_people WHERE email = ?");
        let mut people = connection.prepare_cached(&people).unwrap();
        let id: i64 = people.query_row([EMAIL], |row| row.get(0)).unwrap();
        count += 1;
        for at in 1..collections {
            let acts =
                format!("SELECT id, person, what, place FROM {dataset}_acts_{at} WHERE person = ?");
            let mut acts = connection.prepare_cached(&acts).unwrap();
            let mut rows = acts.query([id]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let cells: (i64, i64, String, String) = row.try_into().unwrap();
                black_box(cells);
                count += 1;
            }
        }
    }
    count
}

fn measure(datasets: u64, collections: u64, (people, each): (u64, u64), rounds: usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let connection = Connection::open(&path).unwrap();
    let names: Vec<_> = (1..=datasets).map(|at| format!("d{at}")).collect();
    for name in &names {
        fill(&connection, name, collections, (people, each));
    }
    let manifests: Vec<_> = names.iter().map(|it| manifest(it, collections)).collect();
    let sources = open(&path, &manifests);
    let rows = by_hand(&connection, &names, collections);
    assert_eq!(rows, datasets * (1 + (collections - 1) * each));
    let (hand, own) = in_turns(
        rounds,
        || assert_eq!(by_hand(&connection, &names, collections), rows),
        || assert_eq!(ours(&sources), rows),
    );
    #[expect(clippy::cast_precision_loss, reason = "rows are fewer than 2^52")]
    let per_second = rows as f64 / own.as_secs_f64();
    tell(hand, own, &format!("{per_second:.0} rows a second"));
}

/// One person with so many rows in a table.
pub fn rows(size: u64) {
    measure(1, 2, (1, size), 5);
}

/// So many rows in eight tables, a few of them the person's.
pub fn tables(size: u64) {
    measure(1, 9, (size / 8 / 4, 4), 51);
}

/// So many datasets of ten collections.
pub fn datasets(size: u64) {
    measure(size, 10, (100, 3), 21);
}

/// So many records go, beside one statement that deletes them; plan and read-back included.
pub fn erasure(size: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.db");
    let connection = Connection::open(&path).unwrap();
    fill(&connection, "d1", 2, (2, size));
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        .unwrap();
    let sources = open(&path, &[manifest("d1", 2)]);
    let person = Identities::email(EMAIL);
    let today = NaiveDate::from_ymd_opt(2026, 2, 9).unwrap();
    let (hand, own) = in_turns(
        1,
        // The other person's, so that both erase as many.
        || {
            let sql = "DELETE FROM d1_acts_1 WHERE person = 2";
            let gone = connection.execute(sql, []).unwrap();
            assert_eq!(gone as u64, size);
        },
        || {
            let scope = (&Scope::All, "us-ca");
            let plan = sources.plan_erasure(&person, scope, &[], today).unwrap();
            assert_eq!(plan.records() as u64, size + 1);
            let done = sources.execute(&person, &plan).unwrap();
            assert!(matches!(done, Outcome::Done(_)));
        },
    );
    tell(hand, own, "planned, guarded row by row, read back");
}
