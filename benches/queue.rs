//! How long the queue takes on a million requests: each page and search must be answered within 50 ms, 99 times of
//! 100. `cargo bench --bench queue`, or with `-- --requests 10000` for a quick look.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

use std::time::{Duration, Instant};

use candor::accounts::model::IdentityKind;
use candor::accounts::queries::find_person_by_identity;
use candor::db::{self, AnyConnection, Db};
use candor::keys::Keys;
use candor::requests::queries::find_by_reference;
use candor::staff::queries;
use candor::staff::queue::Filters;
use chrono::{NaiveDate, NaiveDateTime};
use clap::Parser;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// Requests in the portal's database
    #[arg(long, default_value_t = 1_000_000)]
    requests: u64,
    /// How often each page is read
    #[arg(long, default_value_t = 200)]
    times: usize,
    /// The address of an empty PostgreSQL database, in place of SQLite
    #[arg(long)]
    postgres: Option<String>,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

const ALLOWED: Duration = Duration::from_millis(50);

/// Filters that staff use, and some that find next to nothing.
const PAGES: &[&str] = &[
    "",
    "assignee=me",
    "assignee=nobody",
    "due=late",
    "due=week",
    "state=all",
    "state=closed",
    "state=denied",
    "state=executing",
    "kind=deletion",
    "kind=deletion&law=us-ca&state=closed",
    "law=uk&state=all",
    "state=closed&assignee=3&kind=appeal",
    "state=completed&kind=restriction&law=us-tx",
    "state=closed&law=us-ca&kind=deletion&assignee=nobody",
    "kind=appeal&law=us-tx&assignee=19",
    "after=2026-06-01_500",
    "state=all&after=2025-06-01_500",
    "state=all&person=bench77",
];

fn main() {
    let options = Options::parse();
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite://{}", folder.path().join("portal.db").display());
    let db = Db::open(options.postgres.as_ref().unwrap_or(&file), 2).unwrap();
    db::migrate(&db).unwrap();
    let requests = options.requests;
    let filled = db.write_now(move |conn| Ok(fill(conn, requests)?));
    filled.unwrap();
    // As the server itself would do some time after so many rows came.
    let upkeep = if options.postgres.is_some() {
        "VACUUM ANALYZE"
    } else {
        "ANALYZE"
    };
    db.read_now(|conn| Ok(run(conn, upkeep)?)).unwrap();
    println!("| {requests} requests | median ms | p99 ms |\n|---|---|---|");
    let mut worst = Duration::ZERO;
    let mut measure = |name: &str, read: &mut dyn FnMut(&mut AnyConnection)| {
        let mut times: Vec<_> = (0..options.times)
            .map(|_| {
                let start = Instant::now();
                db.read_now(|conn| {
                    read(conn);
                    Ok(())
                })
                .unwrap();
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        println!("| {name} | {:.2} | {:.2} |", ms(at(50)), ms(at(99)));
        worst = worst.max(at(99));
    };
    for filters in PAGES {
        let filters = Filters::parse(filters);
        measure(&filters.url_after(&filters.after), &mut |conn| {
            page(conn, &filters);
        });
    }
    let keys = Keys::new([7; 32]);
    measure("search by reference", &mut |conn| {
        find_by_reference(conn, "PR-B5").unwrap();
    });
    measure("search by identity", &mut |conn| {
        find_person_by_identity(conn, &keys, IdentityKind::Email, "ada@example.org").unwrap();
    });
    measure("workload", &mut |conn| {
        let each = queries::list_staff(conn).unwrap().into_iter();
        for assignee in each.map(|it| Some(it.id)).chain([None]) {
            queries::count_work(conn, assignee, now()).unwrap();
        }
    });
    assert!(
        worst <= ALLOWED,
        "the slowest takes {worst:?} 99 times of 100"
    );
}

fn now() -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap();
    day.and_hms_opt(12, 0, 0).unwrap()
}

/// All that the page of the queue reads.
fn page(conn: &mut AnyConnection, filters: &Filters) {
    queries::list(conn, filters, (now(), 3)).unwrap();
    queries::count_states(conn).unwrap();
    queries::count_late(conn, now()).unwrap();
    queries::list_staff(conn).unwrap();
}

fn run(conn: &mut AnyConnection, sql: &str) -> QueryResult<()> {
    match conn {
        AnyConnection::Sqlite(conn) => conn.batch_execute(sql),
        AnyConnection::Postgres(conn) => conn.batch_execute(sql),
    }
}

/// Two years of requests, one in twenty of them open, given to twenty members of staff or to nobody.
fn fill(conn: &mut AnyConnection, requests: u64) -> QueryResult<()> {
    let (due, a_time, late_at) = match conn {
        AnyConnection::Sqlite(_) => (
            "date('2024-08-01', '+' || (i * 700 / ALL_OF_THEM) || ' days')",
            "",
            "datetime(DUE, '+32 hours')",
        ),
        AnyConnection::Postgres(_) => (
            "(date '2024-08-01' + (i * 700 / ALL_OF_THEM)::int)",
            "timestamp ",
            "(DUE + interval '32 hours')",
        ),
    };
    if let AnyConnection::Postgres(_) = conn {
        // What no page may take, filling takes.
        run(conn, "SET LOCAL statement_timeout = 0")?;
    }
    let due = due.replace("ALL_OF_THEM", &requests.to_string());
    let late_at = late_at.replace("DUE", &due);
    let closed_at = format!("{a_time}'2026-01-01 00:00:00'");
    let numbers = |last: u64| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
        )
    };
    let is_open = format!("i * 20 > 19 * {requests}");
    let people = requests / 3 + 1;
    run(
        conn,
        &format!(
            "INSERT INTO staff (email, email_hash, name, role, totp_last_step, created_at)
             {} SELECT 'bench' || i, 'bench' || i, 'Bench ' || i, 'agent', 0, {a_time}'2024-01-01 00:00:00' FROM n;
             INSERT INTO people (id, pseudonym, residence, language, created_at)
             {} SELECT i, 'bench' || i, 'us-ca', 'en', {a_time}'2024-01-01 00:00:00' FROM n;
             INSERT INTO requests (id, reference, person_id, kind, state, law, received_on, acknowledge_by, due_on,
                 assignee_id, version, created_at, closed_at, late_at)
             {} SELECT i, 'PR-B' || i, i % {people} + 1,
                 CASE i % 20 WHEN 0 THEN 'appeal' WHEN 1 THEN 'restriction' WHEN 2 THEN 'correction'
                     WHEN 3 THEN 'correction' ELSE CASE i % 2 WHEN 0 THEN 'deletion' ELSE 'access' END END,
                 CASE WHEN {is_open} THEN CASE i % 9 WHEN 0 THEN 'executing' WHEN 1 THEN 'in_review' ELSE 'acknowledged' END
                     ELSE CASE i % 17 WHEN 0 THEN 'denied' WHEN 1 THEN 'withdrawn' ELSE 'completed' END END,
                 CASE i % 10 WHEN 0 THEN 'gdpr' WHEN 1 THEN 'uk' WHEN 2 THEN 'us-tx' ELSE 'us-ca' END,
                 {due}, {due}, {due}, CASE i % 21 WHEN 0 THEN NULL ELSE i % 21 END, 1, {a_time}'2024-01-01 00:00:00',
                 CASE WHEN {is_open} THEN NULL ELSE {closed_at} END,
                 CASE WHEN {is_open} THEN {late_at} ELSE NULL END FROM n;",
            numbers(20),
            numbers(people),
            numbers(requests),
        ),
    )
}
