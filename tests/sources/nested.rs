//! Identities, references and masks inside of objects and lists.

use candor::{
    register::Register,
    sources::{Identities, Outcome, Scope, Visitor},
};
use std::{collections::BTreeMap, ops::ControlFlow};

use super::{
    company::{Company, shop},
    database::Kind,
};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: profile
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: known_as
            fides_meta: {data_type: object}
            fields:
              - name: internal
                fides_meta: {references: [{dataset: shop, field: feedback.about.customer, direction: from}]}
              - {name: emails, data_categories: [user.contact.email], fides_meta: {data_type: 'string[]', identity: email}}
              - {name: nick, data_categories: [user.name]}
              - {name: plan, data_categories: [system.operations]}
          - {name: trips, data_categories: [user.behavior], fides_meta: {data_type: 'string[]'}}
      - name: feedback
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: about
            fields:
              - {name: customer, data_categories: [system.operations], fides_meta: {data_type: string}}
              - {name: email, data_categories: [user.contact.email], fides_meta: {data_type: string, identity: email}}
          - {name: message, data_categories: [user.content]}
      - name: flight
        fields:
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: passengers, data_categories: [user.unique_id], fides_meta: {data_type: 'string[]', references: [{dataset: shop, field: profile.trips, direction: from}]}}
      - name: talk
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: thread
            fides_meta: {data_type: 'object[]'}
            fields:
              - {name: flight, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: flight.number, direction: from}]}}
              - {name: text, data_categories: [user.content]}
";

const SQLITE: &str = r"
CREATE TABLE profile (id INTEGER PRIMARY KEY, known_as TEXT NOT NULL, trips TEXT);
CREATE TABLE feedback (id INTEGER PRIMARY KEY, about TEXT, message TEXT);
CREATE TABLE flight (number INTEGER PRIMARY KEY, passengers TEXT);
CREATE TABLE talk (id INTEGER PRIMARY KEY, thread TEXT);
";

const POSTGRES: &str = r"
CREATE TYPE about AS (customer TEXT, email TEXT);
CREATE TABLE profile (id INT PRIMARY KEY, known_as JSONB NOT NULL, trips JSON);
CREATE TABLE feedback (id INT PRIMARY KEY, about about, message TEXT);
CREATE TABLE flight (number INT PRIMARY KEY, passengers TEXT[]);
CREATE TABLE talk (id INT PRIMARY KEY, thread JSONB);
";

const MARIADB: &str = r"
CREATE TABLE profile (id INT PRIMARY KEY, known_as JSON NOT NULL, trips JSON);
CREATE TABLE feedback (id INT PRIMARY KEY, about LONGTEXT, message TEXT);
CREATE TABLE flight (number INT PRIMARY KEY, passengers VARCHAR(90));
CREATE TABLE talk (id INT PRIMARY KEY, thread JSON);
";

const ROWS: &str = r#"
INSERT INTO profile VALUES
  (1, '{"internal": 71, "emails": ["ada@example.org", "ada@example.com"], "nick": "A''da", "plan": "free"}', '["a1", "b2"]'),
  (2, '{"internal": "72", "emails": ["eve@example.org"], "nick": "Eve", "plan": "paid"}', '["b2"]'),
  (3, '{"internal": 73, "emails": []}', NULL);
INSERT INTO talk VALUES
  (1, '[{"flight": 10, "text": "mine"}, {"flight": 99, "text": "another"}]'),
  (2, '[{"flight": 20, "text": "ours"}]'),
  (3, '[]');
"#;

const SQLITE_ROWS: &str = r#"
INSERT INTO feedback VALUES (1, '{"customer": "71", "email": "someone@example.org"}', 'good'), (2, '{"customer": "x", "email": "ada@example.org"}', 'bad'), (3, 'no object', 'x');
INSERT INTO flight VALUES (10, '["a1"]'), (20, '["b2", "c3"]'), (30, NULL);
"#;

const POSTGRES_ROWS: &str = r"
INSERT INTO feedback VALUES (1, ROW('71', 'someone@example.org'), 'good'), (2, ROW('x', 'ada@example.org'), 'bad'), (3, NULL, 'x');
INSERT INTO flight VALUES (10, '{a1}'), (20, '{b2,c3}'), (30, NULL);
";

