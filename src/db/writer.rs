//! SQLite's one writer: a thread that runs each unit of work so that it can be rolled back alone, and commits
//! all that has queued up at once. An answer goes out only after the commit is on disk, but for what may be lost with
//! the machine's power.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use diesel::result::Error;
use tokio::sync::oneshot;

use super::AnyConnection;
use super::connection::Opener;
use crate::error::{AppError, AppResult};

type Manager = <AnyConnection as Connection>::TransactionManager;

/// So many units share a commit at most: it bounds how long the first of them waits.
const LARGEST_BATCH: usize = 256;

/// What a unit of work that was answered outlives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    /// A power cut: the commit waits for the disk.
    Always,
    /// The end of this process, however it comes, but not a power cut.
    WhilePowered,
}

/// Something to be written, and who waits for it.
trait Unit: Send {
    /// What its commit outlives.
    fn lasts(&self) -> Lasts;

    /// Whether it may run again after it was rolled back.
    fn is_repeatable(&self) -> bool;

    /// Runs it and keeps what it came to; whether it succeeded.
    fn run(&mut self, conn: &mut AnyConnection) -> bool;

    /// Tells the caller what it came to, once it is known how the commit went.
    fn answer(self: Box<Self>, committed: Result<(), String>);
}

type Work<T> = Box<dyn FnMut(&mut AnyConnection) -> AppResult<T> + Send>;

struct Waiting<T> {
    lasts: Lasts,
    is_repeatable: bool,
    work: Work<T>,
    result: Option<AppResult<T>>,
    caller: oneshot::Sender<AppResult<T>>,
}

impl<T: Send> Unit for Waiting<T> {
    fn lasts(&self) -> Lasts {
        self.lasts
    }

    fn is_repeatable(&self) -> bool {
        self.is_repeatable
    }

    fn run(&mut self, conn: &mut AnyConnection) -> bool {
        let result = self.result.insert((self.work)(conn));
        result.is_ok()
    }

    fn answer(self: Box<Self>, committed: Result<(), String>) {
        let Waiting { result, caller, .. } = *self;
        let committed = committed.map_err(AppError::Unavailable);
        let result = committed.and_then(|()| result.expect("what is committed has run"));
        // A caller that has gone away needs no answer.
        let _ = caller.send(result);
    }
}

pub(super) struct Writer(Sender<Box<dyn Unit>>);

impl Writer {
    pub(super) fn start(opener: Opener) -> AppResult<Self> {
        let conn = connect(&opener).map_err(AppError::Unavailable)?;
        let (sender, units) = channel();
        thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || write_until_closed(&opener, conn, &units))
            .map_err(anyhow::Error::from)?;
        Ok(Writer(sender))
    }

    /// Queues a unit of work. The answer comes after the commit; it never comes if the writer is gone.
    pub(super) fn send<T: Send + 'static>(
        &self,
        lasts: Lasts,
        work: impl FnOnce(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> oneshot::Receiver<AppResult<T>> {
        let mut work = Some(work);
        let work = move |conn: &mut AnyConnection| work.take().expect("it runs once")(conn);
        self.queue((lasts, false), work)
    }

    /// The same for work that can be repeated: it shares a savepoint with its neighbours.
    pub(super) fn send_repeatable<T: Send + 'static>(
        &self,
        work: impl Fn(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> oneshot::Receiver<AppResult<T>> {
        self.queue((Lasts::Always, true), work)
    }

    fn queue<T: Send + 'static>(
        &self,
        (lasts, is_repeatable): (Lasts, bool),
        work: impl FnMut(&mut AnyConnection) -> AppResult<T> + Send + 'static,
    ) -> oneshot::Receiver<AppResult<T>> {
        let (caller, receiver) = oneshot::channel();
        // A unit that cannot be queued is dropped, and its receiver learns of it.
        let _ = self.0.send(Box::new(Waiting {
            lasts,
            is_repeatable,
            work: Box::new(work),
            result: None,
            caller,
        }));
        receiver
    }
}

fn connect(opener: &Opener) -> Result<AnyConnection, String> {
    opener.open().map_err(|error| error.to_string())
}

