//! How fast the ledger of disclosures takes lines in, beside the bare rows, and whether its memory stays flat:
//! `cargo bench --bench ledger`, or with `-- --lines 10000` for a quick look.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on ends")]

#[expect(dead_code, reason = "nothing here is to be no less")]
mod targets;
#[path = "sources/usage.rs"]
#[expect(dead_code, reason = "processor time is measured elsewhere")]
mod usage;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Parser;
use rusqlite::Connection;
use targets::Targets;
use usage::Taken;

/// What to measure.
#[derive(Debug, Parser)]
struct Options {
    /// Lines of the file, one run for each number
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    lines: Vec<u64>,
    /// Fail where a target is missed
    #[arg(long)]
    strict: bool,
    /// What cargo hands to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// People whom the lines are about.
const PEOPLE: u64 = 20_000;

/// Lines that are written at once, as the import does.
const BATCH: u64 = 1_000;

fn main() {
    let options = Options::parse();
    let mut targets = Targets::new(options.strict);
    println!(
        "| lines | seconds | lines/s | of bare rows | memory MB | without mapped files |\n|---|---|---|---|---|---|"
    );
    let mut peaks = Vec::new();
    for lines in options.lines {
        let folder = tempfile::tempdir().unwrap();
        let bare = write_bare(&folder.path().join("bare.db"), lines);
        let Taken { time, peak, own } = import(folder.path(), lines);
        println!(
            "| {lines} | {:.1} | {:.0} | {:.2} | {peak} | {own} |",
            time.as_secs_f64(),
            per_second(lines, time),
            bare.as_secs_f64() / time.as_secs_f64(),
        );
        peaks.push(own);
        targets.at_most(
            &format!("seconds for {lines} lines"),
            time.as_secs_f64(),
            300.0,
        );
    }
    let (first, last) = (peaks[0], peaks[peaks.len() - 1]);
    #[expect(clippy::cast_precision_loss, reason = "megabytes")]
    targets.at_most(
        "memory without mapped files of the longest file, of the shortest",
        last as f64 / first as f64,
        1.5,
    );
    targets.end();
}

fn per_second(lines: u64, took: Duration) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let lines = lines as f64;
    lines / took.as_secs_f64()
}

/// The least that could be done: the same columns with the same indexes, a thousand rows in a transaction.
fn write_bare(file: &Path, lines: u64) -> Duration {
    let mut conn = Connection::open(file).unwrap();
    conn.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE disclosures (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, digest TEXT, subject TEXT, kind TEXT,
           recipient TEXT, categories TEXT, activity TEXT, purpose TEXT, legal_basis TEXT, at TIMESTAMP);
         CREATE INDEX disclosures_of_subject ON disclosures (subject, recipient, at, id);",
    )
    .unwrap();
    let start = Instant::now();
    for first in (0..lines).step_by(usize::try_from(BATCH).unwrap()) {
        let transaction = conn.transaction().unwrap();
        let sql = "INSERT INTO disclosures (key, digest, subject, kind, recipient, categories, activity, legal_basis, at)
                   VALUES (?, ?, ?, 'recipient', 'brightfield-audiences', 'user.contact', 'sale-or-sharing', 'consent', ?)";
        let mut insert = transaction.prepare_cached(sql).unwrap();
        for number in first..lines.min(first + BATCH) {
            let subject = format!("{:064x}", number % PEOPLE);
            let digest = format!("{number:064x}");
            insert
                .execute((number.to_string(), digest, subject, "2026-01-02 00:00:00"))
                .unwrap();
        }
        drop(insert);
        transaction.commit().unwrap();
    }
    start.elapsed()
}

/// Takes a file in by the command, on an embedded database of its own; gives what that took.
fn import(folder: &Path, lines: u64) -> Taken {
    let file = folder.join("disclosures.csv");
    write_file(&file, lines);
    let database = format!("sqlite://{}", folder.join("portal.db").display());
    let candor = |arguments: &[&str]| {
        let mut candor = Command::new(env!("CARGO_BIN_EXE_candor"));
        let register = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/register");
        candor.args(arguments).args(["--database-url", &database]);
        candor.args([
            "--secret-key",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=",
        ]);
        candor.args(["--register", register]);
        candor
    };
    usage::run(&mut candor(&["migrate"]));
    let file = file.display().to_string();
    usage::run(&mut candor(&["disclosures", "import", &file]))
}

fn write_file(file: &Path, lines: u64) {
    let mut file = BufWriter::new(File::create(file).unwrap());
    let head = "key,recipient,identity_type,identity,categories,activity,legal_basis,at";
    writeln!(file, "{head}").unwrap();
    for number in 0..lines {
        let person = number % PEOPLE;
        writeln!(
            file,
            "{number},brightfield-audiences,email,person{person}@example.org,user.contact,sale-or-sharing,consent,2026-01-02"
        )
        .unwrap();
    }
    file.flush().unwrap();
}