fn company(kind: Kind) -> Company {
    let sql = match kind {
        Kind::Sqlite => [SQLITE, ROWS, SQLITE_ROWS],
        Kind::Postgres => [POSTGRES, ROWS, POSTGRES_ROWS],
        Kind::MariaDb => [MARIADB, ROWS, SQLITE_ROWS],
    };
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    Company::on(kind, register, &[("shop", &sql.concat())])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// The first field of each record, and whether others share it.
#[derive(Default)]
struct Seen(BTreeMap<String, Vec<(String, bool)>>, Vec<String>);

impl Visitor for Seen {
    fn record(
        &mut self,
        key: &candor::register::CollectionKey,
        record: candor::sources::Visited<'_>,
    ) -> ControlFlow<()> {
        let id = record.fields[0].value.to_string();
        let seen = self.0.entry(key.collection.clone()).or_default();
        seen.push((id, record.shared));
        self.1
            .extend(record.fields.iter().map(|it| it.value.to_string()));
        ControlFlow::Continue(())
    }

    fn end(
        &mut self,
        _: &candor::register::CollectionKey,
        error: Option<candor::sources::SourceError>,
    ) -> ControlFlow<()> {
        assert_eq!(error, None);
        ControlFlow::Continue(())
    }
}

#[test]
fn identities_and_references_are_found_inside_of_objects_and_lists() {
    for kind in Kind::all() {
        let company = company(kind);

        let mut seen = Seen::default();
        company.sources.visit(&ada(), &mut seen);

        let rows = |name: &str| seen.0.get(name).cloned().unwrap_or_default();
        let one = |id: &str, shared| (id.to_owned(), shared);
        assert_eq!(rows("profile"), [one("1", false)], "{kind:?}");
        assert_eq!(rows("feedback"), [one("2", false)], "{kind:?}");
        assert_eq!(
            rows("flight"),
            [one("10", false), one("20", true)],
            "{kind:?}"
        );
        assert_eq!(rows("talk"), [one("1", false), one("2", true)], "{kind:?}");
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!(eve["flight"], (0, 1));
        assert_eq!(eve["profile"], (1, 0));
    }
}

#[test]
fn of_a_list_that_leads_here_only_what_led_here_is_told() {
    for kind in Kind::all() {
        let mut seen = Seen::default();
        company(kind).sources.visit(&ada(), &mut seen);

        let told = seen.1.join(" ");
        assert!(told.contains("mine"), "{told}");
        assert!(!told.contains("another"), "{told}");
        assert!(
            told.contains("ada@example.org") && !told.contains("ada@example.com"),
            "{told}"
        );
    }
}

#[test]
fn part_of_an_object_is_masked_and_the_rest_of_it_stays() {
    for kind in Kind::all() {
        let company = company(kind);
        let scope = Scope::Categories(["user.name".to_owned()].into());
        let before = company.dump("shop");

        let plan = company.plan(&ada(), &scope);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        assert_eq!(plan.items[0].fields, ["known_as.nick"]);
        let mut after = company.dump("shop");
        let rows = after.get_mut("profile").unwrap();
        let row = rows.iter_mut().find(|row| row["id"] == "1").unwrap();
        let held = row["known_as"].trim_matches('\'').to_owned();
        let json: serde_json::Value = serde_json::from_str(&held).unwrap();
        let emails = serde_json::json!(["ada@example.org", "ada@example.com"]);
        let expected =
            serde_json::json!({"internal": 71, "emails": emails, "nick": null, "plan": "free"});
        assert_eq!(json, expected, "{kind:?}");
        let old = before["profile"]
            .iter()
            .find(|row| row["id"] == "1")
            .unwrap();
        row.insert("known_as".to_owned(), old["known_as"].clone());
        assert_eq!(after, before, "{kind:?}");
        assert!(company.plan(&ada(), &scope).is_empty());
    }
}

#[test]
fn rows_with_nested_keys_are_erased_like_any_other() {
    for kind in Kind::all() {
        let company = company(kind);

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let after = company.dump("shop");
        let left = ["profile", "feedback", "flight", "talk"].map(|it| after[it].len());
        // In a thread there is a text that need not be hers.
        assert_eq!(left, [2, 2, 2, 3], "{kind:?}");
    }
}

/// A number, a secret and a street inside of one column.
const KNOWN: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - name: profile
            fides_meta: {data_type: object}
            fields:
              - {name: ssn, data_categories: [user.government_id], candor: {never_disclose: ssn}}
              - {name: street, data_categories: [user.contact.address]}
";

#[test]
fn what_is_inside_of_a_column_is_checked_and_not_corrected() {
    for (kind, json) in [
        (Kind::Sqlite, "TEXT"),
        (Kind::Postgres, "JSONB"),
        (Kind::MariaDb, "JSON"),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(KNOWN))]).unwrap();
        let input = |path: &str| {
            let view = register.describe("shop", "people", path).unwrap();
            view.input()
        };
        assert_eq!(
            (input("profile.street"), input("profile.ssn")),
            (None, None)
        );
        let sql = format!(
            r#"CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(40), profile {json});
               INSERT INTO people VALUES (1, 'ada@example.org', '{{"ssn": "012-34-5678", "street": "Strand 1"}}')"#
        );
        let company = Company::on(kind, register, &[("shop", &sql)]);
        let record = company.records(&ada(), "people").remove(0);

        let check = |path: &str, typed: &str| {
            let of = (&shop("people"), &*record.id);
            company.sources.matches(&ada(), of, path, typed).unwrap()
        };

        assert_eq!(check("profile.ssn", "012345678"), Some(true), "{kind:?}");
        assert_eq!(check("profile.ssn", "12345678"), Some(false), "{kind:?}");
        assert_eq!(check("profile.none", "1"), None, "{kind:?}");
    }
}
