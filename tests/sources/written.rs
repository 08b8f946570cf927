//! Values that are written otherwise in one column than in another, and are one to the database.

use candor::{
    register::Register,
    sources::{Identities, Outcome, Scope},
};

use super::{company::Company, database::Kind};

const UPPER: &str = "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'";
const LOWER: &str = "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'";

/// People who refer to a place, each in a text of their own.
fn referring(kind: Kind, text: &str, key: &str, held: &str, people: &[&str]) -> Company {
    let manifest = Company::manifest(
        "      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: place, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: places.id, direction: to}]}}
      - name: places
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
",
    );
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    let extension = if text == "citext" || key == "citext" {
        "CREATE EXTENSION citext;"
    } else {
        ""
    };
    let names = ["ada", "eve"].iter().zip(people).enumerate();
    let rows: Vec<_> = names
        .map(|(at, (name, place))| format!("({at}, '{name}@example.org', {place})"))
        .collect();
    let sql = format!(
        "{extension}
         CREATE TABLE places (id {key} PRIMARY KEY, street VARCHAR(20));
         CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(40), place {text});
         INSERT INTO places VALUES ({held}, 'Strand 1');
         INSERT INTO people VALUES {};",
        rows.join(", ")
    );
    Company::on(kind, register, &[("shop", &sql)])
}

#[test]
fn a_record_to_which_others_lead_in_another_form_is_never_ones_own() {
    for (kind, text, key, held, [hers, others]) in [
        (
            Kind::Sqlite,
            "TEXT",
            "TEXT COLLATE NOCASE",
            "'abc'",
            ["'abc'", "'ABC'"],
        ),
        (
            Kind::Sqlite,
            "TEXT",
            "TEXT COLLATE NOCASE",
            "'abc'",
            ["'ABC'", "'abc'"],
        ),
        (Kind::Sqlite, "TEXT", "NUMERIC", "9.5", ["'9.50'", "'9.5'"]),
        (Kind::Sqlite, "TEXT", "NUMERIC", "9.5", ["'9.5'", "'9.50'"]),
        (
            Kind::Postgres,
            "text",
            "numeric(9, 2)",
            "9.50",
            ["'9.5'", "'9.50'"],
        ),
        (Kind::Postgres, "text", "uuid", LOWER, [UPPER, LOWER]),
        (Kind::Postgres, "text", "uuid", LOWER, [UPPER, UPPER]),
        (
            Kind::Postgres,
            "text",
            "inet",
            "'10.0.0.2'",
            ["'10.0.0.2'", "'10.0.0.2/32'"],
        ),
        (
            Kind::Postgres,
            "text",
            "timestamp",
            "'2026-01-02 03:04:05'",
            ["'2026-01-02T03:04:05'", "'2026-01-02 03:04:05'"],
        ),
        (
            Kind::Postgres,
            "text",
            "citext",
            "'abc'",
            ["'ABC'", "'abc'"],
        ),
        (
            Kind::Postgres,
            "text",
            "citext",
            "'abc'",
            ["'abc'", "'Abc'"],
        ),
        (
            Kind::MariaDb,
            "VARCHAR(20)",
            "DECIMAL(9, 2)",
            "9.5",
            ["'9.5'", "'9.50'"],
        ),
        (Kind::MariaDb, "VARCHAR(40)", "UUID", LOWER, [UPPER, LOWER]),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let company = referring(kind, text, key, held, &[hers, others]);
        let ada = Identities::email("ada@example.org");
        let told = format!("{kind:?}: {hers} beside {others}");
        assert_eq!(company.counts(&ada)["places"], (0, 1), "{told}");

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{told}");
        assert_eq!(
            company.dump("shop")["places"][0]["street"],
            "'Strand 1'",
            "{told}"
        );
    }
}

