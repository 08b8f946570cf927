use std::time::Duration;

use candor::accounts::model::Role;
use candor::disclosures::model::NoticeState;
use candor::disclosures::webhook;
use candor::outbound::Outbound;
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{BRIGHTFIELD, NOTHING, all_notices, app_calling, let_days_pass, state_of};
use crate::support::TestApp;
use crate::support::recipient::{Answer, Recipient};

async fn opt_out(app: &TestApp) {
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
}

#[actix_web::test]
async fn a_call_is_signed_and_says_who_what_and_until_when() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    opt_out(&app).await;
    app.run_jobs().await;
    let sent = server.sent().remove(0);
    assert!(sent.head.starts_with("post /notices http/1.1"));

    let (at, signature) = sent
        .header("candor-signature")
        .unwrap()
        .split_once(",v1=")
        .unwrap();
    let at = at.strip_prefix("t=").unwrap();
    assert_eq!(at, app.app.clock.now().and_utc().timestamp().to_string());
    let secret = webhook::secret(&app.app.keys, BRIGHTFIELD);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{at}.{}", sent.body).as_bytes());
    let expected = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
    assert_eq!(signature, expected);

    let body: Value = serde_json::from_str(&sent.body).unwrap();
    assert_eq!(body["kind"], "opt-out");
    assert_eq!(body["due_on"], "2026-03-02");
    assert_eq!(body["activities"][0], "sale-or-sharing");
    let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(b"ada@example.org"));
    assert_eq!(body["person"]["email_sha256"][0], hash);
    let key = body["id"].as_str().unwrap().to_lowercase();
    assert_eq!(sent.header("idempotency-key"), Some(key.as_str()));
}

#[actix_web::test]
async fn a_recipient_that_is_busy_hangs_up_or_limits_us_is_called_again_with_the_same_key() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    server.answer_next(&[
        Answer::Status("503 Busy"),
        Answer::Nothing,
        Answer::Status("429 Slower"),
    ]);
    opt_out(&app).await;
    let_days_pass(&app, 2).await;
    let sent = server.sent();
    assert_eq!(sent.len(), 4);
    let key = |number: usize| sent[number].header("idempotency-key");
    assert!((1..4).all(|number| key(number) == key(0)));
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Acknowledged);
}

/// A server that was set up wrong for a while must not lose what came meanwhile.
#[actix_web::test]
async fn a_recipient_that_cannot_be_found_or_does_not_let_us_in_is_called_again() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    server.answer_next(&[
        Answer::Status("404 Not Found"),
        Answer::Status("401 Unauthorized"),
        Answer::Status("403 Forbidden"),
        Answer::Status("400 Bad Request"),
    ]);
    opt_out(&app).await;
    let_days_pass(&app, 2).await;
    assert_eq!(server.sent().len(), 5);
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Acknowledged);
}

#[actix_web::test]
async fn what_was_refused_can_be_called_again_or_noted_as_done_after_all() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    server.answer_next(&[Answer::Status("410 Gone"), Answer::Status("410 Gone")]);
    opt_out(&app).await;
    app.run_jobs().await;
    let sam = app.staff("sam", Role::Agent).await;
    for (action, state) in [
        ("retry", NoticeState::Refused),
        ("confirm", NoticeState::Acknowledged),
    ] {
        assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Refused);
        let views = sam.get("/staff/notices").await.page().texts(".views a");
        assert!(views.contains(&"Refused: 1".to_owned()), "{views:?}");
        let page = sam.get("/staff/notices?state=refused").await.page();
        let form = format!("main form[action$={action}]");
        let action = page.attributes(&form, "action").remove(0);
        sam.submit(&page, &action, &NOTHING).await;
        app.run_jobs().await;
        assert_eq!(state_of(&app, BRIGHTFIELD), state);
    }
    assert_eq!(server.sent().len(), 2);
}

