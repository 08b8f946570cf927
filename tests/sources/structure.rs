//! Namespaces, other databases of a server, and what tables are like beside their columns.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use candor::{
    register::Register,
    sources::{Action, Fault, Identities, Limits, Outcome, Scope, Sources, open},
};

use super::{
    company::Company,
    database::{Database, Kind},
    maria,
};

const PEOPLE: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

fn register(namespace: &str) -> Register {
    let manifest = Company::manifest(PEOPLE).replacen(
        "    collections:",
        &format!("    fides_meta: {{namespace: {{{namespace}}}}}\n    collections:"),
        1,
    );
    let (register, _) = Register::parse(&[("shop.yml", &manifest)]).unwrap();
    register
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// The fault of the only collection.
fn fault(company: &Company) -> Fault {
    let overview = company.sources.overview(&ada()).remove(0);
    overview.counts.unwrap_err().fault
}

#[test]
fn a_table_without_a_namespace_is_the_one_that_clients_of_its_database_mean() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let sql = "CREATE SCHEMA b; CREATE TABLE b.people (id INT PRIMARY KEY, email TEXT);
               CREATE TABLE public.people (id INT PRIMARY KEY, email TEXT);
               INSERT INTO b.people VALUES (1, 'ada@example.org');
               INSERT INTO public.people VALUES (1, 'ada@example.org'), (2, 'ada@example.org');";
    let plain = || {
        Register::parse(&[("shop.yml", &Company::manifest(PEOPLE))])
            .unwrap()
            .0
    };
    let company = Company::on(Kind::Postgres, plain(), &[("shop", sql)]);
    assert_eq!(company.counts(&ada())["people"], (2, 0));

    company.run(
        "shop",
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = b, public', current_database()); END $$",
    );
    company.cut("shop");
    // What a table looks like is remembered until something is wrong with it.
    let database = Database::on_postgres(crate::support::postgres_server().unwrap(), sql);
    database.run(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = b, public', current_database()); END $$",
    );
    let databases = BTreeMap::from([("shop".to_owned(), database)]);
    let other = Company::at(plain(), databases, 4);

    assert_eq!(other.counts(&ada())["people"], (1, 0));
    for company in [&company, &other] {
        let plan = company.plan(&ada(), &Scope::All);
        company.sources.execute(&ada(), &plan).unwrap();
        let after = company.dump("shop");
        assert_eq!((after["b.people"].len(), after["people"].len()), (0, 2));
    }
}

#[test]
fn a_database_of_another_name_is_an_error() {
    let sql = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60)); INSERT INTO people VALUES (1, 'ada@example.org')";
    for kind in Kind::all() {
        if kind == Kind::Sqlite {
            continue;
        }
        let other = Company::on(kind, register("database_name: other"), &[("shop", sql)]);
        assert_eq!(fault(&other), Fault::Missing("database `other`".to_owned()));
        let (drift, _) = other.sources.drift();
        let told = drift
            .iter()
            .any(|it| it.wrong == "the source is not the database `other`");
        assert!(told, "{drift:?}");

        let schema = Company::on(kind, register("schema: other"), &[("shop", sql)]);
        assert_eq!(fault(&schema), Fault::Missing("table `people`".to_owned()));

        let url = schema.url("shop");
        let name = url.rsplit('/').next().unwrap().split('?').next().unwrap();
        let namespace = match kind {
            Kind::MariaDb => format!("schema: {name}, database_name: {name}"),
            _ => "schema: public".to_owned(),
        };
        let databases = BTreeMap::from([("shop".to_owned(), Database::create(kind, sql))]);
        let own = databases["shop"].url();
        let own = own.rsplit('/').next().unwrap();
        let namespace = namespace.replace(name, own);
        let right = Company::at(register(&namespace), databases, 4);
        assert_eq!(right.counts(&ada())["people"], (1, 0), "{kind:?}");
    }
}

#[test]
fn what_a_table_of_another_database_points_at_does_not_take_it_along() {
    let Some(server) = maria::server() else {
        return;
    };
    let sql = "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60)); INSERT INTO people VALUES (1, 'ada@example.org'), (2, 'ada@example.org')";
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(PEOPLE))]).unwrap();
    let company = Company::on(Kind::MariaDb, register, &[("shop", sql)]);
    let url = company.url("shop");
    let name = url.rsplit('/').next().unwrap();
    let other = Database::on_mariadb(
        server,
        &format!(
            "CREATE TABLE people (id INT PRIMARY KEY, person INT, FOREIGN KEY (person) REFERENCES {name}.people (id) ON DELETE CASCADE);
             INSERT INTO people VALUES (7, 1)"
        ),
    );

    let plan = company.plan(&ada(), &Scope::All);
    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(other.dump()["people"].len(), 1);
    let after = company.dump("shop");
    assert_eq!(after["people"].len(), 1, "the other row went");
    assert_eq!(after["people"][0]["email"], "NULL");
    drop(other);
}

