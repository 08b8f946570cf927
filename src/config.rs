//! Settings: flags, environment and secret files, by clap alone. `--help` is the reference.
//!
//! Values are taken as text and checked together ([`Settings::check`]), so that all faults are told at once.

mod addresses;
mod check;
mod fault;
mod print;
pub mod variables;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use chrono_tz::Tz;
use clap::Args;
use ipnet::IpNet;
use url::Url;

use crate::db::{self, Db};
use crate::keys::Keys;
use crate::law::Laws;
use crate::law::args::LawArgs;
use crate::mail::args::{MailArgs, MailSettings};
use crate::register::Organisation;

pub use addresses::Addresses;
pub use fault::{Fault, Faults};
pub use print::print;

/// What the commands that work with the portal's data need to know.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub struct Settings {
    /// The portal's own database.
    #[arg(long, env = "CANDOR_DATABASE_URL", value_name = "URL")]
    #[arg(hide_env_values = true, help = DATABASE_HELP)]
    pub database_url: Option<String>,

    /// A file that holds the address of the database, in place of `--database-url`
    #[arg(long, env = "CANDOR_DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,

    /// Connections to the portal's database; by default 8 on PostgreSQL, and one more than cores on SQLite
    #[arg(long, env = "CANDOR_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub database_connections: Option<String>,

    /// Address and port to listen on
    #[arg(
        long,
        env = "CANDOR_BIND",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS:PORT"
    )]
    pub bind: String,

    /// The address by which people reach the portal; with https it turns on Secure cookies and HSTS
    #[arg(
        long,
        env = "CANDOR_BASE_URL",
        default_value = "http://localhost:8080",
        value_name = "URL"
    )]
    pub base_url: String,

    /// The master secret (32 bytes in base64) from which every key is derived; `candor secret` makes one
    #[arg(
        long,
        env = "CANDOR_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub secret_key: Option<String>,

    /// A file that holds the master secret, in place of `--secret-key`
    #[arg(long, env = "CANDOR_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,

    /// The folder with the organisation's manifests: datasets, systems, register.yml
    #[arg(
        long,
        env = "CANDOR_REGISTER",
        default_value = "register",
        value_name = "FOLDER"
    )]
    pub register: PathBuf,

    #[expect(missing_docs, reason = "clap would take it for the description")]
    #[command(flatten)]
    pub addresses: Addresses,

    /// Networks of proxies whose X-Forwarded-For header is believed, such as 10.0.0.0/8; none by default
    #[arg(
        long = "trusted-proxy",
        env = "CANDOR_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub trusted_proxies: Vec<String>,

    /// A second address to serve /metrics on, without a token; keep it inside your network
    #[arg(long, env = "CANDOR_METRICS_BIND", value_name = "ADDRESS:PORT")]
    pub metrics_bind: Option<String>,

    /// A file that holds the bearer token for /metrics on the portal's own address; without it there is none
    #[arg(long, env = "CANDOR_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub metrics_token_file: Option<PathBuf>,

    /// Private networks into which calls to recipients, agents and sources may go, there without TLS too; none by default
    #[arg(
        long = "outbound-network",
        env = "CANDOR_OUTBOUND_NETWORKS",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub outbound_networks: Vec<String>,

    /// The organisation's id in the directory of the Data Rights Protocol; without it agents cannot use it
    #[arg(long, env = "CANDOR_DRP_BUSINESS_ID", value_name = "ID")]
    pub drp_business_id: Option<String>,

    /// The address at which the portal checks its own public pages every hour, as people reach them; none by default
    #[arg(long, env = "CANDOR_MONITOR", value_name = "URL")]
    pub monitor: Option<String>,

    #[expect(
        missing_docs,
        reason = "clap would take it for the description of the command"
    )]
    #[command(flatten)]
    pub mail: MailArgs,

    #[expect(
        missing_docs,
        reason = "clap would take it for the description of the command"
    )]
    #[command(flatten)]
    pub law: LawArgs,
}

const DATABASE_HELP: &str = "The portal's own database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME; by default \
    sqlite://candor.db";

/// Where the database is when nothing is said of it: in the folder that the command runs in.
const DEFAULT_DATABASE: &str = "sqlite://candor.db";

