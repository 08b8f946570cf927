//! Finding: whatever the shape of the references, each row once.

use std::collections::BTreeMap;

use candor::{register::Register, sources::Identities};

use super::{company::Company, database::Kind};

const ACCOUNTS: &str = "
      - name: accounts
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: manager_id, data_categories: [user.job_title], fides_meta: {references: [{dataset: shop, field: accounts.id, direction: from}]}}
";

fn counts(expected: &[(&str, (u64, u64))]) -> BTreeMap<String, (u64, u64)> {
    expected
        .iter()
        .map(|(name, counts)| ((*name).to_owned(), *counts))
        .collect()
}

#[test]
fn an_address_finds_its_rows_in_whatever_case_it_was_typed() {
    let manifest = format!(
        "{ACCOUNTS}
      - name: letters
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: email, data_categories: [user.contact.email], fides_meta: {{identity: email}}}}
"
    );
    let sql = "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email VARCHAR(60), manager_id INT);
         CREATE TABLE letters (id INTEGER PRIMARY KEY, email VARCHAR(60));
         INSERT INTO accounts VALUES (1, 'Ada@Example.org', NULL), (2, NULL, 1), (3, 'eve@example.org', NULL);
         INSERT INTO letters VALUES (1, 'ADA@example.org'), (2, 'ada@example.org'), (3, 'ada2@example.org');";
    for kind in Kind::all() {
        let manifest = Company::manifest(&manifest);
        let (register, _) = Register::parse(&[("manifest.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", sql)]);

        let found = company.counts(&Identities::email("ada@example.org"));

        let expected = counts(&[("accounts", (2, 0)), ("letters", (2, 0))]);
        assert_eq!(found, expected, "{kind:?}");
        let ada = Identities::email("ada@example.org");
        assert_eq!(company.records(&ada, "letters").len(), 2, "{kind:?}");
    }
}

#[test]
fn a_self_reference_and_a_cycle_end() {
    let manifest = format!(
        "{ACCOUNTS}
      - name: badges
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true, references: [{{dataset: shop, field: holders.badge_id}}]}}}}
      - name: holders
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: account_id, data_categories: [user.unique_id], fides_meta: {{references: [{{dataset: shop, field: accounts.id}}]}}}}
          - {{name: badge_id, data_categories: [user.unique_id]}}
"
    );
    let company = Company::new(
        &manifest,
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, manager_id INT);
         CREATE TABLE badges (id INTEGER PRIMARY KEY);
         CREATE TABLE holders (id INTEGER PRIMARY KEY, account_id INT, badge_id INT);
         INSERT INTO accounts VALUES (1, 'ada@example.org', 1), (2, NULL, 1), (3, NULL, 2), (4, 'eve@example.org', NULL);
         INSERT INTO badges VALUES (1), (2), (3);
         INSERT INTO holders VALUES (1, 1, 1), (2, 3, 2), (3, 4, 3);",
    );

    let found = company.counts(&Identities::email("ada@example.org"));

    assert_eq!(
        found,
        counts(&[
            ("accounts", (3, 0)),
            ("badges", (2, 0)),
            ("holders", (2, 0))
        ])
    );
    let found = company.counts(&Identities::email("eve@example.org"));
    assert_eq!(
        found,
        counts(&[
            ("accounts", (1, 0)),
            ("badges", (1, 0)),
            ("holders", (1, 0))
        ])
    );
}

#[test]
fn an_empty_key_leads_nowhere() {
    let manifest = format!(
        "{ACCOUNTS}
      - name: orders
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: manager_id, data_categories: [user.unique_id], fides_meta: {{references: [{{dataset: shop, field: accounts.manager_id, direction: from}}]}}}}
"
    );
    let company = Company::new(
        &manifest,
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, manager_id INT);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, manager_id INT);
         INSERT INTO accounts VALUES (1, 'ada@example.org', NULL);
         INSERT INTO orders VALUES (1, NULL), (2, 5);",
    );

    let found = company.counts(&Identities::email("ada@example.org"));

    assert_eq!(found, counts(&[("accounts", (1, 0))]));
}

#[test]
fn numbers_and_texts_are_one_key_and_several_handles_lead_to_one_person() {
    let manifest = format!(
        "{ACCOUNTS}
      - name: orders
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: account, data_categories: [user.unique_id], fides_meta: {{references: [{{dataset: shop, field: accounts.id, direction: from}}]}}}}
      - name: loose
        fields:
          - {{name: account, data_categories: [user.unique_id], fides_meta: {{references: [{{dataset: shop, field: orders.account, direction: from}}]}}}}
      - name: calls
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
          - {{name: number, data_categories: [user.contact.phone_number], fides_meta: {{identity: phone_number}}}}
