//! What waits for staff beside requests.

use candor::accounts::model::Role;
use candor::db::schema::{retention_runs, returned_erasures};
use candor::jobs::{self, Job};
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::TestApp;

const VERA: &str = "vera@staff.example.org";

/// Days pass, and it is looked what waits, as every morning.
async fn morning_after(app: &TestApp, days: i64) {
    app.app.clock.advance(TimeDelta::days(days));
    let now = app.app.clock.now();
    let asked = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::RemindOfWaiting, now));
    asked.await.unwrap();
    while app.run_jobs().await > 0 {}
}

/// Data of somebody who was erased are held again.
async fn comes_back(app: &TestApp, erasure: &'static str) {
    let now = app.app.clock.now();
    let found = app.app.db.write(move |conn| {
        diesel::insert_into(returned_erasures::table)
            .values((
                returned_erasures::erasure.eq(erasure),
                returned_erasures::erased_at.eq(now),
                returned_erasures::state.eq("found"),
                returned_erasures::records.eq(3),
                returned_erasures::collections.eq("[]"),
                returned_erasures::signed_in_since.eq(false),
                returned_erasures::found_at.eq(now),
                returned_erasures::seen_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    });
    found.await.unwrap();
}

/// Staff have seen to it.
async fn settle(app: &TestApp, erasure: &'static str) {
    let now = app.app.clock.now();
    let settled = app.app.db.write(move |conn| {
        let of_erasure = returned_erasures::erasure.eq(erasure);
        diesel::update(returned_erasures::table.filter(of_erasure))
            .set(returned_erasures::settled_at.eq(now))
            .execute(conn)?;
        Ok(())
    });
    settled.await.unwrap();
}

/// The mails to the supervisor about what waits, the newest first.
fn told(app: &TestApp) -> Vec<String> {
    let mails = app.mails_to(VERA).into_iter();
    let told = mails.filter(|it| it.kind == "staff_waiting");
    told.map(|it| it.text).collect()
}

#[actix_web::test]
async fn supervisors_hear_of_what_waits_when_it_comes_and_each_week_after() {
    let app = TestApp::start();
    app.staff("vera", Role::Supervisor).await;
    app.staff("sam", Role::Agent).await;
    morning_after(&app, 1).await;
    assert!(told(&app).is_empty(), "nothing waits");

    comes_back(&app, "first").await;
    morning_after(&app, 1).await;
    let first = told(&app);
    assert_eq!(first.len(), 1);
    assert!(first[0].contains("data of 1 deletion") && first[0].contains("/staff/returned"));
    assert!(app.mails_to("sam@staff.example.org").is_empty());

    morning_after(&app, 3).await;
    assert_eq!(told(&app).len(), 1, "they know of it");
    comes_back(&app, "second").await;
    morning_after(&app, 1).await;
    assert_eq!(told(&app).len(), 2, "there is more");
    morning_after(&app, 6).await;
    assert_eq!(told(&app).len(), 2);
    morning_after(&app, 1).await;
    assert_eq!(told(&app).len(), 3, "a week has passed");
}

#[actix_web::test]
async fn what_was_settled_is_told_of_at_once_when_it_comes_again() {
    let app = TestApp::start();
    app.staff("vera", Role::Supervisor).await;
    comes_back(&app, "first").await;
    morning_after(&app, 1).await;
    settle(&app, "first").await;
    morning_after(&app, 1).await;
    assert_eq!(told(&app).len(), 1);
    comes_back(&app, "second").await;
    morning_after(&app, 1).await;
    assert_eq!(told(&app).len(), 2);
}

/// What is left counts, and not what there was.
#[actix_web::test]
async fn new_work_is_told_of_also_where_there_was_more_before() {
    let app = TestApp::start();
    app.staff("vera", Role::Supervisor).await;
    comes_back(&app, "first").await;
    comes_back(&app, "second").await;
    morning_after(&app, 1).await;
    settle(&app, "first").await;
    morning_after(&app, 1).await;
    comes_back(&app, "third").await;
    morning_after(&app, 1).await;
    assert_eq!(told(&app).len(), 2);
}

#[actix_web::test]
async fn the_queue_names_what_waits_to_those_who_may_look_at_it() {
    let app = TestApp::start();
    let vera = app.staff("vera", Role::Supervisor).await;
    let sam = app.staff("sam", Role::Agent).await;
    comes_back(&app, "first").await;
    let now = app.app.clock.now();
    let planned = app.app.db.write(move |conn| {
        diesel::insert_into(retention_runs::table)
            .values((
                retention_runs::day.eq(now.date()),
                retention_runs::state.eq("planned"),
                retention_runs::planned_at.eq(now),
                retention_runs::unread.eq(""),
            ))
            .execute(conn)?;
        Ok(())
    });
    planned.await.unwrap();
    let linked = async |who: &crate::support::Actor| {
        let page = who.get("/staff/requests").await.page();
        page.attributes("main .notice a", "href")
    };
    assert!(linked(&vera).await.contains(&"/staff/periods".to_owned()));
    let of_sam = linked(&sam).await;
    assert!(of_sam.contains(&"/staff/returned".to_owned()));
    assert!(!of_sam.contains(&"/staff/periods".to_owned()));
}
