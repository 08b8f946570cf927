//! A mailbox is not flooded in the name of agents, and nobody can shut agents out by filling it.

use candor::requests::model::State;
use chrono::TimeDelta;

use super::agents::{PDF, send};
use super::without_account::{self, ADDRESS, only_request};
use crate::support::TestApp;

fn asked(app: &TestApp) -> usize {
    let mails = app.mails_to(ADDRESS).into_iter();
    mails.filter(|it| it.kind == "agent_asks").count()
}

/// Rule: I14, 11 CCR 7063(a).
#[actix_web::test]
async fn who_fills_somebodys_mailbox_keeps_no_agent_out() {
    let app = TestApp::start();
    for _ in 0..6 {
        without_account::send(&app, "pieces", ADDRESS, "").await;
        app.app.clock.advance(TimeDelta::minutes(2));
    }
    let links = app.mails_to(ADDRESS).len();
    assert_eq!(links, 5, "the form for one's own is spent");
    assert_eq!(send(&app, &[], PDF).await.location(), "/request/agent/sent");
    assert_eq!(only_request(&app).0.state, State::Verifying);
    assert_eq!(asked(&app), 1, "and the person hears of it at once");
}

#[actix_web::test]
async fn what_is_too_much_for_a_mailbox_is_on_record_and_its_mail_comes_later() {
    let app = TestApp::start();
    let write = async |agent: usize, number: usize| {
        let (address, note) = (format!("agent{agent}@example.org"), format!("{number}"));
        let by = [("agent_email", &*address), ("note", &*note)];
        send(&app, &by, PDF).await.location();
        only_request(&app).0.reference
    };
    for number in 0..6 {
        write(0, number).await;
    }
    assert_eq!(asked(&app), 5, "of one agent");
    for number in 0..15 {
        write(1 + number / 5, number).await;
    }
    assert_eq!(asked(&app), 20, "of all");
    let late = write(9, 0).await;
    assert_eq!(asked(&app), 20);
    app.run_jobs().await;
    assert_eq!(asked(&app), 20, "not before the next day");
    app.app.clock.advance(TimeDelta::days(1));
    app.run_jobs().await;
    let mails = app.mails_to(ADDRESS);
    let of_late = mails.iter().filter(|it| it.text.contains(&late));
    assert_eq!((asked(&app), of_late.count()), (22, 1));
}
