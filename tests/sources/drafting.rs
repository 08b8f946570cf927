//! What a draft of a manifest says of types and keys.

use std::process::Command;

use candor::register::{Collection, Register};

use super::{command::Place, database::Kind};

fn collection(draft: &str, dataset: &str, name: &str) -> Collection {
    let (register, _) = Register::parse(&[("draft.yml", draft)])
        .unwrap_or_else(|faults| panic!("{faults:#?}\n{draft}"));
    let dataset = register.dataset(dataset).unwrap();
    dataset.collection(name).unwrap().clone()
}

/// The declared type of a field, with its category.
fn said(collection: &Collection, field: &str) -> (String, String) {
    let field = collection.field(field).unwrap();
    let kind = field.data_type.map(|it| it.kind.to_string());
    (kind.unwrap_or_default(), field.categories[0].clone())
}

#[test]
fn a_number_that_says_which_address_it_is_says_nothing_of_the_address() {
    for kind in Kind::all() {
        let sql = "CREATE TABLE addresses (id INTEGER PRIMARY KEY, street VARCHAR(60));
                   CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(60), tax_id VARCHAR(20));
                   CREATE TABLE customer_addresses (customer_id INTEGER REFERENCES customers (id), address_id INTEGER REFERENCES addresses (id),
                     PRIMARY KEY (customer_id, address_id));
                   CREATE TABLE parcels (id INTEGER PRIMARY KEY, address_id INTEGER, address VARCHAR(60))";
        let draft = Place::new(kind, "shop", "", sql).scan();

        let of = |name: &str, field: &str| said(&collection(&draft, "shop", name), field).1;
        assert_eq!(of("customer_addresses", "address_id"), "system.operations");
        assert_eq!(of("parcels", "address_id"), "system.operations");
        assert_eq!(of("parcels", "address"), "user.contact.address.street");
        assert_eq!(of("customers", "tax_id"), "user.government_id");
    }
}

/// Where a field leads, and in which direction.
fn leads(draft: &str, name: &str, field: &str) -> Vec<(String, String)> {
    let collection = collection(draft, "shop", name);
    let references = collection.field(field).unwrap().references.clone();
    let each = references.into_iter();
    each.map(|it| (it.collection, it.direction.as_str().to_owned()))
        .collect()
}

fn one(table: &str, direction: &str) -> Vec<(String, String)> {
    vec![(table.to_owned(), direction.to_owned())]
}

/// What is found with a draft: the numbers of the records, with a mark behind those that are shared.
fn found(place: &Place, draft: &str, collection: &str) -> Vec<String> {
    std::fs::write(place.folder.path().join("manifest.yml"), draft).unwrap();
    let found = place.json("find", &["--identity", "email=ada@example.org"]);
    let records = found[format!("shop:{collection}")]["records"].as_array();
    let each = records.into_iter().flatten();
    let numbers = each.map(|it| match it["shared"].as_bool() {
        Some(true) => format!("{}*", it["id"]),
        _ => it["id"].to_string(),
    });
    let mut numbers: Vec<_> = numbers.collect();
    numbers.sort_unstable();
    numbers
}

const CUSTOMERS: &str = "
INSERT INTO customers (id, email) VALUES (1, 'ada@example.org'), (2, 'eve@example.org'), (3, 'joe@example.org');
";

/// To her own address, to Eve's, from Eve to hers, and to one that is nobody's.
const ORDERS: &str = "
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, deliver_to INTEGER, note VARCHAR(60),
  FOREIGN KEY (customer_id) REFERENCES customers (id), FOREIGN KEY (deliver_to) REFERENCES addresses (id));
INSERT INTO orders VALUES (1, 1, 1, 'own'), (2, 1, 2, 'to Eve'), (3, 2, 1, 'from Eve'), (4, 1, 3, 'once');
";

