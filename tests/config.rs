use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use candor::config::Settings;

fn candor(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn all_faults_are_told_at_once_each_with_its_name_and_the_way_out() {
    let settings = Settings {
        database_url: "mysql://example".to_owned(),
        bind: "nowhere".to_owned(),
        base_url: "https://privacy.example.org/portal".to_owned(),
        trusted_proxies: vec!["10.0.0.0/99".to_owned()],
        sources: vec!["without-an-address".to_owned()],
        ..Settings::default()
    };
    let told = settings.check().unwrap_err().to_string();
    for name in [
        "--database-url (CANDOR_DATABASE_URL)",
        "--bind (CANDOR_BIND)",
        "--base-url (CANDOR_BASE_URL)",
        "--secret-key-file (CANDOR_SECRET_KEY_FILE)",
        "--trusted-proxy (CANDOR_TRUSTED_PROXIES)",
        "--source (CANDOR_SOURCES)",
    ] {
        assert!(told.contains(name), "{name} is missing in:\n{told}");
    }
    assert_eq!(told.matches('→').count(), 6, "{told}");
}

#[test]
fn the_settings_in_force_are_shown_without_any_secret() {
    let shown = candor(&[
        "config",
        "--database-url",
        "postgres://portal:hunter2@db.example.org/candor",
        "--source",
        "shop=postgres://reader:hunter3@db.example.org/shop",
        "--secret-key",
        "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    ]);
    let text = said(&shown);
    assert!(shown.status.success(), "{text}");
    assert!(
        text.contains("postgres://portal:***@db.example.org/candor"),
        "{text}"
    );
    assert!(
        text.contains("shop=postgres://reader:***@db.example.org/shop"),
        "{text}"
    );
    assert!(
        !text.contains("hunter") && !text.contains("MDEyMz"),
        "{text}"
    );
}

#[test]
fn a_command_with_faulty_settings_fails_and_says_why() {
    let failed = candor(&["serve", "--bind", "nowhere"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(said(&failed).contains("--bind (CANDOR_BIND): \"nowhere\" cannot be read"));
}

#[test]
fn a_backup_is_a_whole_database_and_never_overwrites_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (url, file) = (format!("sqlite://{}", path("portal.db")), path("copy.db"));
    let secret = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
    let settings = ["--database-url", &url, "--secret-key", secret];
    let run = |first: &[&str]| candor(&[first, &settings].concat());

    assert!(run(&["migrate"]).status.success());
    let made = run(&["backup", &file]);
    assert!(made.status.success(), "{}", said(&made));
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    let copy = rusqlite::Connection::open(&file).unwrap();
    let tables: i64 = copy
        .query_row(
            "SELECT count(*) FROM sqlite_master WHERE name = 'events'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(tables, 1);

    let again = run(&["backup", &file]);
    assert!(!again.status.success());
    assert!(said(&again).contains("exists already"), "{}", said(&again));
}

#[test]
fn a_command_that_nobody_reads_any_more_ends_without_a_word() {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
    let commands: [&[&str]; 4] = [
        &["secret"],
        &["register", "check", sources],
        &["law", "check", "--on", "2040-01-01"],
        &[
            "law",
            "deadlines",
            "--law",
            "us-ca",
            "--right",
            "access",
            "--received",
            "2026-02-09",
        ],
    ];
    for arguments in commands {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
        let output = command.args(arguments).stdout(writer).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.is_empty(), "{arguments:?}: {told}");
        assert_ne!(output.status.code(), Some(101), "{arguments:?}");
    }
}
