//! `candor disclosures import`: lines of the ledger from a CSV file of any length.
//!
//! The file is read as it comes, and lines are recorded by the thousand, each thousand in one transaction. What is
//! wrong with a line is told with its number and the field, never with what stands there. An import that was cut off is
//! begun anew: what was recorded is known by its key.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use csv::ByteRecord;
use indicatif::{ProgressBar, ProgressStyle};

use super::line::{Line, Refusal};
use super::lines::Lines;
use super::model::{NewDisclosure, Rules};
use super::queries::{self, Outcome};
use crate::clock::Clock;
use crate::config::Settings;
use crate::db::Db;
use crate::keys::Keys;
use crate::law::Laws;
use crate::register::Register;

/// So many lines are recorded in one transaction.
const BATCH: usize = 1_000;

const COLUMNS: [&str; 11] = [
    "key",
    "recipient",
    "kind",
    "identity_type",
    "identity",
    "identity_hash",
    "categories",
    "activity",
    "purpose",
    "legal_basis",
    "at",
];

/// The file to take in.
#[derive(Debug, Args)]
pub struct ImportFile {
    /// A CSV file in UTF-8, whose first line names its columns
    file: PathBuf,

    /// Where to write which lines were refused, and why (CSV); by default to standard output
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// How it went.
#[derive(Debug, Default)]
struct Counts {
    recorded: u64,
    known: u64,
    refused: u64,
}

impl ImportFile {
    /// Takes the file in; 0 when every line was taken, 1 when some were refused.
    pub fn run(&self, settings: &Settings) -> anyhow::Result<ExitCode> {
        let config = settings.check()?;
        let register = Arc::new(Register::open(&config.register)?);
        let report: Box<dyn Write> = match &self.report {
            Some(path) => Box::new(File::create(path).with_context(|| cannot_write(path))?),
            None => Box::new(std::io::stdout()),
        };
        let mut importer = Importer {
            db: config.open_database()?,
            register,
            laws: Arc::new(config.laws.clone()),
            keys: Arc::new(config.keys),
            clock: Clock::system(),
            report: csv::Writer::from_writer(report),
            batch: Vec::with_capacity(BATCH),
            counts: Counts::default(),
        };
        let name = self.file.display();
        let read = importer.read(&self.file);
        read.with_context(|| format!("{name} cannot be taken in"))?;
        importer.report.flush()?;
        let Counts {
            recorded,
            known,
            refused,
        } = importer.counts;
        eprintln!("{recorded} lines recorded, {known} known before, {refused} refused.");
        Ok(ExitCode::from(u8::from(refused > 0)))
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}

struct Importer {
    db: Db,
    register: Arc<Register>,
    laws: Arc<Laws>,
    keys: Arc<Keys>,
    clock: Clock,
    report: csv::Writer<Box<dyn Write>>,
    /// Lines with their numbers: what is to be recorded, or why it is not.
    batch: Vec<(u64, Result<NewDisclosure, Refusal>)>,
    counts: Counts,
}

impl Importer {
    fn read(&mut self, path: &Path) -> anyhow::Result<()> {
        let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
        let bar = bar(file.metadata()?.len())?;
        let mut lines = Lines::new(BufReader::new(file));
        let columns = match lines.next()? {
            Some((_, Ok(head))) => columns(&head)?,
            Some((_, Err(refusal))) => bail!("the first line: {}", refusal.reason),
            None => columns(&ByteRecord::new())?,
        };
        while let Some((number, record)) = lines.next()? {
            let line = record.and_then(|record| self.check(&columns, &record));
            self.batch.push((number, line));
            if self.batch.len() == BATCH {
                self.record()?;
                bar.set_position(lines.bytes);
            }
        }
        self.record()?;
        bar.finish_and_clear();
        Ok(())
    }

