//! The sample of Fides: its manifest unchanged, its data in SQLite.

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Scope},
};

use super::company::{Company, differences};

const MANIFEST: &str = include_str!("../data/fides/postgres_example_test_dataset.yml");
const DATA: &str = include_str!("../data/fides/postgres_sample.sqlite.sql");

fn company() -> Company {
    let (register, _) = Register::parse(&[("fides.yml", MANIFEST)]).unwrap();
    Company::of(register, &[("postgres_example_test_dataset", DATA)])
}

fn rows(company: &Company, email: &str) -> (u64, Vec<String>) {
    let counts = company.counts(&Identities::email(email));
    let all = counts
        .iter()
        .map(|(name, (own, shared))| format!("{name} {}", own + shared));
    (
        counts.values().map(|(own, shared)| own + shared).sum(),
        all.collect(),
    )
}

#[test]
fn everything_that_the_manifest_leads_to_is_found() {
    let company = company();

    let (sum, collections) = rows(&company, "customer-1@example.com");
    assert_eq!(sum, 21);
    let expected = "address 2, customer 1, login 6, order_item 4, orders 3, payment_card 1, product 2, \
                    service_request 1, visit 1";
    assert_eq!(collections.join(", "), expected);
    assert_eq!(rows(&company, "customer-2@example.com").0, 10);
    assert_eq!(rows(&company, "jane@example.com").0, 5);
    assert_eq!(rows(&company, "employee-1@example.com").0, 5);
    assert_eq!(rows(&company, "customer-3@example.com").0, 2);
    assert_eq!(rows(&company, "admin-account@example.com").0, 4);
    assert_eq!(rows(&company, "nobody@example.com").0, 0);
}

#[test]
fn an_address_that_two_customers_use_is_shared() {
    let company = company();

    let counts = company.counts(&Identities::email("customer-1@example.com"));
    assert_eq!(counts["address"], (0, 2));
    assert_eq!(counts["customer"], (1, 0));
    let counts = company.counts(&Identities::email("jane@example.com"));
    assert_eq!(counts["address"], (1, 0));
}

#[test]
fn requests_that_customers_made_are_not_the_employees_own() {
    let company = company();

    let counts = company.counts(&Identities::email("employee-1@example.com"));

    assert_eq!(counts["service_request"], (0, 3));
    assert_eq!(counts["address"], (0, 1));
    assert_eq!(counts["employee"], (1, 0));
}

#[test]
fn an_erasure_touches_what_is_planned_and_nothing_of_anybody_else() {
    let company = company();
    let person = Identities::email("customer-1@example.com");
    let before = company.dump("postgres_example_test_dataset");

    let plan = company.plan(&person, &Scope::All);
    let outcome = company.sources.execute(&person, &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let shared = plan
        .items
        .iter()
        .find(|item| item.collection == "address")
        .unwrap();
    assert!(matches!(shared.action, Action::Leave { .. }));
    assert_eq!(shared.records, 2);
    let after = company.dump("postgres_example_test_dataset");
    assert_eq!(before["address"], after["address"]);
    assert_eq!(before["product"], after["product"]);
    assert_eq!(before["employee"], after["employee"]);
    let gone = differences(&before, &after, "id");
    assert_eq!(gone.iter().filter(|it| it.starts_with("login")).count(), 6);
    assert_eq!(after["customer"].len(), 2);
    assert_eq!(after["order_item"].len(), 2);
    assert_eq!(after["visit"].len(), 1);
    assert_eq!(company.counts(&person).len(), 0);
    assert_eq!(rows(&company, "customer-2@example.com").0, 10);
}
