//! What the law of some places alone gives, asked for by letter and on the form without an account.

use candor::accounts::model::Role;
use candor::requests::model::{Kind, Request, State};

use super::entered::{enter, newest};
use super::find;
use super::given::on;
use crate::support::{Actor, TestApp};

/// Brings a letter to its review: its receipt is confirmed, and staff stand for who wrote it.
pub(super) async fn review(app: &TestApp, staff: &Actor, request: &Request) -> String {
    let url = format!("/staff/requests/{}", request.reference);
    let page = staff.get(&url).await.page();
    let confirmed = format!("{url}/confirmed");
    staff.submit(&page, &confirmed, &[]).await.location();
    let page = staff.get(&url).await.page();
    let known = [("identity", "verified"), ("vouched", "We rang her.")];
    let identity = format!("{url}/identity");
    staff.submit(&page, &identity, &known).await.location();
    assert_eq!(find(app, &request.reference).state, State::InReview);
    url
}

/// Rule: C19, Cal. Civ. Code 1798.83; I1, 11 CCR 7020(a).
#[actix_web::test]
async fn the_list_for_marketing_can_be_asked_for_by_letter_and_has_its_own_30_days() {
    let app = TestApp::start();
    let (sam, vera) = (
        app.staff("sam", Role::Agent).await,
        app.staff("vera", Role::Supervisor).await,
    );
    let wants = [("wants", "marketing_list"), ("note", "")];
    enter(&sam, &wants).await.location();
    let request = newest(&app);
    assert_eq!(request.kind, Kind::MarketingList);
    assert_eq!(request.due_on.to_string(), "2026-03-06", "30 days");
    let url = review(&app, &sam, &request).await;
    let page = sam.get(&url).await.page();
    assert!(
        page.text()
            .contains("who got that person's data for marketing")
    );
    let answer = [
        ("outcome", "approved"),
        ("reason", "Brightfield Audiences got your address."),
    ];
    let decide = format!("{url}/decide");
    sam.submit(&page, &decide, &answer).await.location();
    let proposed = find(&app, &request.reference);
    assert_eq!(proposed.state, State::InReview, "it takes two");
    let page = vera.get(&url).await.page();
    vera.submit(&page, &format!("{url}/approve"), &[])
        .await
        .location();
    assert_eq!(find(&app, &request.reference).state, State::Completed);
}

/// Rule: A5, 11 CCR 7021, 7222; I1, 11 CCR 7020(a).
#[actix_web::test]
async fn how_a_decision_was_made_can_be_asked_by_letter_in_the_persons_words() {
    let app = TestApp::start();
    on(&app, 2027, 1, 11);
    let sam = app.staff("sam", Role::Agent).await;
    let about = [("wants", "decision"), ("received_on", "2027-01-04")];
    let silent = enter(&sam, &[&about[..], &[("note", " ")]].concat()).await;
    silent.refuses("note", "which decision");
    let words = "Why was I not proposed for the job at Halden?";
    let said = enter(&sam, &[&about[..], &[("note", words)]].concat()).await;
    said.location();
    let request = newest(&app);
    assert_eq!((request.kind, &*request.law), (Kind::Decision, "us-ca"));
    assert_eq!((request.due_on - request.received_on).num_days(), 45);
    let url = review(&app, &sam, &request).await;
    let page = sam.get(&url).await.page();
    assert!(page.text().contains(words) && page.text().contains("11 CCR 7222"));
}

/// Rule: I3, Cal. Civ. Code 1798.130(a)(2)(A); A5, 11 CCR 7222: no account, and a reasonably high degree.
#[actix_web::test]
async fn nobody_needs_an_account_for_it_where_a_law_gives_it() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let offered = async || {
        let page = visitor.get("/request").await.page();
        let all = page.attributes("input[name=wants]", "value");
        let given = all.into_iter().rev().take(3);
        given.collect::<Vec<_>>()
    };
    assert_eq!(offered().await, ["contest", "marketing_list", "objection"]);
    on(&app, 2027, 1, 4);
    assert_eq!(offered().await, ["contest", "marketing_list", "decision"]);
    let who = [
        ("wants", "decision"),
        ("email", "maya.okafor@example.org"),
        ("note", "The job at Halden."),
    ];
    let from = async |place| {
        let page = visitor.get("/request").await.page();
        let fields = [&who[..], &[("residence", place)]].concat();
        visitor.submit(&page, "/request", &fields).await
    };
    let elsewhere = from("us-tx").await;
    elsewhere.refuses("wants", "No law gives this where you live.");
    from("us-ca").await.location();
    assert_eq!(newest(&app).kind, Kind::Decision);
    let link = super::without_account::link(&app, "maya.okafor");
    let page = visitor.get(&link).await.page();
    let mine = [("answer", "mine")];
    visitor.submit(&page, &link, &mine).await.location();
    let page = visitor.get("/request/mine").await.page();
    assert!(page.text().contains("declare under penalty of perjury"));
}
