//! Names that want quoting, everywhere a name is used.

use candor::sources::{Dates, Identities, Outcome, Scope};

use super::{
    company::{Company, shop},
    database::Kind,
};
use candor::register::Register;

const MANIFEST: &str = r#"
      - name: 'order "2"; DROP TABLE x'
        fields:
          - {name: 'the key', data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: 'e-mail '' of', data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: select, data_categories: [user.name]}
          - {name: Größe, data_categories: [user.demographic]}
      - name: group
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: 'order', data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: 'order "2"; DROP TABLE x.the key', direction: from}]}}
          - {name: 'a"`b', data_categories: [user.name]}
"#;

const SQL: &str = r#"
CREATE TABLE "order ""2""; DROP TABLE x" ("the key" INTEGER PRIMARY KEY, "e-mail ' of" TEXT, "select" TEXT, "Größe" TEXT);
CREATE TABLE "group" (id INTEGER PRIMARY KEY, "order" INT, "a""`b" TEXT);
INSERT INTO "order ""2""; DROP TABLE x" VALUES (1, 'ada@example.org', 'x'' OR 1=1 --', 'groß'), (2, 'eve@example.org', 'y', 'klein');
INSERT INTO "group" VALUES (1, 1, 'mine'), (2, 2, 'hers');
"#;

fn company(kind: Kind) -> Company {
    let manifest = Company::manifest(MANIFEST);
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", SQL)])
}

#[test]
fn odd_names_and_values_are_read_and_erased_like_any_other() {
    for kind in Kind::all() {
        odd_names_are_like_any_other(kind);
    }
}

fn odd_names_are_like_any_other(kind: Kind) {
    let company = company(kind);
    let person = Identities::email("ada@example.org");
    let order = r#"order "2"; DROP TABLE x"#;

    let page = company
        .sources
        .page(&person, &shop(order), None, 10, Dates::default())
        .unwrap();
    assert_eq!(page.records.len(), 1);
    assert_eq!(
        page.records[0].held("select").unwrap().to_string(),
        "x' OR 1=1 --"
    );
    assert_eq!(page.records[0].held("Größe").unwrap().to_string(), "groß");

    let plan = company.plan(&person, &Scope::All);
    let outcome = company.sources.execute(&person, &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    // PostgreSQL tells names as they want to be quoted.
    let after = company.dump("shop").into_iter();
    let after = after.map(|(name, rows)| (name.trim_start_matches('"').to_owned(), rows));
    let after: Vec<_> = after.collect();
    let rows = |start: &str| {
        &after
            .iter()
            .find(|(name, _)| name.starts_with(start))
            .unwrap()
            .1
    };
    assert_eq!(rows("order").len(), 1, "{kind:?}");
    let cell = |id: &str| {
        let row = rows("group").iter().find(|row| row["id"] == id);
        row.unwrap()["a\"`b"].clone()
    };
    assert_eq!((&*cell("1"), &*cell("2")), ("NULL", "'hers'"), "{kind:?}");
}

#[test]
fn an_identity_full_of_quotes_finds_nothing_and_breaks_nothing() {
    for kind in Kind::all() {
        let company = company(kind);

        let found = company.counts(&Identities::email("' OR ''='"));

        assert!(found.is_empty(), "{kind:?}");
    }
}

#[test]
fn a_namespace_means_nothing_to_a_source_without_schemas() {
    let manifest = Company::manifest(MANIFEST).replacen(
        "    collections:",
        "    fides_meta: {namespace: {schema: public}}\n    collections:",
        1,
    );
    let company = Company::with(&manifest, &[("shop", SQL)]);

    let found = company.counts(&Identities::email("ada@example.org"));

    assert_eq!(found["group"], (1, 0));
}
