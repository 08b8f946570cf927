//! Requests that somebody makes for somebody else.

use candor::accounts::model::Role;
use candor::db::schema::{request_agents, request_attachments, request_senders};
use candor::requests::agents::{model::Agent, queries};
use candor::requests::model::{Channel, State};
use diesel::prelude::*;
use reqwest::multipart::{Form, Part};

use super::without_account::{ADDRESS, only_request};
use crate::support::{Answer, TestApp};

const AGENT: &str = "agent@rights.example.org";
pub const PDF: &[u8] = b"%PDF-1.7\nsigned by the person\n";

/// Sends the form, with some fields changed.
pub async fn send(app: &TestApp, changes: &[(&str, &str)], document: &'static [u8]) -> Answer {
    let usual = [
        ("basis", "permission"),
        ("wants", "deletion"),
        ("email", ADDRESS),
        ("residence", "us-ca"),
        ("agent_name", "Rights for All, Bo Agent"),
        ("agent_email", AGENT),
        ("note", "Please confirm."),
    ];
    let kept = usual
        .iter()
        .filter(|(name, _)| changes.iter().all(|(it, _)| it != name));
    let mut form = Form::new();
    for (name, value) in kept.chain(changes) {
        form = form.text((*name).to_owned(), (*value).to_owned());
    }
    form = form.part(
        "document",
        Part::bytes(document).file_name("permission.exe"),
    );
    app.visitor().post_multipart("/request/agent", form).await
}

fn agent(app: &TestApp) -> Agent {
    let id = only_request(app).0.id;
    let found = app
        .app
        .db
        .read_now(move |conn| Ok(queries::find(conn, id)?));
    found.unwrap().unwrap()
}

fn link(app: &TestApp, email: &str) -> String {
    let mails = app.mails_to(email);
    let mail = mails.iter().find(|it| it.kind == "agent_asks").unwrap();
    let line = mail
        .text
        .lines()
        .find(|it| it.contains("/request/link/"))
        .unwrap();
    line.trim_start_matches(app.address()).to_owned()
}

/// Rule: I14, 11 CCR 7063(a): a signed permission, and the person confirms directly and shows who they are.
#[actix_web::test]
async fn a_person_is_told_of_their_agent_and_confirms_before_anything_happens() {
    let app = TestApp::start();
    assert_eq!(send(&app, &[], PDF).await.location(), "/request/agent/sent");
    let (request, sender) = only_request(&app);
    assert_eq!(
        (request.state, request.channel),
        (State::Verifying, Channel::Agent)
    );
    assert!(sender.degree.is_none() && request.plan.is_none());
    let to_person = app.mails_to(ADDRESS).remove(0);
    assert!(
        !to_person.text.contains("Bo Agent"),
        "nothing typed is mailed on"
    );
    assert!(
        to_person
            .text
            .contains("Until you confirm it, nothing is disclosed")
    );
    let to_agent = app.mails_to(AGENT).remove(0);
    assert_eq!(to_agent.kind, "agent_received");
    assert!(
        to_agent.text.contains(&request.reference) && !to_agent.text.contains("/request/link/")
    );

    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    let page = visitor.get(&link).await.page();
    assert!(page.text().contains("Rights for All, Bo Agent"));
    let followed = visitor.submit(&page, &link, &[("answer", "mine")]).await;
    assert_eq!(followed.location(), "/request/mine");
    assert!(agent(&app).confirmed_at.is_some());
    assert_eq!(
        only_request(&app).0.state,
        State::Verifying,
        "they show who they are first"
    );
    assert_eq!(app.events("request.agent_confirmed", &request.reference), 1);
}

/// Rule: I14, 11 CCR 7063(a).
#[actix_web::test]
async fn a_person_objects_in_one_step_and_the_agent_learns_no_more_than_that_it_is_closed() {
    let app = TestApp::start();
    send(&app, &[], PDF).await.location();
    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    let page = visitor.get(&link).await.page();
    visitor
        .submit(&page, &link, &[("answer", "not-mine")])
        .await
        .location();
    let (request, _) = only_request(&app);
    assert_eq!(request.state, State::Withdrawn);
    assert!(agent(&app).objected_at.is_some());
    let mail = app.mails_to(AGENT).pop().unwrap();
    assert_eq!(mail.kind, "agent_closed");
    assert!(!mail.text.contains(ADDRESS));
    assert_eq!(app.events("request.agent_refused", &request.reference), 1);
}

