//! In which order collections lose what is kept for long enough.

use candor::sources::{Ask, Shield};

use super::company::{Company, today};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fides_meta: {erase_after: [shop.letters, archive.copies]}
        candor: {retention: {days: 30}}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: since, data_categories: [system.operations], candor: {date: true}}
      - name: orders
        candor: {retention: {days: 30}}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: since, data_categories: [system.operations], candor: {date: true}}
      - name: letters
        candor: {retention: {days: 30}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: since, data_categories: [system.operations], candor: {date: true}}
  - fides_key: archive
    collections:
      - name: copies
        fides_meta: {erase_after: [shop.orders]}
        candor: {retention: {days: 30}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: since, data_categories: [system.operations], candor: {date: true}}
";

fn company() -> Company {
    Company::with(
        MANIFEST,
        &[
            (
                "shop",
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, since DATE);
                 CREATE TABLE orders (id INTEGER PRIMARY KEY, person INTEGER REFERENCES people, since DATE);
                 CREATE TABLE letters (id INTEGER PRIMARY KEY, email TEXT, since DATE);
                 INSERT INTO people VALUES (1, 'ada@example.org', '2024-01-01');
                 INSERT INTO orders VALUES (1, 1, '2024-01-01');",
            ),
            (
                "archive",
                "CREATE TABLE copies (id INTEGER PRIMARY KEY, email TEXT, since DATE);",
            ),
        ],
    )
}

#[test]
fn each_comes_after_what_points_at_it_and_what_its_manifest_wants_first() {
    let company = company();

    let (keys, errors) = company.sources.with_periods();

    assert_eq!(errors, []);
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    let expected = [
        "shop.orders",
        "shop.letters",
        "archive.copies",
        "shop.people",
    ];
    assert_eq!(keys, expected);
}

#[test]
fn in_that_order_nothing_is_left_that_is_due() {
    let company = company();
    for key in company.sources.with_periods().0 {
        let ask = Ask {
            today: today(),
            holds: &[],
            shield: &Shield::default(),
            minds_references: true,
        };
        let batch = company.sources.due(&key, &ask, (None, 10)).unwrap();
        assert!(company.sources.carry_out_due(&batch.works).unwrap());
    }

    let after = company.dump("shop");
    assert_eq!((after["people"].len(), after["orders"].len()), (0, 0));
}
