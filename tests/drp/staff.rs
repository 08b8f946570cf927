use candor::accounts::model::Role;
use candor::drp::claims::in_one_line;
use reqwest::Method;
use serde_json::{Value, json};

use super::Agent;
use crate::support::TestApp;

#[actix_web::test]
async fn a_disabled_agent_is_taken_nothing_from() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let admin = app.staff("alice", Role::Admin).await;
    let list = admin.get("/staff/agents").await.page();
    let disable = list.attributes("main td form", "action").remove(0);
    admin.submit(&list, &disable, &[]).await;
    let list = admin.get("/staff/agents").await.page();
    assert_eq!(list.texts("td[data-label=State]"), ["Disabled"]);
    assert_eq!(
        agent.send(Method::GET, "/agent/one", None).await.status,
        401
    );
    app.app.clock.advance(chrono::TimeDelta::seconds(1));
    assert_eq!(agent.pair(&app).await.status, 403);
    assert_eq!(admin.post(&disable, &[]).await.status, 404);
}

#[actix_web::test]
async fn an_agent_is_pinned_with_a_key_and_a_site_and_only_once() {
    let app = TestApp::start();
    Agent::pinned(&app, "one").await;
    let admin = app.staff("alice", Role::Admin).await;
    let pin = async |key: &str, site: &str, id: &str| {
        let typed = [
            ("agent_id", id),
            ("name", "Agent"),
            ("verify_key", key),
            ("web_url", site),
        ];
        admin.post("/staff/agents/new", &typed).await
    };
    let key = app.app.keys.public_key();
    let weak = data_encoding::BASE64.encode(&[0; 32]);
    for bad in ["", "no key", "c2hvcnQ=", &weak] {
        let answer = pin(bad, "https://agent.example.com", "two").await;
        answer.refuses("verify_key", "Copy its verify_key");
    }
    let answer = pin(&key, "http://agent.example.com", "two").await;
    answer.refuses("web_url", "Enter the address of its site");
    let answer = pin(&key, "https://agent.example.com", "one").await;
    answer.refuses("agent_id", "is pinned already");
}

#[actix_web::test]
async fn the_organisations_own_entry_can_be_taken_to_the_directory() {
    let app = TestApp::start();
    let admin = app.staff("alice", Role::Admin).await;
    let file = admin.get("/staff/agents/business.json").await;
    let entry: Value = serde_json::from_slice(&file.body).unwrap();
    assert_eq!(entry["id"], "projobsector");
    assert_eq!(entry["api_base"], format!("{}/drp", app.address()));
}

#[test]
fn an_address_is_read_in_either_form_and_nothing_unseen_comes_along() {
    let parts = json!({ "street_address": "12 Elm Street", "locality": "Port Ellery" });
    let line = in_one_line(Some(&parts));
    assert!(line.contains("12 Elm Street") && line.contains("Port Ellery"));
    let formatted = json!({ "formatted": "12 Elm Street\nPort Ellery", "country": "US" });
    assert_eq!(in_one_line(Some(&formatted)), "12 Elm Street Port Ellery");
    assert_eq!(in_one_line(Some(&json!("POA\u{202e}-77 "))), "POA-77");
    assert_eq!(in_one_line(Some(&json!(7))), "");
    assert_eq!(in_one_line(None), "");
}
