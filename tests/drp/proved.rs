//! What agents prove of their power, and say of the person.

use candor::accounts::model::Role;
use serde_json::json;

use super::{Agent, id_of};
use crate::support::TestApp;

/// The page of the only request in the queue, as staff see it.
async fn only_request(app: &TestApp) -> (crate::support::Actor, String) {
    let sam = app.staff("sam", Role::Agent).await;
    let queue = sam.get("/staff/requests?state=all").await.page();
    let links = queue.attributes("main table a[href^='/staff/requests/PR-']", "href");
    assert_eq!(links.len(), 1, "{links:?}");
    (sam, links[0].clone())
}

/// Rule: I14, 11 CCR 7063(b).
#[actix_web::test]
async fn who_holds_a_power_of_attorney_need_not_have_the_person_confirm_anything() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({
        "exercise": "deletion", "regime": "ccpa", "email": "nora@example.org",
        "power_of_attorney": "POA-77", "name": "Nora Quill",
        "address": { "street_address": "12 Elm Street", "locality": "Port Ellery" },
    });
    let reply = agent.exercise(&app, &asked).await;
    let status = reply.json["processing_details"].to_string();
    assert!(
        status.contains("The person need not confirm anything"),
        "{status}"
    );
    let mail = app.mails_to("nora").remove(0).text;
    assert!(
        mail.contains("they hold a power of attorney for you"),
        "{mail}"
    );
    assert!(mail.contains("You need not do anything"), "{mail}");
    let start = mail.find("/request/link/").unwrap();
    let path = mail[start..].split_whitespace().next().unwrap();
    let page = app.visitor().get(path).await.page();
    assert_eq!(
        page.attributes("button[name=answer]", "value"),
        ["not-mine"]
    );

    let (sam, link) = only_request(&app).await;
    let text = sam.get(&link).await.page().text();
    for said in [
        "Agent Example",
        "Power of attorney",
        "POA-77",
        "Nora Quill",
        "12 Elm Street",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let page = sam.get(&link).await.page();
    let known = [("identity", "verified"), ("vouched", "The deed is good.")];
    let done = sam.submit(&page, &format!("{link}/identity"), &known).await;
    done.location();
    let text = sam.get(&link).await.page().text();
    assert!(text.contains("In review"), "{text}");
}

/// What an agent says is collected to find out who asks: it is sealed, and goes when the request is closed (11 CCR
/// 7060(d)).
#[actix_web::test]
async fn what_an_agent_says_of_the_person_is_sealed_and_erased_when_it_is_over() {
    use candor::db::schema::drp_requests;
    use diesel::prelude::*;
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({
        "exercise": "access", "email": "nora@example.org", "name": "Nora Quill",
    });
    let id = id_of(&agent.exercise(&app, &asked).await);
    let kept = || {
        let claims = drp_requests::table.select(drp_requests::claims);
        let found = app
            .app
            .db
            .read_now(|conn| Ok(claims.first::<Option<Vec<u8>>>(conn)?));
        found.unwrap()
    };
    let sealed = kept().unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains("Nora"));
    let (sam, link) = only_request(&app).await;
    assert!(sam.get(&link).await.page().text().contains("Nora Quill"));
    agent.revoke(&id).await;
    app.run_jobs().await;
    assert_eq!(kept(), None);
    assert!(!sam.get(&link).await.page().text().contains("Nora Quill"));
}

/// Our entry in the directory says that we take either.
#[actix_web::test]
async fn a_deletion_by_telephone_number_alone_goes_to_staff_who_call() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "deletion", "phone_number": "+1 415 555 0134" });
    let reply = agent.exercise(&app, &asked).await;
    assert_eq!(reply.json["status"], "in_progress", "{}", reply.text);
    let status = reply.json["processing_details"].to_string();
    assert!(status.contains("by the number that you sent"), "{status}");
    let (sam, link) = only_request(&app).await;
    let page = sam.get(&link).await.page();
    assert!(
        page.text().contains("To be reached at +14155550134"),
        "{}",
        page.text()
    );
    assert!(page.text().contains("Confirm the receipt"));
    for _ in 0..5 {
        app.app.clock.advance(chrono::TimeDelta::seconds(1));
        agent.exercise(&app, &asked).await;
    }
    app.app.clock.advance(chrono::TimeDelta::seconds(1));
    let beyond = agent.exercise(&app, &asked).await;
    assert_eq!(beyond.json["reason"], "too_many_requests");
    let nobody = agent
        .exercise(&app, &json!({ "exercise": "deletion" }))
        .await;
    assert_eq!(nobody.json["reason"], "insuf_verification");
}

/// One rule for all who take numbers.
#[test]
fn a_telephone_number_has_as_many_digits_for_agents_as_on_every_form() {
    use candor::accounts::queries::{is_held_phone, is_phone};
    for (number, is_good) in [
        ("+290123", true),
        ("+14155550134", true),
        ("+123456789012345", true),
        ("+12345", false),
        ("+1234567890123456", false),
        ("+1415x550134", false),
    ] {
        assert_eq!(is_phone(number), is_good, "{number}");
        assert_eq!(is_held_phone(&number[1..]), is_good, "{number}");
        assert!(!is_phone(&number[1..]));
    }
}

#[actix_web::test]
async fn an_agent_may_send_a_short_number() {
    let app = TestApp::start();
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "sale:opt-out", "phone_number": "+290123" });
    let reply = agent.exercise(&app, &asked).await;
    assert_eq!(reply.json["status"], "fulfilled", "{}", reply.text);
}

/// Rule: I14, 11 CCR 7063(a); I5, 11 CCR 7061(a).
#[actix_web::test]
async fn who_has_an_account_confirms_by_it_that_an_agent_acts_for_them() {
    let app = TestApp::start();
    let nora = app.person("nora").await;
    let agent = Agent::paired(&app, "one").await;
    let asked = json!({ "exercise": "access", "regime": "ccpa", "email": "nora@example.org" });
    agent.exercise(&app, &asked).await;
    let mail = app.mails_to("nora").remove(0).text;
    let start = mail.find("/request/link/").unwrap();
    let path = mail[start..].split_whitespace().next().unwrap();
    let visitor = app.visitor();
    let page = visitor.get(path).await.page();
    visitor
        .submit(&page, path, &[("answer", "mine")])
        .await
        .location();

    let list = nora.get("/requests").await.page();
    let url = list
        .attributes("main a[href^='/requests/PR-']", "href")
        .remove(0);
    let page = nora.get(&url).await.page();
    let asks = "section[aria-labelledby=is-it-yours]";
    let said = page.texts(asks).remove(0);
    assert!(
        said.contains("Agent Example") && said.contains("for a copy of your data"),
        "{said}"
    );
    let confirmed = nora
        .submit(&page, &format!("{url}/mine"), &[("answer", "mine")])
        .await;
    assert_eq!(confirmed.location(), url);

    assert!(nora.get(&url).await.page().texts(asks).is_empty());
    let (sam, link) = only_request(&app).await;
    let text = sam.get(&link).await.page().text();
    assert!(text.contains("In review"), "{text}");
}
