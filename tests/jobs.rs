use candor::accounts::model::Role;
use candor::db::schema::{chain_head, jobs as table, outbox, periodic_work};
use candor::error::{AppError, AppResult};
use candor::jobs::periodic::Rhythm;
use candor::jobs::worker::{self, Outcome};
use candor::jobs::{Job, backoff, enqueue, periodic, queries};
use candor::mail::transport::Transport;
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::support::TestApp;

impl TestApp {
    async fn enqueue(&self, job: Job) {
        let now = self.app.clock.now();
        let enqueued = self.app.db.write(move |conn| enqueue(conn, &job, now));
        enqueued.await.unwrap();
    }

    /// A job that no version knows, so that each try fails.
    async fn enqueue_unknown(&self) {
        self.enqueue(Job::PurgeExpired).await;
        let spoiled = self.app.db.write(|conn| {
            Ok(diesel::update(table::table)
                .set(table::payload.eq(r#"{"kind":"juggle"}"#))
                .execute(conn)?)
        });
        spoiled.await.unwrap();
    }

    /// Tries and the time of being done, of every job.
    fn tries(&self) -> Vec<(i32, Option<NaiveDateTime>)> {
        let tries = self.app.db.read_now(|conn| {
            Ok(table::table
                .order(table::id)
                .select((table::attempts, table::done_at))
                .load(conn)?)
        });
        tries.unwrap()
    }

    async fn enqueue_periodic(&self) -> usize {
        let now = self.app.clock.now();
        let due = move |conn: &mut _| periodic::enqueue_due(conn, now);
        self.app.db.write(due).await.unwrap()
    }
}

#[actix_web::test]
async fn a_job_is_carried_out_once() {
    let app = TestApp::start();
    app.enqueue(Job::PurgeExpired).await;
    assert_eq!(app.run_jobs().await, 1);
    assert_eq!(app.run_jobs().await, 0);
    assert_eq!(app.tries(), [(1, Some(app.app.clock.now()))]);
}

#[actix_web::test]
async fn what_waits_for_the_disk_and_what_does_not_are_written_side_by_side() {
    let app = TestApp::start();
    let now = app.app.clock.now();
    let one = async |at: usize| {
        let add = move |conn: &mut _| {
            enqueue(conn, &Job::PurgeExpired, now)?;
            // Each sees what it wrote, and those before.
            Ok(queries::count_waiting(conn)?)
        };
        let db = &app.app.db;
        let seen = if at.is_multiple_of(3) {
            db.write(add).await
        } else {
            db.write_behind(add).await
        };
        assert!(seen.unwrap().0 > 0);
    };
    futures_util::future::join_all((0..90).map(one)).await;
    let refused: AppResult<()> = app.app.db.write_behind(|_| Err(AppError::NotFound)).await;
    assert!(refused.is_err());
    assert_eq!(app.tries().len(), 90);
}

#[actix_web::test]
async fn a_job_of_a_worker_that_died_is_repeated_when_its_lease_ends() {
    let app = TestApp::start();
    app.enqueue(Job::PurgeExpired).await;
    let now = app.app.clock.now();
    let died = move |conn: &mut _| Ok(queries::claim(conn, now, 5)?.pop());
    let claim = app.app.db.write(died).await.unwrap().unwrap();

    app.app
        .clock
        .advance(queries::LEASE - TimeDelta::seconds(1));
    assert_eq!(app.run_jobs().await, 0, "the lease has not ended");
    app.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(app.run_jobs().await, 1);

    let late = move |conn: &mut _| Ok(queries::put_off(conn, &claim, "late", now)?);
    let settled = app.app.db.write(late).await.unwrap();
    assert!(!settled, "the first worker has no say any more");
}

#[actix_web::test]
async fn a_lease_that_is_renewed_does_not_end() {
    let app = TestApp::start();
    app.enqueue(Job::PurgeExpired).await;
    let now = app.app.clock.now();
    let renewed_at = now + queries::LEASE / 2;
    let renewed = app.app.db.write(move |conn| {
        let claim = queries::claim(conn, now, 1)?.pop().unwrap();
        Ok(queries::renew(conn, &claim, renewed_at)?)
    });
    assert!(renewed.await.unwrap());
    app.app.clock.advance(queries::LEASE);
    assert_eq!(app.run_jobs().await, 0);
}

#[actix_web::test]
async fn a_failing_job_is_tried_ever_later_and_given_up_after_the_last_try() {
    let app = TestApp::start();
    app.enqueue_unknown().await;
    for attempt in 1..=backoff::MOST_TRIES {
        let outcomes = worker::run_due(&app.app).await.unwrap();
        let expected = if attempt < backoff::MOST_TRIES {
            Outcome::PutOff
        } else {
            Outcome::Failed
        };
        assert_eq!(outcomes, [expected], "try {attempt}");
        assert_eq!(worker::run_due(&app.app).await.unwrap(), []);
        app.app.clock.advance(backoff::pause_after(attempt));
    }
    let failed = app.failed_jobs();
    assert!(
        failed[0].1.as_ref().unwrap().contains("juggle"),
        "{failed:?}"
    );
    assert_eq!(worker::run_due(&app.app).await.unwrap(), []);
}

#[actix_web::test]
async fn a_job_that_kills_its_worker_each_time_is_given_up() {
    let app = TestApp::start();
    app.enqueue(Job::PurgeExpired).await;
    for _ in 0..backoff::MOST_TRIES {
        let now = app.app.clock.now();
        let died = move |conn: &mut _| Ok(queries::claim(conn, now, 1)?.len());
        assert_eq!(app.app.db.write(died).await.unwrap(), 1);
        app.app.clock.advance(queries::LEASE);
    }
    assert_eq!(worker::run_due(&app.app).await.unwrap(), []);
    let failed = app.failed_jobs();
    assert!(
        failed[0].1.as_ref().unwrap().contains("stopped"),
        "{failed:?}"
    );
}

#[actix_web::test]
async fn two_workers_share_the_jobs_and_no_job_runs_twice() {
    let app = TestApp::start();
    for _ in 0..40 {
        app.enqueue(Job::PurgeExpired).await;
    }
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let mut stopped = stopped.clone();
            let stop = async move {
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            actix_web::rt::spawn(worker::run(app.app.clone(), Transport::memory(), stop))
        })
        .collect();
    for _ in 0..600 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        if app.tries().iter().all(|(_, done)| done.is_some()) {
            break;
        }
    }
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    let tries = app.tries();
    assert!(tries.len() >= 40);
    assert!(
        tries
            .iter()
            .all(|(tries, done)| *tries == 1 && done.is_some()),
        "{tries:?}"
    );
}

