//! Columns of lists by which people would be found, if the manifest said that they are lists.

use std::fs;

use super::{
    command::Place,
    company::Company,
    database::{Kind, Kind::Postgres},
};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: emails, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: tags, data_categories: [user], fides_meta: {references: [{dataset: shop, field: tags.id, direction: to}]}}
          - {name: doc, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: said, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: 'string[]'}}
          - {name: other, data_categories: [user]}
      - name: tags
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
";

const SQL: &str = "
CREATE TABLE tags (id INTEGER PRIMARY KEY);
CREATE TABLE people (id INTEGER PRIMARY KEY, emails TEXT[], tags INTEGER[], doc JSONB, said TEXT[], other TEXT[]);
INSERT INTO people VALUES (1, '{ada@example.org}', '{1}', '[\"ada@example.org\"]', '{ada@example.org}', '{}');
";

fn has_postgres() -> bool {
    Kind::all().contains(&Postgres)
}

/// By such a column nobody would be found, and nobody would say so.
#[test]
fn they_are_told_where_people_are_found_by_them() {
    if !has_postgres() {
        return;
    }
    let place = Place::new(Postgres, "shop", &Company::manifest(MANIFEST), SQL);

    let ran = place.run("check", &[]);

    assert_eq!(ran.status, 1, "{}", ran.err);
    let told: Vec<_> = ran
        .out
        .lines()
        .filter_map(|it| it.split(": ").nth(1))
        .collect();
    assert_eq!(
        told,
        ["shop.people.emails", "shop.people.tags", "shop.people.doc"]
    );
    assert!(
        ran.out.contains("expected `data_type: string[]`"),
        "{}",
        ran.out
    );
    assert!(
        ran.out.contains("`fields` that say what is inside"),
        "{}",
        ran.out
    );
}

#[test]
fn a_draft_says_that_they_are_lists() {
    if !has_postgres() {
        return;
    }
    let place = Place::new(Postgres, "shop", "", SQL);
    let draft = place.scan();
    fs::write(place.folder.path().join("manifest.yml"), &draft).unwrap();

    let ran = place.run("check", &[]);
    assert_eq!(ran.status, 0, "{}{draft}", ran.out);
    let found = place.json("find", &["--identity", "email=ada@example.org"]);
    assert_eq!(found["shop:people"]["rows"], 1, "{draft}");
}
