//! Keys that name several records: none of these is changed for another, and people are told why they stay.

use candor::{
    register::Register,
    sources::{Action, Ask, Identities, Outcome, Plan, Scope, Shield},
};

use super::{
    archive::{self, Archive},
    company::{Company, shop, today},
    database::Kind,
};

const MANIFEST: &str = "
      - name: people
        candor: {retention: {days: 30}}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: note, data_categories: [user.content]}
          - {name: since, data_categories: [system.operations], candor: {date: true}}
";

/// Ada's 1 is the key of a record of Eve's as well, and 2 that of two of her own.
const ROWS: &str = "(1, 'ada@example.org', 'a', '2020-01-01'), (2, 'ada@example.org', 'b', '2020-01-01'),
    (2, 'ada@example.org', 'c', '2020-01-01'), (3, 'ada@example.org', 'd', '2020-01-01'), (1, 'eve@example.org', 'hers', '2020-01-01')";

fn company(kind: Kind, sql: &str) -> Company {
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
    Company::on(kind, register, &[("shop", sql)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn left(plan: &Plan) -> Vec<(&str, u64)> {
    let items = plan.items.iter();
    let left = items.filter(|it| match &it.action {
        Action::Leave { reason } => reason.contains("several records the same key"),
        _ => false,
    });
    left.map(|it| (&*it.collection, it.records)).collect()
}

fn notes(company: &Company) -> Vec<String> {
    let tables = company.dump("shop").into_values().flatten();
    let mut notes: Vec<_> = tables.map(|row| row["note"].clone()).collect();
    notes.sort();
    notes
}

#[test]
fn a_record_whose_declared_key_is_that_of_others_stays_and_the_rest_goes() {
    // SQLite numbers its rows where they have no key.
    for kind in Kind::all().into_iter().filter(|it| *it != Kind::Sqlite) {
        let sql = format!(
            "CREATE TABLE people (id INT, email VARCHAR(40), note VARCHAR(9), since DATE); INSERT INTO people VALUES {ROWS}"
        );
        let company = company(kind, &sql);

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan);

        assert!(
            matches!(outcome, Ok(Outcome::Done(_))),
            "{kind:?}: {outcome:?}"
        );
        assert_eq!(left(&plan), [("people", 3)], "{kind:?}");
        assert_eq!(notes(&company), ["'a'", "'b'", "'c'", "'hers'"], "{kind:?}");
    }
}

#[test]
fn a_table_that_shows_the_rows_of_its_heirs_may_give_two_of_them_one_key() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let company = company(
        Kind::Postgres,
        "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(40), note VARCHAR(9), since DATE);
         CREATE TABLE staff (PRIMARY KEY (id)) INHERITS (people);
         INSERT INTO people VALUES (1, 'ada@example.org', 'a', NULL), (3, 'ada@example.org', 'd', NULL);
         INSERT INTO staff VALUES (1, 'eve@example.org', 'hers', NULL), (4, 'ada@example.org', 'e', NULL);",
    );
    assert_eq!(company.counts(&ada())["people"], (3, 0));

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(left(&plan), [("people", 1)]);
    assert_eq!(
        notes(&company),
        ["'a'", "'hers'", "'hers'"],
        "hers is shown twice"
    );
}

#[test]
fn what_is_due_by_its_period_stays_where_its_key_is_that_of_others() {
    for kind in Kind::all().into_iter().filter(|it| *it != Kind::Sqlite) {
        let sql = format!(
            "CREATE TABLE people (id INT, email VARCHAR(40), note VARCHAR(9), since DATE); INSERT INTO people VALUES {ROWS}"
        );
        let company = company(kind, &sql);
        let (shield, sources) = (Shield::default(), &company.sources);
        let ask = Ask {
            today: today(),
            holds: &[],
            shield: &shield,
            minds_references: true,
        };

        let batch = sources.due(&shop("people"), &ask, (None, 10)).unwrap();

        assert_eq!(batch.kept, 4, "{kind:?}");
        assert_eq!(sources.carry_out_due(&batch.works), Ok(true), "{kind:?}");
        assert_eq!(notes(&company), ["'a'", "'b'", "'c'", "'hers'"], "{kind:?}");
    }
}

#[test]
fn a_record_of_a_file_whose_key_repeats_stays_and_the_rest_goes() {
    let people = "id,email,name,children,news\n1,ada@example.org,A,,\n2,ada@example.org,B,,\n1,eve@example.org,E,,\n";
    let archive = Archive::with(&[("people.csv", people), ("orders.jsonl", "")]);

    let plan = archive::plan(&archive.sources);
    let outcome = archive.sources.execute(&archive::ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(left(&plan), [("people", 1)]);
    assert_eq!(
        archive.files()["people.csv"],
        people.replace("2,ada@example.org,B,,\n", "")
    );
}
