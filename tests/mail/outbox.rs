use candor::jobs::backoff::MOST_TRIES;
use candor::jobs::{Job, enqueue};
use candor::mail::claims;
use candor::mail::delivery::Outcome;
use candor::mail::mask::{masked, without_addresses};
use chrono::TimeDelta;

use super::{Code, Note};
use crate::support::TestApp;

#[actix_web::test]
async fn a_mail_is_sent_once() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    assert_eq!(app.deliver_mail().await, 1);
    assert_eq!(app.deliver_mail().await, 0);
    assert_eq!(app.outbox()[0].sent_at, Some(app.app.clock.now()));
}

#[actix_web::test]
async fn a_mail_of_a_worker_that_died_is_sent_when_its_lease_ends() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    let now = app.app.clock.now();
    let died = move |conn: &mut _| Ok(claims::claim(conn, now, 5)?.pop());
    let claim = app.app.db.write(died).await.unwrap().unwrap();

    app.app.clock.advance(claims::LEASE - TimeDelta::seconds(1));
    assert_eq!(app.deliver_mail().await, 0, "the lease has not ended");
    app.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.deliver_mail().await, 1);

    let late = move |conn: &mut _| Ok(claims::give_up(conn, &claim, "late", now)?);
    let settled = app.app.db.write(late).await.unwrap();
    assert!(!settled, "the first worker has no say any more");
}

#[actix_web::test]
async fn a_mail_that_kills_its_worker_each_time_is_given_up() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    for _ in 0..MOST_TRIES {
        let now = app.app.clock.now();
        let died = move |conn: &mut _| Ok(claims::claim(conn, now, 1)?.len());
        assert_eq!(app.app.db.write(died).await.unwrap(), 1);
        app.app.clock.advance(claims::LEASE);
    }
    assert_eq!(app.deliver_mail().await, 0);
    assert!(app.outbox()[0].failed_at.is_some());
}

#[actix_web::test]
async fn a_code_goes_out_before_older_mails() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    app.app.clock.advance(TimeDelta::seconds(1));
    app.enqueue_mail("eve@example.org", Code).await;
    let now = app.app.clock.now();
    let first = move |conn: &mut _| Ok(claims::claim(conn, now, 1)?.pop());
    let first = app.app.db.write(first).await.unwrap().unwrap();
    assert_eq!(first.recipient, "eve@example.org");
}

#[actix_web::test]
async fn a_code_that_has_expired_is_not_sent_any_more() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Code).await;
    app.app.clock.advance(TimeDelta::minutes(10));
    assert_eq!(app.deliver_mail().await, 0);
    let mail = &app.outbox()[0];
    assert!(mail.failed_at.is_some());
    assert!(mail.error.as_ref().unwrap().contains("expired"), "{mail:?}");
}

#[actix_web::test]
async fn what_is_no_address_fails_at_once_and_does_not_hold_up_the_others() {
    let app = TestApp::start();
    app.enqueue_mail("not an address", Note).await;
    app.enqueue_mail("ada@example.org\r\nBcc: eve@example.org", Note)
        .await;
    app.enqueue_mail("ada@example.org", Note).await;
    let outcomes = app
        .deliver_by(&candor::mail::transport::Transport::memory())
        .await;
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Failed, Outcome::Sent]);
}

#[actix_web::test]
async fn texts_are_removed_after_their_time_and_the_rows_stay_without_the_address() {
    let app = TestApp::start();
    app.enqueue_mail("ada@example.org", Note).await;
    app.enqueue_mail("ada@example.org", Code).await;
    app.deliver_mail().await;

    let purged_after = async |days| {
        app.app.clock.advance(TimeDelta::days(days));
        let now = app.app.clock.now();
        let purge = move |conn: &mut _| enqueue(conn, &Job::PurgeExpired, now);
        app.app.db.write(purge).await.unwrap();
        app.run_jobs().await;
        let mails = app.outbox().into_iter();
        mails
            .map(|mail| (mail.recipient, mail.text.is_empty()))
            .collect::<Vec<_>>()
    };
    let whole = ("ada@example.org".to_owned(), false);
    let emptied = ("a***@e***.org".to_owned(), true);
    assert_eq!(purged_after(2).await, [whole.clone(), emptied.clone()]);
    assert_eq!(purged_after(27).await, [whole, emptied.clone()]);
    assert_eq!(purged_after(2).await, [emptied.clone(), emptied]);
}

#[test]
fn an_address_keeps_its_first_letters_and_its_ending() {
    assert_eq!(masked("ada@example.org"), "a***@e***.org");
    assert_eq!(masked("ä@müller.example.co.uk"), "ä***@m***.uk");
    assert_eq!(masked("root@localhost"), "r***@l***");
    assert_eq!(masked("no address"), "***");
}

#[test]
fn a_servers_reply_is_kept_without_the_address_that_it_repeats() {
    let reply = "5.1.1 <ada@example.org>:\n user unknown";
    assert_eq!(without_addresses(reply, 40), "5.1.1 (address) user unknown");
    assert_eq!(without_addresses(reply, 5), "5.1.1");
}
