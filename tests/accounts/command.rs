use std::process::Command;

use candor::db::schema::staff;
use data_encoding::BASE64;
use diesel::prelude::*;

use crate::support::TestApp;

/// Runs `candor staff add`: whether it succeeded, and what it said.
async fn add(app: &TestApp, email: &str, role: &str) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_candor"));
    command
        .args(["staff", "add", "--email", email])
        .args(["--name", "Tess", "--role", role])
        .env_clear()
        .env("CANDOR_DATABASE_URL", app.database_url())
        .env("CANDOR_SECRET_KEY", BASE64.encode(&[7; 32]))
        .env("CANDOR_REGISTER", "demo/register");
    let output = actix_web::rt::task::spawn_blocking(move || command.output().unwrap());
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[actix_web::test]
async fn the_first_admin_is_added_by_a_command() {
    let app = TestApp::start();
    let (added, said) = add(&app, "Tess@Example.org", "admin").await;
    assert!(added, "{said}");
    assert!(said.contains("tess@example.org can sign in at"), "{said}");
    assert_eq!(app.mails_to("tess")[0].kind, "staff_added");
    let entered = app
        .sign_in_by_mail(&app.visitor(), "tess@example.org")
        .await;
    assert_eq!(entered.location(), "/sign-in/totp");
}

#[actix_web::test]
async fn the_command_says_why_it_adds_nobody() {
    let app = TestApp::start();
    for (email, role, sentence) in [
        ("tess at example", "admin", "not an e-mail address"),
        (
            "tess@example.org",
            "king",
            "possible values: agent, supervisor, auditor, admin",
        ),
    ] {
        let (added, said) = add(&app, email, role).await;
        assert!(!added && said.contains(sentence), "{said}");
    }
    add(&app, "tess@example.org", "agent").await;
    let (added, said) = add(&app, "tess@example.org", "agent").await;
    assert!(!added && said.contains("already"), "{said}");
    let count = app
        .app
        .db
        .read_now(|conn| Ok(staff::table.count().get_result::<i64>(conn)?));
    assert_eq!(count.unwrap(), 1);
}
