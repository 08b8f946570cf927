//! MariaDB that fails, refuses or is in the way: what was planned is done whole, or not at all.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use candor::{
    register::Register,
    sources::{Act, Change, Fault, Identities, Outcome, Rule, Scope, Source, Sources, Value, open},
};

use super::{
    company::Company,
    database::Kind,
    maria::{self, Session},
};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
          - {name: boss, data_categories: [user.job_title]}
      - name: notes
        candor: {erase: mask}
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: shop, field: people.id, direction: from}]}}
          - {name: text, data_categories: [user.content]}
";

/// Two of a person's rows point at each other.
const SQL: &str = "
CREATE TABLE people (id INT PRIMARY KEY, email VARCHAR(60), boss INT, FOREIGN KEY (boss) REFERENCES people (id));
CREATE TABLE notes (id INT PRIMARY KEY, person INT, text VARCHAR(30) NOT NULL);
INSERT INTO people VALUES (1, 'ada@example.org', NULL), (2, 'ada@example.org', 1), (3, 'eve@example.org', NULL);
UPDATE people SET boss = 2 WHERE id = 1;
INSERT INTO notes VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'hers');
";

const WAIT: Duration = Duration::from_secs(2);

fn company() -> Option<Company> {
    Kind::all().contains(&Kind::MariaDb).then(|| {
        let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
        Company::on(Kind::MariaDb, register, &[("shop", SQL)])
    })
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

/// Executes the plan after something has happened, and expects that nothing came of it.
fn refused(company: &Company, happens: &str) -> Option<Fault> {
    let plan = company.plan(&ada(), &Scope::All);
    company.run("shop", happens);
    let before = company.dump("shop");
    let outcome = company.sources.execute(&ada(), &plan);
    assert_eq!(company.dump("shop"), before, "after {happens}");
    match outcome {
        Ok(outcome) => {
            assert_eq!(outcome, Outcome::Stale, "after {happens}");
            None
        }
        Err(error) => Some(error.fault),
    }
}

#[test]
fn rows_that_point_at_each_other_go_together() {
    let Some(company) = company() else { return };
    let plan = company.plan(&ada(), &Scope::All);

    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert!(matches!(outcome, Outcome::Done(_)));
    assert_eq!(company.sources.execute(&ada(), &plan).unwrap(), outcome);
    let after = company.dump("shop");
    assert_eq!(after["people"].len(), 1);
    assert_eq!(after["people"][0]["id"], "3");
    let texts: Vec<_> = after["notes"].iter().map(|row| &*row["text"]).collect();
    assert_eq!(texts, ["'erased'", "'erased'", "'hers'"]);
}

#[test]
fn no_row_goes_at_which_another_one_still_points() {
    let Some(company) = company() else { return };
    let source = open("shop", &company.url("shop")).unwrap();
    let schema = source.schema(WAIT).unwrap();
    let people = schema.tables.iter().find(|it| it.name.name == "people");
    let keys = [[Value::Integer(1)], [Value::Integer(3)]];
    let before = company.dump("shop");

    let mut transaction = source.begin(WAIT).unwrap();
    let change = |at: usize| Change {
        table: people.unwrap(),
        key: &keys[at],
        expect: &[],
        act: Act::Delete,
    };
    assert_eq!(transaction.change(&change(0)).unwrap(), 1);
    let error = transaction.commit().unwrap_err();

    assert_eq!(error.fault, Fault::Refused(Rule::ForeignKey));
    assert_eq!(company.dump("shop"), before);
    let mut transaction = source.begin(WAIT).unwrap();
    assert_eq!(transaction.change(&change(1)).unwrap(), 1);
    transaction.commit().unwrap();
    assert_eq!(company.dump("shop")["people"].len(), 2);
}

#[test]
fn rules_triggers_and_a_changed_structure_leave_everything_as_it_was() {
    for (happens, fault) in [
        // Known of when the plan is made anew.
        ("ALTER TABLE notes ADD CHECK (text <> 'erased')", None),
        (
            "CREATE TRIGGER never BEFORE DELETE ON people FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ada@example.org'",
            Some(Fault::Refused(Rule::Other)),
        ),
        (
            "CREATE TRIGGER full BEFORE UPDATE ON notes FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114",
            Some(Fault::Unavailable("its disk is full".to_owned())),
        ),
        ("ALTER TABLE people ENGINE = MyISAM", None),
        ("ALTER TABLE notes ADD SYSTEM VERSIONING", None),
        ("ALTER TABLE notes MODIFY text VARCHAR(4) NOT NULL", None),
        ("ALTER TABLE notes CHANGE text body VARCHAR(30)", None),
        ("UPDATE notes SET text = 'ONE' WHERE id = 1", None),
        ("INSERT INTO notes VALUES (4, 1, 'new')", None),
    ] {
        let Some(company) = company() else { return };
        if happens.contains("MyISAM") {
            company.run("shop", "ALTER TABLE people DROP FOREIGN KEY people_ibfk_1");
        }
        assert_eq!(refused(&company, happens), fault, "after {happens}");
    }
    let Some(company) = company() else { return };
    let dropped = refused(&company, "DROP TABLE notes");
    assert!(matches!(dropped, Some(Fault::Missing(_))), "{dropped:?}");
}

#[test]
fn a_writer_in_the_way_is_waited_for_and_then_given_up() {
    let Some(company) = company() else { return };
    let plan = company.plan(&ada(), &Scope::All);
    let before = company.dump("shop");
    let mut other = Session::new(&company.url("shop"));
    other.run("START TRANSACTION; SELECT * FROM people WHERE id = 2 FOR UPDATE");

    let start = Instant::now();
    let error = company.sources.execute(&ada(), &plan).unwrap_err();

    assert_eq!(error.fault, Fault::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(8));
    assert_eq!(company.dump("shop"), before);
    other.run("ROLLBACK");
    let outcome = company.sources.execute(&ada(), &plan).unwrap();
    assert!(matches!(outcome, Outcome::Done(_)));
}

fn set<'a>(
    table: &'a candor::sources::Table,
    key: &'a [Value],
    to: &'a [(String, Value)],
) -> Change<'a> {
    Change {
        table,
        key,
        expect: &[],
        act: Act::Set(to),
    }
}