#[test]
fn a_record_to_which_nobody_else_leads_is_ones_own_where_that_can_be_told() {
    for (kind, text, key, held, hers) in [
        (Kind::Sqlite, "NUMERIC", "NUMERIC", "9.5", "9.50"),
        (Kind::Sqlite, "TEXT", "INTEGER", "9", "'9'"),
        (
            Kind::Sqlite,
            "TEXT",
            "TEXT COLLATE NOCASE",
            "'abc'",
            "'ABC'",
        ),
        (Kind::Postgres, "text", "uuid", LOWER, UPPER),
        (Kind::Postgres, "uuid", "uuid", LOWER, LOWER),
        (Kind::Postgres, "citext", "text", "'abc'", "'abc'"),
        (Kind::MariaDb, "VARCHAR(40)", "UUID", LOWER, UPPER),
        (Kind::MariaDb, "INT", "TINYINT(1)", "2", "2"),
        (Kind::MariaDb, "INT", "BIGINT UNSIGNED", "7", "7"),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let company = referring(kind, text, key, held, &[hers]);
        let ada = Identities::email("ada@example.org");
        assert_eq!(company.counts(&ada)["places"], (1, 0), "{kind:?}: {key}");
    }
}

#[test]
fn a_row_that_the_source_finds_by_a_handle_is_the_persons_however_it_is_written() {
    const MANIFEST: &str = "
      - name: visits
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: device, data_categories: [user.device], fides_meta: {identity: device}}
          - {name: page, data_categories: [user.behavior]}
          - {name: sender, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: visits.id, direction: from}]}}
";
    for (kind, column, given, held, another) in [
        (
            Kind::Postgres,
            "uuid",
            UPPER,
            LOWER,
            "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        ),
        (
            Kind::Postgres,
            "inet",
            "'10.0.0.2'",
            "'10.0.0.2'",
            "'10.0.0.3'",
        ),
        (
            Kind::Postgres,
            "timestamp",
            "'2026-01-02T03:04:05'",
            "'2026-01-02 03:04:05'",
            "'2026-01-02 03:04:06'",
        ),
        (Kind::Postgres, "citext", "'ABC'", "'abc'", "'abd'"),
        (Kind::Sqlite, "NUMERIC", "'9.50'", "9.5", "9.6"),
        (
            Kind::MariaDb,
            "UUID",
            UPPER,
            LOWER,
            "'b0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        ),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let extension = if column == "citext" {
            "CREATE EXTENSION citext;"
        } else {
            ""
        };
        let sql = format!(
            "{extension} CREATE TABLE visits (id INTEGER PRIMARY KEY, device {column}, page VARCHAR(9), sender INTEGER);
             INSERT INTO visits VALUES (1, {held}, 'own', NULL), (2, {another}, 'other', 1), (3, NULL, 'sent', 1);"
        );
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
        let company = Company::on(kind, register, &[("shop", &sql)]);
        let person = Identities::default().with("device", given.trim_matches('\''));

        let counts = company.counts(&person);

        assert_eq!(counts["visits"], (2, 1), "{kind:?}: {column}");
    }
}

#[test]
fn a_handle_of_a_kind_that_is_not_known_of_the_person_makes_no_row_somebody_elses() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: sessions
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: device, data_categories: [user.device], fides_meta: {identity: device}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(40));
               CREATE TABLE sessions (id INTEGER PRIMARY KEY, person INTEGER, device VARCHAR(9), email VARCHAR(40));
               INSERT INTO people VALUES (1, 'ada@example.org');
               INSERT INTO sessions VALUES (1, 1, 'd1', NULL), (2, 1, 'd2', 'eve@example.org'), (3, 1, NULL, NULL);";
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
        let company = Company::on(kind, register, &[("shop", sql)]);
        let ada = Identities::email("ada@example.org");

        let unknown = company.counts(&ada)["sessions"];
        let another = company.counts(&ada.clone().with("device", "d9"))["sessions"];
        let her_own = company.counts(&ada.with("device", "d1"))["sessions"];

        assert_eq!(unknown, (2, 1), "{kind:?}: one names another by e-mail");
        assert_eq!(
            another,
            (1, 2),
            "{kind:?}: d1 is not the device that is hers"
        );
        assert_eq!(her_own, (2, 1), "{kind:?}");
    }
}

#[test]
fn an_address_with_letters_of_another_language_is_found_in_large_and_small_ones() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(40));
               INSERT INTO people VALUES (1, 'rené@example.org'), (2, 'RENÉ@EXAMPLE.ORG'), (3, 'RenÉ@Example.org'), (4, 'rene@example.org');";
    for kind in [Kind::Sqlite, Kind::MariaDb] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
        let company = Company::on(kind, register, &[("shop", sql)]);

        for typed in ["rené@example.org", "RENÉ@example.org"] {
            let counts = company.counts(&Identities::email(typed));
            assert_eq!(counts["people"], (3, 0), "{kind:?}: {typed}");
        }
    }
}
