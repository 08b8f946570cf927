//! The description, held against the portal by Schemathesis, a tool of others. It runs where
//! `CANDOR_TEST_SCHEMATHESIS` names its program.

use std::process::Command;

use serde_json::json;

use super::{Program, hash_of};
use crate::support::TestApp;

/// So many requests are made up for each operation, beside those that try each limit once.
const MADE_UP: &str = "25";

/// Runs the tool in a folder of its own with that configuration, and gives what it said.
async fn hold_against(app: &TestApp, program: &Program, config: &str) -> Result<String, String> {
    let (url, header) = (
        format!("{}/api/v1/openapi.json", app.address()),
        format!("Authorization: Bearer {}", program.secret),
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("schemathesis.toml"), config).unwrap();
    let mut tool = Command::new(schemathesis().unwrap());
    tool.current_dir(folder.path())
        .args(["run", &url, "--header", &header, "--checks", "all"])
        .args(["--max-examples", MADE_UP, "--seed", "1", "--no-color"])
        .args(["--continue-on-failure", "--request-timeout", "10"]);
    let done = actix_web::web::block(move || tool.output().unwrap());
    let output = done.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Ok(said)
    } else {
        Err(format!("{said}\n{complained}"))
    }
}

#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
fn schemathesis() -> Option<String> {
    std::env::var("CANDOR_TEST_SCHEMATHESIS").ok()
}

#[actix_web::test]
async fn whatever_is_asked_the_answer_is_one_that_the_description_names() {
    if schemathesis().is_none() {
        return;
    }
    // A demonstration lets a token ask often.
    let app = TestApp::start_demo();
    let program = Program::with_every_scope(&app, "lumen-reach").await;
    app.person("ada")
        .await
        .post("/choices/opt-out", &[])
        .await
        .location();
    let known = hash_of(&app, "ada@example.org");
    let ada = json!({ "identities": [{ "type": "email", "hash": known }] });
    let found = program.post("/choices/batch", &ada).await;
    assert_eq!(found.json["found"].as_array().unwrap().len(), 1);

    let anything = hold_against(&app, &program, "").await;
    let of_ada = format!("[parameters]\nidentity_type = \"email\"\nhash = \"{known}\"\n");
    let of_ada = hold_against(&app, &program, &of_ada).await;

    for said in [anything, of_ada] {
        let said = said.unwrap_or_else(|faults| panic!("{faults}"));
        // All but the description itself.
        assert!(said.contains("6 selected / 6 total"), "{said}");
        assert!(!said.contains("only 401/403"), "{said}");
    }
}

#[actix_web::test]
async fn an_address_that_is_asked_in_another_way_names_the_ways_that_it_has() {
    let app = TestApp::start();
    let program = Program::of(&app).await;

    let wrong = program.get("/choices/batch").await;
    let nowhere = program.get("/nowhere").await;

    assert_eq!((wrong.status, nowhere.status), (405, 404));
    assert_eq!(wrong.headers["allow"], "POST");
    assert_eq!(wrong.json["code"], "method_not_allowed");
}
