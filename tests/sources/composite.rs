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

fn company(kind: Kind) -> Company {
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    Company::on(kind, register, &[("shop", SHOP), ("club", CLUB)])
}

#[test]
fn a_row_is_about_those_whose_whole_key_it_holds() {
    for kind in Kind::all() {
        let company = company(kind);
        let ada = company.counts(&Identities::email("ada@example.org"));

        assert_eq!(ada["members"], (1, 0), "{kind:?}");
        assert_eq!(ada["visits"], (2, 3), "{kind:?}");
        assert_eq!(ada["letters"], (2, 4), "{kind:?}");
        let eve = company.counts(&Identities::email("eve@example.org"));
        assert_eq!(eve["members"], (2, 0), "{kind:?}");
        assert_eq!(eve["visits"], (2, 4), "{kind:?}");
    }
}

#[test]
fn only_those_rows_go_with_the_person() {
    for kind in Kind::all() {
        let company = company(kind);
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
