//! `candor policy publish`: a version from a file.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use clap::Args;

use super::file::{Front, PolicyFile};
use super::text::Text;
use super::{Fault, PolicyVersion, promises};
use crate::audit::Actor;
use crate::db::Db;
use crate::register::Register;
use crate::say::say;

const NO_DATE: &str =
    "say from which day it holds: --effective DATE, or effective = DATE at the head of the file";

/// A version as the command line names it. What is not given is taken from the head of the file.
#[derive(Debug, Args)]
pub struct PublishFile {
    /// The text in Markdown; above it, between two lines of +++, TOML may give version, title, effective and summary
    file: PathBuf,

    /// The first day on which it holds
    #[arg(long, value_name = "DATE", value_parser = day)]
    effective: Option<NaiveDate>,

    /// What is new, in plain words; people read this first
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,

    /// Its name in addresses; by default the month in which it begins, such as 2026-02
    #[arg(long, value_name = "NAME")]
    version: Option<String>,

    /// The heading of its page; by default "Privacy policy"
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,

    /// The day on which it was published elsewhere; it may hold already, and nobody is told of it again
    #[arg(long, value_name = "DATE", value_parser = day)]
    published: Option<NaiveDate>,
}

impl PublishFile {
    /// Publishes it, or says all that is wrong with it and changes nothing.
    /// What the register says otherwise is told, and keeps nothing from being published.
    pub fn run(self, db: &Db, register: &Path, now: NaiveDateTime) -> anyhow::Result<()> {
        let path = self.file.clone();
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let mut file = PolicyFile::read(&text)
            .map_err(|fault| anyhow!("{}:{}: {}", path.display(), fault.line, fault.sentence))?;
        let lines_before = file.lines_before;
        let warnings = warnings(register, &file.body_in_place());
        file.front = self.over(file.front);
        let Some((draft, published)) = file.into_draft() else {
            bail!(NO_DATE);
        };
        let published_at = published.map(|on| on.and_time(NaiveTime::MIN));
        let done = db.write_now(move |conn| match published_at {
            Some(at) => super::take_over(conn, &draft, at, Actor::System, now),
            None => super::publish(conn, &draft, Actor::System, now),
        });
        match done? {
            Ok(version) => {
                report(&version, published);
                for warning in warnings {
                    eprintln!("Warning: {warning}");
                }
            }
            Err(faults) => bail!(
                "nothing was published.{}",
                lines(&path, lines_before, &faults)
            ),
        }
        Ok(())
    }

    /// What is given on the command line goes before what the file says.
    fn over(self, front: Front) -> Front {
        Front {
            version: self.version.or(front.version),
            title: self.title.or(front.title),
            summary: self.summary.or(front.summary),
            effective: self.effective.or(front.effective),
            published: self.published.or(front.published),
        }
    }
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse()
        .map_err(|_| "expected a date such as 2026-02-01".to_owned())
}

/// What a text and the register do not say alike.
fn warnings(register: &Path, body: &str) -> Vec<String> {
    match Register::open(register) {
        Ok(register) => promises::faults(&register, &Text::read(body)),
        Err(error) => vec![format!(
            "The text was not held against the register: {error:#}"
        )],
    }
}

fn report(version: &PolicyVersion, published: Option<NaiveDate>) {
    say!(
        "Version {} is published; it holds from {}.",
        version.version,
        version.effective_on
    );
    match published {
        Some(on) => say!("Nobody is told of it: it was published before, on {on}."),
        None => say!("The worker tells people of it by mail."),
    }
}

/// Each fault in a line, with the place where it can be mended.
fn lines(path: &Path, lines_before: usize, faults: &[Fault]) -> String {
    let mut lines = String::new();
    for fault in faults {
        let place = match (fault.field, fault.line) {
            ("body", Some(line)) => format!("{}:{}", path.display(), lines_before + line),
            ("body", None) => path.display().to_string(),
            ("effective_on", _) => "--effective".to_owned(),
            (field, _) => format!("--{field}"),
        };
        write!(lines, "\n{place}: {}", fault.sentence).expect("a string takes all that is written");
    }
    lines
}
