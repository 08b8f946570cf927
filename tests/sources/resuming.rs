//! A plan that broke off between two sources, and data that have changed since.

use candor::register::Register;
use candor::sources::{Done, Effect, Identities, Known, Outcome, Plan, Scope, SoFar, faults::Mode};

use super::{
    company::{Company, today},
    database::{Database, Kind},
};

/// `{first}` says which source goes before the other.
const MANIFEST: &str = "
dataset:
  - fides_key: crm
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: name, data_categories: [user.name]}
  - fides_key: visits
    collections:
      - name: visits
        candor: {erase: mask}
        {first}
        fields:
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
          - {name: page, data_categories: [user.behavior]}
";

fn company(first: &str) -> Company {
    Company::with(
        &MANIFEST.replace("{first}", first),
        &[
            (
                "crm",
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, boss INT REFERENCES people);
                 INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', 2), (2, 'ada@example.org', 'Countess', 1), (3, 'eve@example.org', 'Eve', NULL);",
            ),
            (
                "visits",
                "CREATE TABLE visits (number INTEGER PRIMARY KEY, person INT, page TEXT NOT NULL, seen INT);
                 INSERT INTO visits VALUES (1, 1, '/a', 0), (2, 2, '/b', 0), (3, 3, '/c', 0), (4, 1, '/d', 0);",
            ),
        ],
    )
}

const PEOPLE_FIRST: &str = "fides_meta: {erase_after: [crm.people]}";

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// Plans an erasure, and carries it out until it breaks off in that source.
fn broken_off(company: &Company, source: &str) -> Plan {
    let plan = company.plan(&ada(), &Scope::All);
    company.fail(source, Mode::BreaksAtCommit);
    let error = company.sources.execute(&ada(), &plan).unwrap_err();
    assert_eq!(error.key, source);
    company.fail(source, Mode::Healthy);
    plan
}

fn so_far(company: &Company, plan: &Plan) -> SoFar {
    company.sources.so_far(plan, &|_| true).unwrap()
}

fn plan_rest(company: &Company, so_far: &SoFar) -> Plan {
    let (what, around) = ((&Scope::All, "us-ca"), (&[][..], &*so_far.known));
    let plan = company
        .sources
        .plan_erasure_of(&ada(), what, around, today());
    plan.unwrap()
}

fn told(effects: &[Effect]) -> Vec<(&str, Done, u64)> {
    let effects = effects.iter();
    effects
        .map(|it| (&*it.collection, it.done, it.records))
        .collect()
}

#[test]
fn what_is_led_to_goes_first_so_that_the_rest_is_found_again() {
    let company = company("");
    let plan = broken_off(&company, "crm");
    assert_eq!(company.dump("visits")["visits"][0]["page"], "'erased'");
    company.run("crm", "UPDATE people SET name = 'Lady' WHERE id = 1");

    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert_eq!(outcome, Outcome::Stale);
    let so_far = so_far(&company, &plan);
    assert_eq!(told(&so_far.done), [("visits", Done::Masked, 3)]);
    let mut rest = plan_rest(&company, &so_far);
    assert_eq!((rest.records(), rest.count_missing(&so_far.left)), (2, 0));
    rest.done = so_far.done;
    let outcome = company.sources.execute(&ada(), &rest).unwrap();
    let Outcome::Done(effects) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        told(&rest.done_with(&effects)),
        [("visits", Done::Masked, 3), ("people", Done::Deleted, 2)]
    );
}

#[test]
fn what_nothing_leads_to_any_more_is_planned_by_its_ids_and_what_has_changed_is_missed() {
    let company = company(PEOPLE_FIRST);
    let plan = broken_off(&company, "visits");
    assert_eq!(company.dump("crm")["people"].len(), 1);
    company.run("visits", "UPDATE visits SET page = '/e' WHERE number = 4");

    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert_eq!(outcome, Outcome::Stale);
    assert!(company.plan(&ada(), &Scope::All).is_empty());
    let so_far = so_far(&company, &plan);
    assert_eq!(told(&so_far.done), [("people", Done::Deleted, 2)]);
    let rest = plan_rest(&company, &so_far);
    assert_eq!((rest.records(), rest.count_missing(&so_far.left)), (2, 1));
}

#[test]
fn where_nothing_was_done_nothing_is_left() {
    let company = company(PEOPLE_FIRST);
    let plan = broken_off(&company, "crm");

    assert_eq!(so_far(&company, &plan), SoFar::default());
}

#[test]
fn a_row_that_has_come_to_point_at_one_that_goes_is_not_taken_along_by_a_repeat() {
    for rule in ["ON DELETE CASCADE", "ON DELETE SET NULL"] {
        let company = company("");
        let plan = broken_off(&company, "crm");
        company.run(
            "crm",
            &format!(
                "CREATE TABLE orders (id INT PRIMARY KEY, person INT REFERENCES people {rule}); INSERT INTO orders VALUES (7, 1)"
            ),
        );
        let before = company.dump("crm");

        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert_eq!(outcome, Outcome::Stale);
        assert_eq!(company.dump("crm"), before);
        company.run("crm", "DELETE FROM orders");
        let outcome = company.sources.execute(&ada(), &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)));
    }
}

#[test]
fn records_with_a_key_of_several_columns_are_known_by_their_ids_however_many() {
    let manifest = Company::manifest(
        "      - name: visits
        candor: {erase: mask}
        fields:
          - {name: day, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: page, data_categories: [user.behavior]}
",
    );
    let sql = "CREATE TABLE visits (day INT, number INT, email TEXT, page TEXT, PRIMARY KEY (day, number));
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 17000)
         INSERT INTO visits SELECT i % 7, i, 'ada@example.org', '/' FROM n;";
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    let databases = [("shop".to_owned(), Database::create(Kind::Sqlite, sql))];
    let company = Company::at(register, databases.into(), 60);
    let plan = company.plan(&ada(), &Scope::All);
    let targets = plan.work.iter().flat_map(|work| &work.targets);
    let known = targets.map(|target| Known {
        dataset: "shop".to_owned(),
        collection: "visits".to_owned(),
        id: target.id.clone(),
        fingerprint: target.before.clone(),
    });
    let known: Vec<_> = known.collect();
    let what = (&Scope::All, "us-ca");

    let nobody = Identities::email("nobody@example.org");
    let planned = company
        .sources
        .plan_erasure_of(&nobody, what, (&[], &known), today());

    assert_eq!(planned.unwrap().records(), 17000);
}
