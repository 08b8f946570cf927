use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use candor::accounts::model::Role;

use crate::support::TestApp;

#[actix_web::test]
async fn a_missing_page_says_so_in_the_layout_of_the_site() {
    let app = TestApp::start();
    let answer = app.visitor().get("/nothing-here").await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.texts("h1"), ["This page is not here"]);
    assert!(answer.text().contains("ProJobSector"));
}

#[actix_web::test]
async fn a_page_that_is_asked_in_another_way_names_the_ways_that_it_has() {
    let app = TestApp::start();
    let answer = app.visitor().get("/sign-out").await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.headers["allow"], "POST");
    assert_eq!(answer.texts("h1"), ["This page is not here"]);
}

#[actix_web::test]
async fn a_text_with_a_zero_byte_is_no_fault_of_ours() {
    let app = TestApp::start();
    let agent = app.staff("sam", Role::Agent).await;
    let ada = app.person("ada").await;
    let statuses = [
        ada.get("/requests/PR-%00").await.status,
        app.visitor().get("/policy/%00").await.status,
        app.visitor().get("/receipts/%00").await.status,
        agent
            .get("/staff/requests?law=%00&kind=access")
            .await
            .status,
        agent.get("/staff/requests/%00").await.status,
        agent
            .post("/staff/requests/search", &[("q", "\0")])
            .await
            .status,
        agent
            .post("/staff/views", &[("name", "a\0b"), ("filters", "law=\0")])
            .await
            .status,
        app.visitor()
            .post("/sign-in", &[("email", "a\0@b.c")])
            .await
            .status,
    ];
    assert!(statuses.iter().all(|it| *it < 500), "{statuses:?}");
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let app = TestApp::start();
    let answer = app.visitor().get("/nothing-here").await;
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["x-content-type-options"], "nosniff");
    assert!(
        !answer.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("unsafe")
    );
}

#[actix_web::test]
async fn the_head_of_a_page_can_be_asked_for_alone() {
    let app = TestApp::start();
    let url = format!("{}/do-not-sell", app.address());
    let answer = reqwest::Client::new().head(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert_eq!(answer.text().await.unwrap(), "");
}

#[actix_web::test]
async fn a_write_from_another_site_is_refused_and_so_is_one_that_does_not_say() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    assert_eq!(ada.post_from_nowhere("/sign-out", &[]).await.status, 400);
    let elsewhere = app
        .person("eve")
        .await
        .with_header("origin", "https://elsewhere.example");
    assert_eq!(
        elsewhere.post_from_nowhere("/sign-out", &[]).await.status,
        400
    );
}

#[actix_web::test]
async fn an_error_page_knows_who_is_signed_in() {
    let app = TestApp::start();
    let answer = app.person("ada").await.get("/nothing-here").await;
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("ada@example.org"));
}

#[actix_web::test]
async fn behind_https_cookies_stay_on_https_and_on_this_host() {
    let app = TestApp::start_reached_at("https://privacy.example.org");
    let visitor = app.visitor();
    let asked = visitor.post("/sign-in", &[("email", "ada@example.org")]);
    let answer = asked.await;
    assert_eq!(answer.status, 303);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-candor="), "{cookie}");
    let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
    for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] {
        assert!(attributes.contains(&attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    assert!(answer.headers.contains_key("strict-transport-security"));
}

#[actix_web::test]
async fn without_https_no_browser_is_told_to_insist_on_it() {
    let app = TestApp::start();
    let answer = app.visitor().get("/").await;
    assert!(!answer.headers.contains_key("strict-transport-security"));
}

#[actix_web::test]
async fn a_form_that_does_not_come_to_its_end_is_cut_off() {
    let app = TestApp::start_waiting(Duration::from_secs(1));
    let address = app.address().strip_prefix("http://").unwrap().to_owned();
    let answer = actix_web::web::block(move || {
        let mut line = TcpStream::connect(&address).unwrap();
        line.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        write!(
            line,
            "POST /sign-in HTTP/1.1\r\nhost: {address}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: 100\r\n\r\nemail="
        )
        .unwrap();
        // To its end: the connection must be closed as well.
        let mut answer = Vec::new();
        line.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    let answer = answer.await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
}
