//! `candor law`, as it is run from a shell.

use std::process::{Command, Output};

fn candor(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command.env_remove("CANDOR_LAW_FILE").args(args);
    command.output().unwrap()
}

fn deadlines(law: &str, right: &str, received: &str) -> Output {
    candor(&[
        "law",
        "deadlines",
        "--law",
        law,
        "--right",
        right,
        "--received",
        received,
    ])
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_dates_are_one_json_object() {
    let output = deadlines("us-ca", "access", "2026-02-09");
    assert_eq!(
        text(&output.stdout),
        r#"{"acknowledge_by":"2026-02-23","answer_by":"2026-03-26","extended_to":"2026-05-10","effective_by":null,"#
            .to_owned()
            + r#""readings":{"no_holiday":"2026-02-23","civil_code_9":"2026-02-24","observed":"2026-02-24","government_code_6700":"2026-02-26"}}"#
            + "\n"
    );
    let iowa = text(&deadlines("us-ia", "deletion", "2026-02-09").stdout);
    assert!(iowa.contains(r#""answer_by":"2026-05-10""#), "{iowa}");
    assert!(iowa.contains(r#""no_holiday":null"#), "{iowa}");
}

#[test]
fn what_has_no_dates_is_refused_in_a_sentence() {
    let refused = [
        (
            deadlines("us-zz", "access", "2026-02-09"),
            "Known are us-ca, eu-gdpr",
        ),
        (
            deadlines("us-va", "limit", "2026-02-09"),
            "It knows access, portability",
        ),
        (
            deadlines("us-ok", "access", "2026-02-09"),
            "from 2027-01-01",
        ),
        (
            deadlines("us-ca+us-zz", "access", "2026-02-09"),
            "no law \"us-ca+us-zz\"",
        ),
        (
            deadlines("us-ca", "access", "2035-12-30"),
            "to 2035-12-31 only",
        ),
    ];
    for (output, sentence) in refused {
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let told = text(&output.stderr);
        assert!(told.contains(sentence), "{told}");
    }
}

#[test]
fn several_laws_joined_have_the_rights_of_each() {
    let joined = deadlines("us-ca+us-other", "restriction", "2026-02-09");
    assert!(text(&joined.stdout).contains(r#""answer_by":"2026-03-26""#));
}

#[test]
fn a_day_of_no_year_that_people_write_is_refused_as_a_day() {
    let check = candor(&["law", "check", "--on", "+262142-12-31"]);
    for output in [
        deadlines("eu-gdpr", "access", "+262142-12-31"),
        deadlines("us-va", "access", "2026-02-30"),
        deadlines("us-va", "access", "2026-2-9"),
        deadlines("us-va", "access", " 2026-02-09"),
        deadlines("eu-gdpr", "access", "9999-12-31"),
        check,
    ] {
        assert_eq!(output.status.code(), Some(2));
        let told = text(&output.stderr);
        assert!(
            told.contains("expected a date such as 2026-02-09"),
            "{told}"
        );
    }
}

#[test]
fn the_check_tells_with_its_status_whether_there_is_something_to_look_at() {
    let fresh = candor(&["law", "check", "--on", "2026-12-01"]);
    assert_eq!(fresh.status.code(), Some(0), "{}", text(&fresh.stdout));
    let old = candor(&["law", "check", "--on", "2028-01-01"]);
    assert_eq!(old.status.code(), Some(1));
    assert!(text(&old.stdout).contains("us-ca: last reviewed on 2026-11-23"));
    assert!(text(&old.stdout).contains("ages of consent, dk: last reviewed on 2026-11-30"));
    let missing = candor(&["law", "check", "--law-file", "/nowhere.toml"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("--law-file (CANDOR_LAW_FILE)"));
}

#[test]
fn whoever_reads_the_findings_may_stop_early() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command
        .env_remove("CANDOR_LAW_FILE")
        .args(["law", "check", "--on", "2034-01-01"]);
    // The reading end is closed before the first line is written.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}