#[actix_web::test]
async fn an_audit_chain_that_was_tampered_with_stops_neither_mails_nor_jobs() {
    let app = TestApp::start();
    app.person("ada").await;
    let page = app.visitor().get("/sign-in").await.page();
    let asks = app.visitor();
    let ada = [("email", "ada@example.org")];
    asks.submit(&page, "/sign-in", &ada).await.location();
    // An event that waits to be linked to a head that nobody signed.
    app.visitor().post("/do-not-sell", &[]).await.location();
    let spoiled = app.app.db.write(|conn| {
        let head = (
            chain_head::id.eq(1),
            chain_head::position.eq(7),
            chain_head::hash.eq("made up"),
            chain_head::signature.eq("made up"),
        );
        Ok(diesel::insert_into(chain_head::table)
            .values(head)
            .execute(conn)?)
    });
    spoiled.await.unwrap();
    app.enqueue(Job::PurgeExpired).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let stop_it = async {
        let _ = stopped.await;
    };
    let worker = actix_web::rt::spawn(worker::run(app.app.clone(), Transport::memory(), stop_it));
    let sent = || {
        let unsent = outbox::table.filter(outbox::sent_at.is_null()).count();
        let count = app
            .app
            .db
            .read_now(|conn| Ok(unsent.get_result::<i64>(conn)?));
        count.unwrap() == 0
    };
    let mut is_done = false;
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        is_done = sent() && app.tries().iter().all(|(_, done)| done.is_some());
        if is_done {
            break;
        }
    }
    drop(stop);
    worker.await.unwrap();
    assert!(is_done, "{:?}", app.tries());
}

