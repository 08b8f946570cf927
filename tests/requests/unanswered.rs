//! A question that is not answered while the clock stands still.

use candor::accounts::model::Role;
use candor::jobs::{Job, enqueue};
use candor::requests::handling;
use candor::requests::life::advance;
use candor::requests::model::State;
use chrono::TimeDelta;

use super::without_account::{self, ADDRESS, only_request};
use super::{file_access, find, staff_does, staff_member};
use crate::support::TestApp;

async fn days_pass(app: &TestApp, days: i64) {
    for _ in 0..days {
        app.app.clock.advance(TimeDelta::days(1));
        let now = app.app.clock.now();
        let watch = move |conn: &mut _| enqueue(conn, &Job::WatchDates, now);
        app.app.db.write(watch).await.unwrap();
        app.run_jobs().await;
    }
}

fn count(app: &TestApp, address: &str, kind: &str) -> usize {
    let mails = app.mails_to(address).into_iter();
    mails.filter(|it| it.kind == kind).count()
}

/// Rule: A4.UK, UK GDPR Art. 12A: the clock stands still, and nobody forgets why.
#[actix_web::test]
async fn the_person_is_reminded_once_and_then_it_is_put_to_staff_and_nothing_closes() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    staff_member(&app, "vera", Role::Supervisor).await;
    let olive = app.person_in("olive", "gb").await;
    let reference = file_access(&olive).await;
    days_pass(&app, 3).await;
    let asked = staff_does(&app, &sam, &reference, |conn, request, by| {
        let reviewed = advance(conn, &request, State::InReview, by)?;
        handling::ask(conn, &reviewed, "Which calls do you mean?", by)
    });
    asked.await.unwrap();
    let vera = "vera@staff.example.org";
    days_pass(&app, 6).await;
    assert_eq!(count(&app, "olive", "question_waits"), 0);
    days_pass(&app, 1).await;
    assert_eq!(count(&app, "olive", "question_waits"), 1);
    let mail = app.mails_to("olive").pop().unwrap();
    assert!(
        mail.text
            .contains("On 12 February 2026 we asked you something")
    );
    assert!(!mail.text.contains("Which calls"), "that stays on the page");
    days_pass(&app, 6).await;
    assert_eq!(count(&app, vera, "dates_near"), 0);
    days_pass(&app, 1).await;
    assert_eq!(count(&app, vera, "dates_near"), 1);
    let put = app.mails_to(vera).pop().unwrap();
    assert!(
        put.text.contains("Nothing closes by itself."),
        "{}",
        put.text
    );
    days_pass(&app, 60).await;
    assert_eq!(count(&app, "olive", "question_waits"), 1, "once");
    assert_eq!(count(&app, vera, "dates_near"), 1, "once");
    assert_eq!(count(&app, "olive", "request_late"), 0);
    assert_eq!(find(&app, &reference).state, State::WaitingForPerson);
    let page = olive.get(&format!("/requests/{reference}")).await.page();
    assert!(page.text().contains("We reminded you that we wait for you"));

    let path = format!("/requests/{reference}/messages");
    let answer = [("message", "Those of last May.")];
    olive.submit(&page, &path, &answer).await.location();
    assert_eq!(find(&app, &reference).state, State::InReview);
}

/// Rule: A4.UK, UK GDPR Art. 12A: who has not shown who they are is reminded of the link.
#[actix_web::test]
async fn who_has_not_followed_the_link_is_reminded_of_it() {
    let app = TestApp::start();
    let visitor = app.visitor();
    let page = visitor.get("/request").await.page();
    let fields = [("wants", "pieces"), ("email", ADDRESS), ("residence", "gb")];
    visitor.submit(&page, "/request", &fields).await.location();
    assert_eq!(only_request(&app).0.state, State::Verifying);
    days_pass(&app, 7).await;
    assert_eq!(count(&app, ADDRESS, "question_waits"), 1);
    let link = without_account::link(&app, ADDRESS);
    assert_eq!(visitor.get(&link).await.status, 200);
}

/// Rule: C2, 11 CCR 7021(b): where the clock never stops, its own dates remind.
#[actix_web::test]
async fn where_the_clock_runs_on_nobody_is_reminded_of_a_pause() {
    let app = TestApp::start();
    let sam = staff_member(&app, "sam", Role::Agent).await;
    let ada = app.person("ada").await;
    let reference = file_access(&ada).await;
    let asked = staff_does(&app, &sam, &reference, |conn, request, by| {
        let reviewed = advance(conn, &request, State::InReview, by)?;
        handling::ask(conn, &reviewed, "Which calls do you mean?", by)
    });
    asked.await.unwrap();
    days_pass(&app, 20).await;
    assert_eq!(count(&app, "ada", "question_waits"), 0);
}
