use std::process::{Command, Output};

use candor::policy::file::PolicyFile;

use crate::support::TestApp;

/// Runs `candor policy publish` on a file with that text.
async fn publish(app: &TestApp, text: &str, arguments: &[&str]) -> (Output, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.md");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command
        .args(["policy", "publish"])
        .arg(&file)
        .args(arguments)
        .env_clear()
        .env("CANDOR_DATABASE_URL", app.database_url())
        .env("CANDOR_SECRET_KEY", data_encoding::BASE64.encode(&[7; 32]))
        .env("CANDOR_REGISTER", "demo/register");
    let output = actix_web::rt::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (
        output,
        said.replace(&file.display().to_string(), "policy.md"),
    )
}

async fn count(app: &TestApp) -> usize {
    app.visitor()
        .get("/policy/versions")
        .await
        .page()
        .texts(".rows li")
        .len()
}

const TEXT: &str = "## Data\n\nWe keep your name.\n";
const GIVEN: [&str; 4] = ["--effective", "2099-01-01", "--summary", "All is new."];

#[actix_web::test]
async fn a_file_is_published_with_what_the_command_line_says() {
    let app = TestApp::start();
    let (output, said) = publish(&app, TEXT, &GIVEN).await;
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains("Version 2099-01 is published; it holds from 2099-01-01."),
        "{said}"
    );
    assert!(said.contains("Warning: The register has the recipient “Papercheck”"));
    let page = app.visitor().get("/policy/2099-01").await.page();
    assert!(page.text().contains("All is new."));

    let (again, said) = publish(&app, TEXT, &GIVEN).await;
    assert!(!again.status.success());
    assert!(
        said.contains("--version: There is a version 2099-01 already."),
        "{said}"
    );
    assert!(
        said.contains("--effective: Version 2099-01 begins on that day."),
        "{said}"
    );
    assert_eq!(count(&app).await, 1);
}

#[actix_web::test]
async fn an_earlier_version_is_taken_over_with_the_day_of_its_publication() {
    let app = TestApp::start();
    let (refused, said) = publish(
        &app,
        TEXT,
        &["--effective", "2020-01-01", "--summary", "New."],
    )
    .await;
    assert!(!refused.status.success());
    assert!(
        said.contains("--effective: The date lies in the past."),
        "{said}"
    );
    let head = "+++\neffective = 2020-01-01\npublished = 2019-12-01\nsummary = \"New.\"\n+++\n";
    let (output, said) = publish(&app, &format!("{head}{TEXT}"), &["--version", "first"]).await;
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Nobody is told of it"), "{said}");
    let list = app.visitor().get("/policy/versions").await.page();
    assert!(list.text().contains("published on 1 December 2019"));

    // None holds before anybody could read it.
    let (refused, said) = publish(
        &app,
        &format!("{head}{TEXT}"),
        &["--version", "zero", "--effective", "2019-11-30"],
    )
    .await;
    assert!(!refused.status.success());
    assert!(
        said.contains("--effective: It was published on 2019-12-01"),
        "{said}"
    );
    assert_eq!(count(&app).await, 1);
}

#[actix_web::test]
async fn a_bad_file_is_named_with_its_line_and_nothing_is_done() {
    let app = TestApp::start();
    for (text, told) in [
        (
            "+++\nversion = \"a\"\neffective = \"soon\"\n+++\n## A\n\nOne.\n",
            "policy.md:3: expected a date such as",
        ),
        (
            "+++\nversion = \"a\"\ncolour = 3\n+++\n## A\n\nOne.\n",
            "policy.md:3: unknown field `colour`, expected",
        ),
        (
            "+++\nversion = \"a\"\n\n## A\n\nOne.\n",
            "policy.md:1: expected a second line of +++",
        ),
        (
            "+++\nversion = \"a\"\n+++\n\n## A\n\n## B\n\nTwo.\n",
            "policy.md:5: The section “A” says nothing.",
        ),
        (
            "# Title\n\n## A\n\nOne.\n",
            "policy.md:1: The first level of heading",
        ),
        ("", "policy.md: Write the text of the policy."),
    ] {
        let (output, said) = publish(&app, text, &GIVEN).await;
        assert!(!output.status.success(), "{text}");
        assert!(said.contains(told), "{told:?} is not in {said:?}");
    }
    let (_, said) = publish(&app, TEXT, &["--effective", "1 March", "--summary", "New."]).await;
    assert!(
        said.contains("expected a date such as 2026-02-01"),
        "{said}"
    );
    let (_, said) = publish(&app, TEXT, &["--summary", "New."]).await;
    assert!(said.contains("say from which day it holds"), "{said}");
    assert_eq!(count(&app).await, 0);
}

#[test]
fn lines_of_the_text_are_counted_from_the_top_of_the_file() {
    let file =
        PolicyFile::read("+++\r\nversion = \"a\"\r\n+++\r\n\r\n\r\n## A\r\n\r\nOne.").unwrap();
    assert_eq!(file.lines_before, 5);
    assert_eq!(file.body, "## A\n\nOne.\n");
}
