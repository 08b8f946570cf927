use candor::accounts::model::Role;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Agent, id_of};
use crate::disclosures::app_calling;
use crate::support::TestApp;
use crate::support::recipient::Recipient;

/// Rule: I15, 11 CCR 7026(j).
#[actix_web::test]
async fn an_opt_out_by_an_agent_holds_at_once_and_nobody_must_confirm_it() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({
        "exercise": "sale:opt-out",
        "regime": "voluntary",
        "agent-request-id": "ours-17",
        "relationships": ["customer"],
        "name": "Ada",
        "email": "Ada@example.org",
        "email_verified": true,
        "phone_number": "+14155550134",
        "something-else": { "nobody": "knows" },
    });
    let reply = agent.exercise(&app, &asked).await;
    let id = id_of(&reply);
    assert_eq!(id.len(), 36);
    assert_eq!(reply.json["status"], "fulfilled");
    assert_eq!(reply.json["agent_request_id"], "ours-17");
    assert_eq!(reply.json["received_at"], "2026-02-09T10:00:00.000+00:00");
    let receipt = reply.json["results_url"].as_str().unwrap();
    let proof = app
        .visitor()
        .get(receipt.strip_prefix(app.address()).unwrap())
        .await;
    assert!(
        proof
            .page()
            .text()
            .contains("Opted out of sale and sharing")
    );

    let page = ada.get("/choices").await;
    assert_eq!(page.texts("#sale-or-sharing .tag"), ["Off"]);
    assert!(page.text().contains("by an agent who acts for you"));
    assert_eq!(app.mails_to("ada").len(), 1, "a notice, and no question");
    assert_eq!(agent.status(&id).await.json, reply.json);
    let final_ = agent.revoke(&id).await;
    assert_eq!((final_.status, &final_.json["fatal"]), (409, &json!(false)));
}

#[actix_web::test]
async fn an_opt_out_by_phone_number_meets_whoever_has_it_later_and_recipients_are_told() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({
        "exercise": "sale:opt-out", "phone_number": "+14155550134",
        "email": "", "status_callback": "",
    });
    assert_eq!(
        agent.exercise(&app, &asked).await.json["status"],
        "fulfilled"
    );
    app.run_jobs().await;
    let told: Value = serde_json::from_str(&server.sent().remove(0).body).unwrap();
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(b"+14155550134"));
    assert_eq!(told["person"]["phone_sha256"], json!([hash]));
    assert_eq!(told["person"]["email_sha256"], json!([]));
    let nobody = agent
        .exercise(&app, &json!({ "exercise": "sale:opt-out" }))
        .await;
    assert_eq!(nobody.json["status"], "denied");
    assert_eq!(nobody.json["reason"], "insuf_verification");
}

/// Rule: I14, 11 CCR 7063(a).
#[actix_web::test]
async fn a_deletion_lands_in_the_queue_and_the_person_confirms_it_by_mail() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({
        "exercise": "deletion", "regime": "ccpa", "agent-request-id": "ours-18",
        "email": "nora@example.org",
    });
    let reply = agent.exercise(&app, &asked).await;
    let id = id_of(&reply);
    assert_eq!(reply.json["status"], "in_progress");
    assert_eq!(reply.json["expected_by"], "2026-03-26T23:59:59.999+00:00");
    assert!(
        reply.json["processing_details"]
            .as_str()
            .unwrap()
            .contains("the person")
    );
    let mails = app.mails_to("nora");
    assert_eq!(mails.len(), 1);
    let named = "an authorised agent, Agent Example, and asks us to erase your data";
    assert!(mails[0].text.contains(named), "{}", mails[0].text);
    assert!(
        mails[0]
            .text
            .contains("an authorised agent gave us this address")
    );
    let start = mails[0].text.find("/request/link/").unwrap();
    let path = mails[0].text[start..].split_whitespace().next().unwrap();
    let visitor = app.visitor();
    let page = visitor.get(path).await.page();
    assert!(page.text().contains("that this agent acts for you"));
    visitor.submit(&page, path, &[("answer", "mine")]).await;
    let status = agent.status(&id).await.json["processing_details"].to_string();
    assert!(status.contains("followed the link"), "{status}");
    assert!(
        !reply.text.contains("/request/link/"),
        "the link is the person's alone"
    );

    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests?state=all").await.page();
    let link = queue
        .attributes("main table a[href^='/staff/requests/PR-']", "href")
        .remove(0);
    let page = sam.get(&link).await.page();
    assert!(
        page.text()
            .contains("Agent Example asks for this, as ours-18")
    );

    let revoked = agent.revoke(&id).await;
    assert_eq!(
        (revoked.status, &revoked.json["status"]),
        (200, &json!("revoked"))
    );
    assert_eq!(agent.revoke(&id).await.json, revoked.json, "twice is once");
    let page = sam.get(&link).await.page();
    assert!(page.text().contains("By who asked for the person."));
    let mail = app.mails_to("nora").pop().unwrap();
    for body in [&mail.text, &mail.html] {
        assert!(body.contains("Whoever asked us in your name has taken back"));
        assert!(!body.contains("You have taken back"), "she did not");
    }
}