/// Settings that have been checked.
#[derive(Debug)]
pub struct Config {
    /// The portal's own database.
    pub database_url: String,
    /// Connections to it.
    pub database_connections: u32,
    /// Where to listen.
    pub bind: SocketAddr,
    /// How people reach the portal.
    pub base_url: Url,
    /// All keys.
    pub keys: Keys,
    /// The folder of manifests.
    pub register: PathBuf,
    /// Sources by the key that the manifests give them.
    pub sources: Vec<(String, String)>,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Private networks into which calls may go.
    pub outbound_networks: Vec<IpNet>,
    /// The organisation's id in the directory of the Data Rights Protocol.
    pub drp_business_id: Option<String>,
    /// Where the public pages are checked.
    pub monitor: Option<Url>,
    /// The second address for metrics.
    pub metrics_bind: Option<SocketAddr>,
    /// The bearer token for metrics.
    pub metrics_token: Option<String>,
    /// Whether this is a demonstration with invented data; no setting makes it one.
    pub demo: bool,
    /// Where mail goes; none when it is not set.
    pub mail: Option<MailSettings>,
    /// The laws on requests and opt-outs.
    pub laws: Laws,
}

/// What pages and mails need to know.
#[derive(Debug, Clone)]
pub struct Site {
    /// The organisation whose portal this is.
    pub organisation: String,
    /// The address for privacy matters.
    pub contact: String,
    /// Without a path.
    pub base_url: Url,
    /// Whether this is a demonstration with invented data.
    pub demo: bool,
    /// Whose forwarding headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The bearer token for metrics.
    pub metrics_token: Option<String>,
    /// The organisation's id in the directory of the Data Rights Protocol.
    pub drp_business_id: Option<String>,
    /// Where the public pages are checked every hour; none when they are not.
    pub monitor: Option<Url>,
    /// In which staff read times.
    pub time_zone: Tz,
}

impl Site {
    /// The full address of a path of this portal, for mails.
    pub fn url(&self, path: &str) -> String {
        self.base_url
            .join(path)
            .expect("paths are ours")
            .to_string()
    }

    /// Whether an `Origin` header names this portal.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        self.base_url.origin().ascii_serialization() == origin
    }

    /// The part of message ids after the `@`.
    pub fn mail_domain(&self) -> &str {
        self.base_url.host_str().unwrap_or("localhost")
    }
}

impl Config {
    /// Opens the portal's database: it must be there, be up to date, and be made with this master secret.
    pub fn open_database(&self) -> anyhow::Result<Db> {
        let db = self.open_as_it_is()?;
        let history = db.read_now(|conn| Ok(db::history(conn)?))?;
        if let Some(fault) = history.fault() {
            bail!(fault);
        }
        self.check_secret(&db)?;
        Ok(db)
    }

    /// The same, whatever its version: for copies of it.
    pub fn open_as_it_is(&self) -> anyhow::Result<Db> {
        // SQLite would make an empty one, and a mistyped path would look like a portal that knows nobody.
        if let Some(path) = self.database_url.strip_prefix("sqlite://")
            && !path.starts_with("file:")
            && !Path::new(path).exists()
        {
            bail!(
                "there is no database at {path}; name the right one with --database-url (CANDOR_DATABASE_URL), or make \
                 one there with `candor migrate`"
            );
        }
        self.connect()
    }

    /// Makes the portal's database, or brings it up to date; gives the names of what was run.
    pub fn migrate(&self) -> anyhow::Result<Vec<String>> {
        let db = self.connect()?;
        let run = db::migrate(&db)?;
        self.check_secret(&db)?;
        Ok(run)
    }

    fn connect(&self) -> anyhow::Result<Db> {
        let db = Db::open(&self.database_url, self.database_connections);
        db.context(
            "the portal's database cannot be opened (a PostgreSQL server must be running and hold a database of that \
             name: CREATE DATABASE makes it)",
        )
    }

    fn check_secret(&self, db: &Db) -> anyhow::Result<()> {
        ensure!(
            db::claim(db, &self.keys.fingerprint())?,
            "the portal's database was made with another master secret, under which alone people and their opt-outs are \
             found; name the file that holds it with --secret-key-file (CANDOR_SECRET_KEY_FILE), or another database \
             with --database-url (CANDOR_DATABASE_URL)"
        );
        Ok(())
    }

    /// What pages and mails need to know.
    pub fn site(&self, organisation: &Organisation) -> Site {
        Site {
            organisation: organisation.name.clone(),
            contact: organisation.contact.clone(),
            base_url: self.base_url.clone(),
            demo: self.demo,
            trusted_proxies: self.trusted_proxies.clone(),
            metrics_token: self.metrics_token.clone(),
            drp_business_id: self.drp_business_id.clone(),
            monitor: self.monitor.clone(),
            time_zone: organisation.time_zone.unwrap_or(Tz::UTC),
        }
    }
}

/// Reads a secret from its file, without the white space around it.
pub fn read_secret(file: &Path) -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.trim().to_owned())
}
