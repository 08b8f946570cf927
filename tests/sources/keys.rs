//! Rows without a key of their own, and keys of several columns that only the manifest knows.

use candor::sources::{Action, Identities, Outcome, Scope};

use super::{company::Company, database::Kind};
use candor::register::Register;

const KEYLESS: &str = "
      - name: people
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: number, data_categories: [system.operations]}
      - name: seats
        candor: {erase: mask}
        fields:
          - {name: hall, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: seat, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.number, direction: from}]}}
          - {name: note, data_categories: [user.content]}
";

const SQL: &str = "
CREATE TABLE people_ (email VARCHAR(40), number INT);
CREATE VIEW people AS SELECT * FROM people_;
CREATE TABLE seats (hall VARCHAR(9), seat INT, person VARCHAR(9), note VARCHAR(9) NOT NULL);
INSERT INTO people_ VALUES ('ada@example.org', 1), ('ada@example.org', 1), ('eve@example.org', 2), (NULL, NULL);
INSERT INTO seats VALUES ('a', 1, '1', 'x'), ('a', 2, '2', 'y'), ('b', 1, '1', 'z'), ('b', 2, NULL, 'w');
";

fn company(kind: Kind) -> Company {
    let manifest = Company::manifest(KEYLESS);
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", SQL)])
}

#[test]
fn rows_of_a_view_without_a_key_are_found_and_looked_for_again_by_whose_they_are() {
    for kind in Kind::all() {
        let company = company(kind);
        let ada = Identities::email("ada@example.org");
        assert_eq!(company.counts(&ada)["people"], (2, 0), "{kind:?}");
        assert_eq!(company.records(&ada, "people").len(), 2, "{kind:?}");

        let plan = company.plan(&ada, &Scope::All);

        let mut items = plan.items.iter();
        let left = items.find(|it| it.collection == "people").unwrap();
        assert_eq!(left.action, Action::Follow, "{kind:?}");
        company.sources.execute(&ada, &plan).unwrap();

        // It shows a table that no manifest describes.
        let looked_for = (&*plan.shows, &(|_: &str| false) as &dyn Fn(&str) -> bool);
        let there = company.sources.still_there(&ada, looked_for);
        assert_eq!(there[0].1.as_ref().unwrap().len(), 2, "{kind:?}");
    }
}

#[test]
fn rows_without_a_key_that_hold_nothing_but_a_number_are_told_to_stay_as_well() {
    const ORDERS: &str = "
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: items
        fields:
          - {name: order_id, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.id, direction: from}]}}
          - {name: quantity, data_categories: [system.operations]}
";
    let sql = "CREATE TABLE orders (id INTEGER PRIMARY KEY, email VARCHAR(40));
               CREATE TABLE items (order_id INTEGER, quantity INTEGER);
               INSERT INTO orders VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
               INSERT INTO items VALUES (1, 7), (1, 7), (2, 1);";
    for kind in Kind::all() {
        let company = Company::on(kind, Company::register(ORDERS), &[("shop", sql)]);
        let ada = Identities::email("ada@example.org");

        let plan = company.plan(&ada, &Scope::All);
        company.sources.execute(&ada, &plan).unwrap();

        let mut items = plan.items.iter();
        let items = items.find(|it| it.collection == "items").unwrap();
        assert_eq!(items.records, 2, "{kind:?}");
        let left = company.dump("shop")["items"].len();
        // SQLite alone numbers the rows of a table that has no key.
        if kind == Kind::Sqlite {
            assert_eq!(items.action, Action::Delete);
            assert_eq!(left, 1);
        } else {
            let said = "gives its records no key";
            assert!(matches!(&items.action, Action::Leave { reason } if reason.contains(said)));
            assert_eq!(left, 3, "{kind:?}");
        }
    }
}

#[test]
fn a_key_of_several_columns_may_come_from_the_manifest() {
    for kind in Kind::all() {
        let company = company(kind);
        let ada = Identities::email("ada@example.org");
        assert_eq!(company.counts(&ada)["seats"], (2, 0), "{kind:?}");
        let mut expected = company.dump("shop");
        for row in expected.get_mut("seats").unwrap() {
            if row["person"] == "'1'" {
                row.insert("note".to_owned(), "'erased'".to_owned());
            }
        }

        let plan = company.plan(&ada, &Scope::All);
        let outcome = company.sources.execute(&ada, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let mut after = company.dump("shop");
        for rows in after.values_mut().chain(expected.values_mut()) {
            rows.sort();
        }
        assert_eq!(after, expected, "{kind:?}");
    }
}
