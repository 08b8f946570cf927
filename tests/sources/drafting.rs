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
