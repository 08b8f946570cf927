//! A worker that is killed when it has erased, while it looks what views show still of it.

use std::time::{Duration, Instant};

use candor::clock::Clock;
use candor::db::schema::{outbox, receipts};
use candor::register::Register;
use candor::requests::model::State;
use chrono::TimeDelta;
use diesel::prelude::*;

use super::count;
use super::processes::Setup;
use super::telling::copy_register;
use crate::requests::find;
use crate::requests::views::{EDUCATION, MANIFEST, VIEW, told};
use crate::retention::{agree_to, sample};
use crate::support::TestApp;

/// Shows what was kept of it elsewhere.
const OF_A_COPY: &str =
    "DROP VIEW schools; CREATE VIEW schools AS SELECT id, resume_id, school FROM copied";

/// Takes longer than anybody waits, when the row is gone.
const FOR_EVER: &str = "id IN (SELECT id FROM education) OR id < (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n)";

const STAYS: &str = "This only shows what other records hold, and still does: those stay.";

fn schools(app: &TestApp) -> i64 {
    let source = app.source.connect();
    let all = "SELECT count(*) FROM education";
    source.query_row(all, [], |row| row.get(0)).unwrap()
}

/// The rows are gone, and the view is being read.
async fn until_erased(app: &TestApp, before: i64) {
    let begun = Instant::now();
    while schools(app) == before {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "nothing is erased"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
}

#[actix_web::test]
async fn a_worker_killed_while_it_reads_what_views_still_show_is_followed_by_one_that_says_it_once()
{
    for (shows, stays) in [("", true), (" WHERE FALSE", false)] {
        let (mails, register) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        copy_register(register.path(), str::to_owned);
        std::fs::write(register.path().join("shown.yml"), MANIFEST).unwrap();
        let (declared, _) = Register::load(register.path()).unwrap();
        let now = Clock::system().now();
        let app = TestApp::start_at_declaring(now, 0, |it| *it = declared);
        let source = app.source.connect();
        source.execute_batch(VIEW).unwrap();
        let person = sample(&app).await;
        let (reference, _) = agree_to(&app, &person, EDUCATION).await;
        let slow = format!(
            "CREATE TABLE copied AS SELECT * FROM education; {OF_A_COPY} WHERE {FOR_EVER};"
        );
        source.execute_batch(&slow).unwrap();
        let before = schools(&app);

        let worker = Setup::of(&app, mails.path(), register.path()).start("worker");
        until_erased(&app, before).await;
        drop(worker);
        assert_eq!(find(&app, &reference).state, State::Executing);
        source
            .execute_batch(&format!("{OF_A_COPY}{shows};"))
            .unwrap();
        app.app.clock.advance(TimeDelta::days(1));
        app.run_jobs().await;

        assert_eq!(find(&app, &reference).state, State::Completed);
        let (page, receipt) = told(&person, &reference).await;
        assert_eq!(page.contains(STAYS), stays, "{page}");
        assert_eq!(receipt.contains(STAYS), stays, "{receipt}");
        let proofs = receipts::table.filter(receipts::object.eq(&reference));
        let proofs: i64 = count(&app, |conn| proofs.count().get_result(conn));
        let said = outbox::table.filter(outbox::kind.eq("request_completed"));
        let said: i64 = count(&app, |conn| said.count().get_result(conn));
        assert_eq!((proofs, said), (1, 1), "receipts, and mails");
    }
}
