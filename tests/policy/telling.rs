use candor::accounts::queries::create_person;
use candor::audit::Actor;
use candor::db::schema::{identities, jobs, outbox, policy_announcements, policy_notices};
use candor::jobs::{Job, Lease};
use candor::policy::{self, announce};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::{SHORT, draft, publish, take_over};
use crate::support::{Actor as Visitor, TestApp};
use candor::accounts::model::Role;

/// The jobs that tell of the policy, oldest first.
fn jobs_of(app: &TestApp) -> Vec<Job> {
    let payloads = app.app.db.read_now(|conn| {
        let told = jobs::table.filter(jobs::kind.eq("notify_policy_change"));
        Ok(told
            .order(jobs::id)
            .select(jobs::payload)
            .load::<String>(conn)?)
    });
    let payloads = payloads.unwrap();
    payloads
        .iter()
        .map(|payload| serde_json::from_str(payload).unwrap())
        .collect()
}

async fn run(app: &TestApp, job: &Job) -> bool {
    let (app, job) = (app.app.clone(), job.clone());
    let done =
        actix_web::rt::task::spawn_blocking(move || job.run(&app, &Lease::default()).is_ok());
    done.await.unwrap()
}

/// Runs each job so many times, those that it leaves as well; says how many there were.
async fn run_all(app: &TestApp, times: usize) -> usize {
    let mut done = 0;
    while let Some(job) = jobs_of(app).get(done) {
        for _ in 0..times {
            assert!(run(app, job).await);
        }
        done += 1;
    }
    done
}

async fn invite(app: &TestApp, count: usize) {
    let (keys, now) = (app.app.keys.clone(), app.app.clock.now());
    let written = app.app.db.write(move |conn| {
        for number in 0..count {
            let email = format!("person{number}@example.org");
            create_person(conn, &keys, &email, "us-ca", now)?;
        }
        Ok(())
    });
    written.await.unwrap();
}

/// How many mails there are, to how many addresses, and how many notices.
fn counts(app: &TestApp) -> (i64, i64, i64) {
    let counts = app.app.db.read_now(|conn| {
        let recipients = diesel::dsl::count(outbox::recipient).aggregate_distinct();
        Ok((
            outbox::table.count().get_result(conn)?,
            outbox::table.select(recipients).get_result(conn)?,
            policy_notices::table.count().get_result(conn)?,
        ))
    });
    counts.unwrap()
}

#[actix_web::test]
async fn everybody_with_an_address_gets_one_mail_that_says_what_is_new() {
    let app = TestApp::start();
    let (_ada, _bob) = (app.person("ada").await, app.person("bob").await);
    app.staff("sam", Role::Agent).await;
    let now = app.app.clock.now();
    let second = app.app.db.write(move |conn| {
        let person: i64 = identities::table
            .select(identities::person_id)
            .first(conn)?;
        Ok(diesel::insert_into(identities::table)
            .values((
                identities::person_id.eq(person),
                identities::kind.eq("email"),
                identities::value.eq("ada.second@example.org"),
                identities::hash.eq("second"),
                identities::verified_at.eq(now),
            ))
            .execute(conn)?)
    });
    second.await.unwrap();
    take_over(&app, draft("2026-01-01", SHORT)).await;
    publish(&app, draft("2026-03-01", SHORT)).await;
    app.run_jobs().await;

    assert_eq!(counts(&app), (2, 2, 2));
    let mail = &app.mails_to("ada.second")[0];
    assert_eq!(mail.subject, "Our privacy policy changes on 1 March 2026");
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("New in 2026-03."), "{part}");
        assert!(part.contains("/policy/2026-03"), "{part}");
        assert!(part.contains("/policy/compare/2026-01/2026-03"), "{part}");
    }
    assert_eq!(app.mails_to("bob").len(), 1);
    assert!(
        app.mails_to("ada@example.org").is_empty(),
        "her newest has it"
    );
}

#[actix_web::test]
async fn whoever_stands_at_the_edge_of_a_batch_is_told_at_their_newest_address() {
    let app = TestApp::start();
    invite(&app, 250).await;
    let now = app.app.clock.now();
    let added = app.app.db.write(move |conn| {
        let edge = usize::try_from(announce::BATCH).unwrap() - 1;
        let people: Vec<i64> = identities::table
            .order(identities::person_id)
            .select(identities::person_id)
            .load(conn)?;
        Ok(diesel::insert_into(identities::table)
            .values((
                identities::person_id.eq(people[edge]),
                identities::kind.eq("email"),
                identities::value.eq("newest@example.org"),
                identities::hash.eq("newest"),
                identities::verified_at.eq(now),
            ))
            .execute(conn)?)
    });
    added.await.unwrap();
    publish(&app, draft("2026-03-01", SHORT)).await;
    assert_eq!(run_all(&app, 1).await, 2);
    assert_eq!(counts(&app), (250, 250, 250));
    assert_eq!(app.mails_to("newest@example.org").len(), 1);
    assert!(app.mails_to("person199@example.org").is_empty());
}