"
    );
    let company = Company::new(
        &manifest,
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, manager_id INT);
         CREATE TABLE orders (id INTEGER PRIMARY KEY, account VARCHAR(10));
         CREATE TABLE loose (account);
         CREATE TABLE calls (id INTEGER PRIMARY KEY, number INTEGER);
         INSERT INTO accounts VALUES (7, 'Ada@Example.org', NULL), (8, 'ada@example.org', NULL);
         INSERT INTO orders VALUES (1, '7'), (2, '07'), (3, 'seven'), (4, '8');
         INSERT INTO loose VALUES (7), ('7'), (7.0), ('07'), (NULL), (x'37');
         INSERT INTO calls VALUES (1, 15550100), (2, 15550199);",
    );

    let person = Identities::email("Ada@Example.org").with("phone_number", "15550100");
    let found = company.counts(&person);

    let expected = [
        ("accounts", (2, 0)),
        ("calls", (1, 0)),
        ("loose", (3, 0)),
        ("orders", (2, 0)),
    ];
    assert_eq!(found, counts(&expected));
}

const TWO_SOURCES: &str = "
dataset:
  - fides_key: crm
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
  - fides_key: billing
    candor: {source: ledger}
    collections:
      - name: invoices
        fields:
          - {name: year, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
      - name: lines
        fields:
          - {name: what, data_categories: [user.behavior]}
          - {name: invoice, data_categories: [system.operations], fides_meta: {references: [{dataset: billing, field: invoices.number, direction: from}]}}
";

fn two_sources() -> Company {
    Company::with(
        TWO_SOURCES,
        &[
            (
                "crm",
                "CREATE TABLE people (id TEXT PRIMARY KEY, email TEXT);
                 INSERT INTO people VALUES ('p1', 'ada@example.org'), ('p2', 'eve@example.org');",
            ),
            (
                "ledger",
                "CREATE TABLE invoices (year INT, number INT, person TEXT, PRIMARY KEY (year, number)) WITHOUT ROWID;
                 CREATE TABLE lines (what TEXT, invoice INT);
                 INSERT INTO invoices VALUES (2024, 1, 'p1'), (2025, 2, 'p1'), (2025, 3, 'p2'), (2026, 3, 'p1');
                 INSERT INTO lines VALUES ('apples', 1), ('apples', 1), ('pears', 2), ('plums', 3);",
            ),
        ],
    )
}

#[test]
fn references_lead_across_sources_and_composite_keys_name_rows() {
    let company = two_sources();

    let found = company.counts(&Identities::email("ada@example.org"));

    // Invoice number 3 is another person's too, so nobody can say whose its lines are.
    assert_eq!(
        found,
        counts(&[("invoices", (3, 0)), ("lines", (3, 1)), ("people", (1, 0))])
    );
    let records = company.records(&Identities::email("ada@example.org"), "lines");
    assert_eq!(records.len(), 3);
    assert_ne!(records[0].id, records[1].id);
}

#[test]
fn the_number_of_reads_does_not_grow_with_the_number_of_rows() {
    let company = two_sources();
    let person = Identities::email("ada@example.org");
    company.sources.overview(&person);
    let start = company.reads();
    company.sources.overview(&person);
    let few = company.reads() - start;
    company.run(
        "ledger",
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
         INSERT INTO invoices SELECT 2020, i, 'p1' FROM n;
         INSERT INTO lines SELECT 'more', number FROM invoices WHERE year = 2020;",
    );

    let start = company.reads();
    let found = company.counts(&person);
    let many = company.reads() - start;

    assert_eq!(found["lines"], (2994, 1));
    assert_eq!(many, few);
    assert!(many <= 6, "{many} reads for three collections");
}

#[test]
fn a_column_that_the_database_lacks_holds_nothing_and_a_table_it_lacks_is_an_error_of_its_own() {
    let manifest = format!(
        "{ACCOUNTS}
      - name: gone
        fields:
          - {{name: account_id, data_categories: [user.unique_id], fides_meta: {{references: [{{dataset: shop, field: accounts.id, direction: from}}]}}}}
"
    );
    let company = Company::new(
        &manifest,
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email TEXT, manager_id INT);
         INSERT INTO accounts VALUES (1, 'ada@example.org', NULL);",
    );

    let overview = company
        .sources
        .overview(&Identities::email("ada@example.org"));

    assert_eq!(overview[0].counts.as_ref().unwrap().own, 1);
    let error = overview[1].counts.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "source `shop`: no table `gone` there");
}
