//! `candor sources`, run as a program of its own.

use std::{fs, process::Command};

use serde_json::Value as Json;

use super::database::{Database, Kind};

const MANIFEST: &str = include_str!("../data/fides/postgres_example_test_dataset.yml");
pub const KEY: &str = "postgres_example_test_dataset";

/// A folder with manifests, and a database.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub database: Database,
    key: String,
}

pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Place {
    pub fn new(kind: Kind, key: &str, manifest: &str, sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.yml"), manifest).unwrap();
        Self {
            folder,
            database: Database::create(kind, sql),
            key: key.to_owned(),
        }
    }

    pub fn sample(kind: Kind) -> Self {
        let sql = match kind {
            Kind::Sqlite | Kind::MariaDb => {
                include_str!("../data/fides/postgres_sample.sqlite.sql")
            }
            Kind::Postgres => include_str!("../data/fides/postgres_sample.sql"),
        };
        Self::new(kind, KEY, MANIFEST, sql)
    }

    pub fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        self.run_at(&self.database.url(), command, arguments)
    }

    pub fn run_at(&self, url: &str, command: &str, arguments: &[&str]) -> Ran {
        let source = format!("{}={url}", self.key);
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(["sources", command, "--source", &source, "--manifests"])
            .arg(self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran {
            status: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// The draft of a manifest for its database.
    pub fn scan(&self) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(["sources", "scan", &self.database.url(), "--key", &self.key])
            .output()
            .unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, command: &str, arguments: &[&str]) -> Json {
        let ran = self.run(command, arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }
}

fn rows(found: &Json) -> Vec<(String, u64)> {
    let collections = found.as_object().unwrap().iter();
    let rows = collections.map(|(name, it)| {
        let rows = it["rows"].as_u64().unwrap();
        assert_eq!(it["records"].as_array().unwrap().len() as u64, rows);
        let shared = it["records"].as_array().unwrap().iter();
        let shared = shared.filter(|record| record["shared"] == true).count();
        assert_eq!(it["shared"].as_u64().unwrap(), shared as u64);
        (name.trim_start_matches(&format!("{KEY}:")).to_owned(), rows)
    });
    rows.filter(|(_, rows)| *rows > 0).collect()
}

#[test]
fn the_sample_of_fides_gives_the_rows_that_its_references_lead_to() {
    for kind in Kind::all() {
        let place = Place::sample(kind);
        let find = |name: &str| {
            let identity = format!("email={name}@example.com");
            place.json("find", &["--identity", &identity])
        };
        let expected = [
            ("address", 2),
            ("customer", 1),
            ("login", 6),
            ("order_item", 4),
            ("orders", 3),
            ("payment_card", 1),
            ("product", 2),
            ("service_request", 1),
            ("visit", 1),
        ];
        let expected = expected.map(|(name, rows)| (name.to_owned(), rows));
        assert_eq!(rows(&find("customer-1")), expected, "{kind:?}");
        for (name, expected) in [
            ("customer-2", 10),
            ("jane", 5),
            ("employee-1", 5),
            ("customer-3", 2),
            ("admin-account", 4),
            ("customer-500", 0),
        ] {
            let sum: u64 = rows(&find(name)).iter().map(|(_, rows)| rows).sum();
            assert_eq!(sum, expected, "{kind:?}: {name}");
        }
    }
}

#[test]
fn records_are_told_with_their_values_except_what_is_never_disclosed() {
    for kind in Kind::all() {
        let place = Place::sample(kind);
        let found = place.json("find", &["--identity", "email=customer-1@example.com"]);
        let first = |collection: &str| found[format!("{KEY}:{collection}")]["records"][0].clone();

        assert_eq!(first("customer")["name"], "John Customer");
        assert_eq!(first("customer")["id"], 1);
        assert_eq!(
            first("payment_card")["ccn"]["held"],
            "financial account number"
        );
        assert_eq!(first("payment_card")["preferred"], true);
        assert_eq!(first("address")["shared"], true);
        assert_eq!(found[format!("{KEY}:product")]["shared"], 1);
        assert_eq!(found[format!("{KEY}:employee")]["rows"], 0);
    }
}

#[test]
fn a_plan_tells_per_collection_what_would_be_done_and_does_nothing() {
    for kind in Kind::all() {
        let place = Place::sample(kind);
        let before = place.database.dump();
        let identity = ["--identity", "email=customer-1@example.com"];
        let plan = place.json("plan", &identity);
        let item = |collection: &str| plan[format!("{KEY}:{collection}")][0].clone();

        assert_eq!(item("login")["action"], "delete");
        assert_eq!(item("login")["records"], 6);
        assert_eq!(item("address")["action"], "leave");
        assert_eq!(
            item("address")["reason"],
            "They belong to other people as well, so they stay as they are."
        );
        assert!(plan.get(format!("{KEY}:product")).is_none());

        let plan = place.json(
            "plan",
            &[&identity[..], &["--category", "user.name"]].concat(),
        );
        assert_eq!(plan.as_object().unwrap().len(), 1);
        let item = &plan[format!("{KEY}:customer")][0];
        assert_eq!(
            (&item["action"], &item["records"]),
            (&"mask".into(), &1.into())
        );
        assert_eq!(item["fields"], serde_json::json!(["name"]));

        for (category, status, out) in [("user.contct", 2, ""), ("user.device", 0, "{}")] {
            let asked = ["--category", "user.name", "--category", category];
            let asked = if status == 0 { &asked[2..] } else { &asked[..] };
            let ran = place.run("plan", &[&identity[..], asked].concat());
            assert_eq!((ran.status, ran.out.trim()), (status, out));
            let said =
                format!("no field about people is of the category `{category}`; expected one of");
            assert!(ran.err.contains(&said), "{}", ran.err);
        }

        let table = place.run("plan", &[&identity[..], &["--format", "table"]].concat());
        assert!(
            table
                .out
                .lines()
                .any(|it| it.contains(":login") && it.contains("6  "))
        );
        assert_eq!(place.database.dump(), before);
    }
}

#[test]
fn what_is_given_wrongly_is_named_and_nothing_is_looked_for() {
    let place = Place::sample(Kind::Sqlite);
    let refused = |arguments: &[&str], sentence: &str| {
        let ran = place.run("find", arguments);
        assert_eq!((ran.status, &*ran.out), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(sentence), "{}", ran.err);
    };
    refused(
        &["--identity", "mail=a@example.org"],
        "expected one of email",
    );
    refused(&["--identity", "a@example.org"], "KIND=VALUE");
    let by = ["--identity", "email=customer-1@example.com"];
    let ran = place.run("find", &[&by[..], &["--identity", "loyalty_id=7"]].concat());
    assert_eq!(
        ran.status, 0,
        "a person may be known by more than this source holds"
    );
    assert!(
        ran.err.contains("`loyalty_id`; expected one of email"),
        "{}",
        ran.err
    );
    refused(
        &[
            "--identity",
            "email=a@example.org",
            "--source",
            "crm=sqlite:x",
        ],
        "expected one of postgres_example_test_dataset",
    );
    let manifest = MANIFEST.replacen("field: customer.id", "field: custmer.id", 1);
    let place = Place::new(Kind::Sqlite, KEY, &manifest, "CREATE TABLE a (b INT)");
    let ran = place.run("find", &["--identity", "email=a@example.org"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.err
            .contains("the collection `custmer` does not exist; expected `customer`"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("manifest.yml:84:"), "{}", ran.err);
}

#[test]
fn a_column_that_is_gone_is_told() {
    let place = Place::sample(Kind::Sqlite);
    place.database.run("ALTER TABLE customer DROP COLUMN name");

    for command in ["find", "plan"] {
        let ran = place.run(command, &["--identity", "email=customer-1@example.com"]);

        assert_eq!(ran.status, 0, "{}", ran.err);
        let told = format!("{KEY}.customer.name: the table has no column `name`");
        assert!(ran.err.contains(&told), "{}", ran.err);
    }
}

#[test]
fn a_field_of_the_name_shared_does_not_hide_that_a_record_is() {
    let manifest = "dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: home, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: homes.id, direction: to}]}}
      - name: homes
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: shared, data_categories: [user.content]}
";
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, home INT);
               CREATE TABLE homes (id INTEGER PRIMARY KEY, shared TEXT);
               INSERT INTO people VALUES (1, 'ada@example.org', 7), (2, 'eve@example.org', 7);
               INSERT INTO homes VALUES (7, 'kitchen');";
    let place = Place::new(Kind::Sqlite, "shop", manifest, sql);
    let identity = ["--identity", "email=ada@example.org"];

    let found = place.json("find", &identity);
    let table = place.run("find", &[&identity[..], &["--format", "table"]].concat());

    let record = &found["shop:homes"]["records"][0];
    assert_eq!(record["shared"], "kitchen");
    assert_eq!(record["_shared"], true);
    let line = table.out.lines().find(|it| it.contains("kitchen")).unwrap();
    assert!(line.contains("yes"), "{}", table.out);
    assert!(table.out.contains("_shared"), "{}", table.out);
}

#[test]
fn a_source_that_does_not_answer_is_an_error_in_its_collections() {
    let place = Place::sample(Kind::Sqlite);
    place.database.run("DROP TABLE login");

    let ran = place.run("find", &["--identity", "email=customer-1@example.com"]);
    let found: Json = serde_json::from_str(&ran.out).unwrap();

    assert_eq!(ran.status, 1);
    let error = found[format!("{KEY}:login")]["error"].as_str().unwrap();
    assert!(error.contains("no table `login` there"), "{error}");
    assert_eq!(found[format!("{KEY}:orders")]["rows"], 3);
}

#[test]
fn a_draft_follows_keys_of_several_columns() {
    let sql = "CREATE TABLE members (club INT, number INT, email VARCHAR(60), PRIMARY KEY (club, number));
               CREATE TABLE fees (id INT PRIMARY KEY, club INT, member INT, FOREIGN KEY (club, member) REFERENCES members (club, number));
               INSERT INTO members VALUES (1, 1, 'ada@example.org'), (1, 2, 'eve@example.org'), (2, 1, 'eve@example.org');
               INSERT INTO fees VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1)";
    for kind in Kind::all() {
        let place = Place::new(kind, "club", "dataset: []", sql);

        let draft = place.scan();

        fs::write(place.folder.path().join("manifest.yml"), &draft).unwrap();
        let found = place.json("find", &["--identity", "email=ada@example.org"]);
        let (rows, shared) = (&found["club:fees"]["rows"], &found["club:fees"]["shared"]);
        assert_eq!((rows, shared), (&1.into(), &0.into()), "{kind:?}: {draft}");
        let plan = place.json("plan", &["--identity", "email=ada@example.org"]);
        let fees = plan["club:fees"].as_array().unwrap();
        assert_eq!(fees.len(), 1, "others' are none of the person's: {fees:?}");
        assert_eq!(fees[0]["records"], 1, "{kind:?}");
    }
}

#[test]
fn a_source_that_is_given_twice_is_an_error() {
    let place = Place::sample(Kind::Sqlite);
    let again = format!("{KEY}=sqlite:other.db");

    let ran = place.run("check", &["--source", &again]);

    assert_ne!(ran.status, 0);
    assert!(
        ran.err
            .contains(&format!("the source {KEY:?} is given twice")),
        "{}",
        ran.err
    );
}

#[test]
fn a_plan_of_a_category_is_of_all_beneath_it_whatever_the_register_tells_apart() {
    let category = |key: &str| {
        format!(
            "    - {{key: {key}, title: Some, letter: A, source_kind: you, retention: {{until_text: until you leave}}}}\n"
        )
    };
    let manifest = format!(
        "candor:\n  categories:\n{}{}{}{}",
        category("user.contact"),
        category("user.contact.email"),
        category("user"),
        "dataset:
  - fides_key: shop
    collections:
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: phone, data_categories: [user.contact.phone_number]}
          - {name: name, data_categories: [user.name]}
"
    );
    let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, phone TEXT, name TEXT);
               INSERT INTO people VALUES (1, 'ada@example.org', '1', 'Ada');";
    let place = Place::new(Kind::Sqlite, "shop", &manifest, sql);

    let identity = ["--identity", "email=ada@example.org", "--category"];
    let plan = place.json("plan", &[&identity[..], &["user.contact"]].concat());

    let masked = &plan["shop:people"][0]["fields"];
    assert_eq!(*masked, serde_json::json!(["email", "phone"]));
}
