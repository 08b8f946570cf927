//! What staff write: it comes back with what is wrong beside its field; and whose requests become nobody's.

use candor::accounts::members;
use candor::accounts::model::Role;
use candor::audit;
use candor::db::schema::staff;
use candor::staff::replies;
use diesel::prelude::*;

use super::denials::{refuse_first, send};
use super::four_eyes::file_access;
use super::{act, file_correction, reference_of, sample};
use crate::support::{Actor, Answer, TestApp};

const UNSEEN: &str = "Leave out characters that cannot be seen.";

async fn type_in(staff: &Actor, reference: &str, action: &str, name: &str, text: &str) -> Answer {
    act(staff, reference, action, &[(name, text)]).await
}

#[actix_web::test]
async fn characters_that_nobody_sees_are_refused_in_what_staff_write() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    let reference = file_access(&person).await;
    for (action, name) in [
        ("message", "body"),
        ("notes", "note"),
        ("extend", "extension"),
        ("decide", "reason"),
        ("flags", "flag_reason"),
    ] {
        for hidden in ["A zebra\0.", "A \u{202e}zebra."] {
            let answer = type_in(&agent, &reference, action, name, hidden).await;
            answer.refuses(name, UNSEEN);
        }
    }
    let seen = agent.get(&format!("/staff/requests/{reference}")).await;
    assert!(!seen.text().contains("zebra"));
}

#[actix_web::test]
async fn a_note_and_a_message_that_are_too_long_come_back_as_typed() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    let reference = file_access(&person).await;
    let long = "word ".repeat(1001);
    for (action, name, sentence) in [
        (
            "message",
            "body",
            "Write a message of at most 5,000 characters.",
        ),
        ("notes", "note", "Write a note of at most 5,000 characters."),
    ] {
        let answer = type_in(&agent, &reference, action, name, &long).await;
        answer.refuses(name, sentence);
        let typed = answer.texts(&format!("textarea[name={name}]"));
        assert!(typed[0].starts_with("word word"), "{action}");
        type_in(&agent, &reference, action, name, " ")
            .await
            .refuses(name, sentence);
    }
    type_in(&agent, &reference, "notes", "note", "Call back.")
        .await
        .location();
    let page = agent.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.text().contains("Call back."));
}

#[actix_web::test]
async fn a_proposal_is_sent_back_with_a_reason_that_colleagues_read() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, supervisor) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let reference = file_correction(&person, "Port Ellery").await;
    let refusal = refuse_first(&agent, &reference, "ACCURATE_7023B").await;
    send(&agent, &reference, "decide", &refusal)
        .await
        .location();
    let empty = type_in(&supervisor, &reference, "send-back", "send_back", " ").await;
    empty.refuses("send_back", "Write why, for who decides on it anew");
    let why = "The lease says otherwise.";
    type_in(&supervisor, &reference, "send-back", "send_back", why)
        .await
        .location();
    let page = agent.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.text().contains(why));
    let own = person.get(&format!("/requests/{reference}")).await;
    assert!(!own.text().contains(why));
}

#[actix_web::test]
async fn who_can_work_on_requests_no_more_has_none() {
    let app = TestApp::start();
    let person = sample(&app).await;
    app.staff("abe", Role::Admin).await;
    let supervisor = app.staff("ruth", Role::Supervisor).await;
    for (name, disabled) in [("sam", false), ("kim", true)] {
        let agent = app.staff(name, Role::Agent).await;
        let reference = file_access(&person).await;
        act(&agent, &reference, "assign", &[("assignee", "me")])
            .await
            .location();
        let (now, own) = (app.app.clock.now(), name.to_owned());
        let moved = app.app.db.write(move |conn| {
            let member = staff::table.filter(staff::name.eq(own));
            let id: i64 = member.select(staff::id).first(conn)?;
            let by = audit::Actor::System;
            if disabled {
                members::disable(conn, by, id, now)
            } else {
                members::change_role(conn, by, id, Role::Supervisor, now)?;
                members::change_role(conn, by, id, Role::Auditor, now)
            }
        });
        moved.await.unwrap();
        let page = supervisor
            .get(&format!("/staff/requests/{reference}"))
            .await;
        let facts = page.texts("dl.facts").join(" ");
        assert!(facts.contains("Assigned to Nobody"), "{facts}");
        let timeline = page.texts(".timeline").join(" ");
        assert!(timeline.contains("Given to nobody"), "{timeline}");
        assert!(timeline.contains("Who worked on it"), "{timeline}");
        assert_eq!(app.events("request.assigned", &reference), 2);
        let own = person.get(&format!("/requests/{reference}")).await;
        assert!(!own.text().contains("Who worked on it"));
    }
}

