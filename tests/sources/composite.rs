//! Keys of several columns, to each of which a field of its own refers; also between two databases.

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Scope},
};

use super::{
    company::{Company, differences},
    database::Kind,
};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: members
        fields:
          - {name: tenant, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
  - fides_key: club
    collections:
      - name: visits
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: tenant, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: members.tenant, direction: from}]}}
          - {name: member, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: members.number, direction: from}]}}
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: tenant, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: members.tenant, direction: from}]}}
          - {name: sender, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: members.number, direction: from}]}}
          - {name: receiver, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: members.number, direction: from}]}}
";

/// The same references, declared where the key is. What visits hold says nothing about anybody by itself.
const DECLARED_BY_THE_KEY: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: members
        fields:
          - name: tenant
            data_categories: [system.operations]
            fides_meta:
              primary_key: true
              references:
                - {dataset: club, field: visits.tenant, direction: to}
                - {dataset: club, field: letters.tenant, direction: to}
          - name: number
            data_categories: [system.operations]
            fides_meta:
              primary_key: true
              references:
                - {dataset: club, field: visits.member, direction: to}
                - {dataset: club, field: letters.sender, direction: to}
                - {dataset: club, field: letters.receiver, direction: to}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
  - fides_key: club
    collections:
      - name: visits
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: tenant, data_categories: [system.operations]}
          - {name: member, data_categories: [system.operations]}
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: tenant, data_categories: [user.unique_id]}
          - {name: sender, data_categories: [user.unique_id]}
          - {name: receiver, data_categories: [user.unique_id]}
";

const SHOP: &str = "
CREATE TABLE members (tenant INTEGER, number VARCHAR(9), email VARCHAR(60), PRIMARY KEY (tenant, number));
INSERT INTO members VALUES (1, '1', 'ada@example.org'), (1, '2', 'eve@example.org'), (2, '1', 'eve@example.org');
";

const CLUB: &str = "
CREATE TABLE visits (id INTEGER PRIMARY KEY, tenant INTEGER, member INTEGER);
INSERT INTO visits VALUES (1, 1, 1), (2, 1, 1), (3, 1, 2), (4, 2, 1), (5, 1, NULL), (6, 2, 2);
CREATE TABLE letters (id INTEGER PRIMARY KEY, tenant INTEGER, sender INTEGER, receiver INTEGER);
INSERT INTO letters VALUES (1, 1, 1, NULL), (2, 1, 1, 1), (3, 1, 1, 2), (4, 1, 2, 1), (5, 2, 1, 1), (6, 1, NULL, NULL);
";

/// On every kind of database, with the references declared on either side.
fn companies() -> impl Iterator<Item = (Kind, Company)> {
    let kinds = Kind::all().into_iter();
    let manifests = [MANIFEST, DECLARED_BY_THE_KEY];
    kinds.flat_map(move |kind| manifests.map(|manifest| (kind, company(kind, manifest))))
}

fn company(kind: Kind, manifest: &str) -> Company {
    let (register, _) = Register::parse(&[("shop.yml", manifest)]).unwrap();
    Company::on(kind, register, &[("shop", SHOP), ("club", CLUB)])
}

#[test]
fn a_row_is_about_those_whose_whole_key_it_holds() {
    for (kind, company) in companies() {
        let ada = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(ada["members"], (1, 0), "{kind:?}");
        assert_eq!(ada["visits"], (2, 1), "{kind:?}");
        assert_eq!(ada["letters"], (2, 3), "{kind:?}");
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!(eve["members"], (2, 0), "{kind:?}");
        assert_eq!(eve["visits"], (2, 1), "{kind:?}");
    }
}

#[test]
fn only_those_rows_go_with_the_person() {
    for (kind, company) in companies() {
        let person = Identities::email("ada@example.org");
        let before = company.dump("club");

        let plan = company.plan(&person, &Scope::All);
        let deleted = plan.items.iter().filter(|it| it.action == Action::Delete);
        let deleted: Vec<_> = deleted
            .map(|it| (it.collection.as_str(), it.records))
            .collect();
        assert_eq!(
            deleted,
            [("members", 1), ("visits", 2), ("letters", 2)],
            "{kind:?}"
        );
        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        let gone = differences(&before, &company.dump("club"), "id");
        let expected = [
            "letters[1]: gone",
            "letters[2]: gone",
            "visits[1]: gone",
            "visits[2]: gone",
        ];
        assert_eq!(gone, expected, "{kind:?}");
    }
}

