use candor::accounts::model::Role;
use candor::mail::delivery::Outcome;

use super::smtp::transport_to;
use super::smtp_server::{Act, SmtpServer, Stage};
use super::{Code, Note};
use crate::support::TestApp;

#[actix_web::test]
async fn staff_see_failed_mails_without_addresses_and_have_them_tried_again() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    server.misbehave(Stage::Recipient, Act::Answer("550 5.1.1 no such user"));
    app.enqueue_mail("ada@example.org", Note).await;
    app.deliver_by(&transport).await;

    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/mail").await.page();
    let row = &page.texts("tbody tr")[0];
    assert!(row.contains("a***@e***.org"), "{row}");
    assert!(row.contains("550 5.1.1 no such user"), "{row}");
    assert!(!page.html().contains("ada@example.org"));

    server.behave();
    let retried = sam.submit(&page, "/staff/mail/1/retry", &[]).await;
    assert_eq!(retried.location(), "/staff/mail");
    assert_eq!(app.deliver_by(&transport).await, [Outcome::Sent]);
    let again = sam.submit(&page, "/staff/mail/1/retry", &[]).await;
    assert_eq!(again.status, 409, "it has been sent");
    let auditor = app.staff("ann", Role::Auditor).await;
    let log = auditor.get("/staff/audit?action=mail.retried").await;
    assert!(log.texts("tbody tr")[0].contains("sam (staff)"));
}

#[actix_web::test]
async fn a_mail_that_waits_for_its_next_try_can_be_hurried() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    server.misbehave(Stage::Recipient, Act::Answer("450 4.2.1 later"));
    app.enqueue_mail("ada@example.org", Note).await;
    app.deliver_by(&transport).await;
    server.behave();
    assert_eq!(app.deliver_by(&transport).await, [], "it is not due yet");

    let sam = app.staff("sam", Role::Supervisor).await;
    let page = sam.get("/staff/mail?show=waiting").await.page();
    sam.submit(&page, "/staff/mail/1/retry", &[]).await;
    assert_eq!(app.deliver_by(&transport).await, [Outcome::Sent]);
}

#[actix_web::test]
async fn all_failed_mails_are_tried_again_at_once_but_for_stale_codes() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    server.misbehave(Stage::Recipient, Act::Answer("550 5.7.1 relay denied"));
    app.enqueue_mail("ada@example.org", Note).await;
    app.enqueue_mail("eve@example.org", Note).await;
    app.enqueue_mail("joe@example.org", Code).await;
    app.deliver_by(&transport).await;
    server.behave();

    let admin = app.staff("amy", Role::Admin).await;
    let page = admin.get("/staff/mail").await.page();
    assert_eq!(page.texts("tbody tr").len(), 3);
    assert_eq!(
        page.texts("tbody form").len(),
        2,
        "a code is of no use any more"
    );
    admin.submit(&page, "/staff/mail/retry", &[]).await;
    assert_eq!(
        app.deliver_by(&transport).await,
        [Outcome::Sent, Outcome::Sent]
    );
}

#[actix_web::test]
async fn auditors_see_the_lists_and_change_nothing() {
    let app = TestApp::start();
    app.enqueue_mail("not an address", Note).await;
    let transport = candor::mail::transport::Transport::memory();
    app.deliver_by(&transport).await;
    let auditor = app.staff("ann", Role::Auditor).await;
    let page = auditor.get("/staff/mail").await.page();
    assert_eq!(page.texts("main form").len(), 0);
    for path in [
        "/staff/mail/1/retry",
        "/staff/mail/retry",
        "/staff/jobs/1/retry",
    ] {
        assert_eq!(auditor.post(path, &[]).await.status, 403, "{path}");
    }
}