#[actix_web::test]
async fn no_agent_sees_or_takes_back_what_another_or_the_person_asked_for() {
    let app = TestApp::start();
    let (one, other) = (
        Agent::paired(&app, "one").await,
        Agent::paired(&app, "other").await,
    );
    let letter = [
        ("wants", "deletion"),
        ("email", "nora@example.org"),
        ("residence", "us-ca"),
    ];
    app.visitor().post("/request", &letter).await;
    let asked = json!({ "exercise": "deletion", "email": "nora@example.org" });
    let id = id_of(&one.exercise(&app, &asked).await);
    assert_eq!(one.revoke(&id).await.json["status"], "revoked");
    let open = app.app.db.read_now(|conn| {
        use candor::db::schema::requests;
        use diesel::prelude::*;
        let open = requests::table.filter(requests::closed_at.is_null());
        Ok(open.count().get_result::<i64>(conn)?)
    });
    assert_eq!(open.unwrap(), 1, "the person's own goes on");
    let (theirs, missing) = (other.status(&id).await, other.status("no-such-id").await);
    assert_eq!((theirs.status, theirs.text), (403, missing.text));
    assert_eq!(other.revoke(&id).await.status, 403);
}

#[actix_web::test]
async fn a_message_is_taken_once_and_only_as_the_protocol_has_it() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "sale:opt-out", "email": "nora@example.org" });
    let body = agent.sign(&agent.message(&app, &asked));
    let send = async |body: &str| {
        agent
            .send(Method::POST, "/data-rights-request", Some(body.to_owned()))
            .await
    };
    assert_eq!(send(&body).await.status, 200);
    let replayed = send(&body).await;
    assert_eq!(
        (replayed.status, &replayed.json["fatal"]),
        (409, &json!(false))
    );

    let with = |key: &str, value: Value| {
        let mut message = agent.message(&app, &asked);
        message[key] = value;
        agent.sign(&message)
    };
    let fatal = [
        with("exercise", json!("sale_opt_out")),
        with("exercise", Value::Null),
        with("regime", json!("gdpr")),
        with("expires-at", json!("2026-02-09T09:59:00Z")),
        with("business-id", json!("somebody-else")),
        with("agent-id", json!("other")),
        with("drp.version", json!("0.9.4")),
        with("email", json!("nobody")),
        with("phone_number", json!("415 555 0134")),
        with("agent-request-id", json!("")),
        with("status_callback", json!("http://agent.example.com/told")),
        with("status_callback", json!("https://10.0.0.1/told")),
        with("status_callback", json!("https://[::1]/told")),
        with(
            "status_callback",
            json!("https://a:b@agent.example.com/told"),
        ),
    ];
    for body in fatal {
        let refused = send(&body).await;
        let says = (
            refused.status,
            &refused.json["code"],
            &refused.json["fatal"],
        );
        assert_eq!(says, (400, &json!("400"), &json!(true)), "{body}");
    }
    let other = Agent::pinned(&app, "other").await;
    let forged = send(&other.sign(&agent.message(&app, &asked))).await;
    assert_eq!((forged.status, &forged.json["fatal"]), (400, &json!(false)));
    let large = "A".repeat(70_000);
    assert_eq!(send(&large).await.status, 413);
}

#[actix_web::test]
async fn opting_in_is_the_persons_alone_and_the_trailing_slash_is_an_alias() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "sale:opt-in", "email": "nora@example.org" });
    let body = agent.sign(&agent.message(&app, &asked));
    let reply = agent
        .send(Method::POST, "/data-rights-request/", Some(body))
        .await;
    assert_eq!(reply.json["status"], "denied");
    assert_eq!(reply.json["reason"], "claim_not_covered");
}

#[actix_web::test]
async fn a_mailbox_is_not_flooded_by_agents() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "access", "email": "nora@example.org" });
    for _ in 0..5 {
        app.app.clock.advance(chrono::TimeDelta::seconds(1));
        assert_eq!(
            agent.exercise(&app, &asked).await.json["status"],
            "in_progress"
        );
    }
    app.app.clock.advance(chrono::TimeDelta::seconds(1));
    let beyond = agent.exercise(&app, &asked).await;
    assert_eq!(beyond.json["reason"], "too_many_requests");
    assert_eq!(app.mails_to("nora").len(), 5);
}
