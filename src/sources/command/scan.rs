//! `candor sources scan`.

use std::process::ExitCode;

use ipnet::IpNet;

use super::{Faults, NONE, WAIT, given};
use crate::{
    config::Addresses,
    say,
    sources::{open_in, scan},
};

/// The key of a dataset that nobody has named.
const KEY: &str = "scanned";

pub(super) fn run(
    (url, key): (Option<String>, Option<String>),
    addresses: &Addresses,
    networks: &[IpNet],
) -> Result<ExitCode, Faults> {
    let (key, url) = match url {
        Some(url) => (key.unwrap_or_else(|| KEY.to_owned()), url),
        None => chosen(addresses, key.as_deref())?,
    };
    let source = open_in(&key, &url, networks).map_err(|fault| Faults(vec![fault]))?;
    match scan::draft(&*source, WAIT) {
        Ok((draft, read)) => {
            say::print(format_args!("{draft}"));
            for passed_over in &read.passed_over {
                eprintln!("warning: {passed_over}");
            }
            for fault in &read.faults {
                eprintln!("candor: {fault}; it is left out");
            }
            Ok(if read.faults.is_empty() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            })
        }
        Err(error) => {
            eprintln!("candor: {error}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The source of a key, or the only one.
fn chosen(addresses: &Addresses, key: Option<&str>) -> Result<(String, String), Faults> {
    let mut faults = Vec::new();
    let mut given = given(addresses, &mut faults);
    if !faults.is_empty() {
        return Err(Faults(faults));
    }
    let known: Vec<_> = given.iter().map(|(key, _)| key.clone()).collect();
    given.retain(|(it, _)| key.is_none_or(|key| it == key));
    match <[_; 1]>::try_from(given) {
        Ok([source]) => Ok(source),
        Err(_) if known.is_empty() => Err(Faults(vec![NONE.to_owned()])),
        Err(_) => Err(Faults(vec![format!(
            "say with --key which source is meant: one of {}",
            known.join(", ")
        )])),
    }
}