#[test]
fn what_could_not_be_taken_back_is_left_and_the_plan_says_so() {
    if !Kind::all().contains(&Kind::MariaDb) {
        return;
    }
    for table in ["ENGINE = MyISAM", "WITH SYSTEM VERSIONING"] {
        let sql = format!(
            "CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60)) {table}; INSERT INTO people VALUES (1, 'ada@example.org')"
        );
        let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(PEOPLE))]).unwrap();
        let company = Company::on(Kind::MariaDb, register, &[("shop", &sql)]);
        assert_eq!(company.counts(&ada())["people"], (1, 0), "{table}");

        let plan = company.plan(&ada(), &Scope::All);

        assert!(plan.is_empty(), "{table}");
        assert!(
            matches!(&plan.items[0].action, Action::Leave { reason } if reason.contains("taken back")),
            "{table}: {:?}",
            plan.items
        );
    }
}

#[test]
fn columns_whose_names_differ_in_case_alone_are_two() {
    const HOMES: &str = "
      - name: people
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: HOME, data_categories: [system.operations], fides_meta: {references: [{dataset: shop, field: homes.id, direction: to}]}}
      - name: homes
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: street, data_categories: [user.contact.address]}
";
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let sql = "CREATE TABLE people (id INT PRIMARY KEY, email TEXT, \"HOME\" INT, home INT UNIQUE);
               CREATE TABLE homes (id INT PRIMARY KEY, street TEXT);
               INSERT INTO people VALUES (1, 'ada@example.org', 1, 1), (2, 'eve@example.org', 1, 2);
               INSERT INTO homes VALUES (1, 'Main Street')";
    let (register, _) = Register::parse(&[("shop.yml", &Company::manifest(HOMES))]).unwrap();
    let company = Company::on(Kind::Postgres, register, &[("shop", sql)]);

    assert_eq!(company.counts(&ada())["homes"], (0, 1));
}

#[test]
fn rows_that_are_hidden_from_the_account_are_an_error_and_not_nothing() {
    if !Kind::all().contains(&Kind::Postgres) {
        return;
    }
    let sql = "CREATE TABLE people (id INT PRIMARY KEY, email TEXT); INSERT INTO people VALUES (1, 'ada@example.org');
               ALTER TABLE people ENABLE ROW LEVEL SECURITY";
    let company = Company::on(Kind::Postgres, register(""), &[("shop", sql)]);
    let url = company.url("shop");
    let (name, place) = (
        url.rsplit_once('/').unwrap().1,
        url.rsplit_once('@').unwrap().1,
    );
    let user = format!("hidden_{}", name.trim_start_matches("candor_source_"));
    company.run(
        "shop",
        &format!("CREATE ROLE {user} LOGIN PASSWORD 'x'; GRANT SELECT ON people TO {user}"),
    );
    let source = open("shop", &format!("postgres://{user}:x@{place}")).unwrap();
    let sources = Sources::with(
        Arc::new(register("")),
        vec![source],
        &[7; 32],
        Limits::default(),
    );

    let found = sources.overview(&ada()).remove(0).counts;

    drop(sources);
    company.run("shop", &format!("DROP OWNED BY {user}; DROP ROLE {user}"));
    assert_eq!(found.unwrap_err().fault, Fault::Unreadable);
}

/// The conditions that SQLite has on the rows of the only table of that statement.
fn conditions(statement: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.db");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute_batch(statement).unwrap();
    let source = open("shop", &format!("sqlite:{}", file.display())).unwrap();
    let schema = source.schema(Duration::from_secs(5)).unwrap();
    let checks = schema.tables[0].rules.checks.iter();
    checks.map(|it| it.expression.clone()).collect()
}

#[test]
fn comments_open_no_quotes_and_hold_no_conditions() {
    let statement = "CREATE TABLE t ( -- the person's name, check (no)
        a TEXT /* it's a \"thing\", check (none) */ CHECK /* 'so' */ (a <> '--' -- or
          AND a <> '/*'), b TEXT CHECK (b > 'x')) -- the end's";

    assert_eq!(
        conditions(statement),
        ["a <> '--'  \n          AND a <> '/*'", "b > 'x'"]
    );
}

#[test]
fn conditions_are_found_wherever_a_table_has_them() {
    let statement = "CREATE TABLE \"check (x\" (a TEXT CHECK(length(a) > 1), checked INT, b TEXT DEFAULT 'check (no)',
        CONSTRAINT c Check  (b <> ')' AND (a IS NOT NULL)))";

    assert_eq!(
        conditions(statement),
        ["length(a) > 1", "b <> ')' AND (a IS NOT NULL)"]
    );
}
