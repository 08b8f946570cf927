//! References that a database enforces, where it takes for the same what differs in letter case: nothing goes with a
//! record that the plan does not name.

use candor::{
    register::Register,
    sources::{Action, Identities, Outcome, Scope},
};

use super::{
    company::{Company, differences},
    database::Kind,
};

const PEOPLE: &str = "
      - name: people
        fields:
          - {name: name, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: place, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: places.code, direction: to}]}}
      - name: places
        candor: {erase: mask}
        fields:
          - {name: code, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
";

const NOTES: &str = "
      - name: notes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.name, direction: from}]}}
          - {name: body, data_categories: [user.content]}
";

/// The kinds with the types of a key, and of what refers to it, in which letter case makes no difference.
fn kinds() -> Vec<(Kind, &'static str, &'static str)> {
    let all = [
        (Kind::Sqlite, "VARCHAR(9) COLLATE NOCASE", "VARCHAR(9)"),
        (Kind::Postgres, "citext", "citext"),
        (
            Kind::Postgres,
            "VARCHAR(9) COLLATE blind",
            "VARCHAR(9) COLLATE blind",
        ),
        (Kind::Postgres, "VARCHAR(9) COLLATE blind", "VARCHAR(9)"),
        (
            Kind::MariaDb,
            "VARCHAR(9) COLLATE utf8mb4_general_ci",
            "VARCHAR(9) COLLATE utf8mb4_general_ci",
        ),
    ];
    let here = Kind::all();
    all.into_iter()
        .filter(|(kind, ..)| here.contains(kind))
        .collect()
}

/// Ada's notes name her in three ways, and Eve lives where she does.
fn company((kind, key, reference): (Kind, &str, &str), collections: &str) -> Company {
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(collections))]).unwrap();
    let before = if kind == Kind::Postgres {
        "CREATE EXTENSION citext; CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
    } else {
        ""
    };
    let sql = format!(
        "{before}
         CREATE TABLE places (code {key} PRIMARY KEY, street VARCHAR(9));
         CREATE TABLE people (name {key} PRIMARY KEY, email VARCHAR(40), place {reference}, FOREIGN KEY (place) REFERENCES places (code));
         CREATE TABLE notes (id INTEGER PRIMARY KEY, person {reference}, body VARCHAR(9),
           FOREIGN KEY (person) REFERENCES people (name) ON DELETE CASCADE);
         INSERT INTO places VALUES ('abc', 'Strand 1'), ('x', 'Alone 2');
         INSERT INTO people VALUES ('Ada', 'ada@example.org', 'abc'), ('Eve', 'eve@example.org', 'ABC'), ('Joe', 'joe@example.org', 'X');
         INSERT INTO notes VALUES (1, 'Ada', 'a'), (2, 'ADA', 'b'), (3, 'ada', 'c'), (4, 'EVE', 'hers');"
    );
    Company::on(kind, register, &[("shop", &sql)])
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

#[test]
fn rows_that_refer_in_another_case_are_found_and_go_by_name() {
    for of in kinds()
        .into_iter()
        .filter(|(_, key, _)| !key.contains("blind"))
    {
        let company = company(of, &format!("{PEOPLE}{NOTES}"));
        let before = company.dump("shop");
        assert_eq!(company.counts(&ada())["notes"], (3, 0), "{of:?}");

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{of:?}");
        let after = company.dump("shop");
        assert_eq!(
            differences(&before, &after, "id")
                .into_iter()
                .filter(|it| it.starts_with("notes"))
                .collect::<Vec<_>>(),
            ["notes[1]: gone", "notes[2]: gone", "notes[3]: gone"],
            "{of:?}"
        );
        assert_eq!(after["people"].len(), 2, "{of:?}");
    }
}

#[test]
fn a_place_that_another_names_in_another_case_is_shared_and_stays() {
    // Where the collations differ, only what points at a record is asked for by the one that counts.
    let is_told = |of: &(Kind, &str, &str)| of.0 != Kind::Postgres || of.1 == of.2;
    for of in kinds().into_iter().filter(is_told) {
        let company = company(of, PEOPLE);
        assert_eq!(company.counts(&ada())["places"], (0, 1), "{of:?}");
        let joe = Identities::email("joe@example.org");
        if !of.1.contains("blind") {
            assert_eq!(company.counts(&joe)["places"], (1, 0), "{of:?}");
        }

        let plan = company.plan(&ada(), &Scope::All);
        company.sources.execute(&ada(), &plan).unwrap();

        assert_eq!(
            company.dump("shop")["places"][0]["street"],
            "'Strand 1'",
            "{of:?}"
        );
    }
}

