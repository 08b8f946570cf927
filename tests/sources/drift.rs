//! Manifests against live databases: what differs is named with its place, and a draft of one is a manifest.

use std::fs;

use candor::register::Register;

use super::{
    command::{KEY, Place},
    company::Company,
    database::Kind,
};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, length: 90}}
          - {name: age, data_categories: [user.demographic], fides_meta: {data_type: string}}
          - {name: nickname, data_categories: [user.name]}
          - {name: team, data_categories: [system.operations]}
      - name: visits
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
      - name: letters
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
";

const SQL: &str = "
CREATE TABLE teams (id INTEGER PRIMARY KEY, title VARCHAR(9));
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), age INTEGER, phone VARCHAR(20), team INTEGER REFERENCES teams (id));
CREATE TABLE visits (person INTEGER REFERENCES people (id));
";

#[test]
fn what_differs_is_told_with_its_place() {
    for kind in Kind::all() {
        let place = Place::new(kind, "shop", &Company::manifest(MANIFEST), SQL);

        let ran = place.run("check", &[]);

        assert_eq!(ran.status, 1, "{}", ran.err);
        let lines: Vec<_> = ran.out.lines().collect();
        let told = |line: u32, wrong: &str| {
            let place = format!("manifest.yml:{line}: ");
            assert!(
                lines
                    .iter()
                    .any(|it| it.starts_with(&place) && it.contains(wrong)),
                "{wrong}: {lines:#?}"
            );
        };
        told(2, "the table `teams` is not described");
        told(5, "the column `phone` is not described");
        told(
            8,
            "`length: 90` is longer than the column takes; expected at most 60",
        );
        told(9, "`data_type: string` is not the column's type");
        told(
            10,
            "the table has no column `nickname`; expected one of id, email, age, phone, team",
        );
        told(11, "the column refers to `teams`");
        told(15, "the source has no table `letters`");
        assert_eq!(lines.len(), 7, "{lines:#?}");
    }
}

#[test]
fn a_manifest_that_says_it_all_agrees() {
    for kind in Kind::all() {
        let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60))";
        let manifest = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, length: 60}}
";
        let place = Place::new(kind, "shop", &Company::manifest(manifest), sql);
        let ran = place.run("check", &[]);
        assert_eq!(
            (ran.status, &*ran.out),
            (0, "Manifests and sources agree.\n"),
            "{}",
            ran.err
        );
    }
}

#[test]
fn a_draft_of_a_live_database_loads_finds_and_agrees() {
    for kind in Kind::all() {
        let place = Place::sample(kind);
        let draft = place.scan();

        let (register, _) = Register::parse(&[("draft.yml", &draft)])
            .unwrap_or_else(|faults| panic!("{faults:#?}\n{draft}"));
        let dataset = register.dataset(KEY).unwrap();
        let customer = dataset.collection("customer").unwrap();
        assert_eq!(
            customer.field("email").unwrap().identity.as_deref(),
            Some("email")
        );
        assert_eq!(customer.field("name").unwrap().categories, ["user.name"]);
        assert!(customer.field("id").unwrap().primary_key);
        assert!(dataset.collection("loyalty").unwrap().skip_processing);
        for secret in ["customer-1@", "Exampletown", "987654321"] {
            assert!(!draft.contains(secret), "{secret}");
        }
        if kind == Kind::Sqlite {
            fs::write(place.folder.path().join("manifest.yml"), &draft).unwrap();
            let found = place.json("find", &["--identity", "email=customer-1@example.com"]);
            assert_eq!(found[format!("{KEY}:customer")]["rows"], 1);
            let ran = place.run("check", &[]);
            assert_eq!(ran.status, 0, "{}", ran.out);
        }
    }
}

#[test]
fn a_draft_follows_foreign_keys_and_quotes_odd_names() {
    for kind in Kind::all() {
        let sql = r#"
CREATE TABLE "the ""people""" (id INTEGER PRIMARY KEY, "e-Mail" VARCHAR(60), team INTEGER REFERENCES teams (id));
CREATE TABLE "on" (id INTEGER PRIMARY KEY, person INTEGER REFERENCES "the ""people""" (id), "Straße: #1" VARCHAR(9));
INSERT INTO "the ""people""" VALUES (1, 'a@example.org', NULL);
"#;
        let sql = format!("CREATE TABLE teams (id INTEGER PRIMARY KEY, title VARCHAR(9));{sql}");
        let place = Place::new(kind, "shop", "", &sql);
        let draft = place.scan();

        let (register, _) = Register::parse(&[("draft.yml", &draft)])
            .unwrap_or_else(|faults| panic!("{faults:#?}\n{draft}"));
        let dataset = register.dataset("shop").unwrap();
        let reference = |collection: &str, field: &str| {
            let field = dataset
                .collection(collection)
                .unwrap()
                .field(field)
                .unwrap();
            let reference = &field.references[0];
            (reference.collection.clone(), reference.direction.as_str())
        };
        assert_eq!(
            reference("on", "person"),
            ("the \"people\"".to_owned(), "from")
        );
        assert_eq!(
            reference("the \"people\"", "team"),
            ("teams".to_owned(), "to")
        );
        assert!(
            dataset
                .collection("on")
                .unwrap()
                .field("Straße: #1")
                .is_some()
        );
    }
}

