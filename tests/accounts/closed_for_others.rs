//! An address that was taken away from its account, and others who name it: agents with the form and by the protocol, and
//! mails that come from it. Nothing leads on from there, and nobody learns whose account it was.

use candor::requests::by_mail::command::Status;
use serde_json::json;

use super::closed::{since, with_one_closed};
use super::closing::{NEW, OLD};
use crate::drp::Agent;
use crate::requests::agents::{PDF, send};
use crate::requests::by_mail::hand;
use crate::support::{Actor, TestApp};

/// What went to the closed address tells what to do, without a link that opens anything and without the other address.
fn check(told: &[(String, String)]) {
    for (kind, text) in told {
        assert_eq!(kind, "request_from_closed", "{text}");
        assert!(!text.contains("/link/") && !text.contains(OLD), "{text}");
        assert!(text.contains("was taken away from its account"), "{text}");
    }
}

async fn has_no_requests(ada: &Actor) {
    let own = ada.get("/requests").await.page().text();
    assert!(own.contains("You have no requests"), "{own}");
}

#[actix_web::test]
async fn an_agent_or_a_parent_who_names_a_closed_address_learns_nothing_and_gets_nowhere() {
    for basis in ["permission", "power-of-attorney", "parent"] {
        let app = TestApp::start();
        let ada = with_one_closed(&app).await;
        let (before, of_old) = (app.mails_to(NEW).len(), app.mails_to(OLD).len());
        let sent = send(&app, &[("basis", basis), ("email", NEW)], PDF).await;
        assert_eq!(
            sent.location(),
            "/request/agent/sent",
            "as for every address"
        );
        let told = since(&app, NEW, before);
        assert_eq!(told.len(), 1, "{basis}: {told:?}");
        check(&told);
        let to_agent = app.mails_to("agent@rights.example.org").remove(0).text;
        assert!(!to_agent.contains("taken away") && !to_agent.contains(OLD));
        assert_eq!(app.mails_to(OLD).len(), of_old);
        has_no_requests(&ada).await;
    }
}

#[actix_web::test]
async fn by_the_protocol_a_closed_address_gets_no_link_and_the_agent_the_usual_answer() {
    let app = TestApp::start();
    let ada = with_one_closed(&app).await;
    let agent = Agent::paired(&app, "one").await;
    let before = app.mails_to(NEW).len();
    for exercise in ["deletion", "access"] {
        let mut replies = Vec::new();
        for email in [NEW, "nobody.knows@example.org"] {
            let asked = json!({ "exercise": exercise, "regime": "ccpa", "email": email });
            let reply = agent.exercise(&app, &asked).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            let shown = [&reply.json["status"], &reply.json["processing_details"]];
            replies.push(shown.map(ToString::to_string));
        }
        assert_eq!(replies[0], replies[1], "as for an address that nobody has");
    }
    let told = since(&app, NEW, before);
    assert_eq!(told.len(), 2, "{told:?}");
    check(&told);
    has_no_requests(&ada).await;
}

/// Data are found by it still, so that an opt-out holds for the account; who reads it there is told where they read.
#[actix_web::test]
async fn an_opt_out_for_a_closed_address_holds_for_its_account_which_is_told_at_an_open_one() {
    let app = TestApp::start();
    let ada = with_one_closed(&app).await;
    let (before, of_old) = (app.mails_to(NEW).len(), app.mails_to(OLD).len());
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "sale:opt-out", "regime": "voluntary", "email": NEW });
    let reply = agent.exercise(&app, &asked).await;
    assert_eq!(reply.json["status"], "fulfilled", "{}", reply.text);
    assert!(!reply.text.contains(OLD));
    let page = ada.get("/choices").await.page();
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert_eq!(app.mails_to(NEW).len(), before);
    assert_eq!(app.mails_to(OLD).len(), of_old + 1);
}

#[actix_web::test]
async fn a_mail_from_a_closed_address_is_answered_with_what_to_do_and_opens_nothing() {
    let app = TestApp::start();
    let ada = with_one_closed(&app).await;
    let (before, of_old) = (app.mails_to(NEW).len(), app.mails_to(OLD).len());
    for (number, text) in [
        (1, "Please delete my data."),
        (2, "Please send me a copy of my data."),
        (3, "What do you know of the weather?"),
    ] {
        let mail = format!(
            "From: {NEW}\r\nTo: contact@projobsector.com\r\nSubject: Hello\r\n\
             Message-ID: <{number}@mail.example.org>\r\n\r\n{text}\r\n"
        );
        assert!(matches!(hand(&app, mail).await, Status::Done), "{text}");
    }
    let told = since(&app, NEW, before);
    assert_eq!(told.len(), 3, "{told:?}");
    check(&told);
    assert_eq!(app.mails_to(OLD).len(), of_old);
    has_no_requests(&ada).await;
}
