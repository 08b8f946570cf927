//! What the commands say of a folder in which not all is as it should be, and of values with spaces around them.

use std::{fs, path::Path, process::Command};

const MANIFEST: &str = "
dataset:
  - fides_key: shop
    collections:
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

/// What a command says: its status, what it prints, and its warnings.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let program = Command::new(env!("CARGO_BIN_EXE_candor"));
    let output = { program }.arg("sources").args(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// A command about a source, with the manifest of people.
fn about(command: &str, url: &str, more: &[&str]) -> (i32, String, String) {
    let manifests = folder(&[("shop.yml", MANIFEST.as_bytes())]);
    let manifest = manifests.path().display().to_string();
    let source = format!("shop={url}");
    let place = ["--source", &source, "--manifests", &manifest];
    run(&[&[command], &place[..], more].concat())
}

fn url(folder: &Path) -> String {
    format!("files://{}", folder.display())
}

#[test]
fn a_check_of_files_names_each_that_cannot_be_read_and_each_that_is_passed_over() {
    let good = "id,email\n1,ada@example.org\n";
    let place = folder(&[
        ("people.csv", good.as_bytes()),
        ("ragged.csv", b"id,email\n1,a\n2,b,c\n"),
        ("unclosed.csv", b"id,email\n1,\"a\n"),
        ("twice.csv", b"id,id\n1,2\n"),
        ("UPPER.CSV", good.as_bytes()),
        ("notes.txt", b"nothing"),
    ]);
    let linked = place.path().join("linked.csv");
    std::os::unix::fs::symlink(place.path().join("people.csv"), linked).unwrap();

    let (status, told, warned) = about("check", &url(place.path()), &[]);

    assert_eq!(status, 1, "{told}{warned}");
    for wrong in [
        "ragged.csv, line 3: ",
        "unclosed.csv, line 2: ",
        "twice.csv, line 1: ",
    ] {
        assert_eq!(told.matches(wrong).count(), 1, "{wrong}: {told}");
    }
    assert!(warned.contains("`UPPER.CSV` is passed over"), "{warned}");
    assert!(warned.contains("`linked.csv` is passed over"), "{warned}");
    assert!(!warned.contains("notes.txt"), "{warned}");
}

#[test]
fn a_draft_of_a_folder_has_what_can_be_read_and_all_that_cannot_is_told_at_once() {
    let place = folder(&[
        ("people.csv", b"id,email\n1,ada@example.org\n"),
        ("bad.jsonl", b"{\"id\": 1}\n{\"id\": \n"),
        ("twice.csv", b"id,id\n1,2\n"),
        ("empty.csv", b""),
        ("latin.csv", b"id,name\n1,Ren\xe9\n"),
    ]);

    let (status, draft, warned) = run(&["scan", &url(place.path())]);

    assert_eq!(status, 1, "{warned}");
    assert!(draft.contains("name: people"), "{draft}");
    for wrong in [
        "bad.jsonl, line 2",
        "twice.csv, line 1",
        "empty.csv, line 1",
        "latin.csv, line 2",
    ] {
        assert!(warned.contains(wrong), "{wrong}: {warned}");
        let name = wrong.split('.').next().unwrap();
        assert!(!draft.contains(&format!("name: {name}")), "{draft}");
    }
}

#[test]
fn a_file_that_is_no_database_and_a_manifest_that_describes_nothing_are_said_to_be_so() {
    let place = folder(&[("shop.db", &[b'x'; 200]), ("empty.yml", b"dataset: []\n")]);
    let path = |name: &str| place.path().join(name).display().to_string();
    let url = format!("sqlite://{}", path("shop.db"));

    let (status, _, warned) = run(&["scan", &url]);
    assert_eq!(status, 1);
    assert!(warned.contains("it is no SQLite database"), "{warned}");

    let (status, _, warned) = run(&["scan", &format!("sqlite://{}", place.path().display())]);
    assert_eq!(status, 1);
    assert!(warned.contains("its file cannot be opened"), "{warned}");

    let (status, _, warned) = run(&["scan", "postgres://nobody@127.0.0.1:1/shop"]);
    assert_eq!(status, 1);
    assert!(warned.contains("the connection to it failed"), "{warned}");

    let (source, manifests) = (format!("shop={url}"), path("empty.yml"));
    let given = ["check", "--source", &source, "--manifests", &manifests];
    let (status, _, warned) = run(&given);
    assert_eq!(status, 2);
    assert!(warned.contains("describe no dataset at all"), "{warned}");
}

#[test]
fn spaces_around_an_address_hide_nobody_in_files_and_are_told_of_where_a_database_has_them() {
    let ada = ["--identity", "email=ada@example.org"];
    for (name, content) in [
        (
            "people.csv",
            "id,email\n1, ada@example.org \n2,eve@example.org\n",
        ),
        (
            "people.jsonl",
            "{\"id\":1,\"email\":\" ada@example.org\"}\n{\"id\":2,\"email\":\"eve@example.org\"}\n",
        ),
    ] {
        let place = folder(&[(name, content.as_bytes())]);
        let (status, found, warned) = about("find", &url(place.path()), &ada);
        assert_eq!(status, 0, "{warned}");
        assert!(found.contains("\"rows\": 1"), "{found}");
        let (_, plan, _) = about("plan", &url(place.path()), &ada);
        assert!(plan.contains("\"delete\""), "{plan}");
    }

    let place = folder(&[]);
    let file = place.path().join("shop.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    let made = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT);
                INSERT INTO people VALUES (1, ' ada@example.org'), (2, 'bea@example.org '), (3, 'eve@example.org');";
    database.execute_batch(made).unwrap();
    let (status, told, warned) = about("check", &format!("sqlite://{}", file.display()), &[]);
    assert_eq!(status, 0, "{told}{warned}");
    assert!(warned.contains("begin or end with a space: 2"), "{warned}");
}
