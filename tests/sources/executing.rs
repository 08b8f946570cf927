//! Carrying out: exactly the plan or nothing, and the same result however often it breaks off.

use candor::sources::{Fault, Identities, Outcome, Plan, Scope, faults::Mode};

use super::company::Company;

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
        fields:
          - {name: person, data_categories: [user.unique_id], fides_meta: {references: [{dataset: crm, field: people.id, direction: from}]}}
          - {name: number, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: page, data_categories: [user.behavior]}
";

fn company() -> Company {
    Company::with(
        MANIFEST,
        &[
            (
                "crm",
                "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, name TEXT, boss INT REFERENCES people);
                 INSERT INTO people VALUES (1, 'ada@example.org', 'Ada', 2), (2, 'ada@example.org', 'Countess', 1), (3, 'eve@example.org', 'Eve', NULL);",
            ),
            (
                "visits",
                "CREATE TABLE visits (person INT, number INT, page TEXT NOT NULL, PRIMARY KEY (person, number));
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
                 INSERT INTO visits SELECT 1 + i % 3, i, '/' || i FROM n;",
            ),
        ],
    )
}

fn ada() -> Identities {
    Identities::email("ada@example.org")
}

fn done(outcome: &Outcome) -> Vec<String> {
    let Outcome::Done(effects) = outcome else {
        panic!("{outcome:?}");
    };
    let effects = effects.iter();
    effects
        .map(|it| {
            format!(
                "{} {} {:?} {:?}",
                it.collection, it.records, it.done, it.fields
            )
        })
        .collect()
}

fn plan(company: &Company) -> Plan {
    company.plan(&ada(), &Scope::All)
}

