//! Addresses of sources, which may hold passwords, from a file or the environment.

use std::{
    fs,
    process::{Command, Output},
};

use super::{company::Company, database::Database, database::Kind};

const MANIFEST: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email}}
";

struct Place {
    folder: tempfile::TempDir,
    database: Database,
}

impl Place {
    fn new() -> Self {
        let sql = "CREATE TABLE people (id INTEGER PRIMARY KEY, email VARCHAR(60));
                   INSERT INTO people VALUES (1, 'ada@example.org');";
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
            database: Database::create(Kind::Sqlite, sql),
        };
        fs::create_dir(place.folder.path().join("manifests")).unwrap();
        let manifest = Company::manifest(MANIFEST);
        fs::write(place.folder.path().join("manifests/shop.yml"), manifest).unwrap();
        fs::write(place.folder.path().join("shop.address"), place.address()).unwrap();
        place
    }

    fn address(&self) -> String {
        format!("shop={}", self.database.url())
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        command
            .arg("sources")
            .args(arguments)
            .current_dir(self.folder.path());
        command
    }
}

fn told(mut command: Command) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn every_command_takes_addresses_from_a_file_and_from_the_environment() {
    let place = Place::new();
    let identity = ["--identity", "email=ada@example.org"];
    for (command, more, expected) in [
        ("find", &identity[..], "\"rows\": 1"),
        ("plan", &identity[..], "\"action\": \"delete\""),
        ("check", &[][..], "Manifests and sources agree."),
    ] {
        let all = [&[command, "--manifests", "manifests"], more].concat();
        let by_file = [&all[..], &["--source-file", "shop.address"]].concat();
        let mut by_variable = place.command(&all);
        by_variable.env("CANDOR_SOURCES", place.address());

        for ran in [told(place.command(&by_file)), told(by_variable)] {
            assert_eq!(ran.0, Some(0), "{command} {}", ran.2);
            assert!(ran.1.contains(expected), "{command} {}", ran.1);
        }
    }
}

#[test]
fn a_draft_is_of_the_source_that_is_given_or_of_the_one_that_is_named() {
    let place = Place::new();
    let other = format!("other={}", place.database.url());

    let (status, draft, wrong) = told(place.command(&["scan", "--source-file", "shop.address"]));
    assert_eq!(status, Some(0), "{wrong}");
    assert!(draft.contains("fides_key: shop"), "{draft}");

    let both = ["scan", "--source-file", "shop.address", "--source", &other];
    let (status, _, wrong) = told(place.command(&both));
    assert_eq!(status, Some(2));
    assert!(wrong.contains("say with --key which source is meant"));
    let named = [&both[..], &["--key", "other"]].concat();
    let (_, draft, wrong) = told(place.command(&named));
    assert!(draft.contains("fides_key: other"), "{wrong}");

    let (status, _, wrong) = told(place.command(&["scan"]));
    assert_eq!(status, Some(2));
    assert!(wrong.contains("no source is given"), "{wrong}");
}
