//! Views, and tables of extensions.

use candor::sources::{Action, Identities, Outcome, Plan, Scope};

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

fn company(kind: Kind, shape: &str, sql: &str) -> Company {
    let manifest = Company::manifest(shape);
    let (register, _) = candor::register::Register::parse(&[("shop.yml", &manifest)]).unwrap();
    Company::on(kind, register, &[("shop", sql)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// What a plan says of a collection.
fn said_of<'a>(plan: &'a Plan, name: &str) -> Vec<(&'a Action, &'a [String])> {
    let items = plan.items.iter().filter(|it| it.collection == name);
    items.map(|it| (&it.action, &*it.fields)).collect()
}

/// How many records of views are there still.
fn still_shown(company: &Company, plan: &Plan) -> usize {
    let looked_for = (&*plan.shows, &(|_: &str| false) as &dyn Fn(&str) -> bool);
    let there = company.sources.still_there(&ada(), looked_for);
    there.into_iter().map(|(_, it)| it.unwrap().len()).sum()
}

#[test]
fn what_a_view_shows_goes_with_the_rows_that_it_shows_and_is_not_erased_by_itself() {
    for kind in Kind::all() {
        let company = company(kind, SHAPE, &format!("{SQL} CREATE {KNOWN}"));
        assert_eq!(company.counts(&ada())["known"], (1, 0), "{kind:?}");

        let plan = company.plan(&ada(), &Scope::All);
        assert_eq!(said_of(&plan, "people")[0].0, &Action::Delete, "{kind:?}");
        assert_eq!(said_of(&plan, "known"), [(&Action::Follow, &[][..])]);
        assert!(plan.stayed.is_empty(), "{kind:?}");
        assert_eq!(still_shown(&company, &plan), 1, "{kind:?}");
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        assert_eq!(company.dump("shop")["people"].len(), 1, "{kind:?}");
        assert_eq!(still_shown(&company, &plan), 0, "{kind:?}");
    }
}

#[test]
fn a_view_of_what_the_manifests_do_not_know_is_seen_to_show_it_still() {
    let other = "
      - name: letters
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
    let known = SHAPE.split("      - name: known").nth(1).unwrap();
    let shape = format!("{other}      - name: known{known}");
    for kind in Kind::all() {
        let sql = format!(
            "{SQL} CREATE {KNOWN} CREATE TABLE letters (id INTEGER PRIMARY KEY, email VARCHAR(60));
             INSERT INTO letters VALUES (1, 'ada@example.org');"
        );
        let company = company(kind, &shape, &sql);

        let plan = company.plan(&ada(), &Scope::All);
        assert_eq!(said_of(&plan, "known"), [(&Action::Follow, &[][..])]);
        company.sources.execute(&ada(), &plan).unwrap();
        assert_eq!(still_shown(&company, &plan), 1, "{kind:?}");

        let plan = company.plan(&ada(), &Scope::All);
        let reason = "It only shows what other records hold, and nothing of that system goes now.";
        let reason = reason.to_owned();
        let left = Action::Leave { reason };
        assert_eq!(said_of(&plan, "known"), [(&left, &[][..])], "{kind:?}");
        assert!(plan.is_empty() && plan.shows.is_empty(), "{kind:?}");
    }
}

#[test]
fn what_cannot_be_changed_at_all_is_said_once_and_with_its_own_reason() {
    let mut cases = Vec::new();
    if Kind::all().contains(&Kind::Postgres) {
        let why = "It is a copy of what other records hold, which the system that holds it makes anew in its turn.";
        cases.push((Kind::Postgres, format!("CREATE MATERIALIZED {KNOWN}"), why));
    }
    if Kind::all().contains(&Kind::MariaDb) {
        let why = "The system that holds it keeps it in such a way that a change which goes wrong could not be taken back.";
        let table = "CREATE TABLE known (email VARCHAR(60) PRIMARY KEY, times INT) ENGINE = MyISAM;
                     INSERT INTO known VALUES ('ada@example.org', 2);";
        cases.push((Kind::MariaDb, table.to_owned(), why));
    }
    for (kind, sql, why) in cases {
        let company = company(kind, SHAPE, &format!("{SQL} {sql}"));
        let plan = company.plan(&ada(), &Scope::All);
        let reason = why.to_owned();
        let left = Action::Leave { reason };
        assert_eq!(said_of(&plan, "known"), [(&left, &[][..])], "{kind:?}");
        assert_eq!(plan.stayed.len(), 1, "{kind:?}");
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

/// What can be changed through it needs a key to be told by; without one, all that can be said is that it shows no more.
#[test]
fn a_view_without_a_key_goes_with_the_rows_that_it_shows_where_it_names_people_itself() {
    let shape = SHAPE.replace("identity: email, primary_key: true", "identity: email");
    let grouped = "VIEW known AS SELECT upper(email) AS email, COUNT(*) AS times FROM people GROUP BY upper(email);";
    let single = "VIEW known AS SELECT email, id AS times FROM people;";
    for (kind, known) in Kind::all()
        .into_iter()
        .flat_map(|kind| [(kind, grouped), (kind, single)])
    {
        let company = company(kind, &shape, &format!("{SQL} CREATE {known}"));

        let plan = company.plan(&ada(), &Scope::All);
        assert_eq!(said_of(&plan, "known"), [(&Action::Follow, &[][..])]);
        assert!(plan.stayed.is_empty(), "{kind:?}");
        assert!(still_shown(&company, &plan) > 0, "{kind:?}");
        company.sources.execute(&ada(), &plan).unwrap();

        assert_eq!(still_shown(&company, &plan), 0, "{kind:?}");
    }
}
