//! `candor policy check`: whether a text promises what the register says.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::Args;

use super::file::PolicyFile;
use super::text::Text;
use super::{promises, queries};
use crate::clock::Clock;
use crate::config::Settings;
use crate::register::Register;
use crate::say::say;

/// Which text is held against the register.
#[derive(Debug, Args)]
pub struct CheckPolicy {
    /// A version as a file; by default the version that holds today and the one that comes next
    file: Option<PathBuf>,
}

impl CheckPolicy {
    /// Prints each fault: status 0 when there is none, 1 when there is one, 2 when the text or the register cannot be read.
    pub fn run(self, settings: &Settings) -> ExitCode {
        let looked = match &self.file {
            Some(file) => check_file(file, settings),
            None => check_published(settings),
        };
        match looked {
            Ok(0) => ExitCode::SUCCESS,
            Ok(_) => ExitCode::FAILURE,
            Err(error) => {
                eprintln!("candor: {error:#}");
                ExitCode::from(2)
            }
        }
    }
}

fn check_file(path: &Path, settings: &Settings) -> anyhow::Result<usize> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let file = PolicyFile::read(&text).map_err(|fault| anyhow!("{name}: {fault}"))?;
    Ok(report(
        &Register::open(&settings.register)?,
        &name,
        &file.body_in_place(),
    ))
}

fn check_published(settings: &Settings) -> anyhow::Result<usize> {
    let config = settings.check()?;
    let (register, today) = (Register::open(&config.register)?, Clock::system().today());
    let texts = config.open_database()?.read_now(|conn| {
        let history = queries::history(conn)?;
        let versions = history.to_check(today);
        versions
            .map(|it| Ok((it.version.clone(), queries::body(conn, it.id)?)))
            .collect::<Result<Vec<_>, crate::error::AppError>>()
    })?;
    if texts.is_empty() {
        bail!("no version is published yet; name a file");
    }
    let faults = texts
        .iter()
        .map(|(version, body)| report(&register, version, body));
    Ok(faults.sum())
}

/// Prints what is wrong with a text, and gives how much.
fn report(register: &Register, name: &str, body: &str) -> usize {
    let faults = promises::faults(register, &Text::read(body));
    for fault in &faults {
        say!("{name}: {fault}");
    }
    if faults.is_empty() {
        say!("{name}: the text and the register say the same.");
    }
    faults.len()
}
