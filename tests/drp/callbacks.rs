use candor::accounts::model::Role;
use candor::jobs::worker;
use serde_json::{Value, json};

use super::{Agent, id_of};
use crate::support::TestApp;
use crate::support::recipient::{Answer, Recipient};

/// Asks for a deletion and wants to be told at that address; gives the agent's id for it.
async fn asks(app: &TestApp, agent: &Agent, url: &str) -> String {
    let asked = json!({
        "exercise": "deletion", "email": "nora@example.org", "status_callback": url,
    });
    id_of(&agent.exercise(app, &asked).await)
}

#[actix_web::test]
async fn an_agent_is_told_of_each_change_until_it_has_taken_it() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let server = Recipient::start().await;
    let id = asks(&app, &agent, &format!("{}/told", server.address)).await;
    app.run_jobs().await;
    assert!(server.sent().is_empty(), "the answer has said it already");

    server.answer_next(&[Answer::Status("503 Busy"), Answer::Nothing]);
    agent.revoke(&id).await;
    for _ in 0..2 {
        worker::run_due(&app.app).await.unwrap();
        app.app.clock.advance(chrono::TimeDelta::hours(1));
    }
    app.run_jobs().await;
    let sent = server.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent[0].head.starts_with("post /told http/1.1"));
    assert_eq!(sent[2].header("content-type"), Some("application/json"));
    assert_eq!(sent[2].header("authorization"), None);
    let body: Value = serde_json::from_str(&sent[2].body).unwrap();
    assert_eq!(body, agent.status(&id).await.json);
    assert_eq!(body["status"], "revoked");
    assert!(!sent[2].body.contains("nora"));
}

#[actix_web::test]
async fn an_extension_is_told_with_its_date() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let server = Recipient::start().await;
    let id = asks(&app, &agent, &server.address).await;
    let before = agent.status(&id).await.json;
    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests?state=all").await.page();
    let link = queue
        .attributes("main table a[href^='/staff/requests/PR-']", "href")
        .remove(0);
    let page = sam.get(&link).await.page();
    let extend = format!("{link}/extend");
    let taken = sam
        .submit(&page, &extend, &[("extension", "We look in an archive.")])
        .await;
    assert_eq!(taken.status, 303);
    app.run_jobs().await;
    let body: Value = serde_json::from_str(&server.sent()[0].body).unwrap();
    assert_eq!(body["status"], "in_progress");
    let date = |it: &Value| it["expected_by"].as_str().unwrap().to_owned();
    assert!(date(&body) > date(&before));
}

#[actix_web::test]
async fn a_redirect_is_not_followed() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let (server, inside) = (Recipient::start().await, Recipient::start().await);
    let id = asks(&app, &agent, &server.address).await;
    let redirect = format!("307 Elsewhere\r\nlocation: {}", inside.address);
    server.answer_next(&[Answer::Status(redirect.leak())]);
    agent.revoke(&id).await;
    worker::run_due(&app.app).await.unwrap();
    assert_eq!((server.sent().len(), inside.sent().len()), (1, 0));
    let (kind, words) = app.failed_jobs().remove(0);
    assert_eq!(kind, "tell_agent");
    assert!(words.unwrap().contains("307"));
}

#[actix_web::test]
async fn what_is_done_at_once_is_told_too() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let server = Recipient::start().await;
    let asked = json!({
        "exercise": "sale:opt-out", "email": "nora@example.org", "status_callback": server.address,
    });
    let id = id_of(&agent.exercise(&app, &asked).await);
    app.run_jobs().await;
    let sent = server.sent();
    assert_eq!(sent.len(), 1);
    let body: Value = serde_json::from_str(&sent[0].body).unwrap();
    assert_eq!(
        (&body["request_id"], &body["status"]),
        (&json!(id), &json!("fulfilled"))
    );
}
