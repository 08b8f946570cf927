//! ProJobSector's own database.

use std::path::Path;

use candor::demo::source;
use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();

struct Sample {
    db: Connection,
    _dir: TempDir,
}

fn sample(seed: u64, people: usize) -> Sample {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("projobsector.db");
    source::create(&path, seed, people, TODAY, |_, _| ()).unwrap();
    let db = Connection::open(path).unwrap();
    Sample { db, _dir: dir }
}

impl Sample {
    fn number(&self, query: &str) -> i64 {
        self.db.query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn text(&self, query: &str) -> String {
        self.db.query_row(query, [], |row| row.get(0)).unwrap()
    }

    fn tables(&self) -> Vec<String> {
        let query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
        let mut statement = self.db.prepare(query).unwrap();
        statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect()
    }

    /// A hash over every value of every row of every table.
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for table in self.tables() {
            let mut statement = self
                .db
                .prepare(&format!("SELECT * FROM {table} ORDER BY id"))
                .unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    match row.get_ref(column).unwrap() {
                        ValueRef::Null => hash.update("-"),
                        ValueRef::Integer(number) => hash.update(number.to_le_bytes()),
                        ValueRef::Text(text) => hash.update(text),
                        other => panic!("{table} holds {other:?}"),
                    }
                    hash.update([0]);
                }
            }
        }
        format!("{:x}", hash.finalize())
    }

    fn rows_of(&self, table: &str, email: &str) -> i64 {
        self.number(&format!(
            "SELECT count(*) FROM {table} WHERE account_id = (SELECT id FROM accounts WHERE email = '{email}')"
        ))
    }
}

#[test]
fn the_same_seed_makes_the_same_database_and_another_seed_another() {
    let first = sample(7, 40).hash();

    assert_eq!(first, sample(7, 40).hash());
    assert_ne!(first, sample(8, 40).hash());
}

#[test]
fn people_stay_as_they_are_when_others_are_added() {
    let few = sample(7, 10);
    let more = sample(7, 20);

    let query = "SELECT group_concat(email || password_hash) FROM accounts WHERE id <= 10";
    assert_eq!(few.text(query), more.text(query));
}

#[test]
fn three_hundred_people_have_about_fifty_thousand_rows_in_more_than_twenty_tables() {
    let sample = sample(1, 300);

    let tables = sample.tables();
    let rows: i64 = tables
        .iter()
        .map(|table| sample.number(&format!("SELECT count(*) FROM {table}")))
        .sum();

    assert_eq!(tables.len(), 27);
    assert_eq!(sample.number("SELECT count(*) FROM accounts"), 300);
    assert!((47_000..=55_000).contains(&rows), "{rows} rows");
    for table in tables {
        assert!(
            sample.number(&format!("SELECT count(*) FROM {table}")) > 10,
            "{table} is nearly empty"
        );
    }
}

#[test]
fn every_reference_leads_to_a_row_and_every_check_holds() {
    let sample = sample(1, 300);

    let broken = sample
        .db
        .prepare("PRAGMA foreign_key_check")
        .unwrap()
        .query([])
        .unwrap()
        .next()
        .unwrap()
        .is_some();
    assert!(!broken);
    assert_eq!(sample.text("PRAGMA integrity_check"), "ok");
}

#[test]
fn nothing_has_happened_after_today() {
    let sample = sample(1, 300);
    for (table, column) in [
        ("page_views", "viewed_at"),
        ("messages", "sent_at"),
        ("applications", "applied_on"),
        ("invoices", "issued_on"),
        ("login_events", "logged_in_at"),
        ("work_history", "started_on"),
        ("archived_accounts", "archived_at"),
    ] {
        let latest = sample.text(&format!("SELECT max({column}) FROM {table}"));
        assert!(
            latest.as_str() < "2026-11-23",
            "{table}.{column} reaches {latest}"
        );
    }
}

#[test]
fn the_listed_people_have_the_first_accounts_and_live_where_the_list_says() {
    let sample = sample(3, 20);
    let query =
        "SELECT lower(country || coalesce('-' || state, '')) || ' ' || full_name FROM accounts
                 JOIN profiles ON account_id = accounts.id WHERE email = ?1";
    for person in source::SAMPLES {
        let found: String = sample
            .db
            .query_row(query, [person.email], |row| row.get(0))
            .unwrap();
        assert_eq!(found, format!("{} {}", person.residence(), person.name));
    }
    let living = |place: &str| {
        source::SAMPLES
            .iter()
            .filter(|person| person.residence() == place)
            .count()
    };
    assert!(living("us-ca") >= 3 && living("us-tx") == 1 && living("de") == 1);
}

#[test]
fn what_the_list_says_of_each_person_is_so_for_any_seed() {
    for seed in [1, 2, 3] {
        let sample = sample(seed, 10);
        let last_jobs =
            "SELECT group_concat(company || (julianday(ended_on) - julianday(started_on)), ', ')
            FROM work_history WHERE id IN (SELECT min(work.id) FROM work_history work
            JOIN resumes ON resumes.id = resume_id WHERE account_id = 1 GROUP BY resume_id)";
        assert_eq!(
            sample.text(last_jobs),
            "Harborlihgt Medical Center365.0, Harborlight Medical Center730.0"
        );
        assert!(sample.rows_of("page_views", "daniel.reyes@example.org") > 4_000);
        let shared =
            "SELECT count(*) FROM payment_cards GROUP BY billing_address_id HAVING count(*) > 1";
        assert_eq!(sample.number(shared), 2);
        let wrong = "SELECT count(*) FROM partner_data WHERE email = 'grace.whitfield@example.org' AND value = 'Truck driver'";
        assert_eq!(sample.number(wrong), 1);
        let archived =
            "SELECT count(*) FROM archived_accounts WHERE email = 'lukas.brandt@example.org'";
        assert_eq!(sample.number(archived), 1);
        assert_eq!(sample.rows_of("resumes", "noor.haddad@example.org"), 0);
        assert!(sample.rows_of("page_views", "noor.haddad@example.org") <= 3);
    }
}

#[test]
fn an_existing_file_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("projobsector.db");
    std::fs::write(&path, "mine").unwrap();

    assert!(source::create(&path, 1, 10, TODAY, |_, _| ()).is_err());
    assert_eq!(std::fs::read_to_string(Path::new(&path)).unwrap(), "mine");
}
