//! Taking more time for an answer.

use candor::accounts::model::Role;
use candor::db::schema::requests;
use candor::demo::source::SAMPLES;
use chrono::TimeDelta;
use diesel::prelude::*;

use super::{act, file_correction, sample};
use crate::support::TestApp;

/// Rule: C3, 11 CCR 7021(b).
#[actix_web::test]
async fn more_time_is_taken_once_with_a_reason() {
    let app = TestApp::start();
    let (person, agent) = (sample(&app).await, app.staff("sam", Role::Agent).await);
    let reference = file_correction(&person, "Port Ellery").await;
    act(&agent, &reference, "extend", &[("extension", "")])
        .await
        .refuses("extension", "Write why");
    act(
        &agent,
        &reference,
        "extend",
        &[("extension", "The archive is being moved.")],
    )
    .await
    .location();
    let page = agent
        .get(&format!("/staff/requests/{reference}"))
        .await
        .page();
    assert!(page.text().contains("10 May 2026"), "{}", page.text());
    assert!(page.attributes("textarea[name=extension]", "id").is_empty());
    let mail = app.mails_to(SAMPLES[0].email).pop().unwrap();
    assert_eq!(mail.kind, "request_extended");
    for body in [&mail.text, &mail.html] {
        assert!(!body.contains("archive"), "no mail says what it is about");
    }
    let own = person.get(&format!("/requests/{reference}")).await.page();
    assert!(own.text().contains("The archive is being moved."));
    let kept = app.app.db.read_now(|conn| {
        let all = requests::table.select(requests::extension_reason);
        Ok(all.first::<Option<Vec<u8>>>(conn)?.unwrap())
    });
    assert!(
        !kept.unwrap().windows(7).any(|it| it == b"archive"),
        "sealed"
    );
}

/// Rule: C3, 11 CCR 7021(b): the last day ends where the person lives.
#[actix_web::test]
async fn more_time_can_be_taken_until_the_last_day_ends_where_the_person_lives() {
    let app = TestApp::start();
    let person = sample(&app).await;
    app.staff("sam", Role::Agent).await;
    let reference = file_correction(&person, "Port Ellery").await;
    // Midnight has passed in UTC; in California it is six in the evening of the last day.
    app.app
        .clock
        .advance(TimeDelta::days(45) + TimeDelta::hours(15));
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let url = format!("/staff/requests/{reference}");
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("26 March 2026"), "{}", page.text());
    assert!(!page.attributes("textarea[name=extension]", "id").is_empty());
    let queue = agent.get("/staff/requests").await.page();
    assert!(queue.text().contains("today"), "{}", queue.text());

    let why = [("extension", "The archive is being moved.")];
    act(&agent, &reference, "extend", &why).await.location();
    let page = agent.get(&url).await.page();
    assert!(page.text().contains("10 May 2026"), "{}", page.text());
}

#[actix_web::test]
async fn a_day_late_in_the_queue_is_one_day_and_no_more_time_is_offered() {
    let app = TestApp::start();
    let person = sample(&app).await;
    app.staff("sam", Role::Agent).await;
    let reference = file_correction(&person, "Port Ellery").await;
    app.app.clock.advance(TimeDelta::days(46));
    let agent = app.sign_in_again("sam", Role::Agent).await;
    let queue = agent.get("/staff/requests").await.page();
    assert!(queue.text().contains("1 day late"), "{}", queue.text());
    let page = agent.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.attributes("textarea[name=extension]", "id").is_empty());
}
