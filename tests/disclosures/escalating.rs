use candor::accounts::model::Role;
use candor::disclosures::webhook;
use candor::jobs::{Job, enqueue};
use chrono::TimeDelta;

use super::answering::told;
use super::{NOTHING, app_calling, let_days_pass};
use crate::support::TestApp;
use crate::support::recipient::{Answer, Recipient};

/// The mails about recipients that supervisor Sue has got, after a look at the dates.
async fn told_sue(app: &TestApp) -> Vec<String> {
    told_sue_of(app, "notices_escalated").await
}

/// The mails of that kind that supervisor Sue has got, after a look at the dates.
pub async fn told_sue_of(app: &TestApp, kind: &str) -> Vec<String> {
    let now = app.app.clock.now();
    let watch = move |conn: &mut _| enqueue(conn, &Job::WatchDates, now);
    app.app.db.write(watch).await.unwrap();
    app.run_jobs().await;
    let mails = app.mails_to("sue@staff.example.org").into_iter();
    let about = mails.filter(|it| it.kind == kind);
    about.map(|it| it.text).collect()
}

#[actix_web::test]
async fn supervisors_are_told_once_of_a_recipient_that_is_silent_past_its_day() {
    let app = TestApp::start();
    app.staff("sue", Role::Supervisor).await;
    app.staff("sam", Role::Agent).await;
    told(&app).await;
    assert!(told_sue(&app).await.is_empty(), "there is time to answer");

    app.app.clock.advance(TimeDelta::days(30));
    let mails = told_sue(&app).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Figurewise: 1 notice not answered in time"));
    assert!(!mails[0].contains("ada"), "it names nobody");
    assert_eq!(told_sue(&app).await.len(), 1, "once");
    let mut others = app.mails_to("sam@staff.example.org").into_iter();
    assert!(others.all(|it| it.kind != "notices_escalated"));
}

#[actix_web::test]
async fn supervisors_are_told_at_once_of_a_recipient_that_refuses() {
    let app = TestApp::start();
    app.staff("sue", Role::Supervisor).await;
    let path = told(&app).await;
    let refused = [("answer", "refused"), ("reason", "We cannot.")];
    app.visitor().post(&path, &refused).await;
    let mails = told_sue(&app).await;
    assert_eq!(mails.len(), 1);
    assert!(mails[0].contains("Figurewise: 1 notice refused"));
    assert!(mails[0].contains("/staff/notices?state=refused"));

    app.app.clock.advance(TimeDelta::days(30));
    assert_eq!(told_sue(&app).await.len(), 1, "an answer is no silence");
}

#[actix_web::test]
async fn supervisors_are_told_at_once_of_a_recipient_that_cannot_be_reached() {
    let server = Recipient::start().await;
    let app = app_calling(&server);
    app.staff("sue", Role::Supervisor).await;
    let tries = usize::try_from(webhook::MOST_TRIES).unwrap();
    server.answer_next(&vec![Answer::Status("404 Not Found"); tries]);
    let ada = app.person("ada").await;
    ada.post("/choices/sale-or-sharing/opt-out", &NOTHING).await;
    let_days_pass(&app, 10).await;
    let mails = told_sue(&app).await;
    assert_eq!(mails.len(), 1, "before the last day, and once");
    assert!(mails[0].contains("Brightfield Audiences: 1 notice given up"));
}

/// What is allowed again need not be done at all, and what no longer holds is not to be done.
#[actix_web::test]
async fn nobody_is_chased_for_a_choice_that_was_turned_again() {
    let app = TestApp::start();
    app.staff("sue", Role::Supervisor).await;
    let opt_out = told(&app).await;
    let ada = app.person_again("ada").await;
    let allow = [("confirmed", "yes")];
    ada.post("/choices/analytics/opt-in", &allow).await;
    app.run_jobs().await;
    app.app.clock.advance(TimeDelta::days(40));
    assert!(told_sue(&app).await.is_empty());
    let page = ada.get("/disclosures").await.page();
    assert!(!page.text().contains("The day has passed"));
    assert!(page.text().contains("A later choice took its place"));
    assert!(page.text().contains("No day"));

    let link = app.visitor().get(&opt_out).await.page();
    assert!(link.text().contains("Nothing is left to do"));
    let done = [("answer", "done")];
    let answered = app.visitor().post(&opt_out, &done).await;
    assert_eq!(answered.location(), opt_out, "whoever did it may say so");
    let again = app.visitor().post(&opt_out, &done).await;
    assert_eq!(again.location(), opt_out, "a second click is no error");
}