#[actix_web::test]
async fn nobody_is_told_of_a_version_that_was_taken_over() {
    let app = TestApp::start();
    app.person("ada").await;
    take_over(&app, draft("2026-01-01", SHORT)).await;
    assert_eq!(jobs_of(&app), []);
}

#[actix_web::test]
async fn a_job_that_runs_again_doubles_no_mail() {
    let app = TestApp::start();
    invite(&app, 450).await;
    publish(&app, draft("2026-03-01", SHORT)).await;
    let jobs = run_all(&app, 3).await;
    assert_eq!(jobs, 3, "200, 200 and 50 people");
    assert_eq!(counts(&app), (450, 450, 450));
    for job in jobs_of(&app) {
        assert!(run(&app, &job).await);
    }
    assert_eq!(counts(&app), (450, 450, 450));
    assert_eq!(jobs_of(&app).len(), 3);
}

#[actix_web::test]
async fn four_workers_at_once_double_no_mail() {
    let app = TestApp::start();
    invite(&app, 450).await;
    publish(&app, draft("2026-03-01", SHORT)).await;
    let mut done = 0;
    while let Some(job) = jobs_of(&app).get(done) {
        let four = (
            run(&app, job),
            run(&app, job),
            run(&app, job),
            run(&app, job),
        );
        let (a, b, c, d) = tokio::join!(four.0, four.1, four.2, four.3);
        assert!(a || b || c || d, "none has done it");
        done += 1;
    }
    assert_eq!(counts(&app), (450, 450, 450));
    assert_eq!(done, 3);
}

#[actix_web::test]
async fn a_batch_that_breaks_off_leaves_nothing_and_is_made_up_for() {
    let app = TestApp::start();
    invite(&app, 250).await;
    publish(&app, draft("2026-03-01", SHORT)).await;
    let (broken, mended) = if app.app.db.is_sqlite() {
        (
            "CREATE TRIGGER broken BEFORE INSERT ON outbox WHEN NEW.recipient = 'person120@example.org' \
             BEGIN SELECT RAISE(ABORT, 'broken'); END",
            "DROP TRIGGER broken",
        )
    } else {
        (
            "ALTER TABLE outbox ADD CONSTRAINT broken CHECK (recipient <> 'person120@example.org')",
            "ALTER TABLE outbox DROP CONSTRAINT broken",
        )
    };
    let execute = async |sql: &'static str| {
        let done = app.app.db.write(|conn| Ok(conn.batch_execute(sql)?));
        done.await.unwrap();
    };
    execute(broken).await;
    assert!(!run(&app, &jobs_of(&app)[0]).await);
    assert_eq!(counts(&app), (0, 0, 0));
    execute(mended).await;
    run_all(&app, 1).await;
    assert_eq!(counts(&app), (250, 250, 250));
}

#[actix_web::test]
async fn the_staff_page_shows_how_many_have_been_told() {
    let app = TestApp::start();
    let ann = app.staff("ann", Role::Admin).await;
    invite(&app, 250).await;
    publish(&app, draft("2026-03-01", SHORT)).await;
    let line =
        async |ann: &Visitor| ann.get("/staff/policy").await.page().texts(".rows li p")[1].clone();

    assert_eq!(line(&ann).await, "0 people told by mail.");
    assert!(run(&app, &jobs_of(&app)[0]).await);
    assert_eq!(line(&ann).await, "200 people told by mail.");
    assert!(run(&app, &jobs_of(&app)[1]).await);
    let done = "250 people told by mail, the last on 9 February 2026, 10:00 UTC.";
    assert_eq!(line(&ann).await, done);
}

#[actix_web::test]
async fn a_version_its_event_and_its_job_are_written_together_or_not_at_all() {
    let app = TestApp::start();
    let now = app.app.clock.now();
    let undone = app.app.db.write(move |conn| {
        policy::publish(conn, &draft("2026-03-01", SHORT), Actor::System, now)?.unwrap();
        Err::<(), _>(candor::error::AppError::NotFound)
    });
    assert!(undone.await.is_err());
    assert_eq!(jobs_of(&app), []);
    let version = publish(&app, draft("2026-03-01", SHORT)).await;
    assert_eq!(jobs_of(&app).len(), 1);
    let begun = app.app.db.read_now(|conn| {
        Ok(policy_announcements::table
            .select(policy_announcements::version_id)
            .load::<i64>(conn)?)
    });
    assert_eq!(begun.unwrap(), [version.id]);
    let people = app
        .app
        .db
        .read_now(|conn| Ok(announce::count_people(conn)?));
    assert_eq!(people.unwrap(), 0);
}
