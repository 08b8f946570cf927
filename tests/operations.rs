use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use candor::db::AnyConnection;
use candor::server;
use chrono::TimeDelta;
use diesel::prelude::*;

use crate::support::{TestApp, free_address, postgres_server};

#[actix_web::test]
async fn the_portal_says_that_it_lives_and_that_it_is_ready() {
    let app = TestApp::start();
    assert_eq!(app.visitor().get("/healthz").await.page().text(), "ok");
    let ready = app.visitor().get("/readyz").await.page().html();
    assert_eq!(ready, "ready\noutbox: nothing is due\n");
}

#[actix_web::test]
async fn mail_that_does_not_go_out_shows_and_takes_no_instance_away() {
    let app = TestApp::start();
    let page = app.visitor().get("/sign-in").await.page();
    let fields = [("email", "ada@example.org")];
    app.visitor().submit(&page, "/sign-in", &fields).await;
    app.app.clock.advance(TimeDelta::minutes(5));
    let ready = app.visitor().get("/readyz").await.page().html();
    assert_eq!(ready, "ready\noutbox: due for 300 seconds\n");
    app.app.clock.advance(TimeDelta::minutes(15));
    let ready = app.visitor().get("/readyz").await.page().html();
    assert_eq!(ready, "ready\noutbox: late by 1200 seconds\n");

    let figures = figures(&app).await;
    let wanted = "candor_queue_oldest_due_seconds{queue=\"mail\"} 1200";
    assert!(figures.contains(wanted), "{figures}");
}

async fn change(app: &TestApp, sql: &'static str) {
    let change = move |conn: &mut AnyConnection| Ok(diesel::sql_query(sql).execute(conn)?);
    app.app.db.write(change).await.unwrap();
}

#[actix_web::test]
async fn a_portal_that_cannot_write_is_not_ready() {
    let app = TestApp::start();
    let ready = app.visitor().get("/readyz").await;
    assert_eq!(ready.status, 200);
    change(&app, "ALTER TABLE switches RENAME TO switches_away").await;
    app.app.clock.advance(TimeDelta::seconds(10));
    let unready = app.visitor().get("/readyz").await;
    assert_eq!(unready.status, 503);
    assert!(unready.html().contains("cannot be written"));
}

#[actix_web::test]
async fn a_portal_whose_database_a_newer_version_has_changed_is_not_ready() {
    let app = TestApp::start();
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')";
    change(&app, newer).await;
    let unready = app.visitor().get("/readyz").await;
    assert_eq!(unready.status, 503);
    assert!(unready.html().contains("made by a newer version"));
}

/// The server ends the connection of whoever waits for the table, as when it is stopped.
#[actix_web::test]
async fn a_database_that_goes_away_while_it_is_asked_is_said_and_no_fault_of_ours() {
    if postgres_server().is_none() {
        return;
    }
    let app = TestApp::start();
    let (locked, is_locked) = mpsc::channel();
    let (done, is_done) = mpsc::channel::<()>();
    let db = app.app.db.clone();
    let holder = std::thread::spawn(move || {
        db.write_now(move |conn| {
            diesel::sql_query("LOCK TABLE choices IN ACCESS EXCLUSIVE MODE").execute(conn)?;
            locked.send(()).unwrap();
            let _ = is_done.recv();
            Ok(())
        })
    });
    is_locked.recv().unwrap();
    let visitor = app.visitor();
    let fields = [("what", "sale-or-sharing")];
    let asked = visitor.post("/do-not-sell", &fields);
    let (answer, ()) = futures_util::future::join(asked, end_who_waits(&app)).await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("We cannot answer right now"));

    done.send(()).unwrap();
    holder.join().unwrap().unwrap();
    visitor.post("/do-not-sell", &fields).await.location();
}

/// As when the server is started anew.
#[actix_web::test]
async fn a_connection_that_the_server_ended_fails_once_at_most_and_is_made_anew() {
    if postgres_server().is_none() {
        return;
    }
    let app = TestApp::start();
    let ask = || async {
        let read = |conn: &mut AnyConnection| Ok(diesel::sql_query("SELECT 1").execute(conn)?);
        app.app.db.read(read).await
    };
    ask().await.unwrap();
    let mut other = PgConnection::establish(app.database_url()).unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let ended = diesel::sql_query(end).execute(&mut other).unwrap();
    assert!(ended > 0);
    let mut failed = 0;
    while ask().await.is_err() {
        failed += 1;
        assert!(failed <= ended, "{failed} failures on {ended} connections");
    }
}

