//! What becomes of requests whose agent was disabled since.

use candor::accounts::model::Role;
use serde_json::json;

use super::Agent;
use crate::support::{Actor, TestApp};

const ASKS: &str = "section[aria-labelledby=is-it-yours]";
const MAY_NOT: &str = "This agent may not act any more";

/// An admin disables the only agent.
async fn disable(app: &TestApp) {
    let admin = app.staff("alice", Role::Admin).await;
    let list = admin.get("/staff/agents").await.page();
    let disable = list.attributes("main td form", "action").remove(0);
    admin.submit(&list, &disable, &[]).await.location();
}

/// The path of the link in the mail to Nora.
fn link(app: &TestApp) -> String {
    let mail = app.mails_to("nora").pop().unwrap().text;
    let start = mail.find("/request/link/").unwrap();
    mail[start..].split_whitespace().next().unwrap().to_owned()
}

async fn follow(app: &TestApp) {
    let (visitor, path) = (app.visitor(), link(app));
    let page = visitor.get(&path).await.page();
    let followed = visitor.submit(&page, &path, &[("answer", "mine")]).await;
    assert_eq!(followed.location(), "/request/mine");
}

/// The address of her only request.
async fn own_page(nora: &Actor) -> String {
    let list = nora.get("/requests").await.page();
    let links = list.attributes("main a[href^='/requests/PR-']", "href");
    links[0].clone()
}

async fn asked(app: &TestApp, more: &serde_json::Value) {
    let agent = Agent::paired(app, "one").await;
    let mut asked = json!({ "exercise": "access", "regime": "ccpa", "email": "nora@example.org" });
    let more = more.as_object().unwrap().clone();
    asked.as_object_mut().unwrap().extend(more);
    let reply = agent.exercise(app, &asked).await;
    assert_eq!(reply.json["status"], "in_progress", "{}", reply.text);
}

