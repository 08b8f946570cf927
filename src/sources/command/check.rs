//! `candor sources check`.

use std::process::ExitCode;

use super::{Faults, Place};
use crate::say::say;

pub(super) fn run(place: &Place) -> Result<ExitCode, Faults> {
    let sources = place.open()?;
    let (mut findings, mut errors) = sources.drift();
    findings.extend(sources.forbidden());
    let mut told: Vec<_> = findings.iter().map(ToString::to_string).collect();
    for read in sources.readable() {
        for passed_over in &read.passed_over {
            eprintln!("warning: {passed_over}");
        }
        errors.retain(|it| !read.faults.contains(it));
        told.extend(read.faults.iter().map(ToString::to_string));
    }
    for padded in sources.padded() {
        eprintln!("warning: {padded}");
    }
    for line in &told {
        say!("{line}");
    }
    for error in &errors {
        eprintln!("candor: {error}");
    }
    Ok(match (told.len(), errors.len()) {
        (_, 1..) => ExitCode::from(2),
        (0, _) => {
            say!("Manifests and sources agree.");
            ExitCode::SUCCESS
        }
        (1.., _) => ExitCode::FAILURE,
    })
}