/// Orders lead to their items and items to their order, part by part; nobody is named in either.
const BOTH_WAYS: &str = "
      - name: accounts
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations]}
          - {name: tenant, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: account, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: accounts.id, direction: from}]}}
      - name: items
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: tenant, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.tenant}]}}
          - {name: order_number, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.number}]}}
          - {name: helper, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

const ORDERS: &str = "
CREATE TABLE accounts (id INTEGER PRIMARY KEY, email VARCHAR(60));
CREATE TABLE orders (id INTEGER, tenant INTEGER, number INTEGER, account INTEGER, PRIMARY KEY (tenant, number));
CREATE TABLE items (id INTEGER PRIMARY KEY, tenant INTEGER, order_number INTEGER, helper VARCHAR(60),
  FOREIGN KEY (tenant, order_number) REFERENCES orders (tenant, number));
INSERT INTO accounts VALUES (1, 'ada@example.org'), (2, 'eve@example.org');
INSERT INTO orders VALUES (1, 1, 1, 1), (2, 1, 2, 2), (3, 2, 1, 2), (4, 1, 3, NULL);
INSERT INTO items VALUES (1, 1, 1, NULL), (2, 1, 1, NULL), (3, 1, 2, NULL), (4, 2, 1, NULL), (5, 1, 3, NULL);
";

#[test]
fn by_a_reference_in_both_directions_those_are_found_whose_whole_key_is_held() {
    for kind in Kind::all() {
        let (register, _) =
            Register::parse(&[("shop.yml", &Company::manifest(BOTH_WAYS))]).unwrap();
        let company = Company::on(kind, register, &[("shop", ORDERS)]);
        let person = Identities::email("ada@example.org");

        let ada = company.counts(&person);
        assert_eq!((ada["orders"], ada["items"]), ((1, 0), (2, 0)), "{kind:?}");
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!((eve["orders"], eve["items"]), ((2, 0), (2, 0)), "{kind:?}");

        let before = company.dump("shop");
        let plan = company.plan(&person, &Scope::All);
        company.sources.execute(&person, &plan).unwrap();
        let gone = differences(&before, &company.dump("shop"), "id");
        let expected = [
            "accounts[1]: gone",
            "items[1]: gone",
            "items[2]: gone",
            "orders[1]: gone",
        ];
        assert_eq!(gone, expected, "{kind:?}");
    }
}

#[test]
fn an_order_whose_whole_key_another_holds_is_not_the_persons_alone() {
    for kind in Kind::all() {
        let (register, _) =
            Register::parse(&[("shop.yml", &Company::manifest(BOTH_WAYS))]).unwrap();
        let company = Company::on(kind, register, &[("shop", ORDERS)]);
        company.run(
            "shop",
            "INSERT INTO items VALUES (6, 1, 1, 'joe@example.org')",
        );

        let ada = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(ada["orders"], (0, 1), "{kind:?}");
    }
}

#[test]
fn a_row_that_leads_to_itself_alone_by_a_whole_key_is_not_the_persons() {
    const TEAMS: &str = "
      - name: people
        fields:
          - {name: tenant, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: lead_tenant, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.tenant, direction: from}]}}
          - {name: lead_number, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.number, direction: from}]}}
";
    let sql = "CREATE TABLE people (tenant INTEGER, number INTEGER, email VARCHAR(60), lead_tenant INTEGER, lead_number INTEGER,
                 PRIMARY KEY (tenant, number));
               INSERT INTO people VALUES (1, 1, 'ada@example.org', NULL, NULL), (1, 2, NULL, 1, 2), (1, 3, NULL, 1, 1);";
    for kind in Kind::all() {
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(TEAMS))]).unwrap();
        let company = Company::on(kind, register, &[("shop", sql)]);

        let ada = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(ada["people"], (2, 0), "{kind:?}");
    }
}

/// A key of which one part is text, and what refers to it.
const REGIONS: &str = "
      - name: accounts
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: orders
        fields:
          - {name: region, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: account, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: accounts.id, direction: from}]}}
      - name: items
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: region, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.region, direction: DIRECTION}]}}
          - {name: number, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.number, direction: DIRECTION}]}}
";

