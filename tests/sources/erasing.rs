//! Plans: what goes, what is masked, what stays and why.

use std::collections::BTreeSet;

use candor::sources::{Action, Hold, Identities, Keeper, Outcome, Plan, Scope};
use chrono::NaiveDate;

use super::company::{Company, differences, today};

const MANIFEST: &str = "
candor:
  organisation: {name: Shop, contact: privacy@example.org}
  categories:
    - {key: user.contact, title: Contact, letter: A, source_kind: you, retention: {until_text: until you leave}}
    - {key: user.contact.address, title: Address, letter: A, source_kind: you, retention: {until_text: until you leave}}
    - {key: user.content, title: Content, letter: F, source_kind: you, retention: {days: 90}}
    - {key: user.unique_id, title: Numbers, letter: A, source_kind: service, retention: {days: 90}}
    - {key: user.name, title: Name, letter: A, source_kind: you, retention: {days: 90}}
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name], candor: {required: {basis: The contract, consequence: Nothing can be sent.}}}
          - {name: street, data_categories: [user.contact.address.street]}
      - name: orders
        candor: {erase: {keep: {reason: The tax office asks for them., basis: Tax Act 7, days: 365}}}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: day, data_categories: [system.operations], candor: {date: true}}
          - {name: note, data_categories: [user.content], candor: {erase: mask}}
          - {name: review, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: reviews.id, direction: to}]}}
      - name: reviews
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
";

const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(20) NOT NULL UNIQUE, name VARCHAR(4) NOT NULL, street TEXT);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, person INT NOT NULL REFERENCES people (id), body TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, person INT NOT NULL REFERENCES people, day DATE, note TEXT, review INT REFERENCES reviews (id));
CREATE TABLE audit (person INT REFERENCES people ON DELETE CASCADE, what TEXT);
INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', 'Street 1'), (2, 'eve@example.org', 'Eve', 'Street 2'), (3, 'joe@example.org', 'Joe', NULL);
INSERT INTO reviews VALUES (1, 1, 'good'), (2, 1, 'bad'), (3, 2, 'fine'), (4, 3, 'so so');
INSERT INTO orders VALUES (1, 1, '2026-06-01', 'ring twice', 1), (2, 1, '2020-06-01', NULL, 2), (3, 2, '2026-06-01', 'x', 3), (4, 3, '2020-06-01', 'y', NULL);
INSERT INTO audit VALUES (2, 'seen');
";

fn company() -> Company {
    Company::with(MANIFEST, &[("shop", SQL)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn categories(keys: &[&str]) -> Scope {
    Scope::Categories(keys.iter().map(|key| (*key).to_owned()).collect())
}

fn carry_out(company: &Company, person: &Identities, plan: &Plan) -> Vec<String> {
    let before = company.dump("shop");
    let outcome = company.sources.execute(person, plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)), "{outcome:?}");
    differences(&before, &company.dump("shop"), "id")
}

#[test]
fn a_plan_says_what_goes_and_what_stays_until_when_and_which_service_ends() {
    let plan = company().plan(&ada(), &Scope::All);

    let keep = Action::Keep {
        reason: "The tax office asks for them.".to_owned(),
        basis: "Tax Act 7".to_owned(),
        until: Some(day(2027, 6, 1)),
        by: Keeper::Rule,
    };
    let items: Vec<_> = plan
        .items
        .iter()
        .map(|it| (it.collection.as_str(), &it.action, it.records))
        .collect();
    assert!(items.contains(&("orders", &keep, 1)), "{items:#?}");
    assert!(
        items.contains(&("orders", &Action::Delete, 1)),
        "the order of 2020 goes: {items:#?}"
    );
    assert!(items.contains(&("orders", &Action::Cut, 1)));
    assert!(items.contains(&("reviews", &Action::Delete, 2)));
    assert!(
        matches!(items[0], ("people", Action::Mask { why: Some(_) }, 1)),
        "{items:#?}"
    );
    assert_eq!(plan.stops.len(), 1);
    assert_eq!(plan.stops[0].consequence, "Nothing can be sent.");
    assert_eq!(plan.stops[0].fields, ["shop.people.name"]);
}

#[test]
fn what_must_stay_keeps_its_person_as_an_empty_shell_and_nothing_dangles() {
    let company = company();
    let plan = company.plan(&ada(), &Scope::All);

    let changed = carry_out(&company, &ada(), &plan);

    let (email, rest): (Vec<_>, Vec<_>) = changed
        .iter()
        .partition(|it| it.starts_with("people[1].email"));
    let expected = [
        "orders[1].note: 'ring twice' -> NULL",
        "orders[1].review: 1 -> NULL",
        "orders[2]: gone",
        "people[1].name: 'Ada' -> 'eras'",
        "people[1].street: 'Street 1' -> NULL",
        "reviews[1]: gone",
        "reviews[2]: gone",
    ];
    assert_eq!(rest, expected);
    assert_eq!(email.len(), 1);
    let broken: Vec<String> = company
        .connect("shop")
        .prepare("SELECT \"table\" FROM pragma_foreign_key_check")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert!(broken.is_empty());
}

#[test]
fn a_row_outside_the_register_is_not_carried_off_by_a_cascade() {
    let company = company();
    let eve = Identities::email("eve@example.org");
    company.run("shop", "DELETE FROM orders WHERE person = 2");

    let plan = company.plan(&eve, &Scope::All);
    carry_out(&company, &eve, &plan);

    assert_eq!(company.dump("shop")["audit"].len(), 1);
}

#[test]
fn a_person_without_anything_to_keep_goes_without_a_trace() {
    let company = company();
    let joe = Identities::email("joe@example.org");

    let plan = company.plan(&joe, &Scope::All);
    let changed = carry_out(&company, &joe, &plan);

    assert_eq!(
        changed,
        ["orders[4]: gone", "people[3]: gone", "reviews[4]: gone"]
    );
}

#[test]
fn a_category_is_itself_and_what_is_beneath_it_by_whole_words() {
    let company = company();

    let plan = company.plan(&ada(), &categories(&["user.contact.address"]));
    assert_eq!(
        carry_out(&company, &ada(), &plan),
        ["people[1].street: 'Street 1' -> NULL"]
    );
    assert!(
        company
            .plan(&ada(), &categories(&["user.con", "user.contact.addr"]))
            .is_empty()
    );
    // The address is a category of its own, so "contact" means the rest of it.
    let plan = company.plan(&ada(), &categories(&["user.contact"]));
    assert_eq!(plan.items[0].fields, ["email"]);
}

#[test]
fn content_goes_where_nothing_else_is_in_the_row_and_is_emptied_elsewhere() {
    let company = company();
    let scope = Scope::Collections(BTreeSet::from(["shop.reviews".to_owned()]));

    let plan = company.plan(&ada(), &scope);
    let changed = carry_out(&company, &ada(), &plan);

    let expected = [
        "orders[1].review: 1 -> NULL",
        "orders[2].review: 2 -> NULL",
        "reviews[1]: gone",
        "reviews[2]: gone",
    ];
    assert_eq!(changed, expected);
}

#[test]
fn a_hold_keeps_what_it_names_and_the_rest_goes() {
    let company = company();
    let hold = |until| Hold {
        collection: Some("reviews".to_owned()),
        reason: "A court asked for them.".to_owned(),
        basis: "Case 12".to_owned(),
        until,
        ..Hold::default()
    };
    let plan = |hold| {
        company
            .sources
            .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[hold], today())
            .unwrap()
    };

    let held = plan(hold(Some(day(2027, 1, 1))));
    let over = plan(hold(Some(day(2026, 11, 22))));

    let kept = held
        .items
        .iter()
        .find(|it| it.collection == "reviews")
        .unwrap();
    assert!(matches!(&kept.action, Action::Keep { basis, .. } if basis == "Case 12"));
    assert!(held.work.iter().all(|work| work.collection != "reviews"));
    assert!(
        over.items
            .iter()
            .any(|it| it.collection == "reviews" && it.action == Action::Delete)
    );
}

