//! A copy of the portal's database, made while it is in use.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
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
    create_private(unfinished)?;
    let done = fill(db, url, unfinished).and_then(|()| {
        std::fs::rename(unfinished, file).with_context(|| format!("cannot name {}", file.display()))
    });
    if done.is_err() {
        // It may be what filled the disk. Why there is no backup is the news, not that this could not be removed.
        let _ = std::fs::remove_file(unfinished);
    }
    done
}

fn fill(db: &Db, url: &str, unfinished: &Path) -> anyhow::Result<()> {
    if db.is_sqlite() {
        copy_sqlite(db, unfinished)?;
    } else {
        dump_postgres(url, unfinished)?;
    }
    Ok(std::fs::File::open(unfinished)?.sync_all()?)
}

/// An empty file that only its owner may read: everybody's data come into it.
fn create_private(file: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let created = options.open(file);
    created
        .map(drop)
        .with_context(|| format!("cannot create {}", file.display()))
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

fn dump_postgres(url: &str, file: &Path) -> anyhow::Result<()> {
    let (url, password) = without_password(Url::parse(url)?);
    let mut pg_dump = Command::new("pg_dump");
    pg_dump
        .args(["--format=custom", "--no-password", "--file"])
        .arg(file)
        .arg("--dbname")
        .arg(url.as_str());
    if let Some(password) = password {
        pg_dump.env("PGPASSWORD", password);
    }
    let status = pg_dump
        .status()
        .context("pg_dump cannot be started; install PostgreSQL's client programs")?;
    if !status.success() {
        bail!("pg_dump failed ({status}); see what it said above");
    }
    Ok(())
}

/// The address as it is, with all its parameters, such as `sslmode`; and the password, which goes by environment: the
/// list of arguments is seen by everybody.
pub fn without_password(mut url: Url) -> (Url, Option<String>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let mut password = url.password().map(decoded);
    // Where there is no password, none can be taken away.
    let _ = url.set_password(None);
    let query = url.query().unwrap_or_default().to_owned();
    let is_password = |part: &&str| part.starts_with("password=");
    let (given, kept): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_password);
    if let Some((_, value)) = given.last().and_then(|part| part.split_once('=')) {
        password = Some(decoded(value));
        let kept = kept.join("&");
        url.set_query(Some(kept.as_str()).filter(|it| !it.is_empty()));
    }
    (url, password)
}
