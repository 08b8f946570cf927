use candor::accounts::model::Role;
use chrono::TimeDelta;
use reqwest::multipart::{Form, Part};

use super::{act, file_correction, file_deletion, reference_of, sample};
use crate::support::{Actor, TestApp};

fn url(reference: &str) -> String {
    format!("/staff/requests/{reference}")
}

/// Files a correction with a file as evidence.
async fn file_with(person: &Actor, content: &'static [u8]) -> String {
    let collection = person.get("/data/people/contact_details").await.page();
    let links = collection.attributes("article dd a", "href");
    let link = links.iter().find(|it| it.ends_with("field=city")).unwrap();
    let form = Form::new()
        .text("value", "Port Ellery")
        .text("reason", "I moved.")
        .part("evidence", Part::bytes(content).file_name("x"));
    reference_of(&person.post_multipart(link, form).await)
}

#[actix_web::test]
async fn a_message_begins_with_a_reviewed_text_in_either_language() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let begin = |language| format!("{}?reply=in-work&language={language}", url(&reference));
    let page = agent.get(&begin("en")).await.page();
    let expected = format!(
        "We are working on your request {reference}. You do not have to do anything. You have our answer by 26 March 2026."
    );
    assert_eq!(page.texts("#body"), [expected]);
    let page = agent.get(&begin("es")).await.page();
    assert!(page.texts("#body")[0].contains("a más tardar el 26 de marzo de 2026"));
    // But for the one that speaks of an answer, which there is not.
    assert_eq!(page.texts("#reply option").len(), 8);
}

#[actix_web::test]
async fn notes_are_read_by_colleagues_and_never_by_the_person() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let auditor = app.staff("ingrid", Role::Auditor).await;
    let reference = file_correction(&person, "Port Ellery").await;
    let note = [("note", "She called on Monday.")];
    for _ in 0..2 {
        act(&agent, &reference, "notes", &note).await.location();
    }
    let seen = auditor.get(&url(&reference)).await.page().text();
    assert_eq!(seen.matches("She called on Monday.").count(), 1);
    let seen = auditor.get(&url(&reference)).await.page();
    let log = format!("a[href='/staff/audit?object={reference}']");
    assert_eq!(seen.texts(&log).len(), 1, "auditors read the log");
    let seen = agent.get(&url(&reference)).await.page();
    assert!(seen.texts(&log).is_empty(), "others would be refused");
    let own = person.get(&format!("/requests/{reference}")).await.page();
    assert!(!own.text().contains("She called"));
}

#[actix_web::test]
async fn texts_and_pictures_are_shown_and_what_may_hold_programs_is_only_saved() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_with(&person, b"My lease says Port Ellery.").await;
    let page = agent.get(&url(&reference)).await.page();
    let preview = page.attributes("a[href$='/preview']", "href").remove(0);
    let shown = agent.get(&preview).await.page();
    assert_eq!(shown.texts("pre"), ["My lease says Port Ellery."]);
    let picture = preview.replace("/preview", "/picture");
    assert_eq!(agent.get(&picture).await.status, 404);

    let page = person.get(&format!("/requests/{reference}")).await.page();
    let withdraw = format!("/requests/{reference}/withdraw");
    person.submit(&page, &withdraw, &[]).await.location();
    let reference = file_with(&person, b"%PDF-1.7\n1 0 obj\n").await;
    let page = agent.get(&url(&reference)).await.page();
    let preview = page.attributes("a[href$='/preview']", "href").remove(0);
    let shown = agent.get(&preview).await.page();
    assert!(shown.text().contains("This kind of file is not shown here"));
    assert_eq!(
        agent
            .get(&preview.replace("/preview", "/picture"))
            .await
            .status,
        404
    );
}

#[actix_web::test]
async fn other_requests_of_the_person_are_named_and_the_same_one_stands_out() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let first = super::four_eyes::file_access(&person).await;
    let second = super::four_eyes::file_access(&person).await;
    let deletion = file_deletion(&person).await;
    let page = agent.get(&url(&first)).await.page();
    assert_eq!(page.texts(".notice a.reference"), [second]);
    assert_eq!(page.texts("#others ~ ul a.reference"), [deletion]);
}

#[actix_web::test]
async fn the_second_to_open_a_request_sees_who_is_at_it() {
    let app = TestApp::start();
    let (person, sam) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let reference = file_correction(&person, "Port Ellery").await;
    let page = sam.get(&url(&reference)).await.page();
    assert!(!page.text().contains("is looking at this request"));
    let page = ruth.get(&url(&reference)).await.page();
    assert!(page.text().contains("sam is looking at this request too"));
    app.app.clock.advance(TimeDelta::minutes(16));
    let page = ruth.get(&url(&reference)).await.page();
    assert!(!page.text().contains("is looking at this request"));
}

#[actix_web::test]
async fn whoever_comes_too_late_learns_who_did_what_and_keeps_what_they_typed() {
    let app = TestApp::start();
    let (person, sam) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let ruth = app.staff("ruth", Role::Supervisor).await;
    let reference = file_correction(&person, "Port Ellery").await;
    let seen = sam.get(&url(&reference)).await.page();
    act(&ruth, &reference, "assign", &[("assignee", "me")])
        .await
        .location();

    let message = format!("{}/message", url(&reference));
    let typed = [("body", "Which street is it?")];
    let late = sam.submit(&seen, &message, &typed).await;
    assert_eq!(late.status, 409);
    assert!(late.text().contains("ruth: assigned"), "{}", late.text());
    assert_eq!(late.texts("#body"), ["Which street is it?"]);
    assert!(app.mails_to(candor::demo::source::SAMPLES[0].email).len() == 1);
    let again = sam.submit(&late, &message, &typed).await;
    again.location();
}

#[actix_web::test]
async fn the_data_in_question_are_shown_while_the_request_is_open_and_to_no_further_extent() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    let data = format!("{}/data", url(&reference));
    let page = agent.get(&data).await.page();
    let links = page.attributes("tbody th a", "href");
    assert_eq!(links, [format!("{data}/people/contact_details")]);
    let records = agent.get(&links[0]).await.page();
    assert!(records.text().contains("City"));
    let other = agent.get(&format!("{data}/activity/search_terms")).await;
    assert_eq!(other.status, 404, "a correction is about what it names");
    let log = person.get("/account/access-log").await.page();
    assert!(log.texts("tbody td").contains(&"Data about you".to_owned()));

    let page = person.get(&format!("/requests/{reference}")).await.page();
    let withdraw = format!("/requests/{reference}/withdraw");
    person.submit(&page, &withdraw, &[]).await.location();
    assert_eq!(agent.get(&data).await.status, 409);
}
