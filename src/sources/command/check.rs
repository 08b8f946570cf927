//! `candor sources check`.

use std::process::ExitCode;

use super::{Faults, Place};
use crate::say::say;

pub(super) fn run(place: &Place) -> Result<ExitCode, Faults> {
    let sources = place.open()?;
    let (mut findings, errors) = sources.drift();
    findings.extend(sources.forbidden());
    for finding in &findings {
        say!("{finding}");
    }
    for error in &errors {
        eprintln!("candor: {error}");
    }
    Ok(match (findings.len(), errors.len()) {
        (_, 1..) => ExitCode::from(2),
        (0, _) => {
            say!("Manifests and sources agree.");
            ExitCode::SUCCESS
        }
        (1.., _) => ExitCode::FAILURE,
    })
}
