//! Whoever is signed in as the person confirms a request that came otherwise, with the account as the proof.

use candor::accounts::model::Role;
use candor::requests::model::State;
use chrono::TimeDelta;

use super::agents::{PDF, send};
use super::without_account::{ADDRESS, only_request};
use crate::support::TestApp;

const MAYA: &str = "maya.okafor";

/// What the page of a request asks.
const ASKS: &str = "section[aria-labelledby=is-it-yours]";

fn link(app: &TestApp) -> String {
    let mail = app.mails_to(ADDRESS).remove(0);
    let mut lines = mail.text.lines();
    let line = lines.find(|it| it.contains("/request/link/")).unwrap();
    line.trim().trim_start_matches(app.address()).to_owned()
}

/// Who follows the link in a browser where nobody is signed in has shown the mailbox, and no more.
async fn followed_elsewhere(app: &TestApp) -> String {
    let (visitor, link) = (app.visitor(), link(app));
    let page = visitor.get(&link).await.page();
    let followed = visitor.submit(&page, &link, &[("answer", "mine")]).await;
    assert_eq!(followed.location(), "/request/mine");
    format!("/requests/{}", only_request(app).0.reference)
}

/// Rule: I14, 11 CCR 7063(a); I5, 11 CCR 7061(a).
#[actix_web::test]
async fn by_the_link_who_is_signed_in_as_the_very_person_confirms_an_agent_and_gives_nothing_else()
{
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    send(&app, &[], PDF).await.location();
    let link = link(&app);
    let page = maya.get(&link).await.page();

    let followed = maya.submit(&page, &link, &[("answer", "mine")]).await;

    let (request, sender) = only_request(&app);
    assert_eq!(
        followed.location(),
        format!("/requests/{}", request.reference)
    );
    assert_eq!(request.state, State::InReview);
    assert!(sender.degree.is_some() && sender.mailbox_at.is_some() && sender.declared_at.is_none());
    assert!(request.plan.is_some(), "what would be erased is known");
    for action in ["request.agent_confirmed", "request.verified"] {
        assert_eq!(app.events(action, &request.reference), 1, "{action}");
    }
}

/// Rule: I14, 11 CCR 7063(a); I5, 11 CCR 7061(a).
#[actix_web::test]
async fn on_the_requests_own_page_a_person_confirms_it_or_stops_it_in_one_step_each() {
    for (answer, state) in [("mine", State::InReview), ("not-mine", State::Withdrawn)] {
        let app = TestApp::start();
        let maya = app.person(MAYA).await;
        send(&app, &[], PDF).await.location();
        let url = followed_elsewhere(&app).await;
        assert_eq!(only_request(&app).0.state, State::Verifying);
        let page = maya.get(&url).await.page();
        assert!(page.texts(ASKS)[0].contains("Rights for All, Bo Agent"));
        assert_eq!(
            page.attributes(&format!("{ASKS} button"), "value"),
            ["mine", "not-mine"]
        );

        let at = format!("{url}/mine");
        let eve = app.person("eve").await;
        assert_eq!(eve.post(&at, &[("answer", answer)]).await.status, 404);
        assert_eq!(maya.post(&at, &[("answer", "perhaps")]).await.status, 400);
        assert_eq!(
            maya.submit(&page, &at, &[("answer", answer)])
                .await
                .location(),
            url
        );

        assert_eq!(only_request(&app).0.state, state);
        let page = maya.get(&url).await.page();
        assert!(page.texts(ASKS).is_empty(), "nothing is left to confirm");
        assert_eq!(maya.post(&at, &[("answer", answer)]).await.status, 409);
    }
}

/// Today is 9 February 2026.
/// Rule: I5, 11 CCR 7061(a).
#[actix_web::test]
async fn staff_read_how_it_is_known_who_asks_by_the_account_or_otherwise() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let maya = app.person(MAYA).await;
    send(&app, &[], PDF).await.location();
    let url = followed_elsewhere(&app).await;
    let staff = format!("/staff{url}");
    let said = "confirmed by the account on 9 February 2026";
    let before = agent.get(&staff).await.page().text();
    assert!(
        before.contains("Not yet: 0 of 5") && !before.contains(said),
        "{before}"
    );
    let page = maya.get(&url).await.page();
    let mine = [("answer", "mine")];
    maya.submit(&page, &format!("{url}/mine"), &mine)
        .await
        .location();
    let known = agent.get(&staff).await.page().text();
    assert!(
        known.contains(&format!("To a reasonably high degree, {said}")),
        "{known}"
    );

    let other = TestApp::start();
    let agent = other.staff("sam", Role::Agent).await;
    send(&other, &[], PDF).await.location();
    let staff = format!("/staff{}", followed_elsewhere(&other).await);
    let page = agent.get(&staff).await.page();
    let vouched = [("vouched", "I called them."), ("identity", "verified")];
    let identity = format!("{staff}/identity");
    agent.submit(&page, &identity, &vouched).await.location();
    let known = agent.get(&staff).await.page().text();
    assert!(known.contains("To a reasonably high degree"), "{known}");
    assert!(!known.contains("confirmed by the account"), "{known}");
}

/// Rule: I5, 11 CCR 7061(a).
#[actix_web::test]
async fn to_confirm_an_erasure_takes_a_fresh_code_and_to_stop_it_does_not() {
    let app = TestApp::start();
    let maya = app.person(MAYA).await;
    send(&app, &[], PDF).await.location();
    app.app.clock.advance(TimeDelta::minutes(11));
    let link = link(&app);
    let page = maya.get(&link).await.page();

    let followed = maya.submit(&page, &link, &[("answer", "mine")]).await;
    let url = followed.location().to_owned();
    assert!(
        url.starts_with("/requests/"),
        "it is confirmed there: {url}"
    );
    assert_eq!(only_request(&app).0.state, State::Verifying);
    let at = format!("{url}/mine");
    let confirmed = maya.post(&at, &[("answer", "mine")]).await;
    assert!(confirmed.location().starts_with("/step-up?"));
    assert_eq!(only_request(&app).0.state, State::Verifying);
    let stopped = maya.post(&at, &[("answer", "not-mine")]).await;
    assert_eq!(stopped.location(), url);
    assert_eq!(only_request(&app).0.state, State::Withdrawn);
}

#[actix_web::test]
async fn who_is_signed_in_as_somebody_else_proves_nothing_by_that() {
    let app = TestApp::start();
    let eve = app.person("eve").await;
    send(&app, &[], PDF).await.location();
    let link = link(&app);
    let page = eve.get(&link).await.page();

    let followed = eve.submit(&page, &link, &[("answer", "mine")]).await;

    assert_eq!(followed.location(), "/request/mine");
    assert_eq!(only_request(&app).0.state, State::Verifying);
}
