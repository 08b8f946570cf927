//! `candor sources replay` and the worker are killed, again and again, while they write values again that a restored backup
//! has undone.

use std::time::{Duration, Instant};

use candor::accounts::model::Role;
use candor::clock::Clock;
use candor::db::schema::{jobs, receipts};
use chrono::TimeDelta;
use diesel::prelude::*;
use rand::Rng;

use super::further::propose;
use super::journeys::agree;
use super::mails::Mails;
use super::processes::Setup;
use super::telling::copy_register;
use super::{CORRECTIONS, ERASURES, Known, PEOPLE, count};
use crate::support::TestApp;

const CITY: &str = "Port Ellery";
const OF: (&str, &str) = ("/data/people/contact_details", "=city");
const KILLS: usize = 16;

/// The city of each account, as a backup has it.
fn cities(app: &TestApp) -> Vec<(i64, String)> {
    let source = app.source.connect();
    let sql = "SELECT account_id, city FROM contact_details ORDER BY account_id";
    let mut statement = source.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn restore(app: &TestApp, backup: &[(i64, String)]) {
    let source = app.source.connect();
    let sql = "UPDATE contact_details SET city = ?2 WHERE account_id = ?1";
    for (id, city) in backup {
        source.execute(sql, rusqlite::params![id, city]).unwrap();
    }
}

fn put_right(app: &TestApp) -> usize {
    let all = cities(app).into_iter();
    all.filter(|(_, city)| city == CITY).count()
}

/// How many values the worker was asked to write again.
fn repairs_asked(app: &TestApp) -> i64 {
    count(app, |conn| {
        let asked = jobs::table.filter(jobs::kind.eq("repair_correction"));
        asked.count().get_result(conn)
    })
}

/// Kills both at random moments until the one has asked for everything and both were killed often.
fn kill_both(app: &TestApp, setup: &Setup, (since, all): (&str, usize)) {
    let begun = Instant::now();
    let mut kills = 0;
    while kills < KILLS || repairs_asked(app) < i64::try_from(all).unwrap() {
        assert!(begun.elapsed() < Duration::from_mins(5), "nothing is asked");
        let worker = setup.start("worker");
        let replay = setup.start_with(&["sources", "replay", "--since", since]);
        let wait = rand::rng().random_range(50..900) + 50 * (kills / KILLS);
        std::thread::sleep(Duration::from_millis(wait as u64));
        drop((replay, worker));
        kills += 2;
    }
}

/// Rule: R2, 11 CCR 7023(c).
#[actix_web::test]
async fn what_a_restored_backup_undid_is_written_again_once_whatever_is_killed_meanwhile() {
    let (mails, register) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    copy_register(register.path(), str::to_owned);
    let app = TestApp::start_at_declaring(Clock::system().now(), PEOPLE, |_| {});
    let setup = Setup::of(&app, mails.path(), register.path());
    let staff = [
        app.staff("una", Role::Agent).await,
        app.staff("vic", Role::Supervisor).await,
    ];
    let since = app.app.clock.now().format("%Y-%m-%dT%H:%M:%S").to_string();
    let backup = cities(&app);
    let first = ERASURES as usize;
    let known = Known::of(&app);
    let emails = &known.emails[first..first + CORRECTIONS as usize];
    let mut references = Vec::new();
    for email in emails {
        let person = app
            .person(email.strip_suffix("@example.org").unwrap())
            .await;
        let reference = propose(&person, OF, CITY).await;
        agree(&reference, &staff[0], &staff[1]).await;
        references.push(reference);
    }
    app.run_jobs().await;
    assert_eq!(put_right(&app), emails.len(), "cities before the backup");
    restore(&app, &backup);
    assert_eq!(put_right(&app), 0, "cities as in the backup");

    kill_both(&app, &setup, (&since, emails.len()));
    let mut replay = setup.start_with(&["sources", "replay", "--since", &since]);
    assert!(replay.ends_well());
    app.app.clock.advance(TimeDelta::days(1));
    while app.run_jobs().await + app.deliver_mail().await > 0 {}

    assert_eq!(put_right(&app), emails.len(), "cities in the source");
    let mails = Mails::of(&app);
    for reference in &references {
        let proofs = receipts::table.filter(receipts::object.eq(reference));
        let proofs: i64 = count(&app, |conn| proofs.count().get_result(conn));
        let told = mails.about("correction_repaired", reference);
        assert_eq!((proofs, told), (2, 1), "{reference}: receipts, and mails");
        for action in ["undone", "repair_asked", "repaired"] {
            let events = app.events(&format!("correction.{action}"), reference);
            assert_eq!(events, 1, "{reference}: {action}");
        }
    }
}
