use std::process::{Command, Output};

use crate::support::TestApp;

fn verify(app: &TestApp, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_candor"))
        .env_clear()
        .args(["audit", "verify", "--database-url", app.database_url()])
        .args([
            "--secret-key",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        ])
        .args(more)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

#[actix_web::test]
async fn the_command_tells_by_its_status_whether_the_log_is_whole_and_where_it_is_not() {
    let app = TestApp::start();
    app.record_events(4).await;
    let end = app.look().end.to_string();

    let whole = verify(&app, &["--head", &end]);
    assert_eq!(whole.status.code(), Some(0), "{}", said(&whole));
    assert!(said(&whole).contains(&format!("4 events are whole, up to {end}")));

    app.tamper("UPDATE events SET action = 'another' WHERE position = 2")
        .await;
    let broken = verify(&app, &[]);
    assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
    assert!(
        said(&broken).contains("position 2 (event 2)"),
        "{}",
        said(&broken)
    );
}

#[actix_web::test]
async fn a_log_that_cannot_be_read_is_neither_whole_nor_broken() {
    let app = TestApp::start();
    let failed = verify(&app, &["--secret-key-file", "/nonexistent"]);
    assert_eq!(failed.status.code(), Some(2), "{}", said(&failed));
}
