use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use candor::config::{Addresses, Settings};

fn candor(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(arguments)
        .env_clear()
        .output()
        .unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn all_faults_are_told_at_once_each_with_its_name_and_the_way_out() {
    let settings = Settings {
        database_url: Some("mysql://example".to_owned()),
        bind: "nowhere".to_owned(),
        base_url: "https://privacy.example.org/portal".to_owned(),
        trusted_proxies: vec!["10.0.0.0/99".to_owned()],
        addresses: Addresses {
            sources: vec!["without-an-address".to_owned()],
            ..Addresses::default()
        },
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
        "projobsector=postgres://reader:hunter3@db.example.org/shop",
        "--register",
        concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register"),
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
        text.contains("projobsector=postgres://reader:***@db.example.org/shop"),
        "{text}"
    );
    assert!(
        !text.contains("hunter") && !text.contains("MDEyMz"),
        "{text}"
    );
}

#[test]
fn what_the_settings_name_is_looked_at_too_and_all_faults_of_it_are_told_at_once() {
    let register = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
    let run = |more: &[&str]| {
        let output = candor(&[&["config", "--secret-key", SECRET], more].concat());
        assert!(!output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains("can be used."));
        said(&output)
    };
    let told = run(&[
        "--register",
        register,
        "--source",
        "projobsector=sqlite:///nowhere.db",
        "--source",
        "projobsector=sqlite:///elsewhere.db",
        "--source",
        "old=oracle://db.example.org/old",
        "--source",
        "shop=sqlite:///shop.db",
        "--mail",
        "gopher://mail.example.org",
        "--smtp-user",
        "portal",
        "--smtp-ca-file",
        "/nonexistent/ca.pem",
        "--dkim-key-file",
        "/nonexistent/dkim.pem",
    ]);
    for wrong in [
        "the source \"projobsector\" is given twice",
        "the address of \"old\" is of no kind of source",
        "knows the source \"shop\"",
        "--mail (CANDOR_MAIL): this way for mail is not known",
        "--smtp-user (CANDOR_SMTP_USER): a password is missing",
        "--smtp-ca-file (CANDOR_SMTP_CA_FILE): /nonexistent/ca.pem",
        "--dkim-key-file (CANDOR_DKIM_KEY_FILE): /nonexistent/dkim.pem",
    ] {
        assert!(told.contains(wrong), "{wrong} is missing in:\n{told}");
    }
    assert_eq!(told.matches('→').count(), 7, "{told}");

    let told = run(&["--register", "/nonexistent"]);
    assert!(
        told.contains("--register (CANDOR_REGISTER): the register cannot be used"),
        "{told}"
    );
}

#[test]
fn what_a_start_would_refuse_of_a_source_is_told_before() {
    let register = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let two = file(
        "two",
        "projobsector=mysql://candor:secret@\n\nolder=sqlite:///older.db\n",
    );
    let bare = file("bare", "sqlite:///bare.db\n");
    let run = |more: &[&str]| {
        let register = ["config", "--secret-key", SECRET, "--register", register];
        said(&candor(&[&register, more].concat()))
    };

    let told = run(&["--source-file", &two, "--source-file", &bare]);

    for wrong in [
        &*format!("--source-file (CANDOR_SOURCE_FILES): {two}, line 3: a file holds one source"),
        &*format!(
            "--source-file (CANDOR_SOURCE_FILES): {bare}, line 1: a source is not of the form KEY=URL"
        ),
        "source `projobsector`: ",
    ] {
        assert!(told.contains(wrong), "{wrong} is missing in:\n{told}");
    }
    assert!(!told.contains("secret@"), "{told}");
    let faulty = "projobsector=sqlite:///a.db?page_time=5 projobsector=sqlite:///b.db b=postgres://x/y?pool=-1 c=files:// f=files:///tmp?read_only=maybe";
    let nowhere = ["config", "--secret-key", SECRET, "--register", "/nowhere"];
    for wrong in [
        "the source \"projobsector\" is given twice",
        "source `projobsector`: `page_time` is",
        "source `b`: `pool` is",
        "source `c`: the URL names no folder",
        "source `f`: `read_only` is",
    ] {
        let given: Vec<_> = faulty.split(' ').flat_map(|it| ["--source", it]).collect();
        for told in [run(&given), said(&candor(&[&nowhere, &given[..]].concat()))] {
            assert!(told.contains(wrong), "{wrong} is missing in:\n{told}");
        }
    }
    let told = run(&["--source", "projobsector=http://candor:abc@10.0.0.1/"]);
    assert!(told.contains("holds no secret of 32 characters"), "{told}");
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

pub const SECRET: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const OTHER_SECRET: &str = "OTg3NjU0MzIxMDk4NzY1NDMyMTA5ODc2NTQzMjEwOTg=";

/// A folder for a SQLite database, and its address.
fn place() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("portal.db").display());
    (folder, url)
}

