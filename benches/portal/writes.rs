//! Opting out under many clients, beside the bare three rows that it must write.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use candor::audit::{self, Actor, Event};
use candor::db::schema::{outbox, receipts};
use candor::db::{self, AnyConnection, Db};
use candor::error::AppResult;
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::json;

use crate::load::{Figures, load};
use crate::portal::Portal;
use crate::targets::Targets;

const CLIENTS: usize = 64;

pub async fn measure(time: Duration, postgres: Option<&str>, targets: &mut Targets) {
    println!(
        "\n## Opting out, {CLIENTS} clients\n\n| what | per second | p99 ms | of the bare rows |\n|---|---|---|---|"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
    let (bare, portal) = (file("bare.db"), file("portal.db"));
    let ratio = measure_on("SQLite", &bare, &portal, 3, time).await;
    targets.at_least("opting out on SQLite, of three bare rows", ratio, 0.6);
    if let Some(server) = postgres {
        let (bare, portal) = (new_database(server, "bare"), new_database(server, "portal"));
        let ratio = measure_on("PostgreSQL", &bare, &portal, 8, time).await;
        targets.at_least("opting out on PostgreSQL, of three bare rows", ratio, 0.6);
    }
}

/// Gives how many opt out for their browser, of the bare rows.
async fn measure_on(kind: &str, bare: &str, portal: &str, connections: u32, time: Duration) -> f64 {
    let bare = bare_rows(Db::open(bare, connections).unwrap(), time).await;
    line(&format!("three bare rows, {kind}"), &bare, &bare);
    let portal = Portal::serve(portal).await;
    let mut ratios = Vec::new();
    for (name, request) in [
        ("for this browser", by_browser as fn(u64) -> Vec<u8>),
        ("by e-mail", by_email),
    ] {
        let opted_out = load(portal.address, request, CLIENTS, time).await;
        line(&format!("opting out {name}, {kind}"), &opted_out, &bare);
        ratios.push(opted_out.per_second / bare.per_second);
    }
    ratios[0]
}

/// Makes a database on the server; gives its address.
fn new_database(server: &str, name: &str) -> String {
    let name = format!("candor_bench_{name}_{}", std::process::id());
    let mut conn = PgConnection::establish(server).unwrap();
    diesel::sql_query(format!("CREATE DATABASE {name}"))
        .execute(&mut conn)
        .unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}

fn line(name: &str, figures: &Figures, bare: &Figures) {
    let (p99, of) = (
        figures.p99.as_secs_f64() * 1000.0,
        figures.per_second / bare.per_second,
    );
    println!(
        "| {name} | {:.0} | {p99:.1} | {of:.2} |",
        figures.per_second
    );
}

fn by_browser(number: u64) -> Vec<u8> {
    opt_out(number, "email=")
}

fn by_email(number: u64) -> Vec<u8> {
    opt_out(number, &format!("email=bench{number}%40example.org"))
}

/// From a network of its own each, for mails are limited by network.
fn opt_out(number: u64, body: &str) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(number).unwrap().to_be_bytes();
    format!(
        "POST /do-not-sell HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nX-Forwarded-For: 10.{a}.{b}.{c}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

async fn bare_rows(db: Db, time: Duration) -> Figures {
    db::migrate(&db).unwrap();
    let (number, start) = (Arc::new(AtomicU64::new(0)), Instant::now());
    let running: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (db, number) = (db.clone(), number.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while start.elapsed() < time {
                    let (asked, number) = (Instant::now(), number.fetch_add(1, Ordering::Relaxed));
                    db.write(move |conn| three_rows(conn, number))
                        .await
                        .unwrap();
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in running {
        times.extend(client.await.unwrap());
    }
    Figures::of(times, start.elapsed())
}

fn three_rows(conn: &mut AnyConnection, number: u64) -> AppResult<()> {
    let now = NaiveDate::from_ymd_opt(2026, 6, 1)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap();
    let name = format!("bare-{}-{number}", std::process::id());
    diesel::insert_into(receipts::table)
        .values((
            receipts::id.eq(&name),
            receipts::kind.eq("choice"),
            receipts::object.eq("sale-or-sharing"),
            receipts::body.eq("x".repeat(300)),
            receipts::signature.eq("x".repeat(88)),
            receipts::created_at.eq(now),
        ))
        .execute(conn)?;
    let event = Event {
        actor: Actor::Visitor,
        action: "choice.opted_out",
        person: None,
        object: "sale-or-sharing",
        detail: json!({ "by": "visitor" }),
    };
    audit::record(conn, &event, now)?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::message_id.eq(&name),
            outbox::kind.eq("choice_changed"),
            outbox::recipient.eq("bench@example.org"),
            outbox::subject.eq("Your choice is in force"),
            outbox::body_text.eq("x".repeat(600)),
            outbox::body_html.eq("x".repeat(2500)),
            outbox::created_at.eq(now),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}