#[test]
fn a_hold_keeps_rows_in_which_no_field_is_personal() {
    let company = Company::with(
        &Company::manifest(
            "
      - name: orders
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: order_items
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: article, data_categories: [system.operations]}
          - {name: order_id, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: orders.id, direction: from}]}}
",
        ),
        &[(
            "shop",
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, email TEXT);
             CREATE TABLE order_items (id INTEGER PRIMARY KEY, article TEXT, order_id INT REFERENCES orders);
             INSERT INTO orders VALUES (1, 'ada@example.org');
             INSERT INTO order_items VALUES (1, 'chair', 1);",
        )],
    );
    let goes_with = |hold: Hold| {
        let plan = company
            .sources
            .plan_erasure(&ada(), (&Scope::All, "us-ca"), &[hold], today())
            .unwrap();
        plan.work
            .iter()
            .any(|work| work.collection == "order_items" && work.set.is_none())
    };
    let hold = Hold {
        reason: "A court asked for them.".to_owned(),
        basis: "Case 12".to_owned(),
        ..Hold::default()
    };
    let of = |collection: &str| Hold {
        collection: Some(collection.to_owned()),
        ..hold.clone()
    };
    let with = |category: &str| Hold {
        category: Some(category.to_owned()),
        ..hold.clone()
    };

    assert!(!goes_with(hold.clone()), "a hold on everything");
    assert!(!goes_with(of("order_items")), "a hold on this collection");
    assert!(
        !goes_with(with("system.operations")),
        "a hold on what is in it"
    );
    assert!(goes_with(of("orders")));
    assert!(goes_with(with("user.contact")));
}

#[test]
fn a_plan_holds_no_personal_data_and_its_hash_covers_all_of_it() {
    let company = company();
    let plan = company.plan(&ada(), &Scope::All);

    let json = serde_json::to_string(&plan).unwrap();

    for secret in ["ada", "Ada", "Street", "ring twice", "good"] {
        assert!(!json.contains(secret), "{secret} is in {json}");
    }
    let mut read: Plan = serde_json::from_str(&json).unwrap();
    assert_eq!(read, plan);
    assert!(read.is_intact());
    assert_eq!(company.plan(&ada(), &Scope::All).hash, plan.hash);
    read.items.pop();
    assert!(!read.is_intact());
    assert_eq!(
        company.sources.execute(&ada(), &read).unwrap(),
        Outcome::Stale
    );
}

#[test]
fn erasing_twice_finds_nothing_more_to_do() {
    let company = company();
    let plan = company.plan(&ada(), &Scope::All);
    carry_out(&company, &ada(), &plan);

    assert!(company.plan(&ada(), &Scope::All).is_empty());
}
