//! What the receipt of a deletion says that is held still, where nothing was found to erase.

use candor::accounts::queries::find_person_by_any_identity;
use candor::db::schema::receipts;
use candor::demo::source::SAMPLES;
use candor::retention::remainders::queries::list_left;
use diesel::prelude::*;

use super::remainders::ask_by_letter;
use super::{agree, sample};
use crate::support::TestApp;

/// How many records the newest receipt of a deletion says are held.
fn held(app: &TestApp) -> i64 {
    let found = app.app.db.read_now(|conn| {
        let of_deletions = receipts::table.filter(receipts::kind.eq("deletion"));
        let newest = of_deletions.order(receipts::created_at.desc());
        Ok(newest.select(receipts::body).first::<String>(conn)?)
    });
    let body: serde_json::Value = serde_json::from_str(&found.unwrap()).unwrap();
    body["facts"]["held"].as_i64().unwrap()
}

/// How many records the portal remembers that a deletion of the sample person had to leave.
fn remembered(app: &TestApp) -> i64 {
    let own = app.app.clone();
    let left = app.app.db.read_now(move |conn| {
        let person = find_person_by_any_identity(conn, &own.keys, SAMPLES[0].email)?.unwrap();
        list_left(conn, &own, person.id)
    });
    let left = left.unwrap();
    let records: usize = left.iter().map(|(left, _)| left.records.len()).sum();
    records.try_into().unwrap()
}

#[actix_web::test]
async fn the_receipt_counts_what_the_sources_hold_and_not_what_was_left_once() {
    let app = TestApp::start();
    let person = sample(&app).await;
    agree(&app, &person).await;
    app.run_jobs().await;
    let source = app.source.connect();
    source.execute("DELETE FROM match_scores", []).unwrap();
    let remembered = remembered(&app);
    app.app.clock.advance(chrono::TimeDelta::hours(1));
    ask_by_letter(&app, "deletion").await;
    let held = held(&app);
    assert!(0 < held && held < remembered, "{held} of {remembered}");
}
