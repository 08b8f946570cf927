//! The same form, sent twice with a right code: the second leads on, and a code serves once all the same.

use candor::accounts::codes::{self, Attempt, Link, NewCode, Purpose};
use candor::accounts::model::Role;
use chrono::TimeDelta;
use futures_util::future::join_all;

use super::second_factor::app_code;
use crate::support::{Actor, TestApp};

/// The same form, three times at once; where each of them leads.
async fn thrice(actor: &Actor, path: &str, code: &str) -> Vec<String> {
    let fields = [("code", code)];
    let sent = join_all((0..3).map(|_| actor.post(path, &fields))).await;
    sent.iter().map(|it| it.location().to_owned()).collect()
}

#[actix_web::test]
async fn a_code_that_has_served_is_known_for_a_minute_in_its_browser_and_serves_nobody() {
    let app = TestApp::start();
    let keys = app.app.keys.clone();
    let now = app.app.clock.now();
    let tried = app.app.db.write(move |conn| {
        let purpose = Purpose::SignIn;
        let email = "ada@example.org";
        let code = codes::issue(conn, &keys, purpose, email, "here", now)?;
        let NewCode { digits, token } = code;
        let wrong = if digits == "000000" {
            "000001"
        } else {
            "000000"
        };
        let later = now + TimeDelta::minutes(1);
        let mut tried = Vec::new();
        for (browser, typed, at) in [
            ("here", digits.as_str(), now),
            ("here", digits.as_str(), now),
            ("here", wrong, now),
            ("elsewhere", digits.as_str(), now),
            ("here", digits.as_str(), later),
        ] {
            tried.push(codes::attempt(conn, &keys, purpose, browser, typed, at)?);
        }
        let mut followed = Vec::new();
        for (browser, at) in [("here", now), ("elsewhere", now), ("here", later)] {
            let link = codes::follow(conn, &keys, purpose, Some(browser), &token, at)?;
            followed.push(link);
        }
        Ok((tried, followed))
    });
    let (tried, followed) = tried.await.unwrap();
    let ada = || "ada@example.org".to_owned();
    let expected = [
        Attempt::Right(ada()),
        Attempt::Again(ada()),
        Attempt::Dead,
        Attempt::Dead,
        Attempt::Dead,
    ];
    assert_eq!(tried, expected);
    assert_eq!(followed, [Link::Again(ada()), Link::Dead, Link::Dead]);
}

#[actix_web::test]
async fn a_code_to_sign_in_that_is_sent_twice_signs_in_once_and_shows_no_error() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let asked = [("email", "ada@example.org"), ("next", "/choices")];
    visitor.post("/sign-in", &asked).await.location();
    let code = app.mailed_code("ada@example.org");
    for location in thrice(&visitor, "/sign-in/code", &code).await {
        let leads_on = location == "/choices" || location.starts_with("/sign-in");
        assert!(leads_on, "{location}");
    }
    visitor.get("/choices").await.page();
    assert_eq!(app.events("person.signed_in", "session"), 1);
    assert_eq!(app.events("sign_in.failed", "sign_in"), 0);
}

#[actix_web::test]
async fn a_confirmation_that_is_sent_twice_leads_back_to_where_it_was_asked_for() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    app.app.clock.advance(TimeDelta::hours(2));
    let asks = ada.get("/account/address").await;
    let step_up = asks.location();
    ada.get(step_up).await.page();
    let code = app.mailed_code("ada@example.org");
    let mut led = thrice(&ada, "/step-up", &code).await;
    led.push(
        ada.post("/step-up", &[("code", &code)])
            .await
            .location()
            .to_owned(),
    );
    for location in led {
        let back = match location.as_str() {
            "/step-up" => ada.get("/step-up").await.location().to_owned(),
            _ => location,
        };
        assert_eq!(back, "/account/address");
    }
    ada.get("/account/address").await.page();
    assert_eq!(app.events("person.confirmed", "session"), 1);
}

#[actix_web::test]
async fn the_code_of_another_address_that_is_sent_twice_leads_to_the_account() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let new = "ada.new@example.org";
    ada.post("/account/address", &[("email", new)])
        .await
        .location();
    let code = app.mailed_code(new);
    let path = "/account/address/code";
    assert_eq!(thrice(&ada, path, &code).await, ["/account"; 3]);
    assert_eq!(
        ada.post(path, &[("code", &code)]).await.location(),
        "/account"
    );
    assert_eq!(app.events("identity.added", "account"), 1);
}

#[actix_web::test]
async fn the_code_of_an_app_that_is_sent_twice_signs_in_once_and_is_no_failure() {
    let app = TestApp::start();
    app.staff("sam", Role::Agent).await;
    let sam = app.visitor();
    let email = "sam@staff.example.org";
    app.sign_in_by_mail(&sam, email).await.location();
    let page = sam.get("/sign-in/totp/set-up").await.page();
    let secret = page.texts("#secret").remove(0);
    let code = app_code(&app, &secret, 0);
    let set_up = "/sign-in/totp/set-up";
    sam.submit(&page, set_up, &[("code", &code)]).await.page();

    app.app.clock.advance(TimeDelta::minutes(1));
    let again = app.visitor();
    app.sign_in_by_mail(&again, email).await.location();
    let code = app_code(&app, &secret, 0);
    for location in thrice(&again, "/sign-in/totp", &code).await {
        let leads_on = location == "/staff" || location.starts_with("/sign-in");
        assert!(leads_on, "{location}");
    }
    again.get("/staff/requests").await.page();
    assert_eq!(app.events("sign_in.failed", "second_factor"), 0);

    // Whoever has read it from the screen gets no further with it.
    let stranger = app.visitor();
    app.sign_in_by_mail(&stranger, email).await.location();
    let refused = stranger.post("/sign-in/totp", &[("code", &code)]).await;
    refused.refuses("code", "This code does not work.");
    assert_eq!(app.events("sign_in.failed", "second_factor"), 1);
}