#[test]
fn the_result_counts_records_by_collection_and_tells_no_data() {
    let company = company();
    let plan = plan(&company);

    let outcome = company.sources.execute(&ada(), &plan).unwrap();

    assert_eq!(
        done(&outcome),
        [r#"visits 600 Masked ["page"]"#, "people 2 Deleted []"]
    );
    let after = company.dump("visits");
    let erased = after["visits"]
        .iter()
        .filter(|row| row["page"] == "'erased'");
    assert_eq!(erased.count(), 600);
    assert_eq!(company.dump("crm")["people"].len(), 1);
}

#[test]
fn a_repeat_changes_nothing_and_gives_the_same_result() {
    let company = company();
    let plan = plan(&company);
    let first = company.sources.execute(&ada(), &plan).unwrap();
    let after = (company.dump("crm"), company.dump("visits"));

    let second = company.sources.execute(&ada(), &plan).unwrap();

    assert_eq!(first, second);
    assert_eq!((company.dump("crm"), company.dump("visits")), after);
}

#[test]
fn a_changed_row_a_new_row_and_a_lost_row_each_refuse_the_plan_and_change_nothing() {
    for sql in [
        "UPDATE visits SET page = '/other' WHERE number = 897",
        "INSERT INTO visits VALUES (1, 5000, '/new')",
        "DELETE FROM visits WHERE number = 897",
    ] {
        let company = company();
        let plan = plan(&company);
        company.run("visits", sql);
        let before = (company.dump("crm"), company.dump("visits"));

        let outcome = company.sources.execute(&ada(), &plan).unwrap();

        assert_eq!(outcome, Outcome::Stale, "after {sql}");
        assert_eq!((company.dump("crm"), company.dump("visits")), before);
    }
}

#[test]
fn a_new_plan_tells_whether_it_still_is_what_was_agreed() {
    let company = company();
    let agreed = plan(&company);
    company.run("visits", "INSERT INTO visits VALUES (1, 5000, '/new')");
    let more = plan(&company);
    company.run(
        "crm",
        "CREATE TABLE locks (person INT REFERENCES people); INSERT INTO locks VALUES (1)",
    );
    let other = plan(&company);

    assert_ne!(more.hash, agreed.hash);
    assert!(more.is_within(&agreed));
    assert!(!other.is_within(&agreed));
}

#[test]
fn a_break_at_any_moment_leaves_each_source_before_or_after_and_a_repeat_completes_it() {
    let reference = company();
    let expected = reference
        .sources
        .execute(&ada(), &plan(&reference))
        .unwrap();
    let at_commit = [Mode::BreaksAtCommit, Mode::BreaksAfterCommit];
    let at_change = [Mode::BreaksAt(1), Mode::BreaksAt(501)];
    for source in ["crm", "visits"] {
        for mode in at_commit.into_iter().chain(at_change) {
            let company = company();
            let plan = plan(&company);
            let before = company.dump(source);
            company.fail(source, mode);

            let broken = company.sources.execute(&ada(), &plan);
            // What leads to the others goes last, and has but two rows.
            let is_reached = (source, mode) != ("crm", Mode::BreaksAt(501));
            assert_eq!(broken.is_err(), is_reached, "{source} {mode:?}");

            if is_reached && mode != Mode::BreaksAfterCommit {
                assert!(matches!(broken.unwrap_err().fault, Fault::Unavailable(_)));
                assert_eq!(company.dump(source), before, "{source} {mode:?}");
            }
            company.fail(source, Mode::Healthy);
            let outcome = company.sources.execute(&ada(), &plan).unwrap();
            assert_eq!(outcome, expected, "{source} {mode:?}");
            assert_eq!(company.dump("crm"), reference.dump("crm"));
            assert_eq!(company.dump("visits"), reference.dump("visits"));
        }
    }
}

#[test]
fn a_trigger_that_undoes_the_change_is_noticed_and_everything_rolled_back() {
    let company = company();
    company.run(
        "visits",
        "CREATE TRIGGER undo AFTER UPDATE OF page ON visits WHEN new.number = 700
         BEGIN UPDATE visits SET page = '/back' WHERE number = 700; END",
    );
    company.run("visits", "UPDATE visits SET person = 1 WHERE number = 700");
    let plan = plan(&company);
    let before = company.dump("visits");

    let error = company.sources.execute(&ada(), &plan).unwrap_err();

    assert_eq!(error.fault, Fault::NotReadBack);
    assert_eq!(company.dump("visits"), before);
}

#[test]
fn a_rule_of_the_source_that_forbids_the_change_rolls_everything_back() {
    let company = company();
    company.run(
        "visits",
        "CREATE TRIGGER never BEFORE UPDATE ON visits WHEN old.number = 700 BEGIN SELECT RAISE(ABORT, 'ada@example.org'); END",
    );
    let plan = plan(&company);
    let before = company.dump("visits");

    let outcome = company.sources.execute(&ada(), &plan);

    let error = outcome.unwrap_err();
    assert_eq!(
        error.to_string(),
        "source `visits`: a rule of its own forbids the change"
    );
    assert_eq!(company.dump("visits"), before);
}

#[test]
fn a_writer_in_the_way_is_waited_for_and_then_given_up() {
    let company = company();
    let plan = plan(&company);
    let other = company.connect("crm");
    other.execute_batch("BEGIN IMMEDIATE").unwrap();

    let error = company.sources.execute(&ada(), &plan).unwrap_err();
    other.execute_batch("COMMIT").unwrap();

    assert_eq!(error.fault, Fault::TimedOut);
    assert!(matches!(
        company.sources.execute(&ada(), &plan).unwrap(),
        Outcome::Done(_)
    ));
}

#[test]
fn a_source_is_changed_after_those_that_its_collections_wait_for() {
    const MANIFEST: &str = "
dataset:
  - fides_key: accounts
    collections:
      - name: people
        fides_meta: {erase_after: [mailing.readers, vault.keys]}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
  - fides_key: mailing
    collections:
      - name: readers
        fides_meta: {erase_after: [vault.keys]}
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
  - fides_key: vault
    collections:
      - name: keys
        fields:
          - {name: id, data_categories: [user.unique_id], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";
    let table = |name: &str| {
        format!(
            "CREATE TABLE {name} (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO {name} VALUES (1, 'ada@example.org')"
        )
    };
    let (people, readers, keys) = (table("people"), table("readers"), table("\"keys\""));
    let databases = [
        ("accounts", &*people),
        ("mailing", &*readers),
        ("vault", &*keys),
    ];
    for (broken, left) in [
        ("vault", [1, 1, 1]),
        ("mailing", [1, 1, 0]),
        ("accounts", [1, 0, 0]),
    ] {
        let company = Company::with(MANIFEST, &databases);
        let plan = plan(&company);
        company.fail(broken, Mode::BreaksAtCommit);

        assert_eq!(
            company.sources.execute(&ada(), &plan).unwrap_err().key,
            broken
        );

        let rows = || {
            let tables = [
                ("accounts", "people"),
                ("mailing", "readers"),
                ("vault", "keys"),
            ];
            tables.map(|(source, table)| company.dump(source)[table].len())
        };
        assert_eq!(rows(), left, "{broken}");
        company.fail(broken, Mode::Healthy);
        let outcome = company.sources.execute(&ada(), &plan).unwrap();
        assert_eq!(done(&outcome).len(), 3);
        assert_eq!(rows(), [0, 0, 0], "{broken}");
    }
}
