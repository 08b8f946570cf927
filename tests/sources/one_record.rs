//! An erasure of one record: it goes with what cannot be without it, and the rest stays.

use candor::register::CollectionKey;
use candor::sources::{Action, Identities, Outcome, Scope};

use super::company::{Company, differences, shop};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: albums
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: title, data_categories: [user.content]}
      - name: pictures
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: album, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: albums.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
      - name: captions
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: picture, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: pictures.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
      - name: orders
        candor: {erase: {keep: {reason: The tax office asks for them., basis: Tax Act 7, days: 36500}}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: day, data_categories: [system.operations], candor: {date: true}}
          - {name: album, data_categories: [user.content], fides_meta: {references: [{dataset: shop, field: albums.id, direction: to}]}}
";

const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);
CREATE TABLE albums (id INTEGER PRIMARY KEY, person INT NOT NULL REFERENCES people (id), title TEXT);
CREATE TABLE pictures (id INTEGER PRIMARY KEY, album INT NOT NULL REFERENCES albums (id), body TEXT);
CREATE TABLE captions (id INTEGER PRIMARY KEY, picture INT NOT NULL REFERENCES pictures (id), body TEXT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, person INT NOT NULL REFERENCES people (id), day DATE, album INT REFERENCES albums (id));
INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
INSERT INTO albums VALUES (1, 1, 'Sea'), (2, 1, 'Hills'), (3, 2, 'Town');
INSERT INTO pictures VALUES (1, 1, 'a boat'), (2, 1, 'a gull'), (3, 2, 'a tree'), (4, 3, 'a house');
INSERT INTO captions VALUES (1, 1, 'ours'), (2, 3, 'old'), (3, 4, 'mine');
INSERT INTO orders VALUES (1, 1, '2026-06-01', 1), (2, 1, '2026-06-02', 2);
";

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn one(key: &CollectionKey, record: String) -> Scope {
    Scope::Record {
        dataset: key.dataset.clone(),
        collection: key.collection.clone(),
        record,
    }
}

/// The scope of the first record of a collection of somebody's.
fn first(company: &Company, person: &Identities, collection: &str) -> Scope {
    let record = company.records(person, collection).remove(0);
    one(&shop(collection), record.id)
}

fn carry_out(company: &Company, scope: &Scope) -> Vec<String> {
    let plan = company.plan(&ada(), scope);
    assert_eq!(plan.scope, *scope);
    let before = company.dump("shop");
    let outcome = company.sources.execute(&ada(), &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    differences(&before, &company.dump("shop"), "id")
}

#[test]
fn a_record_goes_with_what_cannot_be_without_it_and_nothing_else_does() {
    let company = Company::new(MANIFEST, SQL);
    let album = first(&company, &ada(), "albums");
    let plan = company.plan(&ada(), &album);
    let items = plan.items.iter();
    let items: Vec<_> = items
        .map(|it| (&*it.collection, &it.action, it.records))
        .collect();
    assert_eq!(
        items,
        [
            ("albums", &Action::Delete, 1),
            ("pictures", &Action::Delete, 2),
            ("captions", &Action::Delete, 1),
            ("orders", &Action::Cut, 1),
        ]
    );
    let changed = carry_out(&company, &album);
    assert_eq!(
        changed,
        [
            "albums[1]: gone",
            "captions[1]: gone",
            "orders[1].album: 1 -> NULL",
            "pictures[1]: gone",
            "pictures[2]: gone",
        ]
    );
    let again = company.plan(&ada(), &album);
    assert!(again.is_empty() && again.items.is_empty(), "{again:#?}");
}

#[test]
fn a_record_at_which_something_points_that_must_stay_is_emptied() {
    let kept = "      - name: captions
        candor: {erase: {keep: {reason: A court asks for them., basis: Court Act 1, until_text: until it is done}}}";
    let manifest = MANIFEST.replace("      - name: captions", kept);
    let company = Company::new(&manifest, SQL);
    let changed = carry_out(&company, &first(&company, &ada(), "pictures"));
    assert_eq!(changed.len(), 1, "{changed:#?}");
    assert!(changed[0].starts_with("pictures[1].body: "), "{changed:#?}");
}

#[test]
fn a_record_that_must_stay_says_why_and_somebody_elses_is_not_found() {
    let company = Company::new(MANIFEST, SQL);
    let plan = company.plan(&ada(), &first(&company, &ada(), "orders"));
    assert!(plan.is_empty());
    let items: Vec<_> = plan
        .items
        .iter()
        .map(|it| (&it.action, it.records))
        .collect();
    assert!(
        matches!(&items[..], [(Action::Keep { basis, .. }, 1)] if basis == "Tax Act 7"),
        "{items:#?}"
    );

    let eve = Identities::email("eve@example.org");
    let foreign = company.plan(&ada(), &first(&company, &eve, "albums"));
    assert!(foreign.is_empty() && foreign.items.is_empty());
    let broken = company.plan(&ada(), &one(&shop("albums"), "nothing".to_owned()));
    assert!(broken.is_empty() && broken.items.is_empty());
}