#[test]
fn an_order_leads_to_the_address_that_it_is_delivered_to_and_nothing_leads_back_from_there() {
    for kind in Kind::all() {
        let sql = "
CREATE TABLE countries (id INTEGER PRIMARY KEY, title VARCHAR(60));
CREATE TABLE addresses (id INTEGER PRIMARY KEY, street VARCHAR(60), country INTEGER, phone VARCHAR(20), FOREIGN KEY (country) REFERENCES countries (id));
CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(60), home INTEGER, profile INTEGER UNIQUE,
  FOREIGN KEY (home) REFERENCES addresses (id), FOREIGN KEY (profile) REFERENCES profiles (id));
CREATE TABLE suppliers (id INTEGER PRIMARY KEY, title VARCHAR(60), country INTEGER, place INTEGER,
  FOREIGN KEY (country) REFERENCES countries (id), FOREIGN KEY (place) REFERENCES addresses (id));
CREATE TABLE pictures (id INTEGER PRIMARY KEY, profile INTEGER, FOREIGN KEY (profile) REFERENCES profiles (id));
INSERT INTO countries VALUES (1, 'x');
INSERT INTO addresses VALUES (1, 'a', 1, NULL), (2, 'e', 1, '+1 415 5550134'), (3, 'once', 1, NULL);
INSERT INTO suppliers VALUES (1, 'elsewhere', 1, NULL), (2, 'at home', 1, 1);
";
        let profiles = "CREATE TABLE profiles (id INTEGER PRIMARY KEY, words VARCHAR(60));";
        let homes = "UPDATE customers SET home = 1 WHERE id <> 2; UPDATE customers SET home = 2 WHERE id = 2;";
        let place = Place::new(
            kind,
            "shop",
            "",
            &[profiles, sql, CUSTOMERS, ORDERS, homes].concat(),
        );
        let draft = place.scan();

        assert_eq!(
            leads(&draft, "orders", "customer_id"),
            one("customers", "from")
        );
        assert_eq!(
            leads(&draft, "orders", "deliver_to"),
            one("addresses", "to")
        );
        assert_eq!(leads(&draft, "customers", "home"), one("addresses", "to"));
        assert_eq!(
            leads(&draft, "addresses", "country"),
            one("countries", "to")
        );
        assert!(collection(&draft, "shop", "suppliers").skip_processing);
        // Each of these is one person's.
        assert_eq!(
            leads(&draft, "pictures", "profile"),
            one("profiles", "from")
        );
        assert!(!collection(&draft, "shop", "pictures").skip_processing);
        assert_eq!(found(&place, &draft, "orders"), ["1", "2", "4"], "{kind:?}");
        assert_eq!(found(&place, &draft, "customers"), ["1"], "{kind:?}");
        assert_eq!(
            found(&place, &draft, "addresses"),
            ["1*", "2*", "3"],
            "{kind:?}"
        );
    }
}

#[test]
fn an_order_to_somebody_elses_address_is_its_buyers_and_the_address_its_owners() {
    for (owner, told) in [("INTEGER NOT NULL", None), ("INTEGER", Some("to"))] {
        for kind in Kind::all() {
            let sql = format!(
                "CREATE TABLE customers (id INTEGER PRIMARY KEY, email VARCHAR(60), chief INTEGER, FOREIGN KEY (chief) REFERENCES customers (id));
                 {CUSTOMERS}
                 UPDATE customers SET chief = 1 WHERE id = 2;
                 CREATE TABLE addresses (id INTEGER PRIMARY KEY, customer_id {owner}, street VARCHAR(60), FOREIGN KEY (customer_id) REFERENCES customers (id));
                 INSERT INTO addresses VALUES (1, 1, 'a'), (2, 2, 'e'), (3, 1, 'once');
                 {ORDERS}"
            );
            let place = Place::new(kind, "shop", "", &sql);
            let draft = place.scan();

            let expected = told.map(|it| one("addresses", it)).unwrap_or_default();
            assert_eq!(leads(&draft, "orders", "deliver_to"), expected);
            assert_eq!(
                leads(&draft, "addresses", "customer_id"),
                one("customers", "from")
            );
            assert!(leads(&draft, "customers", "chief").is_empty());
            assert_eq!(found(&place, &draft, "orders"), ["1", "2", "4"], "{kind:?}");
            assert_eq!(found(&place, &draft, "customers"), ["1"], "{kind:?}");
            if told.is_none() {
                let said =
                    "# It names a row by addresses.id. Whose record this is, other fields say.";
                assert!(draft.contains(said), "{draft}");
                assert_eq!(found(&place, &draft, "addresses"), ["1", "3"], "{kind:?}");
            }
        }
    }
}