fn on(url: &str, secret: &str, arguments: &[&str]) -> (bool, String) {
    let register = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
    let settings = [
        "--database-url",
        url,
        "--secret-key",
        secret,
        "--register",
        register,
    ];
    let output = candor(&[arguments, &settings].concat());
    (output.status.success(), said(&output))
}

const SERVE: &[&str] = &["serve", "--bind", "127.0.0.1:0"];
const STAFF: &[&str] = &[
    "staff",
    "add",
    "--email",
    "ivo@example.org",
    "--name",
    "Ivo",
    "--role",
    "admin",
];

#[test]
fn where_no_database_is_none_is_made_but_by_migrate_and_the_path_is_told() {
    let (folder, url) = place();
    let copy = folder.path().join("copy.db").display().to_string();
    let path = folder.path().join("portal.db");
    for command in [SERVE, STAFF, &["backup", &copy], &["token", "list"]] {
        let (done, said) = on(&url, SECRET, command);
        assert!(!done, "{command:?}: {said}");
        assert!(
            said.contains(&format!("no database at {}", path.display())),
            "{command:?}: {said}"
        );
        assert!(!path.exists(), "{command:?}");
    }
}

#[test]
fn a_database_that_is_not_up_to_date_is_not_worked_on_and_the_way_out_is_told() {
    let (folder, url) = place();
    std::fs::write(folder.path().join("portal.db"), "").unwrap();
    let worker = [
        "worker",
        "--mail",
        &format!("folder:{}", folder.path().display()),
    ];
    for command in [SERVE, &worker, STAFF, &["token", "list"]] {
        let (done, said) = on(&url, SECRET, command);
        assert!(!done && said.contains("run `candor migrate`"), "{said}");
    }
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let (folder, url) = place();
    assert!(on(&url, SECRET, &["migrate"]).0);
    let database = rusqlite::Connection::open(folder.path().join("portal.db")).unwrap();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    database.execute(newer, []).unwrap();
    for command in [&["migrate"], SERVE, &["token", "list"]] {
        let (done, said) = on(&url, SECRET, command);
        assert!(!done && said.contains("made by a newer version"), "{said}");
        assert!(said.contains("9999"), "{said}");
    }
    let copy = folder.path().join("copy.db").display().to_string();
    let (done, said) = on(&url, SECRET, &["backup", &copy]);
    assert!(done, "a copy of it can be made all the same: {said}");
}

#[test]
fn the_master_secret_of_another_portal_is_refused_by_its_settings_name() {
    let (folder, url) = place();
    assert!(on(&url, SECRET, &["migrate"]).0);
    for command in [&["migrate"], SERVE, STAFF, &["token", "list"]] {
        let (done, said) = on(&url, OTHER_SECRET, command);
        assert!(!done, "{command:?}: {said}");
        assert!(
            said.contains("--secret-key-file (CANDOR_SECRET_KEY_FILE)"),
            "{command:?}: {said}"
        );
    }
    assert!(on(&url, SECRET, &["token", "list"]).0);

    // One that was made before knows none, and takes that of the first who comes.
    let database = rusqlite::Connection::open(folder.path().join("portal.db")).unwrap();
    database.execute("DELETE FROM master_secrets", []).unwrap();
    assert!(on(&url, OTHER_SECRET, &["token", "list"]).0);
    assert!(!on(&url, SECRET, &["token", "list"]).0);
}

#[test]
fn a_backup_that_fails_leaves_nothing_behind() {
    let (folder, url) = place();
    assert!(on(&url, SECRET, &["migrate"]).0);
    let path = folder.path().join("portal.db");
    let page: u32 = rusqlite::Connection::open(&path)
        .unwrap()
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'outbox'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let end = usize::try_from(page).unwrap() * 4096;
    bytes[end - 4096..end].fill(0x5a);
    std::fs::write(&path, bytes).unwrap();
    let copy = folder.path().join("copy.db").display().to_string();
    let (done, said) = on(&url, SECRET, &["backup", &copy]);
    assert!(!done && said.contains("cannot be copied"), "{said}");
    let names = std::fs::read_dir(folder.path()).unwrap();
    let mut names = names.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert!(names.all(|name| name.starts_with("portal.db")), "{said}");
}

#[test]
fn the_database_and_the_files_beside_it_are_for_their_owner_alone() {
    let (folder, url) = place();
    let db = candor::db::Db::open(&url, 1).unwrap();
    candor::db::migrate(&db).unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 3, "the database, its log and its index");
    for file in files {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn an_address_that_is_taken_is_told_with_its_setting() {
    let (_folder, url) = place();
    assert!(on(&url, SECRET, &["migrate"]).0);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (done, told) = on(&url, SECRET, &["serve", "--bind", &address]);
    assert!(!done && told.contains("--bind (CANDOR_BIND)"), "{told}");
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
