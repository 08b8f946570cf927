//! Opening a connection: by the URL's scheme alone, and with settings that suit the portal.

use std::fs::OpenOptions;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{HandleError, ManageConnection, R2D2Connection};

/// A connection to either database; queries are written once for both.
#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    /// The embedded database.
    Sqlite(diesel::SqliteConnection),
    /// A PostgreSQL server.
    Postgres(diesel::PgConnection),
}

/// A connection in the pool.
pub(super) struct Pooled {
    conn: AnyConnection,
    /// When it was last found to answer; none after something failed on it.
    answered_at: Option<Instant>,
}

impl Pooled {
    /// Has it tried before its next use: something failed on it, and it may be that nobody is there any more.
    pub(super) fn doubt(&mut self) {
        self.answered_at = None;
    }

    fn is_surely_alive(&self) -> bool {
        let answered_at = self.answered_at;
        answered_at.is_some_and(|at| at.elapsed() < SURELY_ALIVE)
    }
}

impl Deref for Pooled {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.conn
    }
}

impl DerefMut for Pooled {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.conn
    }
}

/// A connection that answered so lately is not tried: on a busy portal that would be a question to the server for every
/// few that count.
const SURELY_ALIVE: Duration = Duration::from_secs(1);

/// The write-ahead log with full flushes: an accepted request survives a power cut. At 16 MB it is carried over into the
/// database: pages that are written again and again, as the ends of tables are, are then carried over once for many.
const SQLITE_SETTINGS: &str = "
    PRAGMA busy_timeout = 10000;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA foreign_keys = ON;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA temp_store = MEMORY;
    PRAGMA cache_size = -4000;
    PRAGMA mmap_size = 50331648;
";

const POSTGRES_SETTINGS: &str = "
    SET TIME ZONE 'UTC';
    SET statement_timeout = '30s';
    SET idle_in_transaction_session_timeout = '60s';
";

/// Opens connections for the pool. The `establish` that the enum derives tries each backend in
/// turn and hides the reason of a failure; a mistyped `postgres:` URL becomes a SQLite file.
#[derive(Clone)]
pub(super) struct Opener {
    url: String,
    /// Whether the last try found nobody.
    is_refused: Arc<AtomicBool>,
}

impl Opener {
    pub(super) fn new(url: &str) -> Self {
        Opener {
            url: url.to_owned(),
            is_refused: Arc::default(),
        }
    }

    /// Whether the last connection that was tried could not be opened.
    pub(super) fn is_refused(&self) -> bool {
        self.is_refused.load(Ordering::Relaxed)
    }

    pub(super) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite://")
    }

    /// One outside of the pool.
    pub(super) fn open(&self) -> Result<AnyConnection, diesel::r2d2::Error> {
        match self.url.split_once("://") {
            Some(("sqlite", path)) => {
                make_private(path);
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute(SQLITE_SETTINGS)
                    .map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Sqlite(conn))
            }
            Some(("postgres" | "postgresql", _)) => {
                let mut conn = PgConnection::establish(&self.url)?;
                conn.batch_execute(POSTGRES_SETTINGS)
                    .map_err(diesel::r2d2::Error::QueryError)?;
                Ok(AnyConnection::Postgres(conn))
            }
            _ => {
                let expected =
                    "expected sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME".to_owned();
                Err(ConnectionError::InvalidConnectionUrl(expected))?
            }
        }
    }
}

impl ManageConnection for Opener {
    type Connection = Pooled;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Pooled, Self::Error> {
        let opened = self.open();
        self.is_refused.store(opened.is_err(), Ordering::Relaxed);
        Ok(Pooled {
            conn: opened?,
            answered_at: Some(Instant::now()),
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), Self::Error> {
        if pooled.is_surely_alive() {
            return Ok(());
        }
        // A SQLite file does not go away; asking it each time costs a statement a page.
        if let AnyConnection::Postgres(conn) = &mut pooled.conn {
            conn.ping().map_err(diesel::r2d2::Error::QueryError)?;
            pooled.answered_at = Some(Instant::now());
        }
        Ok(())
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.conn.is_broken()
    }
}

/// A database that is not there yet is made for its owner alone: what it holds is everybody's. SQLite gives the files
/// beside it the same mode. Where it cannot be made, SQLite says so.
fn make_private(path: &str) {
    if !Path::new(path).exists() && !path.starts_with("file:") && path != ":memory:" {
        let mut options = OpenOptions::new();
        let _ = options.write(true).create_new(true).mode(0o600).open(path);
    }
}

/// Failures to connect go to the log, not to standard error.
#[derive(Debug)]
pub(super) struct LogErrors;

impl HandleError<diesel::r2d2::Error> for LogErrors {
    fn handle_error(&self, error: diesel::r2d2::Error) {
        tracing::error!(%error, "no database connection");
    }
}