/// Rule: I14, 11 CCR 7063(b): who holds a power of attorney is enough.
#[actix_web::test]
async fn with_a_power_of_attorney_the_person_is_told_and_asked_for_nothing() {
    let app = TestApp::start();
    send(&app, &[("basis", "power-of-attorney")], PDF)
        .await
        .location();
    let mail = app.mails_to(ADDRESS).remove(0);
    assert!(mail.text.contains("You need not do anything."));
    let link = link(&app, ADDRESS);
    let page = app.visitor().get(&link).await.page();
    assert_eq!(
        page.attributes("main button", "value"),
        ["not-mine"],
        "only to object"
    );
    let sam = app.staff("sam", Role::Agent).await;
    let request = only_request(&app).0;
    let url = format!("/staff/requests/{}", request.reference);
    let page = sam.get(&url).await.page();
    let text = page.text();
    assert!(text.contains("By an authorised agent"), "the manner");
    assert!(
        text.contains("Power of attorney") && text.contains("Rights for All, Bo Agent"),
        "{text}"
    );
    assert!(
        text.contains("Do not ask the person to confirm it"),
        "{text}"
    );
    let why = [
        ("identity", "verified"),
        ("vouched", "The document is in order."),
    ];
    sam.submit(&page, &format!("{url}/identity"), &why)
        .await
        .location();
    let reviewed = only_request(&app).0;
    assert_eq!(reviewed.state, State::InReview);
    assert!(
        reviewed.plan_hash.is_some(),
        "what is held of the person is planned"
    );
}

/// Rule: I15, 11 CCR 7026(j): an agent opts out with nothing but an address, and nobody is asked to confirm.
#[actix_web::test]
async fn an_agents_opt_out_takes_effect_at_once_and_is_never_confirmed_by_the_person() {
    let app = TestApp::start();
    let form = app.visitor().get("/request/agent").await.page();
    assert!(
        form.attributes("main a", "href")
            .contains(&"/do-not-sell".to_owned())
    );
    assert!(form.text().contains("they need not confirm it"));
    assert!(
        form.attributes("[name=wants]", "value")
            .iter()
            .all(|it| !it.contains("opt"))
    );
    let visitor = app.visitor();
    let page = visitor.get("/do-not-sell").await.page();
    let done = visitor
        .submit(&page, "/do-not-sell", &[("email", ADDRESS)])
        .await;
    assert!(done.location().starts_with("/do-not-sell/done/"));
    let mail = app.mails_to(ADDRESS).remove(0);
    assert!(
        mail.text.contains("In effect since") && mail.text.contains("You need to do nothing else.")
    );
}

/// Rule: N3, 11 CCR 7070.
#[actix_web::test]
async fn a_parent_asks_for_their_child_and_the_child_for_nothing() {
    let app = TestApp::start();
    let parent = [("basis", "parent"), ("email", AGENT)];
    send(&app, &parent, b"\x89PNG\r\n\x1a\n....")
        .await
        .location();
    let mails = app.mails_to(AGENT);
    let kinds: Vec<_> = mails.iter().map(|it| it.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["agent_asks", "agent_received"],
        "a child may use the parent's address"
    );
    assert!(mails[0].text.contains("parent or guardian of the child"));
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{}", only_request(&app).0.reference);
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("Do not ask the child for anything."));
}

/// Rule: I16, Civ. 1798.145(k), (p).
#[actix_web::test]
async fn every_form_says_that_the_data_of_a_household_and_of_others_are_left_out() {
    let app = TestApp::start();
    for form in ["/request", "/request/agent"] {
        let page = app.visitor().get(form).await.page();
        assert!(page.text().contains("household is left out"), "{form}");
    }
}

#[actix_web::test]
async fn what_is_missing_or_no_signed_document_is_refused_and_what_was_typed_is_kept() {
    let app = TestApp::start();
    let refusals: [(&str, &str, &str); 8] = [
        ("basis", "friend", "basis"),
        ("wants", "opt-out", "wants"),
        ("wants", "correction", "field"),
        ("agent_name", " ", "agent_name"),
        ("agent_email", "bo", "agent_email"),
        ("email", "", "email"),
        ("email", AGENT, "email"),
        ("residence", "mars", "residence"),
    ];
    for (name, value, field) in refusals {
        let refused = send(&app, &[(name, value)], PDF).await;
        assert_eq!(refused.status, 422, "{name} {value}");
        assert_eq!(
            refused.texts(&format!("#{field}-error")).len(),
            1,
            "{name} {value}"
        );
        assert!(refused.html().contains("Please confirm."));
    }
    for document in [
        &b""[..],
        b"I permit it. Ada",
        b"PK\x03\x04 macros",
        b"<svg onload=alert(1)>",
    ] {
        let refused = send(&app, &[], document).await;
        assert_eq!(refused.texts("#document-error").len(), 1);
    }
    let large = vec![b'x'; 10 * 1024 * 1024 + 1].leak();
    large[..8].copy_from_slice(b"%PDF-1.7");
    assert_eq!(send(&app, &[], large).await.status, 422);
    assert!(app.mails_to(ADDRESS).is_empty() && app.mails_to(AGENT).is_empty());
}

