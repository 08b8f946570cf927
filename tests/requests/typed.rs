//! What is typed comes back with its fault, and is not lost when a source stands in the way.

use candor::accounts::model::Role;
use candor::requests::model::State;

use super::entered::{enter, newest};
use super::without_account::{ADDRESS, follow, prove};
use super::{find, ground_under, reference_of};
use crate::support::TestApp;

#[actix_web::test]
async fn what_nobody_sees_is_not_entered_in_somebodys_name() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let unseen = enter(&sam, &[("note", "Not\u{202e} all.")]).await;
    unseen.refuses("note", "characters that cannot be seen");
}

#[actix_web::test]
async fn a_source_that_is_away_keeps_nobody_from_being_known_and_the_deletion_is_planned_later() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    app.person("maya.okafor").await;
    enter(&sam, &[]).await.location();
    let reference = newest(&app).reference;
    let url = format!("/staff/requests/{reference}");
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
    app.source.go_away();
    sam.submit(&page, &identity, &known).await.location();
    let request = find(&app, &reference);
    assert_eq!(request.state, State::InReview);
    assert!(request.awaits_plan());
    let mails = app.mails_to("maya.okafor").into_iter();
    let told = mails.filter(|it| it.kind == "request_received").count();
    assert_eq!(told, 1);
    assert_eq!(app.events("request.person_found", &reference), 1);
    app.source.come_back();
    app.run_jobs().await;
    assert!(find(&app, &reference).plan_hash.is_some());
}

#[actix_web::test]
async fn what_is_too_long_is_said_beside_its_field() {
    let app = TestApp::start();
    let field = "people/contact_details/city";
    let (visitor, page) = follow(&app, "correction", ADDRESS, field).await;
    let long = "a".repeat(4001);
    let refused = prove(&visitor, &page, &[("value", &long)]).await;
    refused.refuses("value", "This is too long.");
}

#[actix_web::test]
async fn a_source_that_is_away_costs_staff_no_words() {
    let app = TestApp::start();
    let maya = app.person("maya.okafor").await;
    let sam = app.staff("sam", Role::Agent).await;
    let plan = "/requests/new/deletion/plan?everything=yes";
    let page = maya.get(plan).await.page();
    let filed = maya.submit(&page, plan, &[]).await;
    let url = format!("/staff/requests/{}", reference_of(&filed));
    let page = sam.get(&url).await.page();
    let mut names = page.attributes("input[type=radio]", "name");
    names.dedup();
    let (last, others) = names.split_last().unwrap();
    let id = last.strip_prefix("decision-").unwrap();
    let (ground, reason) = (format!("ground-{id}"), format!("reason-{id}"));
    let mut fields: Vec<_> = others.iter().map(|it| (&**it, "accepted")).collect();
    fields.extend([
        (&**last, "refused"),
        (&*ground, ground_under("us-ca")),
        (&*reason, "Our lawyer wrote this to us."),
    ]);
    app.source.go_away();
    let decide = format!("{url}/decide");
    let stopped = sam.submit(&page, &decide, &fields).await;
    assert_eq!(stopped.status, 503);
    assert!(stopped.html().contains("Our lawyer wrote this to us."));
    app.source.come_back();
    sam.submit(&stopped, &decide, &fields).await.location();
}
