//! A copy of the portal's database, made while it is in use.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail, ensure};
use diesel::prelude::*;
use diesel::sql_types::Text;
use percent_encoding::percent_decode_str;
use url::Url;

use super::Db;

/// Writes the whole database into a new file: a SQLite database, or `pg_dump`'s custom format. The file
/// appears under its name only when it is complete.
pub fn backup(db: &Db, url: &str, file: &Path) -> anyhow::Result<()> {
    ensure!(
        !file.exists(),
        "{} exists already; name a new file",
        file.display()
    );
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(".unfinished");
    let unfinished = Path::new(&unfinished);
    if unfinished.exists() {
        std::fs::remove_file(unfinished)?;
    }
    if db.is_sqlite() {
        copy_sqlite(db, unfinished)?;
    } else {
        dump_postgres(url, unfinished)?;
    }
    std::fs::File::open(unfinished)?.sync_all()?;
    std::fs::rename(unfinished, file).with_context(|| format!("cannot name {}", file.display()))
}

fn copy_sqlite(db: &Db, file: &Path) -> anyhow::Result<()> {
    let name = file
        .to_str()
        .context("the name of the file is not UTF-8")?
        .to_owned();
    let copied = db.read_now(|conn| {
        Ok(diesel::sql_query("VACUUM INTO ?")
            .bind::<Text, _>(name)
            .execute(conn)?)
    });
    copied.map(drop).context("the database cannot be copied")
}

/// The address may hold a password, so it goes by environment: the list of arguments is seen by everybody.
fn dump_postgres(url: &str, file: &Path) -> anyhow::Result<()> {
    let mut pg_dump = Command::new("pg_dump");
    pg_dump
        .args(["--format=custom", "--no-password", "--file"])
        .arg(file);
    for (name, value) in connection_variables(&Url::parse(url)?) {
        pg_dump.env(name, value);
    }
    let status = pg_dump
        .status()
        .context("pg_dump cannot be started; install PostgreSQL's client programs")?;
    if !status.success() {
        bail!("pg_dump failed ({status}); see what it said above");
    }
    Ok(())
}

fn connection_variables(url: &Url) -> Vec<(&'static str, String)> {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let port = url.port().map(|port| port.to_string());
    let given = [
        ("PGHOST", url.host_str().map(decoded)),
        ("PGPORT", port),
        ("PGUSER", Some(decoded(url.username()))),
        ("PGPASSWORD", url.password().map(decoded)),
        (
            "PGDATABASE",
            Some(decoded(url.path().trim_start_matches('/'))),
        ),
    ];
    let given = given
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    given.filter(|(_, value)| !value.is_empty()).collect()
}