/// In a database without regard to case and accents, items name their order in other letters.
fn regions(kind: Kind) -> String {
    let is_blind = kind == Kind::MariaDb;
    let (collation, de, mu) = if is_blind {
        (" COLLATE utf8mb4_general_ci", "de", "mü ")
    } else {
        ("", "DE", "MU")
    };
    format!(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, email VARCHAR(60));
         CREATE TABLE orders (region VARCHAR(9){collation}, number INTEGER, account INTEGER, PRIMARY KEY (region, number));
         CREATE TABLE items (id INTEGER PRIMARY KEY, region VARCHAR(9){collation}, number INTEGER,
           FOREIGN KEY (region, number) REFERENCES orders (region, number));
         INSERT INTO accounts VALUES (1, 'ada@example.org'), (2, 'bob@example.org');
         INSERT INTO orders VALUES ('DE', 1, 1), ('US', 1, 1), ('MU', 2, 1), ('DE', 2, 2), ('MU', 1, 2), ('DE', 3, NULL), ('FR', 1, NULL);
         INSERT INTO items VALUES (1, '{de}', 1), (2, 'US', 1), (3, '{mu}', 2),
           (4, '{de}', 2), (5, 'DE', 2), (6, '{mu}', 1), (7, 'DE', 3), (8, 'FR', 1);"
    )
}

#[test]
fn a_key_with_a_part_of_text_is_followed_as_a_whole_however_the_database_compares_it() {
    for kind in Kind::all() {
        for direction in ["from", "null"] {
            let shape = REGIONS.replace(
                ", direction: DIRECTION",
                &match direction {
                    "from" => ", direction: from".to_owned(),
                    _ => String::new(),
                },
            );
            let (register, _) =
                Register::parse(&[("shop.yml", &Company::manifest(&shape))]).unwrap();
            let company = Company::on(kind, register, &[("shop", &regions(kind))]);
            let person = Identities::email("ada@example.org");

            let ada = company.counts(&person);
            let of = (ada["orders"], ada["items"]);
            assert_eq!(of, ((3, 0), (3, 0)), "{kind:?}, {direction}");
            let bob = company.counts(&Identities::email("bob@example.org"));
            let of = (bob["orders"], bob["items"]);
            assert_eq!(of, ((2, 0), (3, 0)), "{kind:?}, {direction}");

            let before = company.dump("shop");
            let plan = company.plan(&person, &Scope::All);
            let told: u64 = plan.items.iter().map(|it| it.records).sum();
            assert_eq!(
                told, 7,
                "{kind:?}: nothing is told of others: {:?}",
                plan.items
            );
            company.sources.execute(&person, &plan).unwrap();
            let gone = differences(&before, &company.dump("shop"), "id");
            let gone: Vec<_> = gone
                .into_iter()
                .filter(|it| it.starts_with("items"))
                .collect();
            assert_eq!(
                gone,
                ["items[1]: gone", "items[2]: gone", "items[3]: gone"],
                "{kind:?}"
            );
        }
    }
}

/// However many others order in the same region.
#[test]
fn what_is_read_does_not_grow_with_the_rows_that_share_a_part_of_a_key() {
    for kind in Kind::all() {
        let read = |others: u32| {
            let shape = REGIONS.replace(", direction: DIRECTION", "");
            let (register, _) =
                Register::parse(&[("shop.yml", &Company::manifest(&shape))]).unwrap();
            let company = Company::on(kind, register, &[("shop", &regions(kind))]);
            let orders: Vec<_> = (10..10 + others)
                .map(|it| format!("('DE', {it}, NULL)"))
                .collect();
            let items: Vec<_> = (10..10 + others)
                .map(|it| format!("({it}, 'DE', {it})"))
                .collect();
            let (orders, items) = (orders.join(", "), items.join(", "));
            company.run("shop", &format!("INSERT INTO orders VALUES {orders}"));
            company.run("shop", &format!("INSERT INTO items VALUES {items}"));
            company.counts(&Identities::email("ada@example.org"));
            company.rows()
        };
        assert_eq!(read(5), read(300), "{kind:?}");
    }
}

/// A list that names two people is about neither alone, and stays known of whatever else is followed by whole keys.
#[test]
fn what_names_two_people_is_told_beside_whole_keys_too() {
    let people = "
      - name: teams
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: emails, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: 'string[]'}}";
    let sql = "
        CREATE TABLE teams (id INTEGER PRIMARY KEY, emails TEXT);
        INSERT INTO teams VALUES (1, '[\"ada@example.org\", \"eve@example.org\"]'), (2, '[\"ada@example.org\"]');";
    for kind in Kind::all() {
        let manifest = Company::manifest(&format!("{BOTH_WAYS}{people}\n"));
        let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", &format!("{ORDERS}{sql}"))]);

        let ada = company.counts(&Identities::email("ada@example.org"));
        assert_eq!(ada["teams"], (1, 1), "{kind:?}");
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!(eve["teams"], (0, 1), "{kind:?}");
    }
}
