//! Files that are not as they should be, that others write to, and processes that are killed: before or after, never
//! in between.

use std::{
    env,
    fmt::Write,
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::MetadataExt,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use candor::sources::{
    Act, Change, Fault, Filter, Form, Outcome, Select, Source, Table, Value, faults::Mode, open,
};

use super::archive::{Archive, ORDERS, PEOPLE, ada, files, plan, sources};

const FOLDER: &str = "CANDOR_TEST_FOLDER";
const SHORT: Duration = Duration::from_millis(60);
const WAIT: Duration = Duration::from_secs(5);

#[test]
fn what_is_malformed_is_told_with_file_and_line_and_nothing_is_done() {
    for (name, content, told) in [
        (
            "people.csv",
            PEOPLE.replace("Eve,,0", "Eve,0"),
            "people.csv, line 3: cells: 4; columns in the header: 5",
        ),
        (
            "people.csv",
            PEOPLE.replace("Eve", "E\"ve"),
            "people.csv, line 3: a quote is inside of a cell",
        ),
        (
            "people.csv",
            PEOPLE.replace("3,ada", "3,\"ada"),
            "people.csv, line 5: ",
        ),
        (
            "people.csv",
            format!("{PEOPLE}4,\"x,,,\n"),
            "people.csv, line 7: a quote is not closed",
        ),
        (
            "people.csv",
            PEOPLE.replace("name", "email"),
            "people.csv, line 1: the header names `email` twice",
        ),
        (
            "people.csv",
            PEOPLE.replace(",news\r", ",\r"),
            "people.csv, line 1: the header has a column without a name",
        ),
        (
            "people.csv",
            "\n".to_owned(),
            "people.csv, line 1: there is no header that names the columns",
        ),
        (
            "people.csv",
            PEOPLE.replace("\r\n", "\r"),
            "people.csv, line 1: its lines end with CR alone",
        ),
        (
            "orders.jsonl",
            format!("{ORDERS}{{\"number\": \"a-4\""),
            "orders.jsonl, line 4: no JSON object",
        ),
        (
            "orders.jsonl",
            ORDERS.replace("\"note\": null", "\"number\": \"x\""),
            "orders.jsonl, line 3: no JSON object",
        ),
        (
            "people.jsonl",
            String::new(),
            "there are both people.csv and people.jsonl",
        ),
    ] {
        let archive = Archive::new();
        let agreed = plan(&archive.sources);
        archive.write(name, &content);
        let before = archive.files();

        let error = archive.sources.execute(&ada(), &agreed).unwrap_err();

        assert!(
            matches!(error.fault, Fault::Malformed(_)),
            "{name}: {error}"
        );
        assert!(error.to_string().contains(told), "{told}: {error}");
        assert_eq!(archive.files(), before, "{told}");
        let summary = archive.sources.overview(&ada());
        assert!(summary.iter().any(|it| it.counts.is_err()), "{told}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_told_and_not_guessed() {
    let archive = Archive::new();
    let mut bytes = PEOPLE.as_bytes().to_vec();
    bytes.extend(b"4,x,M\xfcller,,\r\n");
    fs::write(archive.folder.path().join("people.csv"), bytes).unwrap();

    let health = archive.sources.overview(&ada());

    let errors: Vec<_> = health
        .iter()
        .filter_map(|it| it.counts.as_ref().err())
        .collect();
    assert!(
        errors[0]
            .to_string()
            .contains("people.csv, line 7: this is not UTF-8"),
        "{errors:?}"
    );
}

fn people(source: &dyn Source) -> Table {
    let schema = source.schema(WAIT).unwrap();
    let mut table = schema
        .tables
        .iter()
        .find(|it| it.name.name == "people")
        .unwrap()
        .clone();
    table.row_key = vec!["id".to_owned()];
    table
}

fn at(archive: &Archive) -> std::sync::Arc<dyn Source> {
    open(
        "archive",
        &format!("files://{}", archive.folder.path().display()),
    )
    .unwrap()
}

#[test]
fn two_writers_never_meet_and_whoever_does_not_commit_changes_nothing() {
    let archive = Archive::new();
    let (one, other) = (at(&archive), at(&archive));
    let table = people(&*one);
    let mut first = one.begin(WAIT).unwrap();
    let key = [Value::Text("1".to_owned())];
    let change = Change {
        table: &table,
        key: &key,
        expect: &[],
        act: Act::Delete,
    };
    assert_eq!(first.change(&change).unwrap(), 1);
    assert_eq!(first.change(&change).unwrap(), 0, "it is gone already");

    assert_eq!(other.begin(SHORT).err().unwrap().fault, Fault::TimedOut);
    drop(first);

    assert!(other.begin(SHORT).is_ok());
    assert_eq!(archive.files()["people.csv"], PEOPLE);
}

#[test]
fn a_change_is_refused_when_somebody_else_writes_to_the_file_meanwhile() {
    let archive = Archive::new();
    let source = at(&archive);
    let table = people(&*source);
    let key = [Value::Text("1".to_owned())];
    let change = |expect| Change {
        table: &table,
        key: &key,
        expect,
        act: Act::Delete,
    };
    let mut transaction = source.begin(WAIT).unwrap();
    let wrong = [("name".to_owned(), Value::Text("Joe".to_owned()))];
    assert_eq!(
        transaction.change(&change(&wrong)).unwrap(),
        0,
        "not as expected"
    );
    assert_eq!(transaction.change(&change(&[])).unwrap(), 1);
    let theirs = format!("{PEOPLE}4,joe@example.org,Joe,,\r\n");
    archive.write("people.csv", &theirs);

    let meddled = Fault::Unavailable("a file was written to meanwhile".to_owned());
    assert_eq!(transaction.commit().unwrap_err().fault, meddled);

    assert_eq!(archive.files()["people.csv"], theirs);
    assert_eq!(archive.hidden(), [] as [String; 0]);
}

#[test]
fn two_records_of_one_key_are_not_changed() {
    let archive = Archive::with(&[("people.csv", &format!("{PEOPLE}1,x@example.org,X,,\n"))]);
    let source = at(&archive);
    let table = people(&*source);
    let mut transaction = source.begin(WAIT).unwrap();
    let key = [Value::Integer(1)];
    let change = Change {
        table: &table,
        key: &key,
        expect: &[],
        act: Act::Delete,
    };

    let error = transaction.change(&change).unwrap_err();
    assert_eq!(
        error.to_string(),
        "source `archive`: several records of `people` have the same key"
    );
}

/// An unfinished change: `people` already replaced, `orders` not yet.
fn leave_unfinished(folder: &Path) {
    let old = |name: &str| {
        let it = fs::metadata(folder.join(name)).unwrap();
        let (inode, bytes) = (it.ino(), it.len());
        let (seconds, nanoseconds) = (it.mtime(), it.mtime_nsec());
        format!(
            "{{\"file\":\"{name}\",\"old\":{{\"inode\":{inode},\"bytes\":{bytes},\"seconds\":{seconds},\"nanoseconds\":{nanoseconds}}}}}"
        )
    };
    let commit = format!("[{},{}]", old("people.csv"), old("orders.jsonl"));
    fs::write(folder.join(".orders.jsonl.candor-new"), "").unwrap();
    fs::write(folder.join("people.csv"), "id,email,name,children,news\n").unwrap();
    fs::write(folder.join(".candor-commit"), commit).unwrap();
}

#[test]
fn whoever_comes_next_finishes_what_has_happened_and_removes_what_has_not() {
    let archive = Archive::new();
    leave_unfinished(archive.folder.path());
    let counts = archive.sources.overview(&ada());
    assert!(counts.iter().all(|it| it.counts.as_ref().unwrap().own == 0));
    assert_eq!(archive.files()["orders.jsonl"], "");
    assert_eq!(archive.hidden(), [] as [String; 0]);

    let archive = Archive::new();
    archive.write(".people.csv.candor-new", "half a fi");
    drop(at(&archive).begin(WAIT).unwrap());
    assert_eq!(archive.hidden(), [] as [String; 0]);
    assert_eq!(archive.files()["people.csv"], PEOPLE);
}

#[test]
fn what_somebody_wrote_while_a_change_was_unfinished_is_not_overwritten() {
    let archive = Archive::new();
    leave_unfinished(archive.folder.path());
    archive.write("orders.jsonl", "{\"number\": \"new\"}\n");

    let health = archive.sources.health();

    let error = health[0].error.as_ref().unwrap().to_string();
    assert!(
        error.contains("orders.jsonl was written to while a change"),
        "{error}"
    );
    assert_eq!(archive.files()["orders.jsonl"], "{\"number\": \"new\"}\n");
}

#[test]
fn a_failure_before_the_commit_leaves_all_files_as_they_were() {
    let archive = Archive::new();
    let faulty = std::sync::Arc::new(candor::sources::faults::Faulty::new(at(&archive)));
    let register = archive.sources.register().clone();
    let limits = candor::sources::Limits::default();
    let sources = candor::sources::Sources::with(register, vec![faulty.clone()], &[7; 32], limits);
    let agreed = plan(&sources);
    let before = archive.files();
    for mode in [Mode::BreaksAt(1), Mode::BreaksAt(3), Mode::BreaksAtCommit] {
        faulty.set(mode);
        assert!(sources.execute(&ada(), &agreed).is_err(), "{mode:?}");
        assert_eq!(archive.files(), before, "{mode:?}");
    }
    faulty.set(Mode::BreaksAfterCommit);
    assert!(sources.execute(&ada(), &agreed).is_err());
    faulty.set(Mode::Healthy);
    let after = archive.files();
    assert!(matches!(
        sources.execute(&ada(), &agreed).unwrap(),
        Outcome::Done(_)
    ));
    assert_eq!(archive.files(), after);
}

/// People and orders, of which every third is Ada's.
fn many() -> Archive {
    let mut people = "id,email,name,children,news\n".to_owned();
    let mut orders = String::new();
    for id in 0..300 {
        let owner = ["ada", "eve", "joe"][id % 3];
        let _ = writeln!(people, "{id},{owner}@example.org,\"n, {id}\",,");
        let _ = writeln!(
            orders,
            "{{\"number\":{id},\"person\":{id},\"note\":\"note {id}\"}}"
        );
    }
    Archive::with(&[("people.csv", &people), ("orders.jsonl", &orders)])
}

#[test]
#[ignore = "what the next test runs in a process of its own, to kill it"]
#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
fn a_process_that_erases() {
    let Ok(folder) = env::var(FOLDER) else {
        return;
    };
    let sources = sources(Path::new(&folder));
    let agreed = plan(&sources);
    println!("\nplanned");
    sources.execute(&ada(), &agreed).unwrap();
}

#[test]
fn a_process_that_is_killed_at_any_moment_leaves_all_files_before_or_after_and_a_repeat_completes_it()
 {
    let done = many();
    let before = done.files();
    let agreed = plan(&done.sources);
    let began = Instant::now();
    let outcome = done.sources.execute(&ada(), &agreed).unwrap();
    let takes = began.elapsed();
    let after = done.files();
    assert_ne!(before["people.csv"], after["people.csv"]);
    let (mut befores, mut afters) = (0, 0);
    for round in 0..40 {
        if round > 12 && afters > 0 {
            break;
        }
        let archive = many();
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "sources::files_trouble::a_process_that_erases",
                "--ignored",
                "--nocapture",
            ])
            .env(FOLDER, archive.folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap() == "planned"));
        std::thread::sleep(takes * round / 8);
        child.kill().unwrap();
        child.wait().unwrap();

        // Whoever looks first finishes what was begun.
        let again = sources(archive.folder.path());
        assert_eq!(again.health()[0].error, None);
        let found = files(archive.folder.path());
        assert!(
            found == before || found == after,
            "round {round}: {found:?}"
        );
        if found == before {
            befores += 1;
        } else {
            afters += 1;
        }
        assert_eq!(
            again.execute(&ada(), &agreed).unwrap(),
            outcome,
            "round {round}"
        );
        assert_eq!(archive.files(), after, "round {round}");
    }
    assert!(
        befores > 0 && afters > 0,
        "{befores} before, {afters} after"
    );
}

#[test]
fn rows_are_read_by_the_key_that_the_register_declares() {
    let archive = Archive::new();
    let source = at(&archive);
    let table = people(&*source);
    let filter = Filter::keys(vec![
        vec![Value::Integer(2)],
        vec![Value::Text("3".to_owned())],
    ]);
    let columns = ["id".to_owned()];
    let select = Select {
        table: &table,
        columns: &columns,
        filter: &filter,
        form: Form::Sorted,
    };

    let rows = select.rows(&*source, WAIT).unwrap();
    assert_eq!(
        rows.concat(),
        [Value::Text("2".to_owned()), Value::Text("3".to_owned())]
    );
}
