//! What is decided and cannot be carried out yet: staff see why, and when it is tried next.

use candor::accounts::model::Role;
use candor::jobs::backoff;
use candor::jobs::worker::{self, Outcome};

use super::{CITY, accept_all, act, file_correction, held, sample};
use crate::support::{Actor, TestApp};

async fn page_of(staff: &Actor, reference: &str) -> String {
    let page = staff.get(&format!("/staff/requests/{reference}")).await;
    page.page().text()
}

const NOT_YET: &str = "It is not carried out yet";

#[actix_web::test]
async fn staff_see_why_something_is_not_carried_out_yet_and_have_it_tried_at_once() {
    let app = TestApp::start();
    let (person, sam) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    accept_all(&sam, &reference).await.location();
    assert!(!page_of(&sam, &reference).await.contains(NOT_YET));

    app.source.go_away();
    for tries in ["once", "2 times"] {
        let outcomes = worker::run_due(&app.app).await.unwrap();
        assert_eq!(outcomes, [Outcome::PutOff]);
        let text = page_of(&sam, &reference).await;
        for expected in [
            NOT_YET,
            "Source `projobsector`: not available",
            &format!("It failed {tries} and is tried again by itself"),
            "0 of the 1 values that were accepted are written",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        app.app.clock.advance(backoff::pause_after(1));
    }
    let jobs = sam.get("/staff/jobs").await.page();
    assert_eq!(
        jobs.texts("caption"),
        ["Waiting for another try, newest first"]
    );
    assert!(jobs.texts("tbody tr")[0].contains("carry out"));

    app.source.come_back();
    act(&sam, &reference, "retry", &[]).await.location();
    assert_eq!(app.events("request.hurried", &reference), 1);
    app.run_jobs().await;
    assert_eq!(held(&app, CITY), "Port Ellery");
    assert!(!page_of(&sam, &reference).await.contains(NOT_YET));
}

#[actix_web::test]
async fn what_is_just_being_tried_is_not_begun_a_second_time() {
    let app = TestApp::start();
    let (person, sam) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    accept_all(&sam, &reference).await.location();
    app.source.go_away();
    worker::run_due(&app.app).await.unwrap();
    let url = format!("/staff/requests/{reference}");
    let seen = sam.get(&url).await.page();
    act(&sam, &reference, "retry", &[]).await.location();

    let again = sam.submit(&seen, &format!("{url}/retry"), &[]).await;
    assert_eq!(again.status, 409);
    let text = again.text();
    assert!(text.contains("just being tried"), "{text}");
    assert_eq!(app.events("request.hurried", &reference), 1);
}
