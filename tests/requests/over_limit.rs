//! Where a limit stands in the way of a request: what was typed stays, and that somebody asked is on record.

use super::{MAYA, correction_of, file_access, reference_of};
use crate::support::{Actor, Answer, TestApp};

const TYPED: &str = "I typed this for an hour.";

/// Beside the field of each form that is refused, with what was typed in it.
async fn refusals(person: &Actor) -> Vec<(Answer, &'static str)> {
    let mut refused = Vec::new();
    let forms = [
        ("access", "question", vec![("question", TYPED)]),
        ("marketing-list", "words", vec![("words", TYPED)]),
        (
            "restriction",
            "what",
            vec![("case", "other"), ("what", TYPED)],
        ),
        (
            "objection",
            "why",
            vec![("activity", "security"), ("why", TYPED)],
        ),
    ];
    for (path, field, values) in forms {
        let path = format!("/requests/new/{path}");
        let page = person.get(&path).await.page();
        refused.push((person.submit(&page, &path, &values).await, field));
    }
    refused
}

#[track_caller]
fn is_said_beside(answer: &Answer, field: &str, status: u16, sentence: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let beside = answer.texts(&format!("#{field}-error")).concat();
    assert!(beside.contains(sentence), "{beside}");
    assert_eq!(answer.texts(&format!("#{field}")), [TYPED], "it is kept");
}

async fn correct(person: &Actor, link: &str, city: &'static str) -> Answer {
    let form = reqwest::multipart::Form::new().text("value", city);
    person.post_multipart(link, form).await
}

#[actix_web::test]
async fn more_than_twenty_open_requests_are_refused_beside_the_form_and_on_record() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    for _ in 0..20 {
        file_access(&maya).await;
    }
    for (answer, field) in refusals(&maya).await {
        is_said_beside(&answer, field, 409, "You have 20 requests open.");
    }
    assert_eq!(app.events("request.refused", ""), 4);
    assert_eq!(app.mails_to(MAYA).len(), 20);
}

/// Rule: F1, Cal. Civ. Code 1798.145(h)(3): a number is no documented reason.
#[actix_web::test]
async fn no_number_of_open_requests_stands_in_the_way_of_a_correction_or_a_deletion() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    for _ in 0..20 {
        file_access(&maya).await;
    }
    let city = correction_of(&app, MAYA, "people.contact_details", "city");
    reference_of(&correct(&maya, &city, "Port Ellery").await);
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = maya.get(plan).await.page();
    reference_of(&maya.submit(&page, plan, &[]).await);
    assert_eq!(app.events("request.refused", ""), 0);
}

#[actix_web::test]
async fn what_was_typed_is_kept_when_too_much_was_sent_in_a_day() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    for _ in 0..60 {
        // The same again at once is one request, and counts all the same.
        let sent = [("question", "What did you note?")];
        maya.post("/requests/new/access", &sent).await.location();
    }
    for (answer, field) in refusals(&maya).await {
        is_said_beside(&answer, field, 429, "Send this one in 24 hours.");
        assert!(answer.headers.contains_key("retry-after"));
    }
    let city = correction_of(&app, MAYA, "people.contact_details", "city");
    let refused = correct(&maya, &city, "Port Ellery").await;
    assert_eq!(refused.status, 429);
    let beside = refused.texts("#value-error").concat();
    assert!(beside.contains("Send this one in 24 hours."), "{beside}");
    assert_eq!(refused.attributes("#value", "value"), ["Port Ellery"]);
    assert_eq!(app.events("request.refused", ""), 5);
}
