//! Days are those of where the person lives, and stand in one form, on every page of theirs.

use chrono::TimeDelta;

use super::{file_access, find, reference_of};
use crate::support::TestApp;

/// It is the tenth in UTC by then, and still the ninth in California.
const LATE: TimeDelta = TimeDelta::hours(20);

#[actix_web::test]
async fn the_same_day_stands_on_the_page_of_a_request_and_beside_the_data() {
    let app = TestApp::start_with_archive();
    let ada = app.person("ada").await;
    app.app.clock.advance(LATE);
    let asked = ada.post("/data/by-hand", &[]).await;
    let asked = asked.location().to_owned();
    let text = ada.get("/data").await.page().text();
    assert!(
        text.contains("They were asked on 9 February 2026"),
        "{text}"
    );
    let reference = file_access(&ada).await;
    assert_eq!(find(&app, &reference).received_on.to_string(), "2026-02-09");
    let url = format!("/requests/{reference}");
    let page = ada.get(&url).await.page();
    let withdraw = format!("{url}/withdraw");
    ada.submit(&page, &withdraw, &[]).await.location();
    let text = ada.get(&url).await.page().text();
    assert!(text.contains("Closed on 9 February 2026"), "{text}");
    assert!(!asked.is_empty());
}

#[actix_web::test]
async fn moments_read_alike_on_requests_and_packages() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    ada.post("/data/export", &[]).await.location();
    let packages = ada.get("/data/export").await.page().text();
    assert!(
        packages.contains("Asked for on 9 February 2026, 02:00 PST."),
        "{packages}"
    );
}

#[actix_web::test]
async fn what_was_taken_back_promises_no_answer() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/requests/new/access").await.page();
    let question = [("question", "What did support note?")];
    let filed = ada.submit(&page, "/requests/new/access", &question).await;
    let url = format!("/requests/{}", reference_of(&filed));
    let promise = ada.get(filed.location()).await;
    assert!(promise.text().contains("You have our answer by"));
    let page = ada.get(&url).await.page();
    let withdraw = format!("{url}/withdraw");
    ada.submit(&page, &withdraw, &[]).await.location();
    let again = ada.get(filed.location()).await;
    assert_eq!(again.location(), url, "its page says how it stands");
}