#[test]
fn who_is_chosen_in_a_deadlock_may_try_again() {
    let Some(company) = company() else { return };
    let source = open("shop", &company.url("shop")).unwrap();
    let schema = source.schema(WAIT).unwrap();
    let notes = schema
        .tables
        .iter()
        .find(|it| it.name.name == "notes")
        .unwrap();
    let text = [("text".to_owned(), Value::Text("mine".to_owned()))];
    // The one that has changed more is let through.
    company.run(
        "shop",
        "INSERT INTO notes SELECT seq, 3, 'x' FROM seq_100_to_900",
    );
    let mut other = Session::new(&company.url("shop"));
    other.run("START TRANSACTION; UPDATE notes SET text = 'y' WHERE id >= 100; UPDATE notes SET text = 'y' WHERE id = 2");

    let mut transaction = source.begin(WAIT).unwrap();
    let changed = transaction.change(&set(notes, &[Value::Integer(1)], &text));
    assert_eq!(changed.unwrap(), 1);
    let waits =
        thread::spawn(move || other.run("UPDATE notes SET text = 'y' WHERE id = 1; COMMIT"));
    thread::sleep(Duration::from_millis(500));
    let error = transaction
        .change(&set(notes, &[Value::Integer(2)], &text))
        .unwrap_err();
    drop(transaction);
    waits.join().unwrap();

    assert_eq!(error.fault, Fault::TimedOut);
    assert!(error.is_temporary());
    let after = company.dump("shop");
    assert!(after["notes"].iter().all(|row| row["text"] != "'mine'"));
}

