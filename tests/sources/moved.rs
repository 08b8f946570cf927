//! Tables that are made otherwise between a plan and its execution, or between two pages: nothing is changed by a plan for
//! what is no longer there, and what is there now is seen.

use candor::sources::{Fault, Outcome};

use super::{
    database::Kind,
    trial::{Trial, ada},
};

/// What happens, how it is undone, and whether everything can be read meanwhile.
type Move = (&'static str, &'static str, bool);

fn moves(kind: Kind) -> Vec<Move> {
    let mut moves = vec![
        (
            "ALTER TABLE notes RENAME COLUMN text TO body",
            "ALTER TABLE notes RENAME COLUMN body TO text",
            true,
        ),
        (
            "ALTER TABLE notes RENAME COLUMN person TO owner",
            "ALTER TABLE notes RENAME COLUMN owner TO person",
            false,
        ),
        (
            "ALTER TABLE notes RENAME TO memos",
            "ALTER TABLE memos RENAME TO notes",
            false,
        ),
        (
            "ALTER TABLE people RENAME COLUMN email TO mail",
            "ALTER TABLE people RENAME COLUMN mail TO email",
            false,
        ),
    ];
    match kind {
        Kind::Sqlite => {}
        Kind::Postgres => moves.extend([
            ("ALTER TABLE notes ALTER COLUMN text TYPE VARCHAR(4)", "ALTER TABLE notes ALTER COLUMN text TYPE VARCHAR(30)", true),
            (
                "ALTER TABLE people ALTER COLUMN happy TYPE TEXT",
                "ALTER TABLE people ALTER COLUMN happy TYPE BOOLEAN USING happy::boolean",
                true,
            ),
            (
                "ALTER TABLE notes ALTER COLUMN person TYPE TEXT USING 'p' || person",
                "ALTER TABLE notes ALTER COLUMN person TYPE INTEGER USING substr(person, 2)::int",
                true,
            ),
        ]),
        Kind::MariaDb => moves.extend([
            ("ALTER TABLE notes MODIFY text VARCHAR(4) NOT NULL", "ALTER TABLE notes MODIFY text VARCHAR(30) NOT NULL", true),
            ("ALTER TABLE people MODIFY happy VARCHAR(9)", "ALTER TABLE people MODIFY happy BOOLEAN", true),
            (
                "ALTER TABLE notes MODIFY person VARCHAR(9); UPDATE notes SET person = CONCAT('p', person)",
                "UPDATE notes SET person = SUBSTR(person, 2); ALTER TABLE notes MODIFY person INTEGER",
                true,
            ),
        ]),
    }
    moves
}

#[test]
fn a_plan_for_tables_that_are_otherwise_now_changes_nothing() {
    for trial in Trial::on_all() {
        for (away, back, _) in moves(trial.kind) {
            let plan = trial.plan();
            trial.company.run("shop", away);
            let before = trial.company.dump("shop");

            let outcome = trial.company.sources.execute(&ada(), &plan);

            if let Ok(Outcome::Done(_)) = outcome {
                // What the rows hold is the same, in a column of another type.
                trial.company.run("shop", back);
                assert!(trial.is_done(), "{:?}: {away}", trial.kind);
                trial.reset();
                continue;
            }
            assert_eq!(
                trial.company.dump("shop"),
                before,
                "{:?}: {away}",
                trial.kind
            );
            match outcome {
                Ok(outcome) => assert_eq!(outcome, Outcome::Stale, "{:?}: {away}", trial.kind),
                Err(error) => {
                    let told = error.to_string();
                    let is_missing = matches!(error.fault, Fault::Missing(_));
                    assert!(is_missing, "{:?}: {away}: {told}", trial.kind);
                    assert!(told.starts_with("source `shop`: no ") && told.ends_with(" there"));
                }
            }
            trial.company.run("shop", back);
            trial.completes(&trial.company.sources, &plan);
            trial.reset();
        }
    }
}

#[test]
fn a_column_that_is_gone_changes_the_plan_and_not_the_rows() {
    for trial in Trial::on_all() {
        let plan = trial.plan();
        trial
            .company
            .run("shop", "ALTER TABLE notes DROP COLUMN text");
        let before = trial.company.dump("shop");

        let outcome = trial.company.sources.execute(&ada(), &plan);

        assert_eq!(outcome, Ok(Outcome::Stale), "{:?}", trial.kind);
        assert_eq!(trial.company.dump("shop"), before, "{:?}", trial.kind);
        // A new one is made for what is left.
        let plan = trial.plan();
        let outcome = trial.company.sources.execute(&ada(), &plan).unwrap();
        assert!(matches!(outcome, Outcome::Done(_)), "{:?}", trial.kind);
        assert_eq!(
            trial.company.dump("shop")["people"].len(),
            1,
            "{:?}",
            trial.kind
        );
    }
}

#[test]
fn a_table_that_is_otherwise_now_is_seen_as_it_is_at_the_second_look_at_the_latest() {
    for trial in Trial::on_all() {
        for (away, back, is_readable) in moves(trial.kind) {
            let counts = trial.company.counts(&ada());
            assert_eq!(counts["notes"], (3, 0), "{:?}: before {away}", trial.kind);
            assert_eq!(trial.company.records(&ada(), "people").len(), 2);
            trial.company.run("shop", away);
            trial.company.sources.overview(&ada());
            look(&trial);
            trial.company.sources.overview(&ada());
            let unread = look(&trial);
            assert_eq!(
                unread.is_empty(),
                is_readable,
                "{:?}: {away}: {unread:?}",
                trial.kind
            );
            trial.company.run("shop", back);
            trial.company.sources.overview(&ada());
            look(&trial);
            let counts = trial.company.counts(&ada());
            assert_eq!(counts["people"], (2, 0), "{:?}: after {away}", trial.kind);
            assert_eq!(counts["notes"], (3, 0), "{:?}: after {away}", trial.kind);
            let records = trial.company.records(&ada(), "people");
            assert_eq!(records.len(), 2, "{:?}: after {away}", trial.kind);
            let happy = records[0].held("happy").map(ToString::to_string);
            // As a text until the structure is looked at again: nothing says that it is another.
            let is_right = matches!(happy.as_deref(), Some("yes" | "true"));
            assert!(is_right, "{:?}: after {away}: {happy:?}", trial.kind);
        }
    }
}

/// Reads every record, and tells what could not be read.
fn look(trial: &Trial) -> Vec<String> {
    let all = candor::sources::Dates::default();
    let each = &mut |_: &candor::register::CollectionKey, _| std::ops::ControlFlow::Continue(());
    let unread = trial
        .company
        .sources
        .for_each(&ada(), all, each)
        .into_iter();
    unread
        .map(|(key, error)| format!("{key}: {error}"))
        .collect()
}
