//! Keys of any type, and values that the type of a column does not take: nothing is found twice, and nothing breaks.

use std::collections::BTreeMap;

use candor::{
    register::Register,
    sources::{Identities, Outcome, Scope},
};

use super::{company::Company, database::Kind};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: k, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: notes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.k, direction: from}]}}
          - {name: text, data_categories: [user.content]}
";

fn on(kind: Kind, manifest: &str, sql: &str) -> Company {
    let manifest = Company::manifest(manifest);
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", sql)])
}

/// People whose keys are of a type, and notes that refer to them.
fn company(kind: Kind, sql_type: &str, [ada, eve]: [&str; 2]) -> Company {
    let sql = format!(
        "CREATE TABLE people (k {sql_type} NOT NULL PRIMARY KEY, email VARCHAR(60));
         CREATE TABLE notes (id INTEGER PRIMARY KEY, person {sql_type}, text VARCHAR(9));
         INSERT INTO people VALUES ({ada}, 'ada@example.org'), ({eve}, 'eve@example.org');
         INSERT INTO notes VALUES (1, {ada}, 'mine'), (2, {eve}, 'hers'), (3, NULL, 'none');"
    );
    on(kind, MANIFEST, &sql)
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn erase(company: &Company) {
    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)));
}

fn texts(company: &Company) -> Vec<String> {
    let rows = company.dump("shop").remove("notes").unwrap();
    let mut texts: Vec<_> = rows.into_iter().map(|row| row["text"].clone()).collect();
    texts.sort();
    texts
}

#[test]
fn where_a_number_and_its_text_are_two_keys_nobody_loses_another_s_rows() {
    for sql_type in ["", "BLOB"] {
        let company = company(Kind::Sqlite, sql_type, ["1", "'1'"]);

        assert_eq!(company.counts(&ada())["notes"], (0, 2), "which is not told");
        erase(&company);

        assert_eq!(texts(&company), ["'hers'", "'mine'", "'none'"]);
    }
}

#[test]
fn a_text_in_a_column_of_numbers_leads_on_in_sqlite() {
    let company = company(Kind::Sqlite, "INT", ["'abc'", "5"]);

    assert_eq!(company.counts(&ada())["notes"], (1, 0));
    erase(&company);

    assert_eq!(texts(&company), ["'hers'", "'none'"]);
}

#[test]
fn keys_of_several_bits_lead_on_in_postgresql() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let company = company(Kind::Postgres, "bit(3)", ["B'101'", "B'100'"]);

    assert_eq!(company.counts(&ada())["notes"], (1, 0));
    erase(&company);

    assert_eq!(texts(&company), ["'hers'", "'none'"]);
    assert_eq!(company.dump("shop")["people"].len(), 1);
}

#[test]
fn a_value_that_a_type_does_not_take_leads_nowhere_and_breaks_nothing() {
    const BY_PLACE: &str = "
      - name: logins
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: place, data_categories: [user.device]}
      - name: sessions
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: place, data_categories: [user.device], fides_meta: {references: [{dataset: shop, field: logins.place, direction: from}]}}
";
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    for (sql_type, value) in [
        ("inet", "10.0.0.1"),
        ("cidr", "10.0.0.0/8"),
        ("date", "2024-01-01"),
        ("timestamp", "2024-01-01 10:00:00.5"),
        ("timestamptz", "2024-01-01 10:00:00+02"),
        ("mood", "happy"),
        ("two", "5"),
        ("macaddr", "08:00:2b:01:02:03"),
        ("interval", "1 day"),
        ("time", "10:00"),
        ("money", "5"),
        ("bit(3)", "101"),
        ("xml", "<a/>"),
    ] {
        let sql = format!(
            "CREATE TYPE mood AS ENUM ('happy'); CREATE DOMAIN one AS INT; CREATE DOMAIN two AS one;
             CREATE TABLE logins (id INT PRIMARY KEY, email TEXT, place TEXT);
             CREATE TABLE sessions (id INT PRIMARY KEY, place {sql_type});
             INSERT INTO sessions VALUES (1, '{value}'), (2, NULL);
             SET timezone = 'UTC';
             INSERT INTO logins SELECT 1, 'ada@example.org', place::text FROM sessions WHERE id = 1;
             INSERT INTO logins VALUES (2, 'ada@example.org', 'unknown'), (3, 'ada@example.org', '1e400'), (4, 'ada@example.org', ''),
               (5, 'eve@example.org', 'unknown');"
        );
        let company = on(Kind::Postgres, BY_PLACE, &sql);

        let (own, shared) = company.counts(&ada())["sessions"];
        assert_eq!(own + shared, 1, "{sql_type}");
        // With a single value as with several.
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!(
            eve,
            BTreeMap::from([("logins".to_owned(), (1, 0))]),
            "{sql_type}"
        );
        erase(&company);
        assert_eq!(company.dump("shop")["logins"].len(), 1, "{sql_type}");
    }
}

