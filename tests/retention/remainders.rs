//! What a deletion had to leave goes when the reason ends, although what led to it is gone.

use candor::accounts::model::Role;
use candor::demo::source::SAMPLES;
use candor::jobs::{self, Job};
use chrono::TimeDelta;

use candor::retention::tombstones;
use super::{ON_SEARCHES, agree, place, sample, searches};
use crate::support::{Actor, TestApp};

const LIST: &str = "/staff/returned";
const TITLE: &str = "What you searched for";

/// How many applications there are of everybody.
fn applications(app: &TestApp) -> i64 {
    let source = app.source.connect();
    let count = source.query_row("SELECT count(*) FROM applications", [], |row| row.get(0));
    count.unwrap()
}

/// The night of so many days later.
async fn after(app: &TestApp, days: i64) {
    app.app.clock.advance(TimeDelta::days(days));
    let now = app.app.clock.now();
    let asked = app.app.db.write(move |conn| {
        jobs::enqueue(conn, &Job::PurgeRequests, now)?;
        jobs::enqueue(conn, &Job::LookAtRemainders, now)
    });
    asked.await.unwrap();
    app.run_jobs().await;
}

async fn act(staff: &Actor, action: &str) {
    let page = staff.get(LIST).await.page();
    let form = format!("form[action$='/{action}']");
    let path = page.attributes(&form, "action").remove(0);
    staff.submit(&page, &path, &[]).await.location();
}

/// A supervisor proposes what is listed, and another one approves it.
async fn erase(app: &TestApp) {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
    act(&supervisor, "propose").await;
    let second = app.staff("olga", Role::Supervisor).await;
    act(&second, "approve").await;
    app.run_jobs().await;
}

/// The sample person, who signs in once more.
async fn again(app: &TestApp) -> Actor {
    let (name, _) = SAMPLES[0].email.split_once('@').unwrap();
    app.person_again(name).await
}

async fn listed(app: &TestApp) -> String {
    let supervisor = app.sign_in_again("ruth", Role::Supervisor).await;
/// What the newest tombstones say was erased.
fn last_stone(app: &TestApp) -> String {
    let found = app.app.db.read_now(|conn| {
        let stones = tombstones::list_after(conn, 0, 1000)?.unwrap().0;
        Ok(serde_json::to_string(&stones.last().unwrap().scope)?)
    });
    found.unwrap()
}

    supervisor.get(LIST).await.text()
}

/// Rule: C14, Civ. 1798.145(a)(2); E3, 11 CCR 7022(f).
#[actix_web::test]
async fn what_a_hold_kept_is_put_before_staff_when_it_ends_and_erased_when_two_agree() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    place(
        &supervisor,
        &[ON_SEARCHES, &[("until", "2026-05-10")]].concat(),
    )
    .await
    .location();
    let before = searches(&app);
    let (reference, _) = agree(&app, &person).await;
    app.run_jobs().await;
    after(&app, 30).await;
    let person = again(&app).await;
    assert!(person.get("/data").await.text().contains(TITLE));
    assert!(!listed(&app).await.contains(TITLE), "the hold is in force");

    after(&app, 61).await;
    let person = again(&app).await;
    let data = person.get("/data").await.text();
    assert!(
        data.contains(TITLE) && data.contains("they are to be erased"),
        "{data}"
    );
    let page = listed(&app).await;
    assert!(page.contains(TITLE) && page.contains(&reference), "{page}");
    assert!(page.contains("Place a hold"), "{page}");
    assert_eq!(searches(&app), before, "nothing goes by itself");
    erase(&app).await;
    assert!(searches(&app) < before);
    let data = person.get("/data").await.text();
    assert_eq!(
        last_stone(&app),
        "{\"collections\":[\"activity.search_terms\"]}"
    );
    assert!(!data.contains(TITLE), "{data}");
    let mails = app.mails_to(SAMPLES[0].email);
    let last = mails.last().unwrap();
    assert!(last.subject.contains("What we had to keep is erased"));
    after(&app, 1).await;
    let page = listed(&app).await;
    assert!(page.contains("Nothing came back"), "{page}");
}

#[actix_web::test]
async fn what_a_hold_without_an_end_kept_goes_when_it_is_lifted() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let supervisor = app.staff("una", Role::Supervisor).await;
    place(&supervisor, ON_SEARCHES).await.location();
    let before = searches(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    supervisor.submit(&page, &lift, &[]).await.location();
    after(&app, 1).await;
    assert!(listed(&app).await.contains(TITLE));
    // Another hold is in its place before anybody has approved it.
    let supervisor = app.sign_in_again("una", Role::Supervisor).await;
    place(&supervisor, ON_SEARCHES).await.location();
    after(&app, 1).await;
    assert!(listed(&app).await.contains("Nothing to erase"));
    let supervisor = app.sign_in_again("una", Role::Supervisor).await;
    let page = supervisor.get("/staff/holds").await.page();
    let lift = page.attributes("form[action$='/lift']", "action").remove(0);
    supervisor.submit(&page, &lift, &[]).await.location();
    after(&app, 1).await;
    erase(&app).await;
    assert!(searches(&app) < before);
}

/// Rule: E3, 11 CCR 7022(f): what is not covered by an exception is erased.
#[actix_web::test]
async fn what_a_rule_kept_for_some_years_is_found_when_they_are_over() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let before = applications(&app);
    agree(&app, &person).await;
    app.run_jobs().await;
    assert_eq!(applications(&app), before);
    after(&app, 30).await;
    assert!(!listed(&app).await.contains("Jobs you applied for"));
    after(&app, 5 * 366).await;
    let person = again(&app).await;
    assert!(
        person
            .get("/data")
            .await
            .text()
            .contains("Jobs you applied for")
    );
    assert!(listed(&app).await.contains("Jobs you applied for"));
    erase(&app).await;
    assert!(applications(&app) < before);
}
