//! What manifests and sources differ in is listed with since when, and is gone when it is mended.

use candor::accounts::model::Role;
use candor::jobs::{self, Job};
use candor::register::drift::queries;
use chrono::TimeDelta;

use crate::support::{Actor, TestApp};

const LIST: &str = "/staff/drift";

async fn check(app: &TestApp) -> Actor {
    let now = app.app.clock.now();
    let asked = app
        .app
        .db
        .write(move |conn| jobs::enqueue(conn, &Job::CheckDrift, now));
    asked.await.unwrap();
    app.run_jobs().await;
    app.sign_in_again("una", Role::Supervisor).await
}

/// The lines of differences, without those of sources.
async fn listed(staff: &Actor) -> Vec<String> {
    let page = staff.get(LIST).await.page();
    let lines = page.texts("tbody tr").into_iter();
    lines.filter(|it| !it.contains("Answered")).collect()
}

#[actix_web::test]
async fn a_column_that_no_manifest_describes_is_listed_since_it_was_found_until_it_is_mended() {
    let app = TestApp::start();
    app.staff("una", Role::Supervisor).await;
    let staff = check(&app).await;
    let before = listed(&staff).await;
    let source = app.source.connect();
    source
        .execute("ALTER TABLE search_terms ADD COLUMN mood TEXT", [])
        .unwrap();

    let staff = check(&app).await;
    let now = listed(&staff).await;
    assert_eq!(now.len(), before.len() + 1);
    let is_new = |it: &&String| it.contains("the column `mood` is not described");
    let new = now.iter().find(is_new).unwrap();
    assert!(new.contains("9 February 2026"), "{new}");

    app.app.clock.advance(TimeDelta::days(2));
    let staff = check(&app).await;
    let later = listed(&staff).await;
    let still = later.iter().find(is_new).unwrap();
    assert!(still.contains("9 February 2026"), "{still}");
    assert!(staff.get(LIST).await.text().contains("11 February 2026"));

    source
        .execute("ALTER TABLE search_terms DROP COLUMN mood", [])
        .unwrap();
    let staff = check(&app).await;
    assert_eq!(listed(&staff).await, before);
}

#[actix_web::test]
async fn what_a_silent_source_differed_in_stays_listed() {
    let app = TestApp::start();
    app.staff("una", Role::Supervisor).await;
    let source = app.source.connect();
    source
        .execute("ALTER TABLE search_terms ADD COLUMN mood TEXT", [])
        .unwrap();
    let staff = check(&app).await;
    let before = listed(&staff).await;
    let now = app.app.clock.now() + TimeDelta::days(1);
    let silent = app.app.db.write(move |conn| {
        let why = "not available (13)";
        Ok(queries::note_silent(conn, "projobsector", why, now)?)
    });
    silent.await.unwrap();

    let page = staff.get(LIST).await.page();
    assert!(page.text().contains("Did not answer"));
    assert!(page.text().contains("9 February 2026, 10:00 UTC"));
    let found = page.texts("tbody tr");
    assert!(before.iter().all(|it| found.contains(it)));
}
