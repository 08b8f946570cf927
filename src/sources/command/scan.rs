//! `candor sources scan`.

use std::process::ExitCode;

use super::{Faults, WAIT};
use crate::sources::{connector, scan};

pub(super) fn run(url: &str, key: &str) -> Result<ExitCode, Faults> {
    let source = connector::open(key, url).map_err(|fault| Faults(vec![fault]))?;
    match scan::draft(&*source, WAIT) {
        Ok(draft) => {
            print!("{draft}");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("candor: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}