fn write_until_closed(opener: &Opener, mut conn: AnyConnection, units: &Receiver<Box<dyn Unit>>) {
    let mut left = None;
    while let Some(first) = left.take().or_else(|| units.recv().ok()) {
        let mut batch = vec![first];
        let next = || units.try_recv().ok();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            write_batch(&mut conn, &mut batch, next, &mut left)
        }));
        let panicked = || Err("another unit of work in the same commit panicked".to_owned());
        let outcome = outcome.unwrap_or_else(|_| panicked());
        if outcome.is_err() || conn.is_broken() {
            // Nothing of the old connection can be trusted, not even what it believes of its transaction.
            match connect(opener) {
                Ok(fresh) => conn = fresh,
                Err(error) => {
                    tracing::error!(error, "the writer could not open its database again");
                }
            }
        }
        for unit in batch {
            unit.answer(outcome.clone());
        }
    }
}

/// All or nothing of the batch is committed, its first unit and those that have queued up. A unit that fails is rolled
/// back alone. One that has to last longer than the first does is left.
///
/// SQLite copies each page that changes in a savepoint, once for each savepoint. So units that can be repeated share
/// one, as long as none of them fails; then those of that savepoint run again, each in one of its own.
fn write_batch(
    conn: &mut AnyConnection,
    batch: &mut Vec<Box<dyn Unit>>,
    next: impl Fn() -> Option<Box<dyn Unit>>,
    left: &mut Option<Box<dyn Unit>>,
) -> Result<(), String> {
    let lasts = batch[0].lasts();
    set_flush(conn, lasts).map_err(in_words)?;
    begin(conn).map_err(in_words)?;
    let mut shared_from = None;
    for at in 0..LARGEST_BATCH {
        if at > 0 {
            let Some(unit) = next() else { break };
            if lasts == Lasts::WhilePowered && unit.lasts() == Lasts::Always {
                *left = Some(unit);
                break;
            }
            batch.push(unit);
        }
        if batch[at].is_repeatable() {
            run_shared(conn, batch, &mut shared_from)?;
        } else {
            if shared_from.take().is_some() {
                Manager::commit_transaction(conn).map_err(in_words)?;
            }
            run_alone(conn, &mut batch[at])?;
        }
        if !in_transaction(conn) {
            return Err("the database gave up the transaction".to_owned());
        }
    }
    if shared_from.is_some() {
        Manager::commit_transaction(conn).map_err(in_words)?;
    }
    Manager::commit_transaction(conn).map_err(in_words)
}

/// The last unit, in the savepoint that it shares with those from that position on. If it fails, each of them runs again
/// alone.
fn run_shared(
    conn: &mut AnyConnection,
    batch: &mut [Box<dyn Unit>],
    shared_from: &mut Option<usize>,
) -> Result<(), String> {
    let at = batch.len() - 1;
    if shared_from.is_none() {
        Manager::begin_transaction(conn).map_err(in_words)?;
    }
    let from = *shared_from.get_or_insert(at);
    if batch[at].run(conn) {
        return Ok(());
    }
    Manager::rollback_transaction(conn).map_err(in_words)?;
    *shared_from = None;
    let mut again = batch[from..].iter_mut();
    again.try_for_each(|unit| run_alone(conn, unit))
}

/// In a savepoint of its own.
fn run_alone(conn: &mut AnyConnection, unit: &mut Box<dyn Unit>) -> Result<(), String> {
    let run = |conn: &mut AnyConnection| {
        let succeeded = unit.run(conn);
        succeeded.then_some(()).ok_or(Error::RollbackTransaction)
    };
    match conn.transaction(run) {
        Ok(()) | Err(Error::RollbackTransaction) => Ok(()),
        Err(error) => Err(in_words(error)),
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`map_err` hands the error over"
)]
fn in_words(error: Error) -> String {
    error.to_string()
}

/// Without the flush, a commit is in the write-ahead log as the kernel has it, and on the disk with the next flush.
fn set_flush(conn: &mut AnyConnection, lasts: Lasts) -> QueryResult<()> {
    conn.batch_execute(match lasts {
        Lasts::Always => "PRAGMA synchronous = FULL",
        Lasts::WhilePowered => "PRAGMA synchronous = NORMAL",
    })
}

/// Takes the write lock at the start: a plain `BEGIN` that reads before it writes fails with
/// "database is locked" as soon as another process writes in between.
fn begin(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
        }
        AnyConnection::Postgres(_) => Manager::begin_transaction(conn),
    }
}

/// Some failures (a full disk, for one) make SQLite roll back everything by itself.
fn in_transaction(conn: &mut AnyConnection) -> bool {
    let AnyConnection::Sqlite(conn) = conn else {
        return true;
    };
    let status = AnsiTransactionManager::transaction_manager_status_mut(conn);
    status
        .transaction_depth()
        .is_ok_and(|depth| depth.is_some())
}
