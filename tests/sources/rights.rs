//! What the account may not write is told by `candor sources check`, before anybody asks for it.

use std::{
    fs::{self, Permissions},
    os::unix::{fs::MetadataExt, fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::Command,
};

use super::company::Company;

const PEOPLE: &str = "
      - name: people
        fields:
          - {name: id, data_categories: [system.operations], fides_meta: {primary_key: true, data_type: integer}}
          - {name: email, data_categories: [user.contact.email], fides_meta: {identity: email, data_type: string}}
          - {name: note, data_categories: [user.content], fides_meta: {data_type: string}}
";

const MAY_NOT: &str = "may not write here, where records are to be deleted";

/// An account that owns nothing.
const NOBODY: u32 = 65_534;

/// Runs `check`; what is there belongs to somebody else where the tests run as root, who may write everywhere.
fn check(folder: &Path, url: &str) -> (i32, String) {
    let program = folder.join("program");
    if !program.exists() {
        let built = env!("CARGO_BIN_EXE_candor");
        // Where others may not look into the folder in which it was built, they can run it here.
        let linked = fs::hard_link(built, &program);
        linked
            .or_else(|_| fs::copy(built, &program).map(drop))
            .unwrap();
    }
    let mut command = Command::new(program);
    let source = format!("shop={url}");
    command.args(["sources", "check", "--source", &source, "--manifests"]);
    command.arg(folder.join("manifest.yml"));
    if fs::metadata(folder).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let output = command.output().unwrap();
    let told = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(told).unwrap(),
    )
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_file_or_a_folder_that_may_only_be_read_is_told_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path();
    let files = archive(base);
    let database = base.join("shop.db");
    let made = "CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT, note TEXT)";
    rusqlite::Connection::open(&database)
        .unwrap()
        .execute_batch(made)
        .unwrap();
    let urls = [
        format!("sqlite://{}", database.display()),
        format!("files://{}", files.display()),
    ];
    for (file, folder, is_told) in [(0o444, 0o555, true), (0o666, 0o777, false)] {
        allow(&database, file);
        allow(&files, folder);
        for url in &urls {
            let (status, told) = check(base, url);
            assert_eq!(told.contains(MAY_NOT), is_told, "{url}: {told}");
            assert_eq!(status, i32::from(is_told), "{url}: {told}");
            if is_told {
                let (status, told) = check(base, &format!("{url}?read_only=yes"));
                assert_eq!(status, 0, "{url}: {told}");
            }
        }
    }
}

/// A folder with one file of people, and its manifest beside it.
fn archive(base: &Path) -> PathBuf {
    fs::write(base.join("manifest.yml"), Company::manifest(PEOPLE)).unwrap();
    let files = base.join("archive");
    fs::create_dir(&files).unwrap();
    let people = "id,email,note\n1,ada@example.org,x\n";
    fs::write(files.join("people.csv"), people).unwrap();
    allow(base, 0o777);
    files
}

#[test]
fn a_folder_in_which_only_the_lock_may_be_written_is_told_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let files = archive(folder.path());
    let lock = files.join(".candor-lock");
    fs::write(&lock, "").unwrap();
    allow(&lock, 0o666);
    allow(&files.join("people.csv"), 0o666);
    let url = format!("files://{}", files.display());
    for (mode, is_told) in [(0o555, true), (0o777, false)] {
        allow(&files, mode);
        let (status, told) = check(folder.path(), &url);
        assert_eq!(told.contains(MAY_NOT), is_told, "{told}");
        assert_eq!(status, i32::from(is_told), "{told}");
    }
    let left = fs::read_dir(&files).unwrap();
    let mut left: Vec<_> = left.map(|it| it.unwrap().file_name()).collect();
    left.sort_unstable();
    assert_eq!(left, [".candor-lock", "people.csv"], "nothing is left over");
}

#[test]
fn a_folder_where_everybody_writes_and_nobody_replaces_anothers_file_is_told_by_check() {
    let folder = tempfile::tempdir().unwrap();
    let files = archive(folder.path());
    let is_anothers = fs::metadata(folder.path()).unwrap().uid() == 0;
    allow(&files.join("people.csv"), 0o666);
    allow(&files, 0o1777);
    let url = format!("files://{}", files.display());
    let (status, told) = check(folder.path(), &url);
    assert_eq!(told.contains(MAY_NOT), is_anothers, "{told}");
    assert_eq!(status, i32::from(is_anothers), "{told}");
}

#[test]
fn a_folder_that_is_not_there_is_called_so() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.yml");
    fs::write(&manifest, Company::manifest(PEOPLE)).unwrap();
    let there = folder.path().display();
    for (url, told) in [
        (
            format!("files://{there}/archive"),
            "there is no such folder",
        ),
        (format!("files://{there}/manifest.yml"), "it is no folder"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .args(["sources", "check", "--source", &format!("shop={url}")])
            .arg("--manifests")
            .arg(&manifest)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(told), "{url}: {said}");
        assert_eq!(output.status.code(), Some(2));
    }
}
