//! What the engine costs beside the bare driver doing the same by hand, in one run: ratios are what counts.
//! `cargo bench --bench sources`; with `-- --quick` small sizes only, with `-- --postgres URL` on PostgreSQL too.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

mod big;
mod package;
mod process;
mod sample;
mod server;

use clap::Parser;
use rusqlite::Connection;

use process::{apart, in_turns, tell};

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// Small sizes alone, for a quick look
    #[arg(long)]
    quick: bool,
    /// A PostgreSQL server, to measure there as well
    #[arg(long)]
    postgres: Option<String>,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
    /// One scenario; the benchmark starts itself with it
    #[arg(long, hide = true)]
    scenario: Option<String>,
    #[arg(long, hide = true, default_value_t = 0)]
    size: u64,
}

/// Scenario, what its size counts, sizes, and whether it is a quick one.
const SCENARIOS: &[(&str, &str, &[u64])] = &[
    ("access", "rounds", &[300]),
    ("package", "rounds", &[100]),
    ("at-once", "requests", &[1_000]),
    ("rows", "rows of the person", &[1_000, 100_000, 1_000_000]),
    (
        "tables",
        "rows in the tables",
        &[32_000, 320_000, 3_200_000],
    ),
    ("datasets", "datasets of 10 collections", &[6, 60]),
    ("erasure", "records", &[1_000, 10_000]),
];

const QUICK: u64 = 100_000;

fn main() {
    let options = Options::parse();
    if let Some(scenario) = &options.scenario {
        return run(scenario, &options);
    }
    println!("| scenario | size | by hand | candor | ratio | CPU s | peak MB | |");
    println!("|---|---|---|---|---|---|---|---|");
    for (scenario, counts, sizes) in SCENARIOS {
        for size in *sizes {
            if options.quick && *size > QUICK {
                continue;
            }
            line(scenario, counts, *size, None);
        }
    }
    if let Some(server) = &options.postgres {
        line("access-postgres", "rounds", 300, Some(server));
    }
}

fn line(scenario: &str, counts: &str, size: u64, server: Option<&str>) {
    let Some(it) = apart(scenario, size, server) else {
        println!("| {scenario} | {size} {counts} | failed | | | | | |");
        return;
    };
    println!(
        "| {scenario} | {size} {counts} | {:.2?} | {:.2?} | {:.2} | {:.2} | {:.0} | {} |",
        it.by_hand,
        it.ours,
        it.ratio(),
        it.cpu_seconds,
        it.peak_mb,
        it.note
    );
}

fn run(scenario: &str, options: &Options) {
    let size = options.size;
    match scenario {
        "access" => access(size),
        "access-postgres" => server::access(options.postgres.as_deref().unwrap(), size),
        "package" => package::measure(size),
        "at-once" => at_once(size),
        "rows" => big::rows(size),
        "tables" => big::tables(size),
        "datasets" => big::datasets(size),
        "erasure" => big::erasure(size),
        other => panic!("there is no scenario {other}"),
    }
}

fn rounds(size: u64) -> usize {
    usize::try_from(size).unwrap()
}

/// One person of the sample, of whom 21 rows are held.
fn access(size: u64) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(sample::SQLITE).unwrap();
    let opened = sample::sources(&format!("sqlite:{}", path.display()));
    let by_hand = || assert_eq!(sample::by_hand_on_sqlite(&connection), sample::ROWS);
    let ours = || assert_eq!(sample::ours(&opened), sample::ROWS);
    let (hand, own) = in_turns(rounds(size), by_hand, ours);
    tell(hand, own, "at most 1.5");
}

/// So many of these, by eight threads.
fn at_once(size: u64) {
    const THREADS: u64 = 8;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(sample::SQLITE).unwrap();
    let opened = sample::sources(&format!("sqlite:{}", path.display()));
    let each = |work: &(dyn Fn() + Sync)| {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| (0..size / THREADS).for_each(|_| work()));
            }
        });
    };
    let by_hand = || {
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    let own = Connection::open(&path).unwrap();
                    for _ in 0..size / THREADS {
                        assert_eq!(sample::by_hand_on_sqlite(&own), sample::ROWS);
                    }
                });
            }
        });
    };
    let ours = || each(&|| assert_eq!(sample::ours(&opened), sample::ROWS));
    let (hand, own) = in_turns(5, by_hand, ours);
    #[expect(clippy::cast_precision_loss, reason = "requests are few")]
    let per_second = size as f64 / own.as_secs_f64();
    tell(hand, own, &format!("{per_second:.0} requests a second"));
}
