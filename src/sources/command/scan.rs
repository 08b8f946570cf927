//! `candor sources scan`.

use std::process::ExitCode;

use ipnet::IpNet;

use super::{Faults, WAIT};
use crate::{
    say,
    sources::{open_in, scan},
};

pub(super) fn run(url: &str, key: &str, networks: &[IpNet]) -> Result<ExitCode, Faults> {
    let source = open_in(key, url, networks).map_err(|fault| Faults(vec![fault]))?;
    match scan::draft(&*source, WAIT) {
        Ok(draft) => {
            say::print(format_args!("{draft}"));
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            eprintln!("candor: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}
