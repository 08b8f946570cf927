//! Views, and tables of extensions.

use candor::sources::{Action, Identities, Outcome, Scope};

use super::{company::Company, database::Kind};

const SHAPE: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
      - name: known
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, primary_key: true}}
          - {name: times, data_categories: [user.behavior]}
";

const SQL: &str = "
CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'ada@example.org'), (3, 'eve@example.org');
";

const KNOWN: &str = "VIEW known AS SELECT email, COUNT(*) AS times FROM people GROUP BY email;";

/// A company with a view, and with a kept one where there are such.
fn companies() -> Vec<(Kind, Company)> {
    let with = |kind, word: &str| {
        let sql = format!("{SQL} CREATE {word} {KNOWN}");
        let manifest = Company::manifest(SHAPE);
        let (register, _) = candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
        (kind, Company::on(kind, register, &[("shop", &sql)]))
    };
    let mut all: Vec<_> = Kind::all().into_iter().map(|kind| with(kind, "")).collect();
    if Kind::all().contains(&Kind::Postgres) {
        all.push(with(Kind::Postgres, "MATERIALIZED"));
    }
    all
}

#[test]
fn what_a_view_shows_goes_with_the_rows_that_it_shows_and_is_not_erased_by_itself() {
    for (kind, company) in companies() {
        let person = Identities::email("ada@example.org");
        assert_eq!(company.counts(&person)["known"], (1, 0), "{kind:?}");

        let plan = company.plan(&person, &Scope::All);
        let of = |name: &str| plan.items.iter().find(|it| it.collection == name).unwrap();
        assert_eq!(of("people").action, Action::Delete, "{kind:?}");
        let reason = "It only shows what other records hold, or is kept so that no change could be taken back.";
        let reason = reason.to_owned();
        assert_eq!(of("known").action, Action::Leave { reason }, "{kind:?}");
        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        assert_eq!(company.dump("shop")["people"].len(), 1, "{kind:?}");
    }
}

#[test]
fn a_view_of_one_table_is_erased_through_when_the_manifest_knows_it_alone() {
    let shape = SHAPE.replace("name: people", "name: shown");
    let shape = shape.split("      - name: known").next().unwrap();
    let manifest = Company::manifest(shape);
    // SQLite has none.
    let kinds = Kind::all();
    for kind in kinds.into_iter().filter(|it| *it != Kind::Sqlite) {
        let sql = format!("{SQL} CREATE VIEW shown AS SELECT id, email FROM people;");
        let (register, _) = candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
        let company = Company::on(kind, register, &[("shop", &sql)]);
        let person = Identities::email("ada@example.org");

        let plan = company.plan(&person, &Scope::All);
        let outcome = company.sources.execute(&person, &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        assert_eq!(company.dump("shop")["people"].len(), 1, "{kind:?}");
    }
}

#[test]
fn a_table_of_an_extension_is_found_and_erased_and_one_that_cannot_be_read_hinders_nobody() {
    let shape = "
      - name: notes
        fields:
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: body, data_categories: [user.content]}
";
    let company = Company::new(
        shape,
        "CREATE VIRTUAL TABLE notes USING fts5(email, body);
         INSERT INTO notes VALUES ('ada@example.org', 'one'), ('eve@example.org', 'two');
         CREATE TABLE gone (id INTEGER);
         CREATE VIEW broken AS SELECT id FROM gone;
         DROP TABLE gone;",
    );
    let person = Identities::email("ada@example.org");
    assert_eq!(company.counts(&person)["notes"], (1, 0));

    let plan = company.plan(&person, &Scope::All);
    let outcome = company.sources.execute(&person, &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(company.dump("shop")["notes"].len(), 1);
}