/// The last that a recipient hears must be what the person chose last.
#[actix_web::test]
async fn a_call_that_comes_late_does_not_undo_what_was_chosen_since() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    let ada = app.person("ada").await;
    let opt_in = [("confirmed", "yes")];
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    app.run_jobs().await;
    server.answer_next(&[Answer::Status("503 Busy")]);
    ada.post("/choices/sale-or-sharing/opt-in", &opt_in).await;
    app.run_jobs().await;
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Waiting);
    app.app.clock.advance(TimeDelta::seconds(1));
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let_days_pass(&app, 1).await;
    let kinds = server.sent().into_iter().map(|sent| {
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        body["kind"].as_str().unwrap().to_owned()
    });
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["opt-out", "opt-in", "opt-out"],
        "the opt-in was tried once, before the second opt-out"
    );
    let own = all_notices(&app).into_iter();
    let own = own.filter(|it| it.recipient == BRIGHTFIELD);
    assert_eq!(
        own.map(|it| it.state).collect::<Vec<_>>(),
        [
            NoticeState::Acknowledged,
            NoticeState::Replaced,
            NoticeState::Acknowledged
        ]
    );
}

#[actix_web::test]
async fn a_refusal_is_final_and_staff_read_it() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    server.answer_next(&[Answer::Status("410 Gone")]);
    opt_out(&app).await;
    let_days_pass(&app, 1).await;
    assert_eq!(server.sent().len(), 1);
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices?state=refused").await.page();
    assert!(page.text().contains("It answered 410."));
}

#[actix_web::test]
async fn a_call_that_was_given_up_is_tried_again_by_staff() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    let tries = usize::try_from(webhook::MOST_TRIES).unwrap();
    server.answer_next(&vec![Answer::Status("500 Broken"); tries]);
    opt_out(&app).await;
    let_days_pass(&app, 10).await;
    assert_eq!(server.sent().len(), tries);
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Failed);

    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/notices?state=failed").await.page();
    let retry = page
        .attributes("main form[action$=retry]", "action")
        .remove(0);
    sam.submit(&page, &retry, &NOTHING).await;
    app.run_jobs().await;
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Acknowledged);
    assert_eq!(sam.post(&retry, &NOTHING).await.status, 409);
}

/// Whoever hangs must not keep the others waiting.
#[actix_web::test]
async fn a_host_that_lets_a_call_wait_in_vain_is_left_alone_for_a_while() {
    let hanging = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    hanging.set_nonblocking(true).unwrap();
    let hangs = format!("http://{}/", hanging.local_addr().unwrap());
    let healthy = Recipient::start().await;
    let outbound = Outbound::new(&["127.0.0.0/8".parse().unwrap()]).unwrap();
    let outbound = outbound.with_patience(Duration::from_millis(200));
    let post = async |url: &str| outbound.post(url, &[], "{}".to_owned()).await;
    assert!(post(&hangs).await.is_err());
    let again = post(&hangs).await.unwrap_err();
    assert!(again.to_string().contains("it is tried again later"));
    assert_eq!(post(&healthy.address).await.unwrap(), 200);
    assert!(hanging.accept().is_ok());
    assert!(hanging.accept().is_err(), "it was called once");
}

#[actix_web::test]
async fn no_call_goes_into_a_private_network_or_on_to_where_it_is_sent() {
    let app = TestApp::start_declaring(|register| {
        for recipient in &mut register.recipients {
            if recipient.key == BRIGHTFIELD {
                recipient.contact = Some("https://192.168.0.1/notices".to_owned());
            }
        }
    });
    opt_out(&app).await;
    app.run_jobs().await;
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Failed);
    let words = all_notices(&app).remove(0).words.unwrap();
    assert_eq!(words, "This address is in a private network.");

    let (server, inside) = (Recipient::start().await, Recipient::start().await);
    let app = app_calling(&server);
    let redirect = format!("302 Elsewhere\r\nlocation: {}", inside.address);
    server.answer_next(&[Answer::Status(redirect.leak())]);
    opt_out(&app).await;
    app.run_jobs().await;
    assert_eq!((server.sent().len(), inside.sent().len()), (1, 0));
    assert_eq!(state_of(&app, BRIGHTFIELD), NoticeState::Waiting);
}
