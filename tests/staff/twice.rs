//! What staff send twice is entered once.

use candor::accounts::model::Role;

use crate::support::TestApp;

#[actix_web::test]
async fn a_review_that_was_sent_twice_is_written_down_once() {
    let app = TestApp::start();
    let vera = app.staff("vera", Role::Supervisor).await;
    let ida = app.staff("ida", Role::Admin).await;
    let found = [("found", "There is no way yet.")];
    let twice = (0..3).map(|_| vera.post("/staff/reviews", &found));
    for sent in futures_util::future::join_all(twice).await {
        assert_eq!(sent.location(), "/staff/reviews");
    }
    let twice = (0..3).map(|_| ida.post("/staff/policy/reviewed", &[]));
    for sent in futures_util::future::join_all(twice).await {
        assert_eq!(sent.location(), "/staff/policy");
    }
    assert_eq!(app.events("review.noted", "verification"), 1);
    assert_eq!(app.events("policy.reviewed", "policy"), 1);
    let page = vera.get("/staff/reviews").await.page().text();
    assert_eq!(page.matches("There is no way yet.").count(), 1);

    // What is found anew is no second click.
    let more = [("found", "There is one by now.")];
    vera.post("/staff/reviews", &more).await.location();
    assert_eq!(app.events("review.noted", "verification"), 2);
}

#[actix_web::test]
async fn a_switch_that_stands_as_it_is_leaves_no_event() {
    let app = TestApp::start();
    let ida = app.staff("ida", Role::Admin).await;
    let publication = "/staff/metrics/publication";
    let approval = "/staff/periods/approval";
    ida.post(publication, &[]).await.location();
    assert_eq!(app.events("figures.withdrawn", "figures"), 0);
    for _ in 0..2 {
        ida.post(publication, &[("public", "true")])
            .await
            .location();
        ida.post(approval, &[("without", "true")]).await.location();
    }
    assert_eq!(app.events("figures.published", "figures"), 1);
    assert_eq!(app.events("retention.switched", "retention"), 1);
    ida.post(publication, &[]).await.location();
    assert_eq!(app.events("figures.withdrawn", "figures"), 1);
}