#[test]
fn the_largest_whole_numbers_of_mariadb_are_drafted_as_whole() {
    if !Kind::all().contains(&Kind::MariaDb) {
        return;
    }
    let sql = "CREATE TABLE people (id BIGINT UNSIGNED PRIMARY KEY, email VARCHAR(60), worth DECIMAL(9, 2))";
    let place = Place::new(Kind::MariaDb, "shop", "", sql);
    let draft = place.scan();

    let people = collection(&draft, "shop", "people");
    assert_eq!(said(&people, "id").0, "integer");
    assert_eq!(said(&people, "worth").0, "float");
    std::fs::write(place.folder.path().join("manifest.yml"), &draft).unwrap();
    assert_eq!(place.run("check", &[]).status, 0);
}

#[test]
fn a_draft_of_files_has_types_and_a_key_and_says_that_they_are_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let people = "team,number,email,children,worth,born,seen,news,zip,nothing\n\
                  1,7,ada@example.org,3,1.5,1815-12-10,2026-01-02 03:04:05,true,01234,\n\
                  1,8,eve@example.org,,2,1999-01-31,2026-01-02 03:04:05,false,99999,\n\
                  2,9,eve@example.org,0,0.25,1999-01-31,2026-01-02 03:04:05,true,12345,\n";
    std::fs::write(folder.path().join("people.csv"), people).unwrap();
    std::fs::write(
        folder.path().join("notes.csv"),
        "email,text\na@b.org,x\na@b.org,x\n",
    )
    .unwrap();
    let url = format!("files://{}", folder.path().display());
    let program = Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["sources", "scan", &url, "--key", "archive"])
        .output();
    let draft = String::from_utf8(program.unwrap().stdout).unwrap();

    let people = collection(&draft, "archive", "people");
    for (field, kind) in [
        ("number", "integer"),
        ("email", "string"),
        ("children", "integer"),
        ("worth", "float"),
        ("born", "date"),
        ("seen", "datetime"),
        ("news", "boolean"),
        ("zip", "string"),
        ("nothing", ""),
    ] {
        assert_eq!(said(&people, field).0, kind, "{field}: {draft}");
    }
    let keys = people.primary_key();
    let keys: Vec<_> = keys.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(keys, ["number"]);
    assert!(
        draft.contains("# Is its key really another in every record"),
        "{draft}"
    );
    assert!(
        collection(&draft, "archive", "notes")
            .primary_key()
            .is_empty()
    );
    assert!(
        draft.contains("# No column is another in every record"),
        "{draft}"
    );
    assert!(!draft.contains("ada@"), "{draft}");
}

#[test]
fn the_draft_of_a_database_without_tables_can_be_read_again() {
    let place = Place::new(Kind::Sqlite, "shop", "", "SELECT 1");
    let draft = place.scan();
    let (register, _) = Register::parse(&[("draft.yml", draft.as_str())]).unwrap();
    assert!(register.dataset("shop").unwrap().collections.is_empty());
}

#[test]
fn a_draft_of_a_table_that_refers_to_itself_agrees_with_its_source() {
    for kind in Kind::all() {
        let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60), above INTEGER REFERENCES people (id))";
        let place = Place::new(kind, "shop", "", sql);
        std::fs::write(place.folder.path().join("manifest.yml"), place.scan()).unwrap();

        let ran = place.run("check", &[]);

        assert_eq!(ran.status, 0, "{kind:?}: {}{}", ran.out, ran.err);
    }
}
