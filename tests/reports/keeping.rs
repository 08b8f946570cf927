use candor::accounts::model::Role;
use candor::db::schema::{events, request_figures, request_steps, requests};
use candor::jobs::Job;
use chrono::{Months, TimeDelta};
use diesel::prelude::*;

use super::{file, run, sample};
use crate::support::TestApp;

/// Requests and lines of timelines that there are.
fn kept(app: &TestApp) -> (i64, i64) {
    let counts = app.app.db.read_now(|conn| {
        Ok((
            requests::table.count().get_result(conn)?,
            request_steps::table.count().get_result(conn)?,
        ))
    });
    counts.unwrap()
}

/// Rule: C15, 11 CCR 7101(a).
#[actix_web::test]
async fn a_request_is_kept_for_24_months_after_it_was_closed_and_then_purged() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (closed, open) = (file(&person).await, file(&person).await);
    let page = person.get(&format!("/requests/{closed}")).await.page();
    let withdraw = format!("/requests/{closed}/withdraw");
    person.submit(&page, &withdraw, &[]).await.location();
    run(&app, Job::CountRequests).await;

    let now = app.app.clock.now();
    let all_that_time = (now + Months::new(24)) - now;
    app.app.clock.advance(all_that_time - TimeDelta::days(1));
    run(&app, Job::PurgeRequests).await;
    assert_eq!(kept(&app).0, 2);
    app.app.clock.advance(TimeDelta::days(1));
    run(&app, Job::PurgeRequests).await;
    let (left, steps) = kept(&app);
    assert_eq!(left, 1, "what is open stays");
    assert!(steps > 0);

    let (told, counted): (Vec<(String, Option<String>)>, i64) = app
        .app
        .db
        .read_now(move |conn| {
            let of_it = events::table.filter(events::object.eq(closed));
            let told = of_it
                .order(events::id)
                .select((events::action, events::person))
                .load(conn)?;
            let counted = request_figures::table.count().get_result(conn)?;
            Ok((told, counted))
        })
        .unwrap();
    assert_eq!(told.last().unwrap().0, "request.purged");
    assert!(told.len() > 2, "the audit log keeps its entries");
    assert!(told.iter().all(|(_, person)| person == &told[0].1));
    assert!(counted > 0, "the figures stay");
    assert!(!open.is_empty());
}

#[actix_web::test]
async fn every_look_of_staff_is_told_to_the_person_by_role_and_not_by_name() {
    let app = TestApp::start();
    let (person, other) = (sample(&app).await, app.person("eve").await);
    let (agent, auditor) = (
        app.staff("Samuel Oduya", Role::Agent).await,
        app.staff("ingrid", Role::Auditor).await,
    );
    let reference = file(&person).await;
    let log = person.get("/account/access-log").await.page();
    assert!(log.text().contains("Nobody has looked so far"));

    let url = format!("/staff/requests/{reference}");
    agent.get(&url).await.page();
    app.app.clock.advance(TimeDelta::minutes(5));
    auditor.get(&url).await.page();
    let search = "/staff/requests/search";
    let email = candor::demo::source::SAMPLES[0].email;
    let found = agent.post(search, &[("q", email)]).await;
    agent.get(found.location()).await.page();

    let log = person.get("/account/access-log").await.page();
    let seen = log.texts("tbody td");
    let expected = [
        "Somebody of our privacy team",
        "The list of your requests",
        "None",
        "Somebody of our privacy team",
        "That we know you, by an address or number of yours",
        "None",
        "Somebody who checks our work (auditor)",
        "A request of yours, with its messages",
        reference.as_str(),
        "Somebody of our privacy team",
        "A request of yours, with its messages",
        reference.as_str(),
    ];
    assert_eq!(seen, expected);
    assert!(!log.text().contains("Oduya"));
    let others = other.get("/account/access-log").await.page();
    assert!(others.texts("tbody td").is_empty());
}