#[actix_web::test]
async fn an_appeal_is_not_offered_to_who_decided_what_it_is_against() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (agent, ruth) = (
        app.staff("sam", Role::Agent).await,
        app.staff("ruth", Role::Supervisor).await,
    );
    let denied = file_correction(&person, "Port Ellery").await;
    let refusal = refuse_first(&agent, &denied, "ACCURATE_7023B").await;
    send(&agent, &denied, "decide", &refusal).await.location();
    act(&ruth, &denied, "approve", &[]).await.location();
    let url = format!("/requests/{denied}");
    let page = person.get(&url).await.page();
    let words = [("appeal", "Look at the lease.")];
    let filed = person.submit(&page, &format!("{url}/appeal"), &words).await;
    let appeal = format!("/staff/requests/{}", reference_of(&filed));

    let offered = async |staff: &Actor| {
        let page = staff.get(&appeal).await.page();
        let names = page.texts("#assignee option");
        let takes = page
            .texts("main button")
            .iter()
            .any(|it| it == "Assign to me");
        (names, takes)
    };
    let (names, takes) = offered(&ruth).await;
    assert_eq!(names, ["Nobody", "ruth", "sam"], "there is nobody else");
    assert!(takes);
    let vera = app.staff("vera", Role::Supervisor).await;
    assert_eq!(
        offered(&ruth).await,
        (vec!["Nobody".to_owned(), "vera".to_owned()], false)
    );
    assert!(offered(&vera).await.1);
}

#[actix_web::test]
async fn a_reviewed_text_fits_the_request_and_is_sent_only_when_it_is_complete() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let agent = app.staff("sam", Role::Agent).await;
    let access = file_access(&person).await;
    let begun = |reference: &str| format!("/staff/requests/{reference}?reply=who-gave-it");
    let page = agent.get(&begun(&access)).await.page();
    assert_eq!(
        page.texts("textarea[name=body]"),
        [""],
        "it is no correction"
    );
    let offered = page.attributes("select#reply option", "value");
    assert!(!offered.contains(&"who-gave-it".to_owned()), "{offered:?}");

    let correction = file_correction(&person, "Port Ellery").await;
    let page = agent.get(&begun(&correction)).await.page();
    let text = page.texts("textarea[name=body]").remove(0);
    let blank = type_in(&agent, &correction, "message", "body", &text).await;
    blank.refuses("body", "Fill in what stands in brackets");
    let full = text.replace("[the name of the source]", "Talentgraph");
    type_in(&agent, &correction, "message", "body", &full)
        .await
        .location();

    app.app.clock.advance(chrono::TimeDelta::days(50));
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let late = agent
        .get(&format!("/staff/requests/{access}?reply=in-work"))
        .await
        .page();
    let text = late.texts("textarea[name=body]").remove(0);
    assert!(
        text.contains("Our answer is late, and we are sorry."),
        "{text}"
    );
    assert!(!text.contains("2026"), "no day that has passed: {text}");
}

#[test]
fn every_text_is_there_in_both_languages_with_the_same_known_variables() {
    let variables = |text: &str| -> Vec<String> {
        let inner = text.split('{').skip(1);
        let mut names: Vec<_> = inner
            .map(|rest| rest.split('}').next().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert!(!replies::all().is_empty());
    for reply in replies::all() {
        assert!(!reply.en.trim().is_empty() && !reply.es.trim().is_empty());
        assert_eq!(variables(&reply.en), variables(&reply.es), "{}", reply.key);
        for name in variables(&reply.en) {
            assert!(["reference", "when", "contact"].contains(&name.as_str()));
        }
    }
}