#[test]
fn a_record_stays_as_a_shell_while_something_nobody_declared_refers_to_it_in_another_case() {
    for of in kinds() {
        let company = company(of, PEOPLE);
        company.run("shop", "DELETE FROM notes WHERE id <> 2");
        let before = company.dump("shop");

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{of:?}");
        let is_emptied = |action: &Action| matches!(action, Action::Mask { why: Some(_) });
        assert!(
            plan.items.iter().any(|it| is_emptied(&it.action)),
            "{of:?}: {:?}",
            plan.items
        );
        assert_eq!(company.dump("shop")["notes"], before["notes"], "{of:?}");
    }
}

#[test]
fn a_row_of_a_chain_goes_before_the_one_that_it_names_in_another_case() {
    const MANIFEST: &str = "
      - name: people
        fields:
          - {name: name, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: above, data_categories: [user.unique_id]}
";
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(MANIFEST))]).unwrap();
    let register = std::sync::Arc::new(register);
    for (kind, key, reference) in kinds() {
        if key.contains("blind") {
            continue;
        }
        let extension = if key == "citext" {
            "CREATE EXTENSION citext;"
        } else {
            ""
        };
        let rows = (2..20).map(|at| format!("('p{at}', 'ada@example.org', 'P{}')", at - 1));
        let rows: Vec<_> = rows.collect();
        let sql = format!(
            "{extension} CREATE TABLE people (name {key} PRIMARY KEY, email VARCHAR(40), above {reference} NOT NULL,
               FOREIGN KEY (above) REFERENCES people (name));
             INSERT INTO people VALUES ('p1', 'ada@example.org', 'p1'); INSERT INTO people VALUES {};",
            rows.join(", ")
        );
        let company = Company::on(kind, (*register).clone(), &[("shop", &sql)]);

        let plan = company.plan(&ada(), &Scope::All);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert!(matches!(outcome, Outcome::Done(_)), "{kind:?}");
        assert_eq!(company.dump("shop")["people"].len(), 0, "{kind:?}");
    }
}

#[test]
fn a_column_without_case_that_refers_to_one_with_it_finds_what_it_names() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(PEOPLE))]).unwrap();
    let sql = "CREATE EXTENSION citext;
        CREATE TABLE places (code TEXT PRIMARY KEY, street TEXT);
        CREATE TABLE people (name TEXT PRIMARY KEY, email TEXT, place citext REFERENCES places);
        INSERT INTO places VALUES ('ABC', 'Strand 1'), ('X', 'Alone 2');
        INSERT INTO people VALUES ('Ada', 'ada@example.org', 'ABC');";
    let company = Company::on(Kind::Postgres, register, &[("shop", sql)]);

    assert_eq!(company.counts(&ada())["places"], (1, 0));
}

#[test]
fn a_place_that_only_rows_of_nobody_name_in_another_case_is_not_the_persons_alone() {
    let is_told = |of: &(Kind, &str, &str)| of.0 != Kind::Postgres || of.1 == of.2;
    for of in kinds().into_iter().filter(is_told) {
        let company = company(of, PEOPLE);
        company.run("shop", "DELETE FROM people WHERE name = 'Eve'");
        assert_eq!(company.counts(&ada())["places"], (1, 0), "{of:?}");
        company.run(
            "shop",
            &format!(
                "CREATE TABLE suppliers (id INT PRIMARY KEY, place {}, FOREIGN KEY (place) REFERENCES places (code));
                 INSERT INTO suppliers VALUES (1, 'ABC');",
                of.2
            ),
        );

        let plan = company.plan(&ada(), &Scope::All);
        company.sources.execute(&ada(), &plan).unwrap();

        let street = company.dump("shop")["places"][0]["street"].clone();
        assert_eq!(street, "'Strand 1'", "{of:?}");
    }
}
