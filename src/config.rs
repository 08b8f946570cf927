//! Settings: flags, environment and secret files, by clap alone. `--help` is the reference.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use ipnet::IpNet;
use url::Url;

use crate::db::Db;
use crate::keys::Keys;

/// What `serve` and `worker` need to know.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// The portal's own database: sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(
        long,
        env = "CANDOR_DATABASE_URL",
        default_value = "sqlite://candor.db",
        value_name = "URL"
    )]
    pub database_url: String,

    /// A file that holds the database's address, in place of --database-url
    #[arg(long, env = "CANDOR_DATABASE_URL_FILE", value_name = "FILE")]
    pub database_url_file: Option<PathBuf>,

    /// Connections to the portal's database; by default 8 on PostgreSQL, the number of cores + 1 on SQLite
    #[arg(long, env = "CANDOR_DATABASE_CONNECTIONS", value_name = "N")]
    pub database_connections: Option<u32>,

    /// Address and port to listen on
    #[arg(
        long,
        env = "CANDOR_BIND",
        default_value = "127.0.0.1:8080",
        value_name = "ADDRESS"
    )]
    pub bind: std::net::SocketAddr,

    /// The address by which people reach the portal; https:// turns on Secure cookies and HSTS
    #[arg(
        long,
        env = "CANDOR_BASE_URL",
        default_value = "http://localhost:8080",
        value_name = "URL"
    )]
    pub base_url: Url,

    /// The master secret (32 bytes in base64) from which every key is derived
    #[arg(
        long,
        env = "CANDOR_SECRET_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub secret_key: Option<String>,

    /// A file that holds the master secret, in place of --secret-key
    #[arg(long, env = "CANDOR_SECRET_KEY_FILE", value_name = "FILE")]
    pub secret_key_file: Option<PathBuf>,

    /// The folder with the organisation's manifests (datasets, systems, register.yml)
    #[arg(
        long,
        env = "CANDOR_REGISTER",
        default_value = "register",
        value_name = "FOLDER"
    )]
    pub register: PathBuf,

    /// A source database, as the manifests name it; may be given several times
    #[arg(
        long = "source",
        env = "CANDOR_SOURCES",
        value_delimiter = ' ',
        value_name = "KEY=URL"
    )]
    pub sources: Vec<String>,

    /// Networks of proxies whose Forwarded and X-Forwarded-For headers are believed
    #[arg(
        long = "trusted-proxy",
        env = "CANDOR_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "NETWORK"
    )]
    pub trusted_proxies: Vec<IpNet>,
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

impl Settings {
    /// Opens the portal's database.
    pub fn open_database(&self) -> anyhow::Result<Db> {
        let url = match &self.database_url_file {
            Some(file) => read_secret(file)?,
            None => self.database_url.clone(),
        };
        let connections = self
            .database_connections
            .unwrap_or_else(|| default_connections(&url));
        Db::open(&url, connections).context("the portal's database cannot be opened")
    }

    /// Reads the master secret.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        match (&self.secret_key, &self.secret_key_file) {
            (Some(text), None) => Keys::from_text(text).context("--secret-key"),
            (None, Some(file)) => Keys::from_text(&read_secret(file)?).context("--secret-key-file"),
            _ => bail!("give either --secret-key or --secret-key-file (CANDOR_SECRET_KEY_FILE)"),
        }
    }

    /// What pages and mails need to know.
    pub fn site(&self) -> Site {
        Site {
            organisation: "ProJobSector".to_owned(),
            contact: "contact@projobsector.com".to_owned(),
            base_url: self.base_url.clone(),
            demo: false,
            trusted_proxies: self.trusted_proxies.clone(),
        }
    }
}

fn read_secret(file: &Path) -> anyhow::Result<String> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(text.trim().to_owned())
}

fn default_connections(url: &str) -> u32 {
    let cores = std::thread::available_parallelism()
        .map_or(2, |cores| u32::try_from(cores.get()).unwrap_or(8));
    if url.starts_with("sqlite://") {
        cores + 1
    } else {
        8
    }
}