#[test]
fn a_draft_has_every_foreign_key_and_every_table_that_the_account_sees() {
    for kind in Kind::all() {
        let fails = match kind {
            Kind::Sqlite => "abs(id - id - 9223372036854775807 - 1)",
            Kind::Postgres | Kind::MariaDb => "id - id + 9223372036854775807 + id",
        };
        let sql = format!(
            "CREATE TABLE countries (id INTEGER PRIMARY KEY, title VARCHAR(9));
             CREATE TABLE cities (id INTEGER PRIMARY KEY, country INTEGER REFERENCES countries (id), UNIQUE (id, country));
             CREATE TABLE streets (id INTEGER PRIMARY KEY, city INTEGER REFERENCES cities (id), country INTEGER REFERENCES countries (id),
               FOREIGN KEY (city, country) REFERENCES cities (id, country));
             INSERT INTO countries VALUES (1, 'x');
             CREATE VIEW broken AS SELECT {fails} AS email FROM countries;"
        );
        let draft = Place::new(kind, "shop", "", &sql).scan();

        let (register, _) = Register::parse(&[("draft.yml", &draft)])
            .unwrap_or_else(|faults| panic!("{faults:#?}\n{draft}"));
        let dataset = register.dataset("shop").unwrap();
        let references = |collection: &str, field: &str| {
            let collection = dataset.collection(collection).unwrap();
            let references = collection.field(field).unwrap().references.iter();
            let mut all: Vec<_> = references
                .map(|it| format!("{}.{} {}", it.collection, it.field, it.direction.as_str()))
                .collect();
            all.sort();
            all
        };
        assert_eq!(references("cities", "country"), ["countries.id from"]);
        assert_eq!(references("streets", "city"), ["cities.id from"]);
        assert_eq!(
            references("streets", "country"),
            ["cities.country from", "countries.id from"]
        );
        let broken = dataset.collection("broken").unwrap();
        let email = broken.field("email").unwrap();
        assert_eq!(email.categories, ["user.contact.email"], "{kind:?}");
        let said = "# No value was looked at, so that categories are guessed from names alone: ";
        assert!(draft.contains(said), "{kind:?} {draft}");
    }
}

#[test]
fn keys_of_several_columns_lists_and_fields_without_a_category_are_compared_as_well() {
    const MANIFEST: &str = "
      - name: orders
        fields:
          - {name: tenant, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
      - name: items
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: tenant, data_categories: [system.operations]}
          - {name: order_number, data_categories: [system.operations]}
          - {name: counted, data_categories: [system.operations], fides_meta: {data_type: 'integer[]'}}
          - {name: marks, data_categories: [system.operations], fides_meta: {data_type: 'integer[]'}}
          - {name: remark}
          - {name: is_open, data_categories: [system.operations], fides_meta: {data_type: integer}}
          - {name: seen, data_categories: [system.operations], fides_meta: {data_type: integer}}
";
    for kind in Kind::all() {
        let (is_open, seen) = match kind {
            Kind::Sqlite => ("BOOLEAN", "TIMESTAMP"),
            Kind::Postgres => ("SMALLINT", "BIGINT"),
            Kind::MariaDb => ("BOOLEAN", "BIGINT"),
        };
        let sql = format!(
            "CREATE TABLE orders (tenant INTEGER, number INTEGER, PRIMARY KEY (tenant, number));
             CREATE TABLE items (id INTEGER PRIMARY KEY, email VARCHAR(60), tenant INTEGER, order_number INTEGER, counted INTEGER,
               marks VARCHAR(90), remark VARCHAR(90), is_open {is_open}, seen {seen},
               FOREIGN KEY (tenant, order_number) REFERENCES orders (tenant, number));"
        );
        let place = Place::new(kind, "shop", &Company::manifest(MANIFEST), &sql);

        let ran = place.run("check", &[]);

        let told: Vec<_> = ran.out.lines().collect();
        let expected = [
            "items.tenant: the column refers to `orders`, which the manifest does not say",
            "items.order_number: the column refers to `orders`, which the manifest does not say",
            "items.counted: `data_type: integer[]` is not the column's type",
            "items.remark: it has no category, so that nobody is told of it, and it is never erased",
        ];
        for (told, expected) in told.iter().zip(expected) {
            assert!(told.contains(expected), "{kind:?} {told}");
        }
        assert_eq!(told.len(), expected.len(), "{kind:?} {told:#?}");
    }
}

