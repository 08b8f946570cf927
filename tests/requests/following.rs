use candor::accounts::model::Role;
use candor::requests::handling;
use candor::requests::life::advance;
use candor::requests::model::State;

use super::{file_access, find, staff_does, staff_member};
use crate::support::TestApp;

#[actix_web::test]
async fn somebody_elses_request_and_a_missing_one_look_the_same() {
    let app = TestApp::start();
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    let reference = file_access(&ada).await;
    let missing = eve.get("/requests/PR-0000-0000").await;
    let others = eve.get(&format!("/requests/{reference}")).await;
    assert_eq!((missing.status, others.status), (404, 404));
    assert_eq!(missing.text(), others.text());
    for act in ["messages", "withdraw", "appeal"] {
        let path = format!("/requests/{reference}/{act}");
        assert_eq!(eve.post(&path, &[("message", "Hello")]).await.status, 404);
    }
    assert_eq!(find(&app, &reference).state, State::Acknowledged);
}

#[actix_web::test]
async fn the_list_shows_own_requests_newest_first_and_goes_on_by_key() {
    let app = TestApp::start();
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    file_access(&eve).await;
    let mut references = Vec::new();
    for _ in 0..20 {
        references.push(file_access(&ada).await);
    }
    let withdraw = format!("/requests/{}/withdraw", references[0]);
    ada.post(&withdraw, &[]).await.location();
    references.push(file_access(&ada).await);
    references.reverse();

    let first = ada.get("/requests").await.page();
    assert_eq!(first.texts("main .mono"), references[..20]);
    let older = &first.attributes("a[rel=next]", "href")[0];
    let second = ada.get(older).await.page();
    assert_eq!(second.texts("main .mono"), references[20..]);
    assert!(second.attributes("a[rel=next]", "href").is_empty());
    assert_eq!(second.attributes("a[rel=prev]", "href"), ["/requests"]);
}

#[actix_web::test]
async fn a_request_is_withdrawn_once_and_that_is_confirmed_by_mail() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;
    let address = format!("/requests/{reference}");
    let withdraw = format!("{address}/withdraw");
    let page = ada.get(&address).await;
    ada.submit(&page, &withdraw, &[]).await.location();

    let page = ada.get(&address).await.page();
    assert!(page.texts(".tag").contains(&"Withdrawn".to_owned()));
    assert!(!page.html().contains(&withdraw));
    assert_eq!(app.mails_to("ada")[1].kind, "request_withdrawn");
    assert_eq!(ada.post(&withdraw, &[]).await.status, 409);
    assert_eq!(app.mails_to("ada").len(), 2);
    assert_eq!(app.events("request.withdrawn", &reference), 1);
}

#[actix_web::test]
async fn a_question_of_staff_is_answered_on_the_page_and_never_stands_in_a_mail() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let reference = file_access(&ada).await;
    staff_does(&app, &sam, &reference, |conn, request, by| {
        advance(conn, &request, State::InReview, by)
    })
    .await
    .unwrap();
    let question = "On which day did you call?";
    staff_does(&app, &sam, &reference, move |conn, request, by| {
        handling::ask(conn, &request, question, by)
    })
    .await
    .unwrap();

    let mail = app.mails_to("ada").pop().unwrap();
    assert_eq!(mail.kind, "request_message");
    assert!(!mail.text.contains(question) && !mail.html.contains(question));

    let address = format!("/requests/{reference}");
    let page = ada.get(&address).await.page();
    assert!(page.text().contains(question));
    assert!(page.text().contains("sam"));
    assert!(page.texts(".tag").contains(&"Waiting for you".to_owned()));

    let messages = format!("{address}/messages");
    let answer = [("message", "On Monday.")];
    ada.submit(&page, &messages, &answer).await.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
    let page = ada.get(&address).await.page();
    assert_eq!(page.texts(".thread .ours p:last-child"), ["On Monday."]);
}

#[actix_web::test]
async fn an_empty_message_is_refused_beside_its_field() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let address = format!("/requests/{}", file_access(&ada).await);
    let page = ada.get(&address).await;
    let messages = format!("{address}/messages");
    let refused = ada.submit(&page, &messages, &[("message", " ")]).await;
    refused.refuses("message", "Write something");
}

#[actix_web::test]
async fn messages_are_limited_by_the_hour() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let messages = format!("/requests/{}/messages", file_access(&ada).await);
    for _ in 0..30 {
        ada.post(&messages, &[("message", "And?")]).await.location();
    }
    assert_eq!(
        ada.post(&messages, &[("message", "And?")]).await.status,
        429
    );
    app.app.clock.advance(chrono::TimeDelta::hours(1));
    ada.post(&messages, &[("message", "And?")]).await.location();
}

#[actix_web::test]
async fn the_date_is_extended_once_with_a_reason_that_stands_on_its_page() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let reference = file_access(&ada).await;
    let due = find(&app, &reference).due_on;
    let later = due + chrono::Days::new(45);
    let extend = |reason: &'static str, until| {
        staff_does(&app, &sam, &reference, move |conn, request, by| {
            handling::extend(conn, &request, (until, later), reason, by)
        })
    };
    assert!(extend("", later).await.is_err());
    assert!(
        extend("Too long.", later + chrono::Days::new(1))
            .await
            .is_err()
    );
    extend("The archive is on paper.", later).await.unwrap();
    assert!(extend("Once more.", later).await.is_err());

    assert_eq!(find(&app, &reference).due_on, later);
    let mail = app.mails_to("ada").pop().unwrap();
    assert!(mail.text.contains("10 May 2026"), "{}", mail.text);
    assert!(!mail.text.contains("The archive is on paper."));
    let page = ada.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("The archive is on paper."));
}

#[actix_web::test]
async fn of_two_who_act_on_the_same_page_one_is_told_that_it_has_changed() {
    let app = TestApp::start();
    let ada = app.person("ada").await;
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let seen = find(&app, &file_access(&ada).await);
    let reference = seen.reference.clone();
    let stale = seen.clone();
    staff_does(&app, &sam, &reference, |conn, request, by| {
        handling::assign(conn, &request, by.who.staff_id(), by)
    })
    .await
    .unwrap();
    let late = staff_does(&app, &sam, &reference, move |conn, _, by| {
        advance(conn, &stale, State::InReview, by)
    });
    assert!(late.await.is_err());
    assert_eq!(find(&app, &reference).state, State::Acknowledged);
    assert_eq!(app.events("request.in_review", &reference), 0);
}
