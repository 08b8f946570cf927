//! `candor config`: what is in force, with secrets masked.

use std::ffi::OsStr;
use std::fmt::Write;

use clap::{ArgMatches, Command, parser::ValueSource};
use url::Url;

use super::DEFAULT_DATABASE;

/// Settings whose value is a secret.
const SECRETS: [&str; 2] = ["secret_key", "smtp_password"];

/// Settings whose value is an address that may hold a password.
const ADDRESSES: [&str; 3] = ["database_url", "sources", "mail"];

/// Each setting with its value and where it came from, a line each.
pub fn print(command: &Command, matches: &ArgMatches) -> String {
    let mut lines = String::new();
    for arg in command
        .get_arguments()
        .filter(|arg| arg.get_long().is_some())
    {
        let id = arg.get_id().as_str();
        let Some(flag) = arg
            .get_long()
            .filter(|_| matches.try_contains_id(id).is_ok())
        else {
            continue;
        };
        let values = matches
            .get_raw(id)
            .into_iter()
            .flatten()
            .map(|value| shown(id, value));
        let mut value = values.collect::<Vec<_>>().join(" ");
        let from = match matches.value_source(id) {
            Some(ValueSource::CommandLine) => "flag",
            Some(ValueSource::EnvVariable) => "environment",
            Some(ValueSource::DefaultValue) => "default",
            _ if id == "database_url" && !is_set(matches, "database_url_file") => {
                DEFAULT_DATABASE.clone_into(&mut value);
                "default"
            }
            _ => "not set",
        };
        writeln!(lines, "{flag:<24} {from:<12} {value}").expect("a String takes all");
    }
    lines
}

fn is_set(matches: &ArgMatches, id: &str) -> bool {
    matches.value_source(id).is_some()
}

fn shown(id: &str, value: &OsStr) -> String {
    let value = value.to_string_lossy().into_owned();
    if SECRETS.contains(&id) {
        return "***".to_owned();
    }
    if ADDRESSES.contains(&id) {
        without_password(&value)
    } else {
        value
    }
}

/// An address with its password masked. What cannot be read as an address is masked as a whole.
pub fn without_password(address: &str) -> String {
    let (key, url) = match address.split_once('=') {
        Some((key, url)) if !key.contains("://") => (format!("{key}="), url),
        _ => (String::new(), address),
    };
    if url.starts_with("sqlite://") {
        return address.to_owned();
    }
    let Ok(mut url) = Url::parse(url) else {
        return format!("{key}***");
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return format!("{key}***");
    }
    if url.query().is_some() {
        url.set_query(Some("***"));
    }
    format!("{key}{url}")
}
