//! How fast opt-outs reach many recipients that are called, and how that grows with their number:
//! `cargo bench --bench propagation`, or with `-- --opt-outs 10,100` for a quick look.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[path = "portal/embedded.rs"]
mod embedded;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use candor::accounts::queries::create_person;
use candor::app::App;
use candor::choices::SALE_OR_SHARING;
use candor::db::schema::notices;
use candor::demo::folder::Folder;
use candor::disclosures::causes::{self, Whose};
use candor::disclosures::model::CauseKind;
use candor::jobs::worker;
use candor::mail::transport::Transport;
use clap::Parser;
use diesel::prelude::*;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// Opt-outs that wait to be told, one run for each number
    #[arg(long, value_delimiter = ',', default_value = "20,200,2000")]
    opt_outs: Vec<u64>,
    /// Recipients that each of them is told to
    #[arg(long, default_value_t = 50)]
    recipients: u64,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let options = Options::parse();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    println!(
        "| opt-outs | calls | seconds | calls/s | lag of the first ms | of half ms | of 99 in 100 ms | memory MB |\n|---|---|---|---|---|---|---|---|"
    );
    for opt_outs in &options.opt_outs {
        runtime.block_on(measure(*opt_outs, options.recipients));
    }
}

async fn measure(opt_outs: u64, recipients: u64) {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, address) = (folder.path().to_owned(), server.address);
    let waiting = tokio::task::spawn_blocking(move || {
        let app = open(&path, recipients, address);
        opt_out(&app, opt_outs);
        app
    });
    let app = waiting.await.unwrap();
    let calls = opt_outs * recipients;
    let start = Instant::now();
    let counted = server.calls.clone();
    let done = async {
        while (counted.lock().unwrap().len() as u64) < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    worker::run(app.clone(), Transport::memory(), done).await;
    let took = start.elapsed().as_secs_f64();
    let answered = app.db.read_now(|conn| {
        let own = notices::table.filter(notices::recipient.like("bench-%"));
        let answered = own.filter(notices::state.eq("acknowledged"));
        Ok(answered.count().get_result::<i64>(conn)?)
    });
    let mut lags: Vec<_> = server.calls.lock().unwrap().clone();
    let made = lags.len() as u64;
    assert_eq!(
        (u64::try_from(answered.unwrap()).unwrap(), made),
        (calls, calls)
    );
    lags.sort();
    let lag = |hundredths: usize| (lags[(lags.len() - 1) * hundredths / 100] - start).as_millis();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let per_second = calls as f64 / took;
    println!(
        "| {opt_outs} | {calls} | {took:.1} | {per_second:.0} | {} | {} | {} | {} |",
        lag(0),
        lag(50),
        lag(99),
        memory()
    );
}

/// The portal of ProJobSector with more recipients by sale, all at that address.
fn open(folder: &Path, recipients: u64, address: SocketAddr) -> App {
    let demo = Folder::open(folder).unwrap();
    demo.write_register().unwrap();
    let file = demo.register().join("register.yml");
    let text = std::fs::read_to_string(&file).unwrap();
    let more = (0..recipients).map(|number| {
        format!(
            "    - key: bench-{number}\n      name: Bench {number}\n      role: third-party\n      purpose: It is told.\n      \
             categories: [user.contact.email]\n      activities: [sale-or-sharing]\n      contract_on: 2024-09-01\n      \
             contact: http://{address}/{number}\n"
        )
    });
    let head = "  recipients:\n";
    let more = format!("{head}{}", more.collect::<String>());
    std::fs::write(&file, text.replacen(head, &more, 1)).unwrap();
    embedded::open(folder, demo.register(), Vec::new())
}

fn opt_out(app: &App, opt_outs: u64) {
    let (own, now) = (app.clone(), app.clock.now());
    let written = app.db.write_now(move |conn| {
        let due_on = causes::opt_out_due(&own, now);
        for number in 0..opt_outs {
            let email = format!("bench{number}@example.org");
            let person = create_person(conn, &own.keys, &email, "us-ca", now)?;
            let whose = (CauseKind::OptOut, &Whose::Person(person.id));
            causes::record(conn, &own, whose, SALE_OR_SHARING, due_on, now)?;
        }
        Ok(())
    });
    written.unwrap();
}

/// The highest memory of this process until now, which is portal, worker and recipients in one.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmHWM")).unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}

/// When each call came.
type Calls = Arc<Mutex<Vec<Instant>>>;

/// All recipients: it answers 200 to everything and notes when it came.
struct Server {
    address: SocketAddr,
    calls: Calls,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let calls = Calls::default();
        let own = calls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, own.clone()));
            }
        });
        Server { address, calls }
    }
}

async fn serve(mut stream: TcpStream, calls: Calls) {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        while let Some(length) = whole(&bytes) {
            bytes.drain(..length);
            calls.lock().unwrap().push(Instant::now());
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            if stream.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}

/// The length of the first request, once it is whole.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
    let mut lines = text.lines();
    let length = lines.find_map(|it| it.strip_prefix("content-length: "));
    let length = head + length.map_or(0, |it| it.parse().unwrap());
    (bytes.len() >= length).then_some(length)
}
