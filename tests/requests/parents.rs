//! What a parent asks for, of whom we hold that they are no child.

use candor::accounts::model::Role;
use candor::requests::model::State;
use chrono::TimeDelta;

use super::agents::{PDF, send};
use super::without_account::{ADDRESS, only_request};
use crate::support::TestApp;

const NO_CHILD: &str = "The person may be no child for whom a parent decides";

/// What staff read of a request that a parent makes for somebody of that age who lives there.
async fn read_by_staff(born_on: &str, residence: &str) -> String {
    let app = TestApp::start();
    let born = "UPDATE profiles SET birth_date = ?2 WHERE account_id = (SELECT id FROM accounts WHERE email = ?1)";
    let source = app.source.connect();
    source.execute(born, [ADDRESS, born_on]).unwrap();
    let parent = [("basis", "parent"), ("residence", residence)];
    send(&app, &parent, PDF).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    let url = format!("/staff/requests/{}", only_request(&app).0.reference);
    let page = sam.get(&url).await.page();
    let why = [("identity", "verified"), ("vouched", "The form is signed.")];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &why).await.location();
    sam.get(&url).await.page().text()
}

/// Rule: N5, GDPR Art. 8(1); N3, 11 CCR 7070.
#[actix_web::test]
async fn for_whom_a_parent_asks_depends_on_the_age_that_the_law_of_where_they_live_sets() {
    for (born_on, residence, doubt) in [
        ("2012-05-04", "de", None),
        (
            "2012-05-04",
            "us-ca",
            Some("is 13 or older, so that no parent decides"),
        ),
        ("2014-05-04", "us-ca", None),
        ("2011-05-04", "fr", None),
        (
            "2010-05-04",
            "fr",
            Some("is 15 or older, so that no parent decides"),
        ),
    ] {
        let page = read_by_staff(born_on, residence).await;
        assert_eq!(
            page.contains(NO_CHILD),
            doubt.is_some(),
            "{residence}: {page}"
        );
        let is_said = doubt.is_none_or(|it| page.contains(it));
        assert!(is_said, "{residence}: {page}");
    }
    let app = TestApp::start();
    let form = app.visitor().get("/request/agent").await.page().text();
    assert!(
        form.contains("In the United States that is a child under 13."),
        "{form}"
    );
}

/// Rule: N3, 11 CCR 7070.
#[actix_web::test]
async fn a_parent_of_somebody_who_is_no_child_by_what_we_hold_is_put_before_staff() {
    let app = TestApp::start();
    let parent = [("basis", "parent")];
    send(&app, &parent, PDF).await.location();
    let sam = app.staff("sam", Role::Agent).await;
    let reference = only_request(&app).0.reference;
    let url = format!("/staff/requests/{reference}");
    let page = sam.get(&url).await.page();
    let why = [("identity", "verified"), ("vouched", "The form is signed.")];
    let identity = format!("{url}/identity");
    sam.submit(&page, &identity, &why).await.location();
    let page = sam.get(&url).await.page();
    assert!(page.text().contains(NO_CHILD), "{}", page.text());
    let decide = format!("{url}/decide");
    let granted = sam.submit(&page, &decide, &[("rest", "accepted")]).await;
    assert_eq!(granted.status, 409);
    assert!(granted.text().contains("no parent asks for them"));
}

/// The day of receipt waits for no source.
#[actix_web::test]
async fn what_a_parent_asks_for_goes_on_while_a_source_is_silent_and_staff_look_at_the_age() {
    for wants in ["deletion", "pieces"] {
        let app = TestApp::start();
        send(&app, &[("basis", "parent"), ("wants", wants)], PDF)
            .await
            .location();
        let sam = app.staff("sam", Role::Agent).await;
        let reference = only_request(&app).0.reference;
        let url = format!("/staff/requests/{reference}");
        let page = sam.get(&url).await.page();
        app.source.go_away();
        let why = [("identity", "verified"), ("vouched", "The form is signed.")];
        let known = sam.submit(&page, &format!("{url}/identity"), &why).await;
        assert_eq!(known.location(), url);
        let request = only_request(&app).0;
        assert_eq!(request.state, State::InReview, "{wants}");
        assert_eq!(request.awaits_plan(), wants == "deletion");
        app.source.come_back();
        let page = sam.get(&url).await.page().text();
        assert!(page.contains(NO_CHILD), "{page}");
        assert!(
            page.contains("A source did not answer when we looked"),
            "{page}"
        );
        app.app.clock.advance(TimeDelta::days(1));
        app.run_jobs().await;
        assert!(!only_request(&app).0.awaits_plan());
    }
}

#[actix_web::test]
async fn the_timeline_of_staff_says_who_filed_what_was_asked_for_somebody_else() {
    for (basis, who) in [
        ("parent", "By a parent or guardian"),
        ("permission", "By an agent"),
        ("power-of-attorney", "By an agent"),
    ] {
        let app = TestApp::start();
        send(&app, &[("basis", basis)], PDF).await.location();
        let sam = app.staff("sam", Role::Agent).await;
        let url = format!("/staff/requests/{}", only_request(&app).0.reference);
        let page = sam.get(&url).await.page();
        let lines = page.texts(".timeline li");
        let mut lines = lines.iter();
        let filed = lines.find(|it| it.starts_with("Filed")).unwrap();
        assert!(filed.ends_with(who), "{filed}");
    }
}
