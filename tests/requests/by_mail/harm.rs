//! What mails must not bring about: loops, floods, disclosure, and a stop for the mails of others.

use candor::requests::by_mail::command::Status;
use candor::requests::model::State;
use candor::requests::senders::queries;
use chrono::TimeDelta;

use super::super::find;
use super::{DELETION, all, count_mails, hand, hand_from, link, mail};
use crate::support::TestApp;

#[actix_web::test]
async fn the_same_mail_twice_files_and_answers_once() {
    let app = TestApp::start();
    for _ in 0..3 {
        assert_eq!(hand(&app, DELETION).await, Status::Done);
    }
    let without_id = "From: bob@example.org\r\nSubject: Erase my account\r\nDate: Mon, 9 Feb 2026 09:00:00 +0000";
    for _ in 0..2 {
        hand(&app, mail(without_id, "Please.")).await;
    }
    assert_eq!(all(&app).len(), 2);
    assert_eq!(
        (app.mails_to("ada").len(), app.mails_to("bob").len()),
        (1, 1)
    );
    // Another mail that asks for the same is answered, and is the same request.
    hand(&app, DELETION.replace("<1@", "<3@")).await;
    assert_eq!((all(&app).len(), app.mails_to("ada").len()), (2, 2));
}

#[actix_web::test]
async fn programs_lists_bounces_and_ourselves_are_never_answered() {
    let app = TestApp::start();
    let own_id = format!("Message-ID: <x@{}>", app.app.site.mail_domain());
    let marks = [
        "Auto-Submitted: auto-replied",
        "auto-submitted: Auto-Generated (vacation)",
        "List-Id: <list.example.org>",
        "List-Unsubscribe: <mailto:x@example.org>",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Precedence: bulk\r\nPrecedence: normal",
        "X-Auto-Response-Suppress: All",
        "X-Autoreply: yes",
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=x",
        own_id.as_str(),
    ];
    for mark in marks {
        assert_eq!(
            hand(&app, format!("{mark}\r\n{DELETION}")).await,
            Status::Done,
            "{mark}"
        );
    }
    for from in [
        "MAILER-DAEMON@example.org",
        "no-reply@example.org",
        "contact@projobsector.com",
        "privacy@projobsector.com",
    ] {
        assert_eq!(
            hand(&app, DELETION.replace("Ada@Example.org", from)).await,
            Status::Done
        );
    }
    for sender in ["", "<>", "MAILER-DAEMON"] {
        assert_eq!(hand_from(&app, DELETION, Some(sender)).await, Status::Done);
    }
    // A bounce that cannot be read is not bounced either.
    assert_eq!(
        hand_from(&app, "From: broken\r\n\r\n", Some("<>")).await,
        Status::Done
    );
    assert_eq!((all(&app).len(), count_mails(&app)), (0, 0));
    let by_hand = format!("Auto-Submitted: no\r\n{DELETION}");
    assert_eq!(
        hand_from(&app, by_hand, Some("ada@example.org")).await,
        Status::Done
    );
    assert_eq!(count_mails(&app), 1);
}

#[actix_web::test]
async fn what_cannot_be_read_is_refused_for_good_and_does_nothing() {
    let app = TestApp::start();
    let broken: [&[u8]; 9] = [
        b"",
        b"\0\xff\xfe\r\n",
        b"no mail at all",
        b"Subject: delete my data\r\n\r\nfrom nobody",
        b"From: not an address\r\n\r\nx",
        b"From: a@example.org, b@example.org\r\n\r\nx",
        b"From: a@example.org\r\nFrom: b@example.org\r\n\r\nx",
        b"From: \"a@example.org\r\n\r\nx",
        b"From: a@example.org\0b@example.com\r\n\r\nx",
    ];
    for mail in broken {
        let status = hand(&app, mail).await;
        assert_eq!(
            status,
            Status::Unreadable,
            "{}",
            String::from_utf8_lossy(mail)
        );
    }
    let headers = format!("X-Long: {}\r\n{DELETION}", "x".repeat(1_000_000));
    assert_eq!(hand(&app, headers).await, Status::Unreadable);
    assert_eq!((all(&app).len(), count_mails(&app)), (0, 0));
}

