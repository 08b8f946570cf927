//! A complaint that came by letter: received and answered without proof of who makes it.

use candor::accounts::model::Role;
use candor::requests::model::{Kind, Request, State};

use super::entered::{enter, newest};
use super::find;
use super::given::on;
use crate::support::{Actor, TestApp};

const WORDS: &str = "You showed my profile to an employer whom I had ruled out.";

async fn complain(app: &TestApp, staff: &Actor, email: &str) -> Request {
    on(app, 2026, 7, 2);
    let letter = [
        ("wants", "complaint"),
        ("received_on", "2026-07-01"),
        ("residence", "gb"),
        ("email", email),
        ("note", WORDS),
    ];
    enter(staff, &letter).await.location();
    newest(app)
}

/// One answers it, another agrees.
async fn answer(app: &TestApp, staff: [&Actor; 2], reference: &str) {
    let url = format!("/staff/requests/{reference}");
    let page = staff[0].get(&url).await.page();
    let words = [
        ("outcome", "approved"),
        ("reason", "You were right, and we have mended it."),
    ];
    let decide = format!("{url}/decide");
    staff[0].submit(&page, &decide, &words).await.location();
    assert_eq!(find(app, reference).state, State::InReview, "it takes two");
    let page = staff[1].get(&url).await.page();
    let approve = format!("{url}/approve");
    staff[1].submit(&page, &approve, &[]).await.location();
    assert_eq!(find(app, reference).state, State::Completed);
}

/// Rule: A4.C, Data Protection Act 2018, s. 164A: it is received from anybody, and nobody is asked who they are.
#[actix_web::test]
async fn a_complaint_by_letter_is_looked_into_whoever_makes_it() {
    let app = TestApp::start();
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let request = complain(&app, &sam, "").await;
    assert_eq!((request.kind, &*request.law), (Kind::Complaint, "uk-gdpr"));
    let url = format!("/staff/requests/{}", request.reference);
    let page = sam.get(&url).await.page();
    assert!(!page.text().contains("make sure first who asks"));
    let confirmed = format!("{url}/confirmed");
    sam.submit(&page, &confirmed, &[]).await.location();
    let request = find(&app, &request.reference);
    assert_eq!(request.state, State::InReview, "not verified first");
    assert!(request.acknowledged_at.is_some());
    let page = sam.get(&url).await.page();
    assert!(page.text().contains("Say nothing of anybody's data"));
    assert!(
        page.attributes("button[value=unverified]", "name")
            .is_empty()
    );
    answer(&app, [&sam, &vera], &request.reference).await;
}

/// Rule: A4.C, Data Protection Act 2018, s. 164A.
#[actix_web::test]
async fn who_named_an_address_in_it_reads_the_answer_there() {
    let app = TestApp::start();
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let request = complain(&app, &sam, "olive@example.org").await;
    assert_eq!(request.state, State::InReview);
    let told = app.mails_to("olive").remove(0);
    assert_eq!(told.kind, "request_received");
    assert!(told.text.contains("We need no proof of who you are"));
    answer(&app, [&sam, &vera], &request.reference).await;
    app.run_jobs().await;
    let olive = app.person_again("olive").await;
    let page = olive.get(&format!("/requests/{}", request.reference)).await;
    assert!(
        page.text()
            .contains("You were right, and we have mended it.")
    );
}

/// To see the data that it is about, staff say how they know who it is.
#[actix_web::test]
async fn staff_may_find_out_whose_complaint_it_is_where_they_must() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let request = complain(&app, &sam, "").await;
    let url = format!("/staff/requests/{}", request.reference);
    let page = sam.get(&url).await.page();
    let confirmed = format!("{url}/confirmed");
    sam.submit(&page, &confirmed, &[]).await.location();
    let page = sam.get(&url).await.page();
    let known = [
        ("identity", "verified"),
        ("vouched", "We rang the number that we hold."),
        ("held_by", "email"),
        ("held_as", "maya.okafor@example.org"),
    ];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &known).await.location();
    let request = find(&app, &request.reference);
    assert_eq!(request.state, State::InReview);
    assert_eq!(app.events("request.person_found", &request.reference), 1);
}
