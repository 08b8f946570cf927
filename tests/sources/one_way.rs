//! Keys of several columns to which a reference leads one way alone, as scanned manifests have it; and which several
//! collections hold.

use candor::sources::{Action, Identities, Scope};

use super::{
    company::{Company, differences},
    database::Kind,
};

/// From people to the boxes that they rent.
const MANIFEST: &str = "
      - name: box
        fields:
          - {name: id, data_categories: [system.operations]}
          - {name: region, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: nr, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: secret, data_categories: [user.content]}
      - name: rent
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: region, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: box.region, direction: to}]}}
          - {name: nr, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: box.nr, direction: to}]}}
";

/// Ada has a box of her own, and one together with Bob. Carl has one with a part of its key in common.
const ROWS: &str = "
INSERT INTO box VALUES (1, 'DE', 1, 'Ada''s'), (2, 'DE', 2, 'of two'), (3, 'DE', 3, 'Carl''s'), (4, 'FR', 1, 'nobody''s'),
  (5, 'US', 9, 'Eve''s');
INSERT INTO rent VALUES (1, 'ada@example.org', 'DE', 1), (2, 'ada@example.org', 'DE', 2), (3, 'bob@example.org', 'DE', 2),
  (4, 'carl@example.org', 'DE', 3), (5, 'eve@example.org', 'US', 9), (6, 'ada@example.org', NULL, NULL);
";

fn tables(reference: &str) -> String {
    format!(
        "CREATE TABLE box (id INTEGER, region VARCHAR(9), nr INTEGER, secret VARCHAR(60), PRIMARY KEY (region, nr));
         CREATE TABLE rent (id INTEGER PRIMARY KEY, email VARCHAR(60), region VARCHAR(9), nr INTEGER{reference});
         {ROWS}"
    )
}

const ENFORCED: &str = ", FOREIGN KEY (region, nr) REFERENCES box (region, nr)";

/// On every kind of database, where the reference is enforced and where it is not.
fn companies() -> impl Iterator<Item = (Kind, Company)> {
    let kinds = Kind::all().into_iter();
    kinds.flat_map(|kind| {
        ["", ENFORCED].map(|reference| {
            let register = Company::register(MANIFEST);
            let sql = tables(reference);
            (kind, Company::on(kind, register, &[("shop", &sql)]))
        })
    })
}

#[test]
fn a_part_of_a_key_leads_nowhere_and_whoever_holds_the_whole_shares_the_row() {
    for (kind, company) in companies() {
        let of = |email| company.counts(&Identities::email(email));

        let ada = of("ada@example.org");
        assert_eq!((ada["box"], ada["rent"]), ((1, 1), (3, 0)), "{kind:?}");
        let bob = of("bob@example.org");
        assert_eq!((bob["box"], bob["rent"]), ((0, 1), (1, 0)), "{kind:?}");
        let carl = of("carl@example.org");
        assert_eq!((carl["box"], carl["rent"]), ((1, 0), (1, 0)), "{kind:?}");
        let eve = of("eve@example.org");
        assert_eq!((eve["box"], eve["rent"]), ((1, 0), (1, 0)), "{kind:?}");
    }
}

#[test]
fn nothing_of_anybody_else_goes_with_the_person() {
    for (kind, company) in companies() {
        let person = Identities::email("ada@example.org");
        let before = company.dump("shop");

        let plan = company.plan(&person, &Scope::All);
        let deleted = plan.items.iter().filter(|it| it.action == Action::Delete);
        let deleted: Vec<_> = deleted
            .map(|it| (it.collection.as_str(), it.records))
            .collect();
        assert_eq!(deleted, [("box", 1), ("rent", 3)], "{kind:?}");
        company.sources.execute(&person, &plan).unwrap();

        let gone = differences(&before, &company.dump("shop"), "id");
        let expected = [
            "box[1]: gone",
            "rent[1]: gone",
            "rent[2]: gone",
            "rent[6]: gone",
        ];
        assert_eq!(gone, expected, "{kind:?}");
    }
}

/// MariaDB takes both texts for one where it holds the one to the other.
#[test]
fn who_holds_the_key_in_other_letters_shares_the_row_where_the_database_says_so() {
    let companies = companies().filter(|(kind, _)| *kind == Kind::MariaDb);
    for ((_, company), counts) in companies.zip([(1, 1), (0, 2)]) {
        let dora = "INSERT INTO rent VALUES (7, 'dora@example.org', 'de', 1)";
        company.run("shop", dora);

        let ada = company.counts(&Identities::email("ada@example.org"));
        assert_eq!(ada["box"], counts);
    }
}

/// Two collections hold the key of orders.
const TWO_HOLDERS: &str = "
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations]}
          - {name: region, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: nr, data_categories: [system.operations], fides_meta: {primary_key: true}}
      - name: invoice
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: region, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.region DIRECTION}]}}
          - {name: nr, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.nr DIRECTION}]}}
      - name: shipment
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: region, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.region DIRECTION}]}}
          - {name: nr, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.nr DIRECTION}]}}
";

const HELD_TWICE: &str = "
CREATE TABLE orders (id INTEGER, region INTEGER, nr INTEGER, PRIMARY KEY (region, nr));
CREATE TABLE invoice (id INTEGER PRIMARY KEY, email VARCHAR(60), region INTEGER, nr INTEGER);
CREATE TABLE shipment (id INTEGER PRIMARY KEY, email VARCHAR(60), region INTEGER, nr INTEGER);
INSERT INTO orders VALUES (1, 3, 2), (2, 4, 4), (3, 3, 4), (4, 4, 2), (5, 7, 7), (6, 8, 8);
INSERT INTO invoice VALUES (1, 'ada@example.org', 3, 2), (2, 'ada@example.org', 7, 7), (3, 'eve@example.org', 4, 2);
INSERT INTO shipment VALUES (1, 'ada@example.org', 4, 4), (2, 'eve@example.org', 7, 7), (3, 'eve@example.org', 8, 8),
  (4, 'ada@example.org', 9, 9);
";

#[test]
fn what_several_collections_hold_the_key_of_is_found_by_each() {
    for kind in Kind::all() {
        for direction in ["", ", direction: to"] {
            let register = Company::register(&TWO_HOLDERS.replace(" DIRECTION", direction));
            let company = Company::on(kind, register, &[("shop", HELD_TWICE)]);

            let ada = company.counts(&Identities::email("ada@example.org"));
            assert_eq!(ada["orders"], (2, 1), "{kind:?} {direction}");
            let eve = company.counts(&Identities::email("eve@example.org"));
            assert_eq!(eve["orders"], (2, 1), "{kind:?} {direction}");
        }
    }
}