#[actix_web::test]
async fn while_the_database_is_away_everybody_is_told_soon_and_when_to_try_again() {
    let Some(server) = postgres_server() else {
        return;
    };
    let app = TestApp::start();
    let (_, name) = app.database_url().rsplit_once('/').unwrap();
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    let mut conn = PgConnection::establish(&server).unwrap();
    diesel::sql_query(drop).execute(&mut conn).unwrap();

    // What is left of earlier connections fails at once; then one visitor waits for what might come back.
    let visitor = app.visitor();
    let mut waited = Vec::new();
    for _ in 0..8 {
        let asked = Instant::now();
        let answer = visitor.get("/policy/versions").await;
        waited.push(asked.elapsed());
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "30");
    }
    let (last, longest) = (waited[7], waited.iter().max().unwrap());
    assert!(last * 2 < *longest, "{waited:?}");

    let program = app.visitor().with_header("authorization", "Bearer unknown");
    let answer = program.get("/api/v1/changes").await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.headers["retry-after"], "30");
}

async fn end_who_waits(app: &TestApp) {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut ended = 0;
    while ended == 0 {
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
        let ends = move |conn: &mut AnyConnection| Ok(diesel::sql_query(end).execute(conn)?);
        ended = app.app.db.read(ends).await.unwrap();
    }
}

/// What Prometheus reads on the address of its own.
async fn figures(app: &TestApp) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/metrics", listener.local_addr().unwrap());
    actix_web::rt::spawn(server::run_metrics(app.app.clone(), listener).unwrap());
    let answer = reqwest::get(url).await.unwrap();
    answer.text().await.unwrap()
}

/// Whether that becomes so within half a minute.
fn comes_true(mut is_so: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + Duration::from_secs(30);
    while Instant::now() < until {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

/// Whether that page is served there; a socket takes calls before anybody is there to answer them, or SIGTERM.
fn serves(address: &SocketAddr, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(" 200 OK"))
}

/// `candor serve` on that portal's database, with figures on a second address.
fn serve(app: &TestApp, portal: &SocketAddr, figures: &SocketAddr) -> Child {
    Command::new(env!("CARGO_BIN_EXE_candor"))
        .args(["serve", "--database-url", app.database_url()])
        .args(["--secret-key", &data_encoding::BASE64.encode(&[7; 32])])
        .args([
            "--register",
            concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register"),
        ])
        .args(["--bind", &portal.to_string()])
        .args(["--metrics-bind", &figures.to_string()])
        .env_clear()
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[actix_web::test]
async fn the_address_for_figures_is_given_back_when_the_portal_stops() {
    let app = TestApp::start();
    let (portal, figures) = (free_address(), free_address());
    let mut process = serve(&app, &portal, &figures);
    let started = comes_true(|| serves(&portal, "/healthz") && serves(&figures, "/metrics"));
    let id = process.id().to_string();
    let told = Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let ended = comes_true(|| process.try_wait().unwrap().is_some());
    let _ = process.kill();
    let status = process.wait().unwrap();
    assert!(started && told.success(), "it was never there");
    assert!(ended && status.success(), "it went on after SIGTERM");
    assert!(TcpListener::bind(figures).is_ok(), "its port is free again");
}

#[actix_web::test]
async fn metrics_do_not_exist_for_who_has_no_token() {
    let app = TestApp::start();
    assert_eq!(app.visitor().get("/metrics").await.status, 404);
}

#[actix_web::test]
async fn methods_that_a_client_makes_up_are_counted_as_one() {
    let app = TestApp::start();
    for name in ["BREW", "WHEN"] {
        let method = reqwest::Method::from_bytes(name.as_bytes()).unwrap();
        let url = format!("{}/healthz", app.address());
        let asked = reqwest::Client::new().request(method, url);
        asked.send().await.unwrap();
    }
    let figures = figures(&app).await;
    assert!(figures.contains("method=\"other\""), "{figures}");
    assert!(!figures.contains("BREW") && !figures.contains("WHEN"));
}

/// What is counted is cleared by a thread of its own, not only when somebody asks for the figures.
#[cfg(target_os = "linux")]
#[actix_web::test]
async fn metrics_are_kept_up_although_nobody_asks_for_them() {
    let app = TestApp::start();
    app.visitor().get("/healthz").await.page();
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let mut names = tasks.map(|task| std::fs::read_to_string(task.unwrap().path().join("comm")));
    assert!(names.any(|name| name.is_ok_and(|it| it.trim() == "metrics")));
}

#[actix_web::test]
async fn a_way_to_report_weaknesses_is_published_and_is_not_out_of_date() {
    let app = TestApp::start();
    let text = app
        .visitor()
        .get("/.well-known/security.txt")
        .await
        .page()
        .html();
    assert!(text.contains("Contact: mailto:contact@projobsector.com"));
    assert!(text.contains("Expires: 2026-08-09T10:00:00Z"), "{text}");
}
