//! Two keys of sources at one address: they are one source, in which a row of the one may refer to a row of the other.

use std::{sync::Arc, time::Duration};

use candor::{
    register::{CollectionKey, Register},
    sources::{Action, Dates, Identities, Limits, Outcome, Scope, Sources, open},
};

use super::{
    company::{differences, today},
    database::{Database, Kind},
};

const MANIFEST: &str = "
dataset:
  - fides_key: crm
    collections:
      - name: customers
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: home, data_categories: [system.operations], fides_meta: {references: [{dataset: geo, field: homes.id, direction: to}]}}
  - fides_key: geo
    collections:
      - name: homes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
";

const SQL: &str = "
CREATE TABLE homes (id INTEGER PRIMARY KEY, street VARCHAR(20));
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(60), home INTEGER NOT NULL, FOREIGN KEY (home) REFERENCES homes (id));
INSERT INTO homes VALUES (1, 'Alone 1'), (2, 'Shared 2');
INSERT INTO customers VALUES (1, 'ada@example.org', 1), (2, 'ada@example.org', 2), (3, 'eve@example.org', 2);
";

/// The database, and what is opened in it under both keys.
fn company(kind: Kind) -> (Sources, Database) {
    let database = Database::create(kind, SQL);
    let (register, _) = Register::parse(&[("manifest.yml", MANIFEST)]).unwrap();
    let url = database.url();
    let sources = ["crm", "geo"].map(|key| open(key, &url).unwrap());
    let limits = Limits {
        read: Duration::from_secs(4),
        step: Duration::from_secs(4),
    };
    let sources = Sources::with(Arc::new(register), sources.into(), &[7; 32], limits);
    (sources, database)
}

#[test]
fn a_row_is_the_persons_to_which_their_own_row_leads_from_the_other_key() {
    for kind in Kind::all() {
        let (sources, database) = company(kind);
        let person = Identities::email("ada@example.org");

        let overview = sources.overview(&person);
        let counts: Vec<_> = overview
            .iter()
            .map(|it| it.counts.as_ref().unwrap())
            .map(|it| (it.own, it.shared))
            .collect();
        assert_eq!(counts, [(2, 0), (1, 1)], "{kind:?}");
        let homes = CollectionKey::new("geo", "homes");
        let page = sources.page(&person, &homes, None, 10, Dates::default());
        assert_eq!(page.unwrap().records.len(), 1, "{kind:?}");

        let before = database.dump();
        let plan = sources
            .plan_erasure(&person, (&Scope::All, "us-ca"), &[], today())
            .unwrap();
        let homes = plan.items.iter().filter(|it| it.collection == "homes");
        let homes: Vec<_> = homes.map(|it| (&it.action, it.records)).collect();
        assert_eq!(homes.first(), Some(&(&Action::Delete, 1)), "{kind:?}");
        let outcome = sources.execute(&person, &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let gone = differences(&before, &database.dump(), "id");
        let expected = ["customers[1]: gone", "customers[2]: gone", "homes[1]: gone"];
        assert_eq!(gone, expected, "{kind:?}");
    }
}

#[test]
fn both_keys_are_one_source_to_whoever_looks_after_it() {
    for kind in Kind::all() {
        let (sources, _database) = company(kind);

        let health: Vec<_> = sources.health().into_iter().map(|it| it.source).collect();

        assert_eq!(health, ["crm"], "{kind:?}");
        assert!(sources.without_address().is_empty(), "{kind:?}");
        let (findings, errors) = sources.drift();
        assert_eq!((findings, errors), (Vec::new(), Vec::new()), "{kind:?}");
    }
}
