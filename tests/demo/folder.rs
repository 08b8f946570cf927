//! The folder is filled once, kept afterwards, and never at the cost of somebody else's files.

use std::fs;
use std::path::Path;

use candor::demo::folder::Folder;
use candor::demo::{self, Options};
use rusqlite::Connection;
use tempfile::TempDir;

fn options(dir: &TempDir) -> Options {
    Options {
        dir: dir.path().to_owned(),
        port: 0,
        seed: None,
        people: 10,
        reset: false,
    }
}

fn prepare(options: &Options) -> anyhow::Result<()> {
    demo::prepare(
        &Folder::open(&options.dir)?,
        options,
        ([127, 0, 0, 1], 8080).into(),
    )
}

fn new() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn secret(dir: &TempDir) -> String {
    fs::read_to_string(dir.path().join("secret.key")).unwrap()
}

fn count(database: &Path, table: &str) -> i64 {
    let db = Connection::open(database).unwrap();
    let query = format!("SELECT count(*) FROM {table}");
    db.query_row(&query, [], |row| row.get(0)).unwrap()
}

#[test]
fn a_second_start_keeps_everything() {
    let dir = new();
    prepare(&options(&dir)).unwrap();
    let (portal, source) = (
        dir.path().join("portal.db"),
        dir.path().join("projobsector.db"),
    );
    let before = secret(&dir);
    Connection::open(&source)
        .unwrap()
        .execute("DELETE FROM messages", [])
        .unwrap();
    Connection::open(&portal)
        .unwrap()
        .execute("DELETE FROM people WHERE id = 1", [])
        .unwrap();
    let people = count(&portal, "people");

    prepare(&options(&dir)).unwrap();

    assert_eq!(secret(&dir), before);
    assert_eq!(count(&source, "messages"), 0);
    assert_eq!(count(&portal, "people"), people);
}

#[test]
fn another_seed_is_refused_until_reset_is_said() {
    let dir = new();
    prepare(&options(&dir)).unwrap();
    let before = secret(&dir);
    let other = Options {
        seed: Some(9),
        ..options(&dir)
    };

    let refused = prepare(&other).unwrap_err().to_string();
    assert!(refused.contains("made with seed 1"), "{refused}");
    prepare(&Options {
        reset: true,
        ..other
    })
    .unwrap();

    assert_ne!(secret(&dir), before);
    let marker = fs::read_to_string(dir.path().join("demo.toml")).unwrap();
    assert!(marker.contains("seed = 9") && marker.contains("ready = true"));
}

#[test]
fn a_new_demonstration_has_requests_of_people_who_are_not_listed() {
    let dir = new();
    prepare(&Options {
        people: 60,
        ..options(&dir)
    })
    .unwrap();
    let portal = dir.path().join("portal.db");
    assert_eq!(count(&portal, "requests WHERE state = 'acknowledged'"), 3);
    assert_eq!(count(&portal, "requests WHERE plan IS NOT NULL"), 1);
    let listed = "(SELECT min(id) FROM people) + 7";
    let of_listed = format!("requests WHERE person_id < {listed}");
    assert_eq!(count(&portal, &of_listed), 0);
    assert_eq!(
        count(
            &portal,
            "outbox WHERE instr(body_text, 'http://127.0.0.1:8080/')"
        ),
        3
    );
}

#[test]
fn an_interrupted_making_is_done_again() {
    let dir = new();
    fs::write(dir.path().join("demo.toml"), "seed = 1\nready = false\n").unwrap();
    fs::write(dir.path().join("projobsector.db"), "half a database").unwrap();
    fs::write(dir.path().join("portal.db-wal"), "half a log").unwrap();

    prepare(&options(&dir)).unwrap();

    assert_eq!(count(&dir.path().join("projobsector.db"), "accounts"), 10);
    assert_eq!(count(&dir.path().join("portal.db"), "staff"), 6);
}

#[test]
fn reset_leaves_other_files_in_the_folder() {
    let dir = new();
    prepare(&options(&dir)).unwrap();
    fs::write(dir.path().join("notes.txt"), "mine").unwrap();

    prepare(&Options {
        reset: true,
        ..options(&dir)
    })
    .unwrap();

    assert_eq!(
        fs::read_to_string(dir.path().join("notes.txt")).unwrap(),
        "mine"
    );
}

#[test]
fn a_folder_with_a_file_of_the_same_name_is_refused_and_left_alone() {
    let dir = new();
    fs::write(dir.path().join("secret.key"), "mine").unwrap();

    let refused = prepare(&Options {
        reset: true,
        ..options(&dir)
    })
    .unwrap_err()
    .to_string();

    assert!(refused.contains("secret.key"), "{refused}");
    assert_eq!(secret(&dir), "mine");
}

#[test]
fn the_manifests_in_the_folder_are_a_register_without_faults() {
    let dir = new();
    prepare(&options(&dir)).unwrap();

    let (register, _) = candor::register::Register::load(&dir.path().join("register")).unwrap();

    assert_eq!(register.organisation.name, "ProJobSector");
}

#[test]
fn one_folder_serves_one_demonstration_at_a_time() {
    let dir = new();
    let first = Folder::open(dir.path()).unwrap();
    let Err(refused) = Folder::open(dir.path()) else {
        panic!("two have the folder")
    };
    assert!(refused.to_string().contains("another demonstration"));
    drop(first);
    assert!(Folder::open(dir.path()).is_ok());
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_master_secret() {
    use std::os::unix::fs::PermissionsExt;
    let dir = new();
    prepare(&options(&dir)).unwrap();
    let mode = fs::metadata(dir.path().join("secret.key"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}