/// Rule: I9, 11 CCR 7060(d).
#[actix_web::test]
async fn the_document_and_the_agents_name_are_sealed_and_erased_when_the_request_closes() {
    type Names = (Option<Vec<u8>>, Option<Vec<u8>>);
    let app = TestApp::start();
    send(&app, &[], PDF).await.location();
    let kept = || {
        let read = app.app.db.read_now(|conn| {
            let content = request_attachments::table.select(request_attachments::content);
            let names = request_agents::table.select((request_agents::name, request_agents::email));
            Ok((
                content.first::<Option<Vec<u8>>>(conn)?,
                names.first::<Names>(conn)?,
            ))
        });
        read.unwrap()
    };
    let (content, (name, email)) = kept();
    for sealed in [content.unwrap(), name.unwrap(), email.unwrap()] {
        let is_plain = |it: &[u8]| sealed.windows(it.len()).any(|part| part == it);
        assert!(!is_plain(b"signed") && !is_plain(b"Bo Agent") && !is_plain(AGENT.as_bytes()));
    }
    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    let page = visitor.get(&link).await.page();
    visitor
        .submit(&page, &link, &[("answer", "not-mine")])
        .await
        .location();
    app.run_jobs().await;
    assert_eq!(kept(), (None, (None, None)));
}

#[actix_web::test]
async fn an_agent_never_shares_or_learns_of_a_request_of_the_persons_own() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let page = visitor.get("/request").await.page();
    let own = [
        ("wants", "deletion"),
        ("email", ADDRESS),
        ("residence", "us-ca"),
    ];
    visitor.submit(&page, "/request", &own).await.location();
    let reference = only_request(&app).0.reference;
    send(&app, &[], PDF).await.location();
    assert_ne!(only_request(&app).0.reference, reference);
    assert!(!app.mails_to(AGENT)[0].text.contains(&reference));
    let count = app
        .app
        .db
        .read_now(|conn| Ok(request_senders::table.count().get_result::<i64>(conn)?));
    assert_eq!(count.unwrap(), 2);
}

#[actix_web::test]
async fn a_request_of_the_persons_own_is_never_one_with_what_an_agent_filed_for_them() {
    let app = TestApp::start();
    send(&app, &[("residence", "us-co")], PDF).await.location();
    let of_agent = only_request(&app).0;
    app.app.clock.advance(chrono::TimeDelta::days(3));
    super::without_account::send(&app, "deletion", ADDRESS, "").await;
    let own = only_request(&app).0;
    assert_ne!(own.reference, of_agent.reference);
    assert_eq!((&*of_agent.law, &*own.law), ("us-co", "us-ca"));
    assert_eq!((own.received_on - of_agent.received_on).num_days(), 3);
    let mail = app.mails_to(ADDRESS).pop().unwrap();
    assert_eq!(mail.kind, "request_to_confirm");
    assert!(mail.text.contains(&own.reference) && !mail.text.contains(&of_agent.reference));
    super::without_account::send(&app, "deletion", ADDRESS, "").await;
    assert_eq!(only_request(&app).0.reference, own.reference, "a repeat");
}

#[actix_web::test]
async fn what_an_agent_filed_does_not_stand_in_the_way_of_the_persons_own_deletion() {
    let app = TestApp::start();
    let maya = app.person(super::MAYA).await;
    send(&app, &[], PDF).await.location();
    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    let page = visitor.get(&link).await.page();
    let mine = [("answer", "mine")];
    visitor.submit(&page, &link, &mine).await.location();
    let of_agent = only_request(&app).0.reference;
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = maya.get(plan).await.page();
    let own = super::reference_of(&maya.submit(&page, plan, &[]).await);
    assert_ne!(own, of_agent);

    let page = maya.get(&format!("/requests/{of_agent}")).await.page();
    let text = page.text();
    let said = "Your agent (Rights for All, Bo Agent) filed this request for you.";
    assert!(text.contains(said), "{text}");
    assert!(text.contains("What they wrote") && text.contains("Documents"));
    for wrong in ["You filed the request", "What you wrote", "Your evidence"] {
        assert!(!text.contains(wrong), "{wrong}");
    }
    let page = maya.get(&format!("/requests/{own}")).await.page();
    assert!(page.text().contains("You filed the request"));
}

#[actix_web::test]
async fn only_an_answer_that_the_page_of_the_link_offers_is_one() {
    let app = TestApp::start();
    send(&app, &[], PDF).await.location();
    let (visitor, link) = (app.visitor(), link(&app, ADDRESS));
    for fields in [&[][..], &[("answer", "")], &[("answer", "perhaps")]] {
        let refused = visitor.post(&link, fields).await;
        refused.refuses("answer", "Choose one of the answers");
    }
    assert!(agent(&app).confirmed_at.is_none());
    assert_eq!(only_request(&app).0.state, State::Verifying);

    let app = TestApp::start();
    let basis = [("basis", "power-of-attorney")];
    send(&app, &basis, PDF).await.location();
    let link = self::link(&app, ADDRESS);
    let refused = app.visitor().post(&link, &[("answer", "mine")]).await;
    refused.refuses("answer", "Choose one of the answers");
    assert!(agent(&app).confirmed_at.is_none());
}
