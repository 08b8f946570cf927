//! The yearly review.

use candor::accounts::model::Role;
use candor::jobs::{self, Job};
use chrono::TimeDelta;

use super::{SHORT, draft, publish, take_over};
use crate::support::TestApp;

/// The daily look at the date.
async fn look(app: &TestApp) {
    let now = app.app.clock.now();
    let looked = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::RemindPolicyReview, now));
    looked.await.unwrap();
    app.run_jobs().await;
}

fn reminders(app: &TestApp, name: &str) -> Vec<String> {
    let mails = app.mails_to(&format!("{name}@staff.example.org"));
    let reviews = mails.into_iter().filter(|it| it.kind == "policy_review");
    reviews.map(|it| it.subject).collect()
}

/// Rule: C17, Cal. Civ. Code 1798.130(a)(5)
#[actix_web::test]
async fn admins_are_asked_before_twelve_months_are_over_and_on_the_day() {
    let app = TestApp::start();
    app.staff("ines", Role::Admin).await;
    app.staff("olga", Role::Admin).await;
    app.staff("sam", Role::Agent).await;
    look(&app).await;
    assert!(reminders(&app, "ines").is_empty(), "nothing is published");
    take_over(&app, draft("2026-02-09", SHORT)).await;

    app.app.clock.advance(TimeDelta::days(334));
    look(&app).await;
    assert!(reminders(&app, "ines").is_empty());
    app.app.clock.advance(TimeDelta::days(1));
    look(&app).await;
    look(&app).await;
    let near = "Please review the privacy policy by 9 February 2027";
    assert_eq!(reminders(&app, "ines"), [near]);
    app.app.clock.advance(TimeDelta::days(30));
    look(&app).await;
    look(&app).await;

    let due = "The privacy policy has to be reviewed today";
    assert_eq!(reminders(&app, "ines"), [near, due]);
    assert_eq!(reminders(&app, "olga"), [near, due]);
    assert!(reminders(&app, "sam").is_empty());
}

/// Rule: C17, Cal. Civ. Code 1798.130(a)(5)
#[actix_web::test]
async fn a_review_without_change_is_recorded_and_the_next_one_is_due_a_year_later() {
    let app = TestApp::start();
    take_over(&app, draft("2026-02-09", SHORT)).await;
    let admin = app.staff("ines", Role::Admin).await;
    app.app.clock.advance(TimeDelta::days(350));
    let admin_page = admin.get("/staff/policy").await.page();
    assert!(
        admin_page
            .text()
            .contains("Soon The policy was last published or reviewed on 9 February 2026")
    );

    let done = admin
        .submit(&admin_page, "/staff/policy/reviewed", &[])
        .await;

    assert_eq!(done.location(), "/staff/policy");
    let page = admin.get("/staff/policy").await.page().text();
    assert!(page.contains("The review is noted."));
    assert!(page.contains("Up to date The policy was last published or reviewed on 25 January 2027. The next review is due by 25 January 2028."), "{page}");
    app.app.clock.advance(TimeDelta::days(30));
    look(&app).await;
    assert!(reminders(&app, "ines").is_empty());
    let auditor = app.staff("otto", Role::Auditor).await;
    let log = auditor.get("/staff/audit").await.page().text();
    assert!(log.contains("policy.reviewed"), "{log}");
}

#[actix_web::test]
async fn a_new_version_counts_as_a_review() {
    let app = TestApp::start();
    take_over(&app, draft("2026-02-09", SHORT)).await;
    app.app.clock.advance(TimeDelta::days(300));
    publish(&app, draft("2027-01-01", SHORT)).await;
    let admin = app.staff("ines", Role::Admin).await;
    let page = admin.get("/staff/policy").await.page().text();
    assert!(page.contains("due by 6 December 2027"), "{page}");
}
