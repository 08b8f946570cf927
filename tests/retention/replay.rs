//! What had been erased stays erased after a source is restored from a backup.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use candor::retention::replay::{Replayed, Run, replay};
use candor::retention::tombstones;
use chrono::{NaiveDateTime, TimeDelta};

use candor::accounts::model::Role;

use super::{ON_SEARCHES, PLAN, agree, agree_as, agree_to, place, sample, searches};
use crate::support::TestApp;

#[actix_web::test]
async fn what_a_restored_backup_brings_back_is_erased_again() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let source = app.source.connect();
    let (_folder, backup) = back_up(&source);
    let (before, taken) = (searches(&app), app.app.clock.now());
    app.app.clock.advance(TimeDelta::minutes(1));
    agree(&app, &person).await;
    app.run_jobs().await;
    let after = searches(&app);
    assert!(after < before);

    restore(&source, &backup);
    assert_eq!(searches(&app), before);
    let looked = run(&app, taken, Run::Dry).await;
    assert_eq!((looked.known, looked.returned), (1, 1), "{looked:?}");
    assert!(looked.records > 0);
    assert_eq!(searches(&app), before, "a dry run changes nothing");
    let refuse =
        "CREATE TRIGGER never BEFORE DELETE ON search_terms BEGIN SELECT RAISE(ABORT, 'no'); END";
    source.execute_batch(refuse).unwrap();
    let broken = run(&app, taken, Run::Real).await;
    assert_eq!((broken.errors.len(), broken.records), (1, 0), "{broken:?}");
    source.execute_batch("DROP TRIGGER never").unwrap();
    let known = |conn: &mut _| tombstones::list_since(conn, taken);
    let object = format!("erasure {}", app.app.db.read_now(known).unwrap()[0].key);
    let on_record =
        || ["erasure.replay_begun", "erasure.replayed"].map(|action| app.events(action, &object));
    assert_eq!(on_record(), [1, 0], "that it was begun is known");
    let replayed = run(&app, taken, Run::Real).await;
    assert_eq!(replayed.records, looked.records, "{replayed:?}");
    assert_eq!(searches(&app), after);
    assert_eq!(on_record(), [2, 1]);
    let again = run(&app, taken, Run::Real).await;
    assert_eq!((again.known, again.records), (1, 0), "{again:?}");
}

#[actix_web::test]
async fn who_was_erased_before_the_backup_and_came_back_is_left_in_peace() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let source = app.source.connect();
    let (_folder, backup) = back_up(&source);
    let before = searches(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    restore(&source, &backup);
    app.app.clock.advance(TimeDelta::minutes(1));

    let replayed = run(&app, app.app.clock.now(), Run::Real).await;

    assert_eq!((replayed.known, replayed.records), (0, 0));
    assert_eq!(searches(&app), before);
}

/// As the command does: on a thread that may block.
pub(super) async fn run(app: &TestApp, since: NaiveDateTime, kind: Run) -> Replayed {
    let app = app.app.clone();
    let replaying = move || replay(&app, since, kind).unwrap();
    tokio::task::spawn_blocking(replaying).await.unwrap()
}

/// A copy of everything in a source, and the folder in which it stands.
pub(super) fn back_up(source: &rusqlite::Connection) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup.db");
    let path = backup.to_str().unwrap();
    source.execute("VACUUM INTO ?", [path]).unwrap();
    (folder, backup)
}

/// Brings every row of the backup back.
pub(super) fn restore(source: &rusqlite::Connection, backup: &Path) {
    let tables: Vec<String> = source
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    source
        .execute("ATTACH ? AS backup", [backup.to_str().unwrap()])
        .unwrap();
    let mut script = "PRAGMA foreign_keys = OFF; BEGIN;".to_owned();
    for table in tables {
        let _ = write!(
            script,
            "DELETE FROM main.\"{table}\"; INSERT INTO main.\"{table}\" SELECT * FROM backup.\"{table}\";"
        );
    }
    source
        .execute_batch(&(script + "COMMIT; DETACH backup;"))
        .unwrap();
}