#[test]
fn a_text_that_is_no_json_keeps_nobody_from_finding_what_is_inside_of_others() {
    const INSIDE: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - name: doc
            fields:
              - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
              - {name: orders, data_categories: [system.operations], fides_meta: {data_type: 'integer[]', references: [{dataset: shop, field: orders.id, direction: to}]}}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: labels, data_categories: [user.content], fides_meta: {data_type: 'string[]', references: [{dataset: shop, field: labels.name, direction: to}]}}
      - name: labels
        fields:
          - {name: name, data_categories: [user.content], fides_meta: {primary_key: true}}
";
    for kind in Kind::all() {
        let slash = if kind == Kind::MariaDb { "\\\\" } else { "\\" };
        let sql = format!(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, doc VARCHAR(200));
             CREATE TABLE orders (id INTEGER PRIMARY KEY, labels VARCHAR(90));
             CREATE TABLE labels (name VARCHAR(20) PRIMARY KEY);
             INSERT INTO people VALUES (1, '{{\"email\": \"Ada@example.org\", \"orders\": [7,8]}}'), (2, ''), (3, 'none'),
               (4, '{{\"email\": \"eve@example.org\"}}'), (5, '{{\"email\": \"ada'), (6, '{{''email'': ''ada@example.org''}}'),
               (7, '{{\"email\": \"ad{slash}u0061@example.org\", \"orders\": [9]}}');
             INSERT INTO orders VALUES (7, '[\"a, b: c\"]'), (8, 'plain'), (9, '['), (10, NULL);
             INSERT INTO labels VALUES ('a, b: c'), ('plain'), ('other');"
        );
        let company = on(kind, INSIDE, &sql);

        let counts = company.counts(&ada());

        // SQLite and PostgreSQL read what is written with a backslash.
        assert!(counts["people"].0 >= 1, "{kind:?}: {counts:?}");
        assert!(counts["orders"].0 >= 2, "{kind:?}: {counts:?}");
        assert_eq!(counts["labels"], (2, 0), "{kind:?}: {counts:?}");
    }
}

#[test]
fn thousands_of_values_are_looked_for_inside_of_as_many_lists() {
    const SHIPPED: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
      - name: parcels
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: orders, data_categories: [user.unique_id], fides_meta: {data_type: 'integer[]', references: [{dataset: shop, field: orders.id, direction: from}]}}
";
    for kind in Kind::all() {
        let list = match kind {
            Kind::Sqlite => "json_array(i)",
            Kind::Postgres => "jsonb_build_array(i)",
            Kind::MariaDb => "JSON_ARRAY(i)",
        };
        let json = if kind == Kind::Postgres {
            "JSONB"
        } else {
            "JSON"
        };
        let sql = format!(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60)); INSERT INTO people VALUES (1, 'ada@example.org');
             CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER); CREATE TABLE parcels (id INTEGER PRIMARY KEY, orders {json});
             INSERT INTO orders WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, 1 FROM n;
             INSERT INTO parcels WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT i, {list} FROM n;"
        );
        let sql = if kind == Kind::MariaDb {
            format!("SET SESSION max_recursive_iterations = 10000; {sql}")
        } else {
            sql
        };
        let company = on(kind, SHIPPED, &sql);

        assert_eq!(company.counts(&ada())["parcels"], (5_000, 0), "{kind:?}");
    }
}

