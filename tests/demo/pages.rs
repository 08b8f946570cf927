//! The demonstration's own pages.

use candor::db::schema::outbox;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;

const HTML: &str = "<!DOCTYPE html><html><head><style>p { color: green }</style></head>\
                    <body><p>Your code is <a href=\"http://localhost/sign-in\">here</a></p></body></html>";

/// A mail in the outbox; `sent` that many minutes after the start.
async fn mail(app: &TestApp, to: &'static str, subject: &'static str, sent: Option<i64>) {
    let now = app.app.clock.now();
    let sent_at = sent.map(|minutes| now + TimeDelta::minutes(minutes));
    let written = app.app.db.write(move |conn| {
        Ok(diesel::insert_into(outbox::table)
            .values((
                outbox::message_id.eq(format!("<{subject}@localhost>")),
                outbox::kind.eq("test"),
                outbox::recipient.eq(to),
                outbox::subject.eq(subject),
                outbox::body_text
                    .eq("Go to https://localhost/sign-in?code=1&x=2.\nOr to http://localhost/."),
                outbox::body_html.eq(HTML),
                outbox::created_at.eq(now),
                outbox::attempts.eq(0),
                outbox::next_attempt_at.eq(now),
                outbox::sent_at.eq(sent_at),
            ))
            .execute(conn)?)
    });
    written.await.unwrap();
}

#[actix_web::test]
async fn no_portal_but_a_demonstration_has_these_pages() {
    let app = TestApp::start();
    for path in [
        "/demo",
        "/demo/people.json",
        "/demo/mailbox",
        "/demo/mailbox.json",
        "/demo/mailbox/1/html",
    ] {
        assert_eq!(app.visitor().get(path).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn the_mailbox_shows_sent_mails_newest_first_and_none_that_still_waits() {
    let app = TestApp::start_demo();
    mail(&app, "maya@example.org", "First", Some(1)).await;
    mail(&app, "noor@example.org", "Second", Some(2)).await;
    mail(&app, "noor@example.org", "Waiting", None).await;

    let page = app.visitor().get("/demo/mailbox").await;
    assert_eq!(page.texts("h2"), ["Second", "First"]);
    let filtered = app.visitor().get("/demo/mailbox?to=Maya@example.org").await;
    assert_eq!(filtered.texts("h2"), ["First"]);

    let json: serde_json::Value =
        serde_json::from_str(&app.visitor().get("/demo/mailbox.json").await.html()).unwrap();
    let told: Vec<_> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|mail| &mail["subject"])
        .collect();
    assert_eq!(told, ["Second", "First"]);
    assert_eq!(json[1]["to"], "maya@example.org");
    assert_eq!(json[1]["sent_at"], "2026-02-09T10:01:00.000Z");
    assert_eq!(json[1]["html"], HTML);
    assert!(
        json[1]["text"]
            .as_str()
            .unwrap()
            .starts_with("Go to https://")
    );
}

#[actix_web::test]
async fn addresses_in_a_mail_can_be_followed() {
    let app = TestApp::start_demo();
    mail(&app, "maya@example.org", "Links", Some(1)).await;

    let page = app.visitor().get("/demo/mailbox").await;

    let links = page.attributes(".mail-text a", "href");
    assert_eq!(
        links,
        ["https://localhost/sign-in?code=1&x=2", "http://localhost/"]
    );
}

#[actix_web::test]
async fn the_html_part_is_shown_in_a_frame_that_allows_its_own_style_and_nothing_else() {
    let app = TestApp::start_demo();
    mail(&app, "maya@example.org", "Shown", Some(1)).await;

    let around = app.visitor().get("/demo/mailbox/1").await;
    let frame = app
        .visitor()
        .get(&around.attributes("iframe", "src")[0])
        .await;

    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    assert!(
        policy.contains("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe") && policy.contains("sandbox"));
    assert_eq!(frame.attributes("base", "target"), ["_top"]);
}

#[actix_web::test]
async fn a_long_mailbox_goes_on_on_another_page() {
    let app = TestApp::start_demo();
    for number in 0..25 {
        let subject = Box::leak(format!("Mail {number}").into_boxed_str());
        mail(&app, "maya@example.org", subject, Some(number)).await;
    }

    let first = app.visitor().get("/demo/mailbox?to=maya@example.org").await;
    let second = app
        .visitor()
        .get(&first.attributes(".pager a", "href")[0])
        .await;

    assert_eq!(first.texts("h2").len(), 20);
    assert_eq!(
        second.texts("h2"),
        ["Mail 4", "Mail 3", "Mail 2", "Mail 1", "Mail 0"]
    );
    assert!(second.attributes(".pager a", "href").is_empty());
}
