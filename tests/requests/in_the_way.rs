//! A deletion whose source fails: by itself it is tried again where that may help, else staff are told why and try again;
//! in the end there is one receipt.

use candor::accounts::model::Role;
use candor::db::schema::receipts;
use candor::jobs::{
    backoff,
    worker::{self, Outcome},
};
use candor::requests::model::State;
use chrono::TimeDelta;
use diesel::prelude::*;

use super::find;
use crate::retention::{agree, sample};
use crate::support::TestApp;

/// Everything that the sample source holds of the search terms.
fn searches(app: &TestApp) -> Vec<String> {
    let source = app.source.connect();
    let mut all = source
        .prepare("SELECT id || ' ' || account_id || ' ' || terms FROM search_terms ORDER BY id")
        .unwrap();
    let all = all.query_map([], |row| row.get(0)).unwrap();
    all.map(Result::unwrap).collect()
}

/// The contents of the receipts of deletions. What has to stay is used for nothing else, which has a receipt of its own.
fn all_receipts(app: &TestApp) -> Vec<String> {
    let bodies = app.app.db.read_now(|conn| {
        let of_deletions = receipts::table.filter(receipts::kind.eq("deletion"));
        Ok(of_deletions.select(receipts::body).load(conn)?)
    });
    bodies.unwrap()
}

#[actix_web::test]
async fn a_source_that_is_away_is_tried_again_by_itself_until_it_is_back() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (reference, staff) = agree(&app, &person).await;
    let before = searches(&app);
    app.source.go_away();

    let outcomes = worker::run_due(&app.app).await.unwrap();

    assert!(outcomes.contains(&Outcome::PutOff), "{outcomes:?}");
    let errors: Vec<_> = app
        .failed_jobs()
        .into_iter()
        .filter_map(|it| it.1)
        .collect();
    assert_eq!(errors.len(), 1);
    let told = "Source `projobsector`: not available (no such file)";
    assert!(errors[0].contains(told), "{errors:?}");
    assert_eq!(find(&app, &reference).state, State::Executing);
    assert_eq!(all_receipts(&app), [""; 0]);
    app.source.come_back();
    assert_eq!(searches(&app), before);

    app.app
        .clock
        .advance(backoff::pause_after(1) + TimeDelta::seconds(1));
    app.run_jobs().await;

    assert!(searches(&app).len() < before.len());
    assert_eq!(find(&app, &reference).state, State::Completed);
    assert_eq!(all_receipts(&app).len(), 1);
    let page = staff.get(&format!("/staff/requests/{reference}")).await;
    assert!(page.text().contains("Done"));
}

#[actix_web::test]
async fn a_request_waits_for_staff_when_its_job_was_tried_for_the_last_time() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (reference, _) = agree(&app, &person).await;
    app.source.go_away();
    for attempt in 1..=backoff::MOST_TRIES {
        assert_eq!(find(&app, &reference).state, State::Executing);
        worker::run_due(&app.app).await.unwrap();
        let pause = backoff::pause_after(attempt);
        app.app.clock.advance(pause + TimeDelta::seconds(1));
    }
    let request = find(&app, &reference);
    assert_eq!(request.state, State::ExecutionFailed);
    assert!(request.failure.unwrap().contains("not available"));

    app.source.come_back();
    let kim = app.staff("kim", Role::Agent).await;
    let page = kim.get("/staff/jobs").await.page();
    let retry = page.attributes("form[action$='/retry']", "action");
    kim.submit(&page, &retry[0], &[]).await.location();
    app.run_jobs().await;
    assert_eq!(find(&app, &reference).state, State::Completed);
}

#[actix_web::test]
async fn staff_are_told_what_a_source_refuses_and_try_again_when_it_no_longer_does() {
    let app = TestApp::start();
    let person = sample(&app).await;
    let (reference, staff) = agree(&app, &person).await;
    let before = searches(&app);
    let source = app.source.connect();
    let refuse = "CREATE TRIGGER never BEFORE DELETE ON search_terms
                  BEGIN SELECT RAISE(ABORT, 'never ada@example.org'); END";
    source.execute_batch(refuse).unwrap();

    app.run_jobs().await;

    let request = find(&app, &reference);
    assert_eq!(request.state, State::ExecutionFailed);
    let told = "source `projobsector`: a rule of its own forbids the change";
    assert_eq!(request.failure.as_deref(), Some(told));
    assert_eq!(searches(&app), before);
    assert_eq!(all_receipts(&app), [""; 0]);
    let url = format!("/staff/requests/{reference}");
    let page = staff.get(&url).await.page();
    assert!(page.text().contains(told), "{}", page.text());

    source.execute_batch("DROP TRIGGER never").unwrap();
    let retry = format!("{url}/retry");
    staff.submit(&page, &retry, &[]).await.location();
    app.run_jobs().await;

    assert!(searches(&app).len() < before.len());
    assert_eq!(find(&app, &reference).state, State::Completed);
    assert_eq!(all_receipts(&app).len(), 1);
}