/// Rule: I14, 11 CCR 7063(a).
#[actix_web::test]
async fn of_a_disabled_agent_the_person_is_not_asked_to_confirm_it_and_goes_on_by_themselves() {
    let app = TestApp::start();
    let nora = app.person("nora").await;
    asked(&app, &json!({})).await;
    follow(&app).await;
    let url = own_page(&nora).await;
    let before = nora.get(&url).await.page();
    assert!(before.texts(ASKS)[0].contains("Yes, they act for me"));
    disable(&app).await;

    let page = nora.get(&url).await.page();
    let said = page.texts(ASKS).remove(0);
    for words in [
        "Agent Example asked us, for you, for a copy of your data",
        MAY_NOT,
        "is still a request",
        "Without it nothing is disclosed, changed or erased",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert!(!said.contains("act for me"), "{said}");
    let sam = app.staff("sam", Role::Agent).await;
    let staff = format!("/staff{url}");
    let read = sam.get(&staff).await.page().texts(".notice").concat();
    for words in ["is disabled since", "go on with it by themselves"] {
        assert!(read.contains(words), "{words}: {read}");
    }

    let mine = format!("{url}/mine");
    let done = nora.submit(&page, &mine, &[("answer", "mine")]).await;
    assert_eq!(done.location(), url);
    let page = sam.get(&staff).await.page();
    assert!(page.text().contains("In review") && page.text().contains("confirmed by the account"));
    let read = page.texts(".notice").concat();
    assert!(
        read.contains("go on as with a request of their own"),
        "{read}"
    );
    let reference = url.trim_start_matches("/requests/");
    assert_eq!(app.events("request.agent_confirmed", reference), 0);
}

#[actix_web::test]
async fn by_the_link_too_who_was_asked_for_goes_on_or_takes_it_back_and_says_nothing_of_the_agent()
{
    let (usual, power) = (json!({}), json!({ "power_of_attorney": "POA-77" }));
    for (more, answer) in [
        (&usual, "mine"),
        (&usual, "not-mine"),
        (&power, "mine"),
        (&power, "not-mine"),
    ] {
        let app = TestApp::start();
        asked(&app, more).await;
        disable(&app).await;
        let (visitor, path) = (app.visitor(), link(&app));
        let page = visitor.get(&path).await.page();
        assert_eq!(page.texts("h1"), ["Do you want this yourself?"]);
        assert!(page.text().contains(MAY_NOT), "{}", page.text());
        assert!(!page.text().contains("acts for you"), "{}", page.text());
        let buttons = page.texts("main form button");
        assert_eq!(buttons, ["Yes, go on for me", "No, take it back"]);
        let reference = page.texts(".reference").remove(0);
        let followed = visitor.submit(&page, &path, &[("answer", answer)]).await;
        assert_eq!(followed.location() == "/request/mine", answer == "mine");
        for action in ["request.agent_confirmed", "request.agent_refused"] {
            assert_eq!(app.events(action, &reference), 0, "{action}");
        }
    }
}

/// What asks for nobody's word does not begin to, and the word is taken where it is given.
/// Rule: I14, 11 CCR 7063(b).
#[actix_web::test]
async fn of_a_disabled_agent_with_a_power_of_attorney_staff_rely_on_nothing_that_it_said() {
    let app = TestApp::start();
    let nora = app.person("nora").await;
    asked(&app, &json!({ "power_of_attorney": "POA-77" })).await;
    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests?state=all").await.page();
    let links = queue.attributes("main table a[href^='/staff/requests/PR-']", "href");
    let ask = "Ask the agent for the document";
    assert!(sam.get(&links[0]).await.page().text().contains(ask));
    disable(&app).await;

    let text = sam.get(&links[0]).await.page().text();
    assert!(
        !text.contains(ask) && text.contains("Do not rely on what the agent said"),
        "{text}"
    );
    let (path, visitor) = (link(&app), app.visitor());
    let page = visitor.get(&path).await.page();
    assert!(page.text().contains("You need not do anything"));
    visitor
        .submit(&page, &path, &[("answer", "mine")])
        .await
        .location();
    let url = own_page(&nora).await;
    let page = nora.get(&url).await.page();
    let said = page.texts(ASKS).remove(0);
    assert!(
        said.contains(MAY_NOT) && said.contains("You need not say anything"),
        "{said}"
    );
    let mine = format!("{url}/mine");
    nora.submit(&page, &mine, &[("answer", "mine")])
        .await
        .location();
    let text = sam.get(&links[0]).await.page().text();
    assert!(text.contains("In review"), "{text}");
    assert!(!text.contains("Confirmed that they act for them"), "{text}");
}

/// So many mails to one address are enough in a day; what is too much waits, and the agent may be gone by then.
#[actix_web::test]
async fn a_mail_that_had_to_wait_asks_nobody_to_confirm_an_agent_who_may_act_no_more() {
    let app = TestApp::start();
    let mut agents = Vec::new();
    for id in ["one", "two", "three", "four", "five"] {
        agents.push(Agent::paired(&app, id).await);
    }
    let asked = json!({ "exercise": "access", "email": "nora@example.org" });
    for agent in &agents {
        for _ in 0..5 {
            app.app.clock.advance(chrono::TimeDelta::seconds(1));
            agent.exercise(&app, &asked).await;
        }
    }
    let sent = app.mails_to("nora").len();
    assert!(sent < 25, "some wait: {sent}");
    let admin = app.staff("alice", Role::Admin).await;
    for _ in &agents {
        let list = admin.get("/staff/agents").await.page();
        let disable = list.attributes("main td form", "action").remove(0);
        admin.submit(&list, &disable, &[]).await.location();
    }
    app.app.clock.advance(chrono::TimeDelta::days(1));
    app.run_jobs().await;
    let late = app.mails_to("nora").split_off(sent);
    assert!(!late.is_empty());
    for mail in late {
        for body in [&mail.text, &mail.html] {
            assert!(
                body.contains("We take nothing from this agent any more"),
                "{body}"
            );
            assert!(!body.contains("acts for you"), "{body}");
        }
    }
}
