//! How fast programs learn how choices stand, beside a bare route that asks one indexed query:
//! `cargo bench --bench api`, or with `-- --people 300 --seconds 3` for a quick look.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[path = "portal/load.rs"]
mod load;
#[path = "portal/portal.rs"]
#[expect(dead_code, reason = "pages are measured elsewhere")]
mod portal;

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use candor::accounts::model::IdentityKind;
use candor::accounts::queries::{find_person, identity_hash};
use candor::api::model::{NewToken, Scope};
use candor::api::queries;
use candor::audit::Actor;
use candor::clock::Clock;
use candor::db::Db;
use candor::keys::Keys;
use candor::server::Size;
use chrono::TimeDelta;
use clap::Parser;

use load::{Figures, load};
use portal::Portal;

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// People in the portal's database, one run for each number
    #[arg(long, value_delimiter = ',', default_value = "1000,1000000")]
    people: Vec<u64>,
    /// Seconds for each figure
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Serves the bare route; the benchmark starts itself with it
    #[arg(long, hide = true)]
    serve_reference: Option<String>,
}

const CLIENTS: usize = 16;

/// Rounds in which the two take turns, since the machine's speed changes.
const ROUNDS: usize = 3;

fn main() {
    let options = Options::parse();
    if let Some(folder) = &options.serve_reference {
        return serve_reference(folder);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(&options));
}

async fn measure(options: &Options) {
    let time = Duration::from_secs(options.seconds);
    for people in &options.people {
        println!("\n## {people} people in the portal's database\n");
        println!("| what | requests/s | p99 ms | of the bare route |\n|---|---|---|---|");
        let portal = Portal::start(*people).await;
        let reference = portal.start_reference().await;
        let (secret, hash) = token_and_person(portal.folder()).await;
        let path = format!("/api/v1/choices/email/{hash}");
        let asked = get(&path, &secret);
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let bare = load(reference.address, get("/one-query", ""), CLIENTS, time).await;
            line("a bare route with one indexed query", &bare, &bare);
            let choices = load(portal.address, asked.clone(), CLIENTS, time).await;
            line("how choices stand by one identity", &choices, &bare);
            ratios.push(choices.per_second / bare.per_second);
        }
        ratios.sort_by(f64::total_cmp);
        println!("\nMedian: {:.2} of the bare route.", ratios[ROUNDS / 2]);
    }
}

fn line(name: &str, figures: &Figures, bare: &Figures) {
    println!(
        "| {name} | {:.0} | {:.1} | {:.2} |",
        figures.per_second,
        figures.p99.as_secs_f64() * 1000.0,
        figures.per_second / bare.per_second
    );
}

/// A new token, and the keyed hash of a sample person who has made choices.
async fn token_and_person(folder: &Path) -> (String, String) {
    let secret = std::fs::read_to_string(folder.join("secret.key")).unwrap();
    let keys = Keys::from_text(&secret).unwrap();
    let hash = identity_hash(&keys, IdentityKind::Email, "maya.okafor@example.org");
    let now = Clock::system().now();
    let new = NewToken {
        name: "The benchmark".to_owned(),
        scopes: vec![Scope::ReadChoices],
        recipient: None,
        expires_at: now + TimeDelta::days(1),
    };
    let db = open(folder);
    let made = db.write(move |conn| queries::make(conn, &keys, Actor::System, &new, now));
    (made.await.unwrap(), hash)
}

fn open(folder: &Path) -> Db {
    let url = format!("sqlite://{}", folder.join("portal.db").display());
    let connections = u32::try_from(Size::of_this_machine().workers + 1).unwrap();
    Db::open(&url, connections).unwrap()
}

fn get(path: &str, secret: &str) -> impl Fn(u64) -> Vec<u8> + Clone + Send + use<> {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {secret}\r\n\r\n");
    let request = request.into_bytes();
    move |_| request.clone()
}

/// Serves until it is killed; prints its address.
fn serve_reference(folder: &str) {
    let size = Size::of_this_machine();
    let db = open(Path::new(folder));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap());
    actix_web::rt::System::new().block_on(async {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(db.clone()))
                .route("/", web::get().to(|| async { "ready" }))
                .route("/one-query", web::get().to(one_query))
        });
        let server = server
            .workers(size.workers)
            .worker_max_blocking_threads(size.blocking_threads);
        let server = server.tcp_nodelay(true).listen(listener).unwrap();
        server.run().await.unwrap();
    });
}

async fn one_query(db: web::Data<Db>) -> HttpResponse {
    let person = db.read(|conn| Ok(find_person(conn, 1)?)).await.unwrap();
    HttpResponse::Ok().json(person.residence)
}
