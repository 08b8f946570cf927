//! Rows that their key does not find again: nothing is said to be done to them.

use candor::sources::{Action, Effect, Identities, Outcome, Plan, Scope};

use super::{company::Company, database::Kind};
use candor::register::Register;

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// A table of people with this key.
fn company(kind: Kind, key: &str, rows: &str) -> Company {
    let manifest = Company::manifest(
        "      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: note, data_categories: [user.content]}
",
    );
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    let sql = format!(
        "CREATE TABLE people (id {key} PRIMARY KEY, email VARCHAR(40), note VARCHAR(9)); INSERT INTO people VALUES {rows};"
    );
    Company::on(kind, register, &[("shop", &sql)])
}

fn left(plan: &Plan) -> u64 {
    let items = plan.items.iter();
    let left = items.filter(|it| match &it.action {
        Action::Leave { reason } => reason.contains("does not find it by its key"),
        _ => false,
    });
    left.map(|it| it.records).sum()
}

/// Erases everything; gives how many records the receipt tells to be gone, and how many are.
fn erased(company: &Company, plan: &Plan) -> (u64, u64) {
    let count = || company.dump("shop")["people"].len() as u64;
    let before = count();
    let Outcome::Done(effects) = company.sources.execute(&ada(), plan).unwrap() else {
        panic!("the plan is stale");
    };
    let told = effects.iter().map(|Effect { records, .. }| records).sum();
    (told, before - count())
}

#[test]
fn a_row_that_its_key_does_not_find_is_left_and_never_told_to_be_gone() {
    for (kind, key, rows, unfindable) in [
        (
            Kind::Sqlite,
            "TEXT",
            "('a', 'ada@example.org', 'x'), (NULL, 'ada@example.org', 'y'), (x'00ff', 'ada@example.org', 'z')",
            1,
        ),
        (
            Kind::Sqlite,
            "BIGINT",
            "(1, 'ada@example.org', 'x'), ('no number', 'ada@example.org', 'y'), (1.5, 'ada@example.org', 'z')",
            0,
        ),
        (
            Kind::Postgres,
            "bit(4)",
            "('0101', 'ada@example.org', 'x')",
            0,
        ),
        (Kind::MariaDb, "FLOAT", "(0.1, 'ada@example.org', 'x')", 1),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let company = company(kind, key, rows);
        let plan = company.plan(&ada(), &Scope::All);

        let (told, gone) = erased(&company, &plan);

        assert_eq!(told, gone, "{kind:?}: {key}");
        assert_eq!(left(&plan), unfindable, "{kind:?}: {key}");
    }
}

#[test]
fn a_key_that_is_found_in_another_way_than_it_is_read_is_no_reason_to_stay() {
    for (kind, key, value) in [
        (Kind::Sqlite, "NUMERIC", "1.5"),
        (Kind::Sqlite, "DATE", "'2026-01-02'"),
        (Kind::Postgres, "numeric(9, 2)", "1.50"),
        (Kind::Postgres, "timestamptz", "'2026-01-02 03:04+02'"),
        (Kind::Postgres, "inet", "'10.0.0.1'"),
        (Kind::MariaDb, "DECIMAL(9, 2)", "1.50"),
        (Kind::MariaDb, "TINYINT(1)", "2"),
    ] {
        if !Kind::all().contains(&kind) {
            continue;
        }
        let company = company(kind, key, &format!("({value}, 'ada@example.org', 'x')"));
        let plan = company.plan(&ada(), &Scope::All);

        assert_eq!(left(&plan), 0, "{kind:?}: {key}");
        assert_eq!(erased(&company, &plan), (1, 1), "{kind:?}: {key}");
    }
}

#[test]
fn what_such_a_row_points_at_stays_as_long_as_it_does() {
    let manifest = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: notes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: body, data_categories: [user.content]}
";
    let company = Company::new(
        manifest,
        "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
         CREATE TABLE notes (id TEXT PRIMARY KEY, person INT REFERENCES people, body TEXT);
         INSERT INTO people VALUES (1, 'ada@example.org');
         INSERT INTO notes VALUES (NULL, 1, 'a'), ('n', 1, 'b');",
    );

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    let after = company.dump("shop");
    assert_eq!(after["notes"].len(), 1);
    assert_eq!(
        (&*after["notes"][0]["person"], &*after["notes"][0]["body"]),
        ("1", "'a'")
    );
    assert_eq!(
        (after["people"].len(), &*after["people"][0]["email"]),
        (1, "NULL")
    );
}
