//! PostgreSQL: its own types, schemas, rules and faults. Without a server for the suite, these tests have nothing to do.

use candor::{
    register::Register,
    sources::{Corrected, Dates, Fault, Identities, Outcome, Rule, Scope},
};

use chrono::NaiveDate;

use crate::support::postgres_server;

use super::{
    company::{Company, differences, shop},
    database::{Database, Kind, on_server},
};

const FIDES: &str = include_str!("../data/fides/postgres_example_test_dataset.yml");
const FIDES_DATA: &str = include_str!("../data/fides/postgres_sample.sql");

const MANIFEST: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user, title: You, letter: A, source_kind: you, retention: {until_text: until you leave}}
dataset:
  - fides_key: shop
    fides_meta: {namespace: {schema: \"odd \\\"schema\"}}
    collections:
      - name: people
        candor: {erase: mask}
        fields:
          - {name: key, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: code, data_categories: [user.content]}
          - {name: worth, data_categories: [user.content], fides_meta: {data_type: float}}
          - {name: born, data_categories: [user.demographic], fides_meta: {data_type: date}}
          - {name: extra, data_categories: [user.content]}
          - {name: photo, data_categories: [user.content]}
          - {name: happy, data_categories: [user.content], fides_meta: {data_type: boolean}}
      - name: visits
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.key, direction: from}]}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: reply_to, data_categories: [system.operations]}
          - {name: at, data_categories: [user.behavior], candor: {date: true}}
";

const SQL: &str = r#"
CREATE SCHEMA "odd ""schema";
SET search_path = "odd ""schema";
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE people ("key" UUID PRIMARY KEY, email VARCHAR(60), code CHAR(4) NOT NULL, worth NUMERIC(12, 2), born DATE,
                     extra JSON, photo BYTEA, happy BOOLEAN NOT NULL, mood mood);
CREATE TABLE visits (person VARCHAR(40), number INTEGER PRIMARY KEY, reply_to INTEGER REFERENCES visits, at TIMESTAMPTZ);
INSERT INTO people VALUES
  ('11111111-1111-1111-1111-111111111111', 'ada@example.org', 'ab', 12.50, '1815-12-10', '{"a": 1}', '\x00ff', true, 'good'),
  ('22222222-2222-2222-2222-222222222222', 'eve@example.org', 'cd', NULL, NULL, NULL, NULL, false, 'bad');
INSERT INTO visits SELECT '11111111-1111-1111-1111-111111111111', i, CASE WHEN i < 1100 THEN i + 1 END, '2026-01-01Z'::timestamptz + i * interval '1 hour'
  FROM generate_series(1, 1100) i ORDER BY i DESC;
INSERT INTO visits VALUES ('not a key', 5000, NULL, NULL);
"#;

