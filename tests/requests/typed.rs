//! What is typed comes back with its fault, and is not lost when a source stands in the way.

use candor::accounts::model::Role;
use candor::requests::model::State;

use super::entered::{enter, newest};
use super::find;
use super::without_account::{ADDRESS, follow, prove};
use crate::support::TestApp;

#[actix_web::test]
async fn what_nobody_sees_is_not_entered_in_somebodys_name() {
    let app = TestApp::start();
    let sam = app.staff("sam", Role::Agent).await;
    let unseen = enter(&sam, &[("note", "Not\u{202e} all.")]).await;
    unseen.refuses("note", "characters that cannot be seen");
}

#[actix_web::test]
async fn a_source_that_is_away_costs_no_words_and_no_second_mail() {
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
    let (path, away) = (app.source.path(), app.source.path().with_extension("away"));
    std::fs::rename(&path, &away).unwrap();
    let stopped = sam.submit(&page, &identity, &known).await;
    assert_eq!(stopped.status, 503);
    assert!(stopped.html().contains("We rang the number that we hold."));
    std::fs::rename(&away, &path).unwrap();
    let again = sam.submit(&stopped, &identity, &known).await;
    again.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
    let mails = app.mails_to("maya.okafor").into_iter();
    let told = mails.filter(|it| it.kind == "request_received").count();
    assert_eq!(told, 1);
    assert_eq!(app.events("request.person_found", &reference), 1);
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