#[actix_web::test]
async fn a_huge_or_deeply_nested_mail_is_answered_by_its_beginning() {
    let app = TestApp::start();
    assert_eq!(
        hand(&app, format!("{DELETION}{}", "x".repeat(30_000_000))).await,
        Status::Done
    );
    let part = |it| format!("Content-Type: multipart/mixed; boundary=b{it}\r\n\r\n--b{it}\r\n");
    let parts: Vec<_> = (0..2_000).map(part).collect();
    let nested =
        "From: bob@example.org\r\nSubject: Erase my account\r\n".to_owned() + &parts.concat();
    assert_eq!(hand(&app, nested).await, Status::Done);
    let hostile = "From: eve@example.org\r\nSubject: Erase my account\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>\u{1b}[2J";
    assert_eq!(hand(&app, hostile).await, Status::Done);
    assert_eq!(all(&app).len(), 3);
}

#[actix_web::test]
async fn an_address_gets_a_few_answers_a_day_whatever_comes_in_its_name() {
    let app = TestApp::start();
    for number in 0..30 {
        let headers = format!(
            "From: victim@example.org\r\nSubject: {number}\r\nMessage-ID: <{number}@x.example>"
        );
        let text = ["Hello?", "Delete my data", "A copy of my data"][number % 3];
        assert_eq!(hand(&app, mail(&headers, text)).await, Status::Done);
    }
    assert_eq!(app.mails_to("victim").len(), 5);
    assert_eq!(all(&app).len(), 2);
}

/// Rule: I5, 11 CCR 7061(a): nothing is done on the word of a mail.
#[actix_web::test]
async fn a_mail_in_somebody_elses_name_learns_nothing_and_changes_nothing() {
    let app = TestApp::start();
    app.person("ada").await;
    hand(&app, DELETION).await;
    hand(
        &app,
        DELETION
            .replace("delete my data", "send a copy of my data")
            .replace("<1@", "<2@"),
    )
    .await;
    app.run_jobs().await;
    for request in all(&app) {
        assert_eq!(request.state, State::Verifying);
        let conn = request.id;
        let sender = app
            .app
            .db
            .read_now(move |db| Ok(queries::find(db, conn)?))
            .unwrap()
            .unwrap();
        assert!(sender.mailbox_at.is_none() && sender.degree.is_none());
    }
    // Both mails went to the real mailbox, where one step takes each back.
    let mails = app.mails_to("ada");
    assert_eq!(mails.len(), 2);
    let link = link(&app, &mails[0], "/request/link/");
    let visitor = app.visitor();
    let page = visitor.get(&link).await.page();
    visitor
        .submit(&page, &link, &[("answer", "not-mine")])
        .await
        .location();
    assert_eq!(find(&app, &all(&app)[0].reference).state, State::Withdrawn);
}

#[actix_web::test]
async fn a_day_with_too_many_mails_leaves_the_rest_to_the_mail_server() {
    let app = TestApp::start();
    let keys = app.app.keys.clone();
    let now = app.app.clock.now();
    let full = app.app.db.write(move |conn| {
        for _ in 0..2_000 {
            let day = TimeDelta::days(1);
            candor::accounts::limits::take(conn, &keys, "mails taken in", "all", 9_000, day, now)?;
        }
        Ok(())
    });
    full.await.unwrap();
    assert_eq!(hand(&app, DELETION).await, Status::TryAgain);
    assert_eq!(count_mails(&app), 0);
    app.app.clock.advance(TimeDelta::days(1));
    assert_eq!(hand(&app, DELETION).await, Status::Done);
    assert_eq!(
        count_mails(&app),
        1,
        "it was not taken for a second delivery"
    );
}