#[test]
fn references_in_lists_of_lists_lead_on() {
    const NESTED: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: orders, data_categories: [system.operations], fides_meta: {data_type: 'integer[]', references: [{dataset: shop, field: orders.id, direction: from}]}}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
    for kind in Kind::all() {
        let types: &[_] = match kind {
            Kind::Postgres => &[
                ("JSONB", "[[7], [8]]"),
                ("INT[]", "{{7},{8}}"),
                ("TEXT", "[[7], [8]]"),
            ],
            _ => &[("JSON", "[[7], [8]]")],
        };
        for (sql_type, cell) in types {
            let sql = format!(
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), orders {sql_type});
                 CREATE TABLE orders (id INTEGER PRIMARY KEY, email VARCHAR(60));
                 INSERT INTO people VALUES (1, NULL, '{cell}'), (2, NULL, NULL);
                 INSERT INTO orders VALUES (8, 'ada@example.org')"
            );
            let company = on(kind, NESTED, &sql);

            assert_eq!(
                company.counts(&ada())["people"].0 + company.counts(&ada())["people"].1,
                1,
                "{kind:?} {sql_type}"
            );
        }
    }
}

#[test]
fn letters_that_a_column_cannot_hold_lead_nowhere_and_break_nothing() {
    if !Kind::all().contains(&Kind::MariaDb) {
        return;
    }
    for letters in [
        "latin1",
        "ascii",
        "utf8mb3",
        "ucs2",
        "latin1 COLLATE latin1_bin",
    ] {
        let sql = format!(
            "CREATE TABLE people (k VARCHAR(20) PRIMARY KEY, email VARCHAR(60) CHARACTER SET {letters}) CHARACTER SET utf8mb4;
             CREATE TABLE notes (id INT PRIMARY KEY, person VARCHAR(20) CHARACTER SET {letters}, text VARCHAR(9));
             INSERT INTO people VALUES ('abc', 'ada@example.org'), ('\u{1f600}', 'ada@example.org'), ('\u{438}', 'ada@example.org');
             INSERT INTO notes VALUES (1, 'abc', 'mine')"
        );
        let company = on(Kind::MariaDb, MANIFEST, &sql);

        let counts = company.counts(&ada());
        assert_eq!(counts["people"], (3, 0), "{letters}");
        assert_eq!(counts["notes"].0 + counts["notes"].1, 1, "{letters}");
        let nobody = Identities::email("\u{438}\u{432}\u{1f600}@example.org");
        assert_eq!(company.counts(&nobody), BTreeMap::new(), "{letters}");
    }
}

/// Another system may know somebody else by what SQLite takes for the same number.
#[test]
fn a_number_is_found_as_it_is_written_and_by_no_other_text() {
    let manifest = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true, identity: external_id}}
          - {name: name, data_categories: [user.name]}
";
    let sql = "CREATE TABLE people (id BIGINT PRIMARY KEY, name VARCHAR(9)); INSERT INTO people VALUES (1, 'Ada')";
    for kind in Kind::all() {
        let company = on(kind, manifest, sql);
        for (id, expected) in [("1", 1), ("01", 0), ("1.0", 0), ("1e0", 0), ("+1", 0)] {
            let counts = company.counts(&Identities::default().with("external_id", id));
            let found = counts.get("people").copied().unwrap_or_default();
            assert_eq!(found, (expected, 0), "{id} on {kind:?}");
        }
    }
}
