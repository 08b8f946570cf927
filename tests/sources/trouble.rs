//! Sources that are down or slow: the others stay, and calls end in time.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    ops::ControlFlow,
    time::{Duration, Instant},
};

use candor::{
    register::Register,
    sources::{Dates, Fault, Identities, Scope, faults::Mode, open},
};

use super::{
    company::{Company, today},
    database::{Database, Kind},
};

const MANIFEST: &str = "
dataset:
  - fides_key: crm
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: notes
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
  - fides_key: news
    collections:
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: clicks
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
";

fn company() -> Company {
    Company::with(
        MANIFEST,
        &[
            (
                "crm",
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
                 CREATE TABLE notes (person INT);
                 INSERT INTO people VALUES (1, 'ada@example.org');
                 INSERT INTO notes VALUES (1);",
            ),
            (
                "news",
                "CREATE TABLE letters (id INTEGER PRIMARY KEY, email TEXT);
                 CREATE TABLE clicks (person INT);
                 INSERT INTO letters VALUES (1, 'ada@example.org');
                 INSERT INTO clicks VALUES (1), (1);",
            ),
        ],
    )
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn a_source_that_is_down_shows_as_such_and_the_other_stays() {
    let company = company();
    company.sources.overview(&ada());
    company.fail("crm", Mode::Down);

    let overview = company.sources.overview(&ada());

    let own: Vec<_> = overview
        .iter()
        .map(|it| it.counts.as_ref().map(|it| it.own).ok())
        .collect();
    assert_eq!(own, [None, None, Some(1), Some(0)]);
    let partial: Vec<_> = overview.iter().map(|it| it.is_partial).collect();
    assert_eq!(partial, [false, true, false, true]);
    let error = overview[0].counts.as_ref().unwrap_err();
    assert!(matches!(error.fault, Fault::Unavailable(_)) && error.is_temporary());
    company.fail("crm", Mode::Healthy);
    assert_eq!(company.counts(&ada())["clicks"], (2, 0));
}

#[test]
fn a_column_that_was_renamed_is_an_error_and_not_an_empty_answer() {
    let company = company();
    company.sources.overview(&ada());
    company.run("news", "ALTER TABLE letters RENAME COLUMN email TO mail");

    let overview = company.sources.overview(&ada());

    let error = overview[2].counts.as_ref().unwrap_err();
    assert!(matches!(error.fault, Fault::Missing(_)), "{error}");
    company.run("news", "ALTER TABLE letters RENAME COLUMN mail TO email");
    company.sources.overview(&ada());
    let found = company.counts(&ada());
    assert_eq!(found["letters"], (1, 0), "the structure was looked at anew");
}

#[test]
fn a_slow_source_costs_its_time_limit_once() {
    let company = company();
    company.sources.overview(&ada());
    company.fail("crm", Mode::Slow(Duration::from_mins(1)));

    let start = Instant::now();
    let overview = company.sources.overview(&ada());

    let time = start.elapsed();
    assert!(time < Duration::from_secs(4), "{time:?}");
    assert_eq!(
        overview[0].counts.as_ref().unwrap_err().fault,
        Fault::TimedOut
    );
    assert_eq!(overview[2].counts.as_ref().unwrap().own, 1);
}

/// In one source a collection that two steps lead to; the other takes calls and says nothing.
const BESIDE: &str = "
dataset:
  - fides_key: crm
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
      - name: parcels
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: sent_for, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: orders.id, direction: from}]}}
  - fides_key: news
    collections:
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

#[test]
fn a_source_that_takes_calls_and_says_nothing_takes_no_time_of_the_others() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("manifest.yml", BESIDE)]).unwrap();
        let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
                   CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER);
                   CREATE TABLE parcels (id INTEGER PRIMARY KEY, sent_for INTEGER);
                   INSERT INTO people VALUES (1, 'ada@example.org');
                   INSERT INTO orders VALUES (1, 1);
                   INSERT INTO parcels VALUES (1, 1), (2, 1);";
        let databases = BTreeMap::from([("crm".to_owned(), Database::create(kind, sql))]);
        let news = open("news", &format!("postgres://candor@{address}/news")).unwrap();
        let company = Company::beside(register, databases, 2, vec![news]);
        // A file answers even those who have no time left.
        company.fail("crm", Mode::Slow(Duration::from_millis(1)));

        let start = Instant::now();
        let overview = company.sources.overview(&ada());

        assert!(start.elapsed() < Duration::from_secs(4), "{kind:?}");
        let own: Vec<_> = overview[..3]
            .iter()
            .map(|it| it.counts.as_ref().map(|it| it.own))
            .collect();
        assert_eq!(own, [Ok(1), Ok(1), Ok(2)], "{kind:?}");
        let silent = overview[3].counts.as_ref().unwrap_err();
        assert_eq!(silent.fault, Fault::TimedOut, "{kind:?}");
        let mut seen = 0;
        let unread = company
            .sources
            .for_each(&ada(), Dates::default(), &mut |_, _| {
                seen += 1;
                ControlFlow::Continue(())
            });
        let unread: Vec<_> = unread.iter().map(|(key, _)| key.to_string()).collect();
        assert_eq!(
            (seen, &*unread),
            (4, &["news.letters".to_owned()][..]),
            "{kind:?}"
        );
    }
}

#[test]
fn an_export_tells_what_it_could_not_read() {
    let company = company();
    company.fail("crm", Mode::Down);
    let mut seen = Vec::new();

    let unread = company
        .sources
        .for_each(&ada(), Dates::default(), &mut |key, _| {
            seen.push(key.to_string());
            ControlFlow::Continue(())
        });

    assert_eq!(seen, ["news.letters"]);
    let unread: Vec<_> = unread.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(unread, ["crm.people", "crm.notes", "news.clicks"]);
}

#[test]
fn no_plan_is_made_while_a_source_is_down() {
    let company = company();
    company.fail("news", Mode::Down);

    let plan = company
        .sources
        .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], today());

    assert_eq!(plan.unwrap_err().key, "news");
}

#[test]
fn a_statement_that_never_ends_is_interrupted() {
    let company = company();
    company.run(
        "crm",
        "DROP TABLE notes;
         CREATE VIEW notes AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS person FROM n;",
    );

    let start = Instant::now();
    let overview = company.sources.overview(&ada());

    assert!(start.elapsed() < Duration::from_secs(5));
    assert_eq!(
        overview[1].counts.as_ref().unwrap_err().fault,
        Fault::TimedOut
    );
}

#[test]
fn health_names_the_source_and_no_secret() {
    let company = company();
    company.fail("news", Mode::Down);

    let health = company.sources.health();

    assert_eq!(health[0].error, None);
    let error = health[1].error.as_ref().unwrap().to_string();
    assert_eq!(error, "source `news`: not available (simulated)");
}

#[test]
fn a_url_of_no_known_kind_is_refused_without_being_repeated() {
    let fault = candor::sources::open("crm", "oracle://scott:tiger@db")
        .err()
        .unwrap();

    assert_eq!(
        fault,
        "source `crm`: the URL must start with sqlite:, postgres:, mysql:, files:, http:, https: or manual:"
    );
}