/// What a later erasure of the same person took, an earlier one may have left.
#[actix_web::test]
async fn what_two_erasures_of_one_person_took_goes_again_in_one_replay() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let una = app.staff("una", Role::Supervisor).await;
    place(&una, ON_SEARCHES).await.location();
    let source = app.source.connect();
    let (_folder, backup) = back_up(&source);
    let (before, taken) = (searches(&app), app.app.clock.now());
    app.app.clock.advance(TimeDelta::minutes(1));
    agree(&app, &person).await;
    app.run_jobs().await;
    assert_eq!(searches(&app), before, "they are held");
    let page = una.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    una.submit(&page, &lift, &[]).await.location();
    super::remainders::erase_what_is_left(&app).await;
    let left = searches(&app);
    assert!(left < before);

    restore(&source, &backup);
    let replayed = run(&app, taken, Run::Real).await;
    assert_eq!(replayed.known, 2, "{replayed:?}");
    assert_eq!(searches(&app), left, "{replayed:?}");
}

#[actix_web::test]
async fn a_dry_run_counts_what_several_erasures_of_one_person_took_once_and_says_once_what_is_down()
{
    let app = TestApp::start();
    let person = sample(&app).await;
    let source = app.source.connect();
    let (_folder, backup) = back_up(&source);
    let taken = app.app.clock.now();
    app.app.clock.advance(TimeDelta::minutes(1));
    let part = "/requests/new/deletion/plan?category=user.education";
    agree_to(&app, &person, part).await;
    app.run_jobs().await;
    app.app.clock.advance(TimeDelta::minutes(1));
    let page = person.get(PLAN).await.page();
    let filed = person.submit(&page, PLAN, &[]).await;
    let path = filed.location().strip_prefix("/requests/").unwrap();
    let reference = path.strip_suffix("/filed").unwrap();
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    agree_as(reference, &agent, supervisor).await;
    app.run_jobs().await;
    restore(&source, &backup);

    let refuse =
        "CREATE TRIGGER never BEFORE DELETE ON education BEGIN SELECT RAISE(ABORT, 'no'); END";
    source.execute_batch(refuse).unwrap();
    let refused = run(&app, taken, Run::Real).await;
    assert_eq!((refused.known, refused.errors.len()), (2, 1), "{refused:?}");
    source.execute_batch("DROP TRIGGER never").unwrap();
    app.source.go_away();
    let away = run(&app, taken, Run::Dry).await;
    assert_eq!(away.errors.len(), 1, "{:?}", away.errors);
    app.source.come_back();

    let looked = run(&app, taken, Run::Dry).await;
    let replayed = run(&app, taken, Run::Real).await;
    assert_eq!(looked.records, replayed.records, "{looked:?} {replayed:?}");
    assert_eq!(
        looked.returned, replayed.returned,
        "{looked:?} {replayed:?}"
    );
    assert!(looked.records > 0);
}

/// The command, on that portal's database.
fn command(app: &TestApp, since: &str) -> (Option<i32>, String) {
    let output = app.command(&["sources", "replay", "--since", since, "--dry-run"]);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

/// A year that is mistyped would find nothing to erase.
#[actix_web::test]
async fn a_backup_of_a_day_to_come_is_a_fault_and_the_sources_that_are_searched_are_named() {
    let app = TestApp::start();

    let (status, said) = command(&app, "2999-12-05");
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("2999-12-05 00:00:00 is still to come"),
        "{said}"
    );

    let (_, said) = command(&app, "2020-12-05");
    let sources = app.app.register.datasets.iter().map(|it| &it.source);
    for source in sources {
        assert!(said.contains(&**source), "{source}: {said}");
    }
    assert!(
        said.contains("Looking at ") && said.contains("0 corrected values"),
        "{said}"
    );
}
