use std::process::Command;

use candor::accounts::model::Role;
use candor::keys::Keys;

use super::{Program, hash_of};
use crate::support::TestApp;

#[actix_web::test]
async fn an_admin_makes_a_token_sees_its_secret_once_and_takes_it_back() {
    let app = TestApp::start();
    let admin = app.staff("alice", Role::Admin).await;
    let page = admin.get("/staff/tokens/new").await.page();
    let typed = [
        ("name", "The shop"),
        ("scope", "choices:read"),
        ("days", "90"),
    ];
    let made = admin
        .submit(&page, "/staff/tokens/new", &typed)
        .await
        .page();
    let secret = made.texts("code.token").remove(0);
    let program = Program::with(&app, &secret);
    assert_eq!(program.get("/changes").await.status, 200);
    let twice = admin.post("/staff/tokens/new", &typed).await;
    assert_eq!(twice.status, 409);
    assert!(twice.text().contains("You made this token a moment ago"));

    let list = admin.get("/staff/tokens").await.page();
    assert!(list.text().contains("The shop") && !list.text().contains(&secret));
    let used = list.texts("td[data-label='Last used']");
    assert_eq!(used, ["9 February 2026"]);
    let revoke = list.attributes("main td form", "action").remove(0);
    admin.submit(&list, &revoke, &[]).await;
    let list = admin.get("/staff/tokens").await.page();
    assert_eq!(list.texts("td[data-label=State]"), ["Taken back"]);
    assert_eq!(admin.post(&revoke, &[]).await.status, 404);
}

#[actix_web::test]
async fn a_token_without_a_name_or_purpose_comes_back_with_a_sentence() {
    let app = TestApp::start();
    let admin = app.staff("alice", Role::Admin).await;
    let make = async |name, scope, days| {
        let typed = [("name", name), ("scope", scope), ("days", days)];
        admin.post("/staff/tokens/new", &typed).await
    };
    make("", "choices:read", "90")
        .await
        .refuses("name", "Name the system");
    make("The shop", "all", "90")
        .await
        .refuses("scope", "Choose what it is good for.");
    make("The shop", "choices:read", "9999")
        .await
        .refuses("days", "Choose how long it is good.");
}

#[actix_web::test]
async fn the_command_makes_tokens_and_shows_the_keys_of_hashes() {
    let app = TestApp::start();
    app.person("ada").await;
    let secret = data_encoding::BASE64.encode(&[7; 32]);
    assert!(Keys::from_text(&secret).is_ok());
    let candor = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .arg("token")
            .args(arguments)
            .args([
                "--database-url",
                app.database_url(),
                "--secret-key",
                &secret,
            ])
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let made = candor(&["add", "--name", "The shop", "--days", "3000"]);
    let program = Program::with(&app, made.trim());
    let path = format!("/choices/email/{}", hash_of(&app, "ada@example.org"));
    assert_eq!(program.get(&path).await.status, 200);
    assert!(candor(&["list"]).contains("good until"));
    candor(&["revoke", "1"]);
    assert!(candor(&["list"]).contains("ended"));
    let keys = candor(&["identity-key"]);
    assert_eq!(keys.lines().count(), 3);
    assert!(keys.lines().next().unwrap().starts_with("email "));
}

#[actix_web::test]
async fn the_command_says_what_is_wrong_with_a_name_or_a_number() {
    let app = TestApp::start();
    let told = |arguments: &[&str]| {
        let secret = data_encoding::BASE64.encode(&[7; 32]);
        let output = Command::new(env!("CARGO_BIN_EXE_candor"))
            .arg("token")
            .args(arguments)
            .args(["--database-url", app.database_url()])
            .args(["--secret-key", &secret])
            .output()
            .unwrap();
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let nameless = told(&["add", "--name", " "]);
    assert!(nameless.contains("--name is empty"), "{nameless}");
    let unknown = told(&["revoke", "99"]);
    assert!(unknown.contains("no token 99"), "{unknown}");
}