#[test]
fn a_new_table_is_told_in_each_schema_that_a_dataset_describes() {
    let Some(kind) = Kind::all().into_iter().find(|it| *it == Kind::Postgres) else {
        return;
    };
    let dataset = |key: &str, namespace: &str, table: &str| {
        format!(
            "  - fides_key: {key}
    candor: {{source: shop}}
    {namespace}
    collections:
      - name: {table}
        fields:
          - {{name: id, data_categories: [system.operations], fides_meta: {{primary_key: true}}}}
"
        )
    };
    let manifest = [
        "dataset:\n",
        &dataset("first", "", "one"),
        &dataset("second", "fides_meta: {namespace: {schema: more}}", "two"),
    ]
    .concat();
    let sql = "CREATE SCHEMA more; CREATE SCHEMA other;
               CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE TABLE more.two (id INTEGER PRIMARY KEY);
               CREATE TABLE new_one (id INTEGER); CREATE TABLE more.new_two (id INTEGER); CREATE TABLE other.three (id INTEGER);";

    let ran = Place::new(kind, "shop", &manifest, sql).run("check", &[]);

    let told: Vec<_> = ran.out.lines().collect();
    assert_eq!(told.len(), 2, "{} {}", ran.out, ran.err);
    assert!(told[0].contains("first: the table `new_one` is not described"));
    assert!(told[1].contains("second: the table `new_two` is not described"));
}

#[test]
fn parts_of_a_table_are_described_with_it_and_a_draft_has_it_once() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
               CREATE TABLE visits (day DATE, person INTEGER REFERENCES people (id)) PARTITION BY RANGE (day);
               CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2026-01-01') PARTITION BY RANGE (day);
               CREATE TABLE visits_2025 PARTITION OF visits_old FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
               INSERT INTO people VALUES (1, 'ada@example.org');
               INSERT INTO visits VALUES ('2025-03-01', 1)";
    let place = Place::new(Kind::Postgres, "shop", "dataset: []", sql);

    let draft = place.scan();

    assert!(
        draft.contains("visits") && !draft.contains("visits_"),
        "{draft}"
    );
    fs::write(place.folder.path().join("manifest.yml"), &draft).unwrap();
    let ran = place.run("check", &[]);
    assert_eq!(ran.status, 0, "{}", ran.out);
    let found = place.json("find", &["--identity", "email=ada@example.org"]);
    assert_eq!(found["shop:visits"]["rows"], 1);
}

#[test]
fn an_account_that_may_not_write_is_told_with_what_is_planned() {
    for kind in Kind::all().into_iter().filter(|it| *it != Kind::Sqlite) {
        let sql =
            "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), name VARCHAR(60));
                   CREATE TABLE notes (id INTEGER PRIMARY KEY, person INTEGER, note VARCHAR(9))";
        let manifest = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name], candor: {correctable: true}}
      - name: notes
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: person, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: note, data_categories: [user.content]}
";
        let place = Place::new(kind, "shop", &Company::manifest(manifest), sql);
        let reader = format!("candor_reader_{}", std::process::id());
        let (make, remove) = match kind {
            Kind::Postgres => (
                format!(
                    "CREATE ROLE {reader} LOGIN PASSWORD 'reads'; GRANT SELECT ON people, notes TO {reader}"
                ),
                format!("DROP OWNED BY {reader}; DROP ROLE {reader}"),
            ),
            _ => (
                format!(
                    "CREATE USER {reader} IDENTIFIED BY 'reads'; GRANT SELECT ON people TO {reader}; GRANT SELECT, UPDATE ON notes TO {reader}"
                ),
                format!("DROP USER {reader}"),
            ),
        };
        place.database.run(&make);
        let mut url = url::Url::parse(&place.database.url()).unwrap();
        url.set_username(&reader).unwrap();
        url.set_password(Some("reads")).unwrap();

        let ran = place.run_at(url.as_str(), "check", &[]);
        let asked = place.run_at(&format!("{url}?read_only=yes"), "check", &[]);
        let owner = place.run("check", &[]);
        place.database.run(&remove);

        let lines: Vec<_> = ran.out.lines().collect();
        assert!(
            lines[0].starts_with("manifest.yml:5: shop.people: "),
            "{lines:?}"
        );
        assert!(
            lines[0].contains("may not write here, where records are to be deleted, and corrected"),
            "{lines:?}"
        );
        if kind == Kind::Postgres {
            assert!(lines[1].contains("records are to be masked"), "{lines:?}");
        } else {
            assert_eq!(lines.len(), 1, "it may update notes: {lines:?}");
        }
        assert_eq!(ran.status, 1, "{}", ran.err);
        assert_eq!((asked.status, owner.status), (0, 0), "{}", asked.out);
    }
}
