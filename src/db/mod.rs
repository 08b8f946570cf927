//! One connection type for SQLite and PostgreSQL, and the doors to it: [`Db::read`] (or [`Db::look_up`]) and [`Db::write`].
//!
//! Work is synchronous and runs on a blocking thread. On PostgreSQL a write is a transaction on a pooled
//! connection. On SQLite all writes go through one thread that commits what has queued up together
//! ([`writer`]): a commit waits for the disk, and waiting once for many is what makes it fast.

mod backup;
mod connection;
mod counted;
mod locks;
mod master_secret;
mod migrations;
mod pulse;
pub mod schema;
pub mod switches;
mod text_enum;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::Pool;
use tokio::sync::oneshot::error::RecvError;

use crate::error::{AppError, AppResult};
use connection::Opener;
use pulse::Pulse;
use writer::{Lasts, Writer};

pub use backup::{backup, without_password};
pub use connection::AnyConnection;
pub use counted::{COUNTED, Count, count_up_to};
pub use locks::AdvisoryLock;
pub use master_secret::claim;
pub use migrations::{History, history, migrate};
pub use text_enum::OptionalText;
pub(crate) use text_enum::text_enum;

/// Compiles one diesel expression natively for each backend, where `MultiConnection` cannot
/// (upserts, batch inserts, `for_update`), and for what runs with every request: the backend's own statement is not
/// written anew each time.
macro_rules! both {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn {
            $crate::db::AnyConnection::Sqlite($c) => $body,
            $crate::db::AnyConnection::Postgres($c) => $body,
        }
    };
}
pub(crate) use both;

/// So long somebody waits for a connection that others use, or that is being opened.
const PATIENCE: Duration = Duration::from_secs(10);

/// So long while there is none, and none can be opened.
const A_MOMENT: Duration = Duration::from_secs(1);

/// The portal's own database.
#[derive(Clone)]
pub struct Db(Arc<Doors>);

struct Doors {
    pool: Pool<Opener>,
    opener: Opener,
    /// Present on SQLite alone.
    writer: Option<Writer>,
    pulse: Pulse,
}

impl Db {
    /// Opens `sqlite://PATH` or `postgres://…`, with a pool of at most that many connections.
    pub fn open(url: &str, connections: u32) -> AppResult<Self> {
        let opener = Opener::new(url);
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(connection::LogErrors))
            .build(opener.clone())?;
        let writer = if opener.is_sqlite() {
            Some(Writer::start(opener.clone())?)
        } else {
            None
        };
        let pulse = Pulse::default();
        Ok(Db(Arc::new(Doors {
            pool,
            opener,
            writer,
            pulse,
        })))
    }

    /// Runs queries on a blocking thread.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.read_now(work)).await?
    }

    /// Runs a few queries by key: an account's session, the choices of a person. SQLite answers them sooner than
    /// another thread could take them over, so there they are answered on this one while a connection is free.
    /// Whatever may take longer belongs into [`Db::read`], for nobody else is served here meanwhile.
    pub async fn look_up<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        if self.is_sqlite()
            && let Some(mut conn) = self.0.pool.try_get()
        {
            return work(&mut conn);
        }
        self.read(work).await
    }

    /// Runs queries in one write transaction: all of it is on disk when this returns, or none.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        if let Some(writer) = &self.0.writer {
            return written(writer.send(Lasts::Always, work).await);
        }
        let db = self.clone();
        tokio::task::spawn_blocking(move || db.write_now(work)).await?
    }

    /// As [`Db::write`], but nobody waits for the disk: for what may be forgotten when the power fails, as it is done
    /// again then. Whatever anybody is told of belongs into [`Db::write`].
    pub async fn write_behind<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        if let Some(writer) = &self.0.writer {
            return written(writer.send(Lasts::WhilePowered, work).await);
        }
        self.write(|conn| {
            conn.batch_execute("SET LOCAL synchronous_commit = off")?;
            work(conn)
        })
        .await
    }

    /// As [`Db::write`], for what many do at once: it may be run a second time after its first run was rolled back,
    /// which saves SQLite most of its bookkeeping.
    pub async fn write_repeatable<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        if let Some(writer) = &self.0.writer {
            return written(writer.send_repeatable(work).await);
        }
        self.write(work).await
    }

    /// As [`Db::read`], for code that already runs on a blocking thread.
    pub fn read_now<T>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T>,
    ) -> AppResult<T> {
        self.on_pooled(work)
    }

    /// As [`Db::write`], for code that already runs on a blocking thread. It panics in async code.
    pub fn write_now<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> AppResult<T> {
        if let Some(writer) = &self.0.writer {
            return written(writer.send(Lasts::Always, work).blocking_recv());
        }
        self.on_pooled(|conn| conn.transaction(work))
    }

    fn on_pooled<T>(&self, work: impl FnOnce(&mut AnyConnection) -> AppResult<T>) -> AppResult<T> {
        let mut pooled = self.0.pool.get_timeout(self.patience())?;
        let done = work(&mut pooled);
        if done.is_err() {
            pooled.doubt();
        }
        done
    }

    /// How long to wait for a connection: a moment where the server is away, since nobody gives one back then.
    fn patience(&self) -> Duration {
        let is_away = self.0.opener.is_refused() && self.0.pool.state().connections == 0;
        if is_away { A_MOMENT } else { PATIENCE }
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.0.writer.is_some()
    }
}

/// What the writer answered, if it did.
fn written<T>(answer: Result<AppResult<T>, RecvError>) -> AppResult<T> {
    let gone = || AppError::Unavailable("the writer has stopped; nothing was written".to_owned());
    answer.unwrap_or_else(|_| Err(gone()))
}