#[test]
fn a_connection_cut_in_a_transaction_leaves_nothing_behind() {
    let Some(company) = company() else { return };
    let source = open("shop", &company.url("shop")).unwrap();
    let schema = source.schema(WAIT).unwrap();
    let notes = schema
        .tables
        .iter()
        .find(|it| it.name.name == "notes")
        .unwrap();
    let text = [("text".to_owned(), Value::Text("mine".to_owned()))];
    let before = company.dump("shop");

    let mut transaction = source.begin(WAIT).unwrap();
    let key = [Value::Integer(1)];
    assert_eq!(transaction.change(&set(notes, &key, &text)).unwrap(), 1);
    company.cut("shop");
    let error = transaction.commit().unwrap_err();

    assert!(matches!(error.fault, Fault::Unavailable(_)), "{error}");
    assert_eq!(company.dump("shop"), before);
    let mut transaction = source.begin(WAIT).unwrap();
    assert_eq!(transaction.change(&set(notes, &key, &text)).unwrap(), 1);
    // Unchanged, and met all the same.
    assert_eq!(transaction.change(&set(notes, &key, &text)).unwrap(), 1);
    transaction.commit().unwrap();
    assert_ne!(company.dump("shop"), before);
}

#[test]
fn a_statement_that_never_ends_is_stopped_on_the_server_too() {
    let Some(company) = company() else { return };
    company.sources.overview(&ada());
    company.run(
        "shop",
        "DROP TABLE notes; CREATE VIEW notes AS SELECT 1 AS id, 1 AS person, SLEEP(60) AS text UNION SELECT 2, SLEEP(60), ''",
    );

    let start = Instant::now();
    let overview = company.sources.overview(&ada());

    assert!(start.elapsed() < Duration::from_secs(6));
    assert_eq!(
        overview[1].counts.as_ref().unwrap_err().fault,
        Fault::TimedOut
    );
    let mut other = Session::new(&company.url("shop"));
    let busy = "SELECT COUNT(*) FROM information_schema.processlist WHERE db = DATABASE() AND info LIKE '%notes%' AND info NOT LIKE '%processlist%'";
    assert_eq!(other.ask(busy), "0");
    company.run(
        "shop",
        "DROP VIEW notes; CREATE TABLE notes (id INT PRIMARY KEY, person INT, text VARCHAR(30))",
    );
    assert_eq!(company.counts(&ada())["people"], (2, 0));
}

#[test]
fn a_user_who_may_only_read_changes_nothing() {
    let Some(company) = company() else { return };
    let (server, url) = (maria::server().unwrap(), company.url("shop"));
    let name = url.rsplit_once('/').unwrap().1;
    let user = format!("r{}", name.trim_start_matches("candor_source_"));
    maria::run(
        &server,
        &format!("CREATE USER {user}@'localhost' IDENTIFIED BY 'x'; GRANT SELECT ON {name}.* TO {user}@'localhost';
                  CREATE USER {user}@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT ON {name}.* TO {user}@'127.0.0.1'"),
    );
    let (_, place) = url.rsplit_once('@').unwrap();
    let source: Arc<dyn Source> = open("shop", &format!("mariadb://{user}:x@{place}")).unwrap();
    let (register, _) = Register::parse(&[("shop.yml", MANIFEST)]).unwrap();
    let limits = candor::sources::Limits {
        read: WAIT,
        step: WAIT,
    };
    let sources = Sources::with(Arc::new(register), vec![source], &[7; 32], limits);
    let before = company.dump("shop");

    let plan = sources.plan_erasure(&ada(), (&Scope::All, "us-ca"), &[], super::company::today());
    let error = sources.execute(&ada(), &plan.unwrap()).unwrap_err();

    assert_eq!(error.fault, Fault::ReadOnly);
    assert_eq!(company.dump("shop"), before);
    maria::run(
        &server,
        &format!("DROP USER {user}@'localhost', {user}@'127.0.0.1'"),
    );
}