#[actix_web::test]
async fn periodic_work_is_enqueued_once_in_its_time_however_many_workers_look() {
    let app = TestApp::start();
    let all = periodic::ALL.len();
    assert_eq!(app.enqueue_periodic().await, all);
    assert_eq!(app.enqueue_periodic().await, 0);

    app.app.clock.advance(TimeDelta::days(1));
    assert_eq!(
        app.enqueue_periodic().await,
        0,
        "the last of each kind has not run yet"
    );
    app.run_jobs().await;
    app.app.clock.advance(TimeDelta::days(1));
    assert_eq!(app.enqueue_periodic().await, all);
    let known = app
        .app
        .db
        .read_now(|conn| Ok(periodic_work::table.count().get_result::<i64>(conn)?));
    assert_eq!(known.unwrap(), i64::try_from(all).unwrap());
}

#[actix_web::test]
async fn jobs_that_are_done_are_removed_after_a_week() {
    let app = TestApp::start();
    app.enqueue(Job::PurgeExpired).await;
    app.run_jobs().await;
    app.app.clock.advance(TimeDelta::days(8));
    app.enqueue(Job::PurgeExpired).await;
    app.run_jobs().await;
    assert_eq!(app.tries().len(), 1, "only the second is left");
}

#[actix_web::test]
async fn staff_see_failed_jobs_and_have_them_tried_again() {
    let app = TestApp::start();
    app.enqueue_unknown().await;
    let sam = app.staff("sam", Role::Agent).await;
    let page = sam.get("/staff/jobs").await.page();
    assert!(page.text().contains("No job has failed"));
    for attempt in 1..=backoff::MOST_TRIES {
        worker::run_due(&app.app).await.unwrap();
        app.app.clock.advance(backoff::pause_after(attempt));
    }
    let page = sam.get("/staff/jobs").await.page();
    let row = &page.texts("tbody tr")[0];
    assert!(row.contains("purge expired 1"), "{row}");
    assert!(row.contains("juggle"), "{row}");

    let retried = sam.submit(&page, "/staff/jobs/1/retry", &[]).await;
    assert_eq!(retried.location(), "/staff/jobs");
    assert_eq!(
        sam.post("/staff/jobs/1/retry", &[]).await.status,
        409,
        "it is on its way"
    );
    assert_eq!(worker::run_due(&app.app).await.unwrap(), [Outcome::PutOff]);
}

#[test]
fn pauses_grow_to_six_hours_and_all_tries_take_more_than_a_day() {
    let pause = backoff::pause_after;
    assert_eq!(pause(1), TimeDelta::seconds(10));
    assert_eq!(pause(3), TimeDelta::seconds(90));
    assert_eq!(pause(i32::MAX), TimeDelta::hours(6));
    let whole: TimeDelta = (1..backoff::MOST_TRIES).map(pause).sum();
    assert!(whole > TimeDelta::days(1), "{whole}");
}

#[test]
fn the_next_time_is_always_later_and_on_the_hour() {
    for (rhythm, now, next) in [
        (Rhythm::Hourly, "2026-02-09T10:00:00", "2026-02-09T11:00:00"),
        (
            Rhythm::DailyAt(2),
            "2026-02-09T10:00:00",
            "2026-02-10T02:00:00",
        ),
        (
            Rhythm::DailyAt(2),
            "2026-02-09T01:59:59",
            "2026-02-09T02:00:00",
        ),
    ] {
        let at = |text: &str| text.parse::<NaiveDateTime>().unwrap();
        assert_eq!(rhythm.next(at(now)), at(next));
    }
}
