use std::time::Duration;

use candor::jobs::backoff::pause_after;
use candor::jobs::worker;
use candor::mail::delivery::Outcome;
use candor::mail::smtp::{Encryption, Server, Smtp};
use candor::mail::transport::{Transport, Way};
use lettre::transport::smtp::authentication::Credentials;

use super::Note;
use super::smtp_server::{Act, SmtpServer, Stage};
use crate::support::{TestApp, free_address};

const LIMIT: Duration = Duration::from_millis(1500);

pub fn transport_to(port: u16) -> Transport {
    let server = Server {
        host: "127.0.0.1".to_owned(),
        port,
        encryption: Encryption::None,
        credentials: Some(Credentials::new("portal".to_owned(), "secret".to_owned())),
        limit: LIMIT,
    };
    let sender = "Candor <privacy@example.com>".parse().unwrap();
    Transport::new(Way::Smtp(Smtp::new(server)), sender, None)
}

/// The header line of a mail.
fn header<'a>(mail: &'a str, name: &str) -> &'a str {
    let start = format!("{name}: ");
    let found = mail.lines().find_map(|line| line.strip_prefix(&start));
    found.unwrap_or_else(|| panic!("no {name} in:\n{mail}"))
}

/// Delivers one mail to a server that does this at that stage.
async fn deliver_to(stage: Stage, act: Act) -> (TestApp, SmtpServer, Transport, Outcome) {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    server.misbehave(stage, act);
    app.enqueue_mail("ada@example.org", Note).await;
    let outcomes = app.deliver_by(&transport).await;
    (app, server, transport, outcomes[0])
}

#[actix_web::test]
async fn mails_arrive_whole_over_a_connection_that_is_used_again() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    for name in ["ada", "eve", "joe"] {
        app.enqueue_mail(&format!("{name}@example.org"), Note).await;
    }
    app.deliver_by(&transport_to(server.port)).await;
    let mails = server.received();
    assert_eq!(mails.len(), 3);
    assert_eq!(server.connections(), 1);
    assert_eq!(header(&mails[1], "To"), "eve@example.org");
    assert!(header(&mails[1], "Subject").contains("=?utf-8?"));
    assert!(mails[1].contains("Ende"), "a lone dot ends no mail");
}

#[actix_web::test]
async fn a_refusal_of_the_mail_itself_is_final() {
    for (stage, answer) in [
        (
            Stage::Recipient,
            "550 5.1.1 <ada@example.org>: no such user",
        ),
        (Stage::Data, "554 5.7.1 no"),
        (
            Stage::Message,
            "554 5.6.0 <ada@example.org> does not like this",
        ),
    ] {
        let (app, ..) = deliver_to(stage, Act::Answer(answer)).await;
        let mail = &app.outbox()[0];
        assert!(mail.failed_at.is_some(), "{stage:?}: {mail:?}");
        let error = mail.error.as_ref().unwrap();
        assert!(error.contains(&answer[..3]), "{stage:?}: {error}");
        assert!(!error.contains('@'), "{stage:?}: {error}");
    }
}

#[actix_web::test]
async fn a_refusal_of_ours_or_of_the_moment_has_the_mail_tried_again_and_then_sent() {
    for (stage, answer) in [
        (Stage::Greeting, "554 5.3.2 no service here"),
        (Stage::Greeting, "421 4.3.2 later"),
        (Stage::Hello, "550 5.7.1 who are you"),
        (Stage::Login, "535 5.7.8 wrong password"),
        (Stage::Login, "454 4.7.0 later"),
        (Stage::Sender, "550 5.7.1 not your address"),
        (Stage::Sender, "451 4.3.0 later"),
        (Stage::Recipient, "450 4.2.1 greylisted"),
        (Stage::Data, "451 4.3.0 later"),
        (Stage::Message, "452 4.3.1 full"),
        (Stage::Message, "354 what"),
        (Stage::Message, "no answer at all"),
    ] {
        let (app, server, transport, outcome) = deliver_to(stage, Act::Answer(answer)).await;
        assert_eq!(outcome, Outcome::PutOff, "{stage:?} {answer}");
        server.behave();
        app.app.clock.advance(pause_after(1));
        let outcomes = app.deliver_by(&transport).await;
        assert_eq!(outcomes, [Outcome::Sent], "{stage:?} {answer}");
    }
}

#[actix_web::test]
async fn a_server_that_drops_the_connection_or_hangs_has_the_mail_tried_again() {
    for act in [Act::Drop, Act::Hang] {
        for stage in [
            Stage::Greeting,
            Stage::Hello,
            Stage::Login,
            Stage::Sender,
            Stage::Recipient,
            Stage::Data,
            Stage::Message,
        ] {
            let (app, server, transport, outcome) = deliver_to(stage, act).await;
            assert_eq!(outcome, Outcome::PutOff, "{stage:?} {act:?}");
            server.behave();
            app.app.clock.advance(pause_after(1));
            let outcomes = app.deliver_by(&transport).await;
            assert_eq!(outcomes, [Outcome::Sent], "{stage:?} {act:?}");
        }
    }
}

#[actix_web::test]
async fn a_repetition_is_the_same_mail_to_the_letter_of_its_id_and_date() {
    let (app, server, transport, _) = deliver_to(Stage::Message, Act::Drop).await;
    server.behave();
    app.app.clock.advance(pause_after(1));
    app.deliver_by(&transport).await;
    let mails = server.received();
    assert_eq!(mails.len(), 2, "the first was taken but not confirmed");
    for name in ["Message-ID", "Date"] {
        assert_eq!(header(&mails[0], name), header(&mails[1], name));
    }
}

#[actix_web::test]
async fn a_connection_that_the_server_closed_meanwhile_costs_no_try() {
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    app.enqueue_mail("ada@example.org", Note).await;
    app.deliver_by(&transport).await;
    server.hang_up();
    app.enqueue_mail("ada@example.org", Note).await;
    assert_eq!(app.deliver_by(&transport).await, [Outcome::Sent]);
    assert_eq!(server.connections(), 2);
}

#[actix_web::test]
async fn a_server_that_is_not_there_is_told_in_words() {
    let app = TestApp::start();
    let gone = transport_to(free_address().port());
    app.enqueue_mail("ada@example.org", Note).await;
    app.deliver_by(&gone).await;
    let error = app.outbox()[0].error.clone().unwrap();
    assert!(error.contains("cannot be reached"), "{error}");
}

#[actix_web::test]
async fn several_mails_are_on_their_way_at_once() {
    const MAILS: u32 = 8;
    let app = TestApp::start();
    let server = SmtpServer::start();
    let transport = transport_to(server.port);
    server.misbehave(Stage::Message, Act::Hang);
    for _ in 0..MAILS {
        app.enqueue_mail("ada@example.org", Note).await;
    }
    let begun = std::time::Instant::now();
    let stop = async {
        while app.outbox().iter().any(|mail| mail.error.is_none()) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    worker::run(app.app.clone(), transport, stop).await;
    // One after the other, each would take its whole limit.
    assert!(begun.elapsed() < LIMIT * MAILS, "{:?}", begun.elapsed());
    assert_eq!(server.received().len(), MAILS as usize);
}
