//! From filing to the sealed package: jobs, mail, audit and encryption included, in the portal's own database.

use std::path::Path;
use std::time::{Duration, Instant};

use candor::accounts::queries::create_person;
use candor::app::App;
use candor::db::schema::packages;
use candor::jobs::{self, Job, worker};
use candor::mail::transport::Transport;
use candor::my_data::export::queries::ask;
use candor::sources::Dates;
use diesel::prelude::*;

use crate::embedded;
use crate::sample::{Asked, EMAIL, KEY, MANIFEST, by_hand_on_sqlite, in_folder};
use crate::targets::Targets;
use crate::usage;

/// One after the other, to know what one takes.
const ALONE: u32 = 100;

/// Measures single requests and many at once, beside the hand-written queries on the same database.
pub fn measure(targets: &mut Targets) {
    println!("\n## From filing to the sealed package\n");
    let folder = tempfile::tempdir().unwrap();
    let (sample, connection) = in_folder(folder.path());
    let app = open(folder.path(), &sample);
    let (own, now) = (app.clone(), app.clock.now());
    let person = app
        .db
        .write_now(move |conn| Ok(create_person(conn, &own.keys, EMAIL, "us-ca", now)?));
    let person_id = person.unwrap().id;
    let runtime = tokio::runtime::Runtime::new().unwrap();

    let start = Instant::now();
    for _ in 0..ALONE {
        by_hand_on_sqlite(&connection, Asked::Rows);
    }
    let hand = start.elapsed() / ALONE;
    let start = Instant::now();
    for _ in 0..ALONE {
        file(&app, person_id, 1);
        runtime.block_on(worker::run_due(&app)).unwrap();
    }
    let own = start.elapsed() / ALONE;
    assert_eq!(sealed(&app), i64::from(ALONE));
    println!(
        "To a sealed package: {own:.1?}, {:.1} times the queries by hand ({hand:.1?}).",
        own.as_secs_f64() / hand.as_secs_f64()
    );
    println!(
        "\n| at once | seconds | packages/s | processor ms each | memory MB |\n|---|---|---|---|---|"
    );
    for at_once in [50, 200, 1_000] {
        many(&app, person_id, at_once, &runtime);
    }
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    targets.at_most(
        "MB with packages at once",
        usage::peak("self") as f64,
        120.0,
    );
}

fn many(app: &App, person_id: i64, at_once: u32, runtime: &tokio::runtime::Runtime) {
    let wanted = sealed(app) + i64::from(at_once);
    let (start, processor) = (Instant::now(), usage::processor());
    file(app, person_id, at_once);
    let own = app.clone();
    let done = async move {
        while sealed(&own) < wanted {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    runtime.block_on(worker::run(app.clone(), Transport::memory(), done));
    let took = start.elapsed().as_secs_f64();
    let each = usage::processor_since(processor) / at_once;
    println!(
        "| {at_once} | {took:.2} | {:.0} | {:.1} | {} |",
        f64::from(at_once) / took,
        each.as_secs_f64() * 1000.0,
        usage::peak("self")
    );
}

fn file(app: &App, person_id: i64, number: u32) {
    let now = app.clock.now();
    let filed = app.db.write_now(move |conn| {
        for _ in 0..number {
            let package = ask(conn, person_id, (Dates::default(), None), now)?;
            let job = Job::BuildPackage { id: package.id };
            jobs::enqueue(conn, &job, now)?;
        }
        Ok(())
    });
    filed.unwrap();
}

fn sealed(app: &App) -> i64 {
    let count = app.db.read_now(|conn| {
        let ready = packages::table.filter(packages::state.eq("ready"));
        Ok(ready.count().get_result(conn)?)
    });
    count.unwrap()
}

fn open(folder: &Path, sample: &Path) -> App {
    let register = folder.join("register");
    std::fs::create_dir(&register).unwrap();
    std::fs::write(register.join("sample.yml"), MANIFEST).unwrap();
    let source = (KEY.to_owned(), format!("sqlite:{}", sample.display()));
    embedded::open(folder, register, vec![source])
}
