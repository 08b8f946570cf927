use actix_web::http::header::USER_AGENT;
use actix_web::test::TestRequest;
use candor::accounts::{self, device};
use candor::db::schema::{events, people, rate_limits, sessions, sign_in_codes};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;

fn count_sessions(app: &TestApp) -> i64 {
    let count = app
        .app
        .db
        .read_now(|conn| Ok(sessions::table.count().get_result(conn)?));
    count.unwrap()
}

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

#[actix_web::test]
async fn an_account_sees_its_sessions_and_ends_one_of_them_at_once() {
    let app = TestApp::start();
    let desk = app.visitor().with_header("user-agent", FIREFOX);
    app.sign_in_by_mail(&desk, "ada@example.org").await;
    app.app.clock.advance(TimeDelta::hours(1));
    let phone = app.visitor();
    app.sign_in_by_mail(&phone, "ada@example.org").await;

    let account = phone.get("/account").await.page();
    assert_eq!(
        account.texts(".rows h3"),
        ["An unknown device", "Firefox on Linux"]
    );
    assert!(
        account
            .text()
            .contains("Signed in on 9 February 2026, 02:00 PST")
    );
    assert_eq!(
        account
            .texts(".tag")
            .iter()
            .filter(|tag| *tag == "This one")
            .count(),
        1
    );

    let action = account.attributes("form[action$='/end']", "action");
    let [end] = &action[..] else {
        panic!("{action:?}")
    };
    phone.submit(&account, end, &[]).await.location();
    assert_eq!(
        desk.get("/account").await.location(),
        "/sign-in?next=%2Faccount"
    );
    let account = phone.get("/account").await.page();
    assert!(account.text().contains("The session has ended."));
    assert_eq!(account.texts(".rows h3"), ["An unknown device"]);
}

#[actix_web::test]
async fn somebody_elses_session_is_not_found() {
    let app = TestApp::start();
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    let id: i64 = app
        .app
        .db
        .read_now(|conn| Ok(sessions::table.select(sessions::id).first(conn)?))
        .unwrap();
    let end = format!("/account/sessions/{id}/end");
    assert_eq!(eve.post(&end, &[]).await.status, 404);
    ada.get("/account").await.page();
}

#[actix_web::test]
async fn all_other_sessions_end_together_and_nobody_elses() {
    let app = TestApp::start();
    let eve = app.person("eve").await;
    let browsers = [app.visitor(), app.visitor(), app.visitor()];
    for browser in &browsers {
        app.sign_in_by_mail(browser, "ada@example.org").await;
    }
    let account = browsers[0].get("/account").await.page();
    browsers[0]
        .submit(&account, "/account/sessions/end-others", &[])
        .await
        .location();
    browsers[0].get("/account").await.page();
    eve.get("/account").await.page();
    for ended in &browsers[1..] {
        assert_eq!(ended.get("/account").await.status, 303);
    }
}

#[actix_web::test]
async fn signing_out_ends_the_session_for_good() {
    let app = TestApp::start();
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let cookie = visitor.session_cookie().unwrap();
    assert_eq!(visitor.post("/sign-out", &[]).await.location(), "/");
    assert_eq!(count_sessions(&app), 0);
    let stolen = app.visitor_with_session(&cookie);
    assert_eq!(stolen.get("/account").await.status, 303);
    let actions: Vec<String> = app
        .app
        .db
        .read_now(|conn| {
            Ok(events::table
                .order(events::id)
                .select(events::action)
                .load(conn)?)
        })
        .unwrap();
    assert_eq!(actions, ["person.signed_in", "session.ended"]);
}

#[actix_web::test]
async fn a_session_lasts_twelve_hours() {
    let app = TestApp::start();
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    app.app
        .clock
        .advance(TimeDelta::hours(12) - TimeDelta::seconds(1));
    visitor.get("/account").await.page();
    app.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(visitor.get("/account").await.status, 303);
}

#[actix_web::test]
async fn a_person_states_where_they_live() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/account").await.page();
    let chosen = page.attributes("#residence option[selected]", "value");
    assert_eq!(chosen, ["us-ca"]);
    let fields = [("residence", "de")];
    ada.submit(&page, "/account/residence", &fields)
        .await
        .location();
    let fields = [("residence", "atlantis")];
    let refused = ada.post("/account/residence", &fields).await;
    refused.refuses("residence", "Choose a place from the list.");
    let stored: (String, String) = app
        .app
        .db
        .read_now(|conn| {
            let residence = people::table.select(people::residence).first(conn)?;
            let moved = events::table.filter(events::action.like("residence.%"));
            Ok((residence, moved.select(events::action).first(conn)?))
        })
        .unwrap();
    assert_eq!(stored, ("de".to_owned(), "residence.changed".to_owned()));
}

