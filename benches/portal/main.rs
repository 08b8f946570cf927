//! How fast the portal is, beside the least that could be done: every figure of one run stands in the same table, and
//! ratios are what counts. `cargo bench --bench portal`, or with `-- --people 300 --seconds 3` for a quick look.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod load;
mod portal;
mod reference;
#[path = "../targets/mod.rs"]
mod targets;
mod writes;

use std::collections::HashMap;
use std::time::Duration;

use clap::Parser;

use load::{Figures, load};
use portal::Portal;
use targets::Targets;

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// People in the portal's database, one run for each number
    #[arg(long, value_delimiter = ',', default_value = "300,1000000")]
    people: Vec<u64>,
    /// Seconds for each figure
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// A PostgreSQL server, to measure writes on as well
    #[arg(long)]
    postgres: Option<String>,
    /// Fail where a target is missed
    #[arg(long)]
    strict: bool,
    /// One half of it alone
    #[arg(long, value_enum)]
    only: Option<Half>,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// Serves the reference pages; the benchmark starts itself with it
    #[arg(long, hide = true)]
    serve_reference: Option<String>,
}

/// What the measurement consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Half {
    /// How fast pages are
    Pages,
    /// How many opt out
    Writes,
}

const CLIENTS: usize = 16;

/// A page, and whose session asks for it.
const PAGES: [(&str, Option<&str>); 6] = [
    ("/", None),
    ("/policy", None),
    ("/data", Some("maya.okafor@example.org")),
    ("/choices", Some("maya.okafor@example.org")),
    ("/requests", Some("maya.okafor@example.org")),
    ("/staff/requests", Some("ana.lindholm@example.org")),
];

fn main() {
    let options = Options::parse();
    if let Some(folder) = &options.serve_reference {
        return reference::serve(folder);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(measure(&options));
}

async fn measure(options: &Options) {
    let time = Duration::from_secs(options.seconds);
    let mut targets = Targets::new(options.strict);
    if options.only != Some(Half::Writes) {
        measure_pages(&options.people, time, &mut targets).await;
    }
    if options.only != Some(Half::Pages) {
        writes::measure(time, options.postgres.as_deref(), &mut targets).await;
    }
    targets.end();
}

/// Pages of one's own, which are held against a page with two queries.
const OWN: [&str; 2] = ["/choices", "/requests"];

async fn measure_pages(sizes: &[u64], time: Duration, targets: &mut Targets) {
    let mut first: HashMap<&str, f64> = HashMap::new();
    for people in sizes {
        println!("\n## {people} people in the portal's database\n");
        let portal = Portal::start(*people).await;
        let reference = portal.start_reference().await;
        println!("| page | requests/s | p99 ms | of a static route | of a page with two queries |");
        println!("|---|---|---|---|---|");
        let mut floor = Vec::new();
        for path in ["/static", "/page", "/two-queries"] {
            let figures = load(reference.address, get(path, None), CLIENTS, time).await;
            floor.push(figures.per_second);
            row(&format!("reference {path}"), &figures, &floor);
        }
        let mut cookies: HashMap<&str, String> = HashMap::new();
        for (path, who) in PAGES {
            // Once each: a second code within a minute is not told from the first.
            if let Some(email) = who.filter(|email| !cookies.contains_key(email)) {
                cookies.insert(email, portal.sign_in(email).await);
            }
            let cookie = who.and_then(|email| cookies.get(email));
            let figures = load(
                portal.address,
                get(path, cookie.map(String::as_str)),
                CLIENTS,
                time,
            )
            .await;
            row(path, &figures, &floor);
            let of_two_queries = figures.per_second / floor[2];
            if OWN.contains(&path) {
                let what = format!("{path} at {people} people, of a page with two queries");
                targets.at_least(&what, of_two_queries, 0.6);
            }
            // Beside the reference of the same run: the machine's speed changes.
            let at_first = *first.entry(path).or_insert(of_two_queries);
            if people != &sizes[0] {
                let what = format!(
                    "{path} at {people} people, times slower than at {}",
                    sizes[0]
                );
                targets.at_most(&what, at_first / of_two_queries, 1.3);
            }
        }
        let (busy, said) = portal.size();
        println!("\n{said}");
        drop(reference);
        let (start, idle) = portal.measure_start().await;
        targets.at_most("MB under load", busy, 120.0);
        targets.at_most("MB idle", idle, 60.0);
        targets.at_most(
            "seconds from start to the first page",
            start.as_secs_f64(),
            0.3,
        );
    }
}

fn row(name: &str, figures: &Figures, floor: &[f64]) {
    let of = |at: usize| {
        floor.get(at).map_or("–".to_owned(), |it| {
            format!("{:.2}", figures.per_second / it)
        })
    };
    println!(
        "| {name} | {:.0} | {:.1} | {} | {} |",
        figures.per_second,
        figures.p99.as_secs_f64() * 1000.0,
        of(0),
        of(2)
    );
}

fn get(path: &str, cookie: Option<&str>) -> impl Fn(u64) -> Vec<u8> + Clone + Send + use<> {
    let cookie = cookie
        .map(|it| format!("Cookie: {it}\r\n"))
        .unwrap_or_default();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{cookie}\r\n").into_bytes();
    move |_| request.clone()
}