fn company() -> Option<Company> {
    Kind::all().contains(&Kind::Postgres).then(|| {
        let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
        Company::on(Kind::Postgres, register, &[("shop", SQL)])
    })
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn the_sample_of_fides_gives_the_same_rows_and_leaves_the_other_schema_alone() {
    if company().is_none() {
        return;
    }
    let key = "postgres_example_test_dataset";
    let (register, _) = Register::parse(&[("fides.yml", FIDES)]).unwrap();
    let company = Company::on(Kind::Postgres, register, &[(key, FIDES_DATA)]);
    let before = company.dump(key);
    for (email, expected) in [
        ("customer-1@example.com", 21),
        ("customer-2@example.com", 10),
        ("jane@example.com", 5),
        ("employee-1@example.com", 5),
        ("customer-3@example.com", 2),
        ("admin-account@example.com", 4),
        ("customer-500@example.com", 0),
    ] {
        let counts = company.counts(&Identities::email(email));
        let sum: u64 = counts.values().map(|(own, shared)| own + shared).sum();
        assert_eq!(sum, expected, "{email}");
    }
    let person = Identities::email("customer-1@example.com");

    let plan = company.plan(&person, &Scope::All);
    let outcome = company.sources.execute(&person, &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let after = company.dump(key);
    for table in [
        "address",
        "product",
        "employee",
        "backup_schema.customer",
        "composite_pk_test",
    ] {
        assert_eq!(after[table], before[table], "{table}");
    }
    assert_eq!(after["customer"].len(), 2);
    assert_eq!(after["login"].len(), 2);
}

#[test]
fn values_of_every_type_are_read_paged_and_filtered_by_date() {
    let Some(company) = company() else { return };

    let people = company.records(&ada(), "people");
    let shown = |field| people[0].held(field).unwrap().to_string();

    assert_eq!(shown("worth"), "12.5");
    assert_eq!(shown("born"), "1815-12-10");
    assert_eq!(shown("extra"), r#"{"a": 1}"#);
    assert_eq!(shown("photo"), "2 bytes");
    assert_eq!(shown("happy"), "yes");
    let day = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    let dates = Dates {
        from: Some(day),
        to: Some(day),
    };
    let page = company
        .sources
        .page(&ada(), &shop("visits"), None, 100, dates)
        .unwrap();
    assert_eq!(page.records.len(), 24);
    let (mut seen, mut after) = (0, None);
    loop {
        let page = company
            .sources
            .page(
                &ada(),
                &shop("visits"),
                after.as_deref(),
                300,
                Dates::default(),
            )
            .unwrap();
        seen += page.records.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 1100);
}

#[test]
fn an_erasure_masks_by_type_and_takes_rows_that_refer_to_each_other() {
    let Some(company) = company() else { return };
    let before = company.dump("shop");

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let changed = differences(&before, &company.dump("shop"), "email");
    assert!(
        changed
            .iter()
            .any(|it| it.contains("people") && it.ends_with("gone"))
    );
    let after = company.dump("shop");
    let tables: Vec<_> = after.keys().cloned().collect();
    let (people, visits) = (&after[&tables[0]], &after[&tables[1]]);
    assert_eq!(visits.len(), 1);
    let ada = people
        .iter()
        .find(|row| row["key"].contains("1111"))
        .unwrap();
    assert_eq!(ada["email"], "NULL");
    assert_eq!(ada["code"], "'eras'");
    assert_eq!(ada["extra"], "NULL");
    assert_eq!(ada["happy"], "false");
    assert_eq!(ada["mood"], "'good'");
    let eve = people
        .iter()
        .find(|row| row["key"].contains("2222"))
        .unwrap();
    assert_eq!(eve["email"], "'eve@example.org'");
}

#[test]
fn a_correction_is_typed_and_a_repeat_is_done() {
    let Some(company) = company() else { return };
    let id = company.records(&ada(), "people")[0].id.clone();
    let place = (&shop("people"), &*id);
    for (field, typed) in [("born", "1815-12-11"), ("happy", "no"), ("worth", "7.50")] {
        let correction = company
            .sources
            .plan_correction(&ada(), place, field, typed)
            .unwrap();
        assert_eq!(
            company.sources.correct(&ada(), &correction).unwrap(),
            Corrected::Done
        );
        assert_eq!(
            company.sources.correct(&ada(), &correction).unwrap(),
            Corrected::Done
        );
    }
    assert!(
        company
            .sources
            .plan_correction(&ada(), place, "born", "soon")
            .is_err()
    );
}

#[test]
fn a_lost_connection_is_replaced_and_a_refused_change_rolls_everything_back() {
    let Some(company) = company() else { return };
    company.sources.overview(&ada());
    company.run(
        "shop",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'candor' AND datname = current_database()",
    );
    assert_eq!(company.counts(&ada())["visits"], (1100, 0));

    let plan = company.plan(&ada(), &Scope::All);
    company.run(
        "shop",
        r#"CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE check_violation; END';
           CREATE TRIGGER never BEFORE UPDATE ON "odd ""schema".people FOR EACH ROW EXECUTE FUNCTION never()"#,
    );
    let error = company.sources.execute(&ada(), &plan).unwrap_err();
    assert_eq!(error.fault, Fault::Refused(Rule::Check));
    assert_eq!(company.counts(&ada())["visits"], (1100, 0));
}

#[test]
fn a_database_that_takes_no_connections_is_tried_again_later() {
    if company().is_none() {
        return;
    }
    let database = Database::create(Kind::Postgres, "SELECT 1");
    let source = candor::sources::open("crm", &database.url()).unwrap();
    let (_, name) = database
        .url()
        .rsplit_once('/')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let server = postgres_server().unwrap();
    on_server(
        &server,
        &format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
    );

    let error = source.ping(std::time::Duration::from_secs(2)).unwrap_err();

    assert!(error.is_temporary(), "{error}");
    assert_eq!(
        error.to_string(),
        "source `crm`: not available (the database takes no connections at present)"
    );
}

#[test]
fn a_password_in_a_url_never_reaches_an_error() {
    let source =
        candor::sources::open("crm", "postgres://candor:hunter2@127.0.0.1:1/none").unwrap();
    let error = source.ping(std::time::Duration::from_secs(2)).unwrap_err();
    assert!(error.is_temporary());
    let shown = format!("{error} {error:?}");
    assert!(
        !shown.contains("hunter2") && !shown.contains("127.0.0.1"),
        "{shown}"
    );
    let fault = candor::sources::open("crm", "postgres://candor:hunter2@host:port:port/")
        .err()
        .unwrap();
    assert!(!fault.contains("hunter2"));
}