#[actix_web::test]
async fn what_has_passed_its_end_is_removed() {
    let app = TestApp::start();
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    visitor.post("/sign-out", &[]).await;
    app.visitor()
        .post("/sign-in", &[("email", "eve@example.org")])
        .await;
    app.app.clock.advance(TimeDelta::days(2));
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let own = app.app.clone();
    let purged = actix_web::web::block(move || accounts::purge(&own)).await;
    purged.unwrap().unwrap();
    let left: (i64, i64, i64) = app
        .app
        .db
        .read_now(|conn| {
            let codes = sign_in_codes::table
                .filter(sign_in_codes::expires_at.le(app.app.clock.now()))
                .count()
                .get_result(conn)?;
            let counts = rate_limits::table
                .filter(rate_limits::window_started_at.lt(app.app.clock.now()))
                .count()
                .get_result(conn)?;
            Ok((codes, counts, sessions::table.count().get_result(conn)?))
        })
        .unwrap();
    assert_eq!(left, (0, 0, 1));
    visitor.get("/account").await.page();
}

#[actix_web::test]
async fn a_signed_in_page_asks_for_its_session_once_and_writes_nothing() {
    let app = TestApp::start();
    let visitor = app.visitor();
    app.sign_in_by_mail(&visitor, "ada@example.org").await;
    let (page, queries) = app.queries_during(visitor.get("/policy/compare")).await;
    page.page();
    let about_sessions = queries.iter().filter(|query| query.contains("sessions"));
    assert_eq!(about_sessions.count(), 1, "{queries:#?}");
    let is_read = |query: &String| query.starts_with("SELECT");
    assert!(queries.iter().all(is_read), "{queries:#?}");

    app.app.clock.advance(TimeDelta::minutes(6));
    let (_, later) = app.queries_during(visitor.get("/policy/compare")).await;
    assert!(later.len() > queries.len(), "the look is written down");
}

#[actix_web::test]
async fn a_page_of_somebody_who_is_not_signed_in_asks_for_no_session() {
    let app = TestApp::start();
    let (_, queries) = app.queries_during(app.visitor().get("/sign-in")).await;
    assert_eq!(queries, [""; 0]);
}

#[actix_web::test]
async fn no_session_is_saved_with_a_role_that_was_taken_away_while_it_was_made() {
    use actix_session::storage::SessionStore;
    use candor::accounts::guard::{Account, StaffMember};
    use candor::accounts::model::Role;
    use candor::accounts::session_store::{ACCOUNT, DbSessions};
    let app = TestApp::start();
    app.staff("sam", Role::Agent).await;
    let store = DbSessions(app.app.clone());
    let saved = async |role| {
        let name = "sam".to_owned();
        let member = Account::Staff(StaffMember { id: 1, name, role });
        let account = serde_json::to_string(&member).unwrap();
        let state = [(ACCOUNT.to_owned(), account)].into();
        let hour = actix_web::cookie::time::Duration::hours(1);
        let key = store.save(state, &hour).await.unwrap();
        store.load(&key).await.unwrap().unwrap()
    };
    assert!(saved(Role::Agent).await.contains_key(ACCOUNT));
    assert!(!saved(Role::Supervisor).await.contains_key(ACCOUNT));
}

/// Whoever signs in next at that browser may be somebody else, so nothing is kept; but nobody believes that it was sent.
#[actix_web::test]
async fn whose_session_ended_in_the_middle_of_a_form_is_told_that_nothing_was_sent() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let page = ada.get("/requests/new/access").await.page();
    ada.post("/sign-out", &[]).await.location();
    let question = [("question", "What do you hold about me?")];
    let sent = ada.submit(&page, "/requests/new/access", &question).await;
    let to = sent.location();
    assert_eq!(to, "/sign-in?next=%2Frequests%2Fnew%2Faccess&unsent=yes");
    let sign_in = ada.get(to).await.page().text();
    assert!(sign_in.contains("did not reach us"), "{sign_in}");
    let asked_for_page = ada.get("/sign-in?next=/data").await.page().text();
    assert!(!asked_for_page.contains("did not reach us"));

    // A message stands below the page of its request.
    let message = ada.post("/requests/PR-1/messages", &[]).await;
    assert!(message.location().contains("next=%2Frequests%2FPR-1&"));
}

#[test]
fn a_device_is_called_as_its_owner_would() {
    let agents = [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
            "Safari on Mac",
        ),
        ("curl/8.5.0", "An unknown device"),
    ];
    for (agent, words) in agents {
        let request = TestRequest::default().insert_header((USER_AGENT, agent));
        assert_eq!(device::of(&request.to_http_request()), words);
    }
}