    fn check(
        &self,
        columns: &[&'static str],
        record: &ByteRecord,
    ) -> Result<NewDisclosure, Refusal> {
        if record.len() != columns.len() {
            return Err(Refusal {
                field: "",
                reason: "it has not as many fields as the first line",
            });
        }
        let mut line = Line::default();
        for (column, bytes) in columns.iter().zip(record) {
            let Ok(text) = std::str::from_utf8(bytes) else {
                return Err(Refusal {
                    field: column,
                    reason: "it is not in UTF-8",
                });
            };
            line.set(column, text);
        }
        line.check(&self.register, &self.keys, self.clock.now())
    }

    /// Records what can be of the batch, and reports on the rest in the order of the file.
    fn record(&mut self) -> anyhow::Result<()> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        let (mut good, mut checked) = (Vec::with_capacity(batch.len()), Vec::new());
        for (number, line) in batch {
            checked.push((number, line.map(|line| good.push(line))));
        }
        let mut outcomes = self.write(good)?.into_iter();
        for (number, line) in checked {
            match line.map(|()| outcomes.next().expect("each good line has its outcome")) {
                Ok(Outcome::Recorded) => self.counts.recorded += 1,
                Ok(Outcome::Known) => self.counts.known += 1,
                Ok(Outcome::Differs) => self.refuse(number, Refusal::TAKEN)?,
                Err(refusal) => self.refuse(number, refusal)?,
            }
        }
        Ok(())
    }

    /// How it went with each of the lines.
    fn write(&self, lines: Vec<NewDisclosure>) -> anyhow::Result<Vec<Outcome>> {
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let (register, laws) = (Arc::clone(&self.register), Arc::clone(&self.laws));
        let now = self.clock.now();
        let recorded = self.db.write_now(move |conn| {
            let rules = Rules {
                register: &register,
                laws: &laws,
            };
            Ok(queries::record(conn, rules, &lines, "import", now)?)
        });
        Ok(recorded?)
    }

    fn refuse(&mut self, number: u64, refusal: Refusal) -> anyhow::Result<()> {
        if self.counts.refused == 0 {
            self.report.write_record(["line", "field", "reason"])?;
        }
        self.counts.refused += 1;
        let number = number.to_string();
        let told = [&*number, refusal.field, refusal.reason];
        Ok(self.report.write_record(told)?)
    }
}

fn bar(bytes: u64) -> anyhow::Result<ProgressBar> {
    let style = "Recording disclosures {wide_bar} {bytes} of {total_bytes}, {eta} left";
    let style = ProgressStyle::with_template(style)?;
    Ok(ProgressBar::new(bytes).with_style(style))
}

/// The columns of the file, in its order. A file without those that every line needs is not begun.
fn columns(head: &ByteRecord) -> anyhow::Result<Vec<&'static str>> {
    let mut columns = Vec::new();
    for (place, name) in head.iter().enumerate() {
        // A spreadsheet may put a byte order mark in front.
        let name = name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name);
        let known = COLUMNS.iter().find(|it| it.as_bytes() == name);
        match known {
            Some(column) if !columns.contains(column) => columns.push(*column),
            // What stands there may be the first line of data, so it is not repeated.
            _ => bail!(
                "column {} of the first line is not known, or stands there twice; the file is in UTF-8 with commas between \
                 its columns, which are {}",
                place + 1,
                COLUMNS.join(", ")
            ),
        }
    }
    for needed in ["recipient", "identity_type", "categories", "at"] {
        if !columns.contains(&needed) {
            bail!("the first line names no column {needed}");
        }
    }
    Ok(columns)
}

impl Refusal {
    /// The key stands for something else.
    pub const TAKEN: Refusal = Refusal {
        field: "key",
        reason: "another disclosure was recorded under this key",
    };
}

impl Line {
    fn set(&mut self, column: &str, text: &str) {
        let place = match column {
            "categories" => {
                self.categories = vec![text.to_owned()];
                return;
            }
            "key" => &mut self.key,
            "recipient" => &mut self.recipient,
            "kind" => &mut self.kind,
            "identity_type" => &mut self.identity_type,
            "identity" => &mut self.identity,
            "identity_hash" => &mut self.identity_hash,
            "activity" => &mut self.activity,
            "purpose" => &mut self.purpose,
            "legal_basis" => &mut self.legal_basis,
            _ => &mut self.at,
        };
        text.clone_into(place);
    }
}
