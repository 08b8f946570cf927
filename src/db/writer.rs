//! SQLite's one writer: a thread that runs each unit of work in a savepoint of its own and commits
//! all that has queued up at once. An answer goes out only after the commit is on disk, but for what may be lost with
//! the machine's power.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};
use tokio::sync::oneshot;

use super::AnyConnection;
use super::connection::Opener;
use crate::error::{AppError, AppResult};

type Manager = <AnyConnection as Connection>::TransactionManager;

/// So many units share a commit at most: it bounds how long the first of them waits.
const LARGEST_BATCH: usize = 256;

/// What is to be done.
struct Unit {
    /// Runs in the savepoint; what it returns tells the waiting caller how the commit went.
    work: Box<dyn FnOnce(&mut AnyConnection) -> Answer + Send>,
    lasts: Lasts,
}

/// What a unit of work that was answered outlives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasts {
    /// A power cut: the commit waits for the disk.
    Always,
    /// The end of this process, however it comes, but not a power cut.
    WhilePowered,
}

type Answer = Box<dyn FnOnce(Result<(), String>) + Send>;

pub(super) struct Writer(Sender<Unit>);

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
        let (answer, receiver) = oneshot::channel();
        let work = Box::new(move |conn: &mut AnyConnection| {
            let result = conn.transaction(work);
            Box::new(move |committed: Result<(), String>| {
                let result = committed.map_err(AppError::Unavailable).and(result);
                // A caller that has gone away needs no answer.
                let _ = answer.send(result);
            }) as Answer
        });
        // A unit that cannot be queued is dropped, and its receiver learns of it.
        let _ = self.0.send(Unit { work, lasts });
        receiver
    }
}

fn connect(opener: &Opener) -> Result<AnyConnection, String> {
    opener.connect().map_err(|error| error.to_string())
}

fn write_until_closed(opener: &Opener, mut conn: AnyConnection, units: &Receiver<Unit>) {
    let mut waiting = None;
    while let Some(first) = waiting.take().or_else(|| units.recv().ok()) {
        let next = || units.try_recv().ok();
        let (answers, outcome) = write_batch(&mut conn, first, next, &mut waiting);
        if outcome.is_err() || conn.is_broken() {
            // Nothing of the old connection can be trusted, not even what it believes of its transaction.
            match connect(opener) {
                Ok(fresh) => conn = fresh,
                Err(error) => {
                    tracing::error!(error, "the writer could not open its database again");
                }
            }
        }
        for answer in answers {
            answer(outcome.clone());
        }
    }
}

/// All or nothing of the batch is committed. A unit that fails is rolled back alone. One that has to last longer than the
/// first does is left waiting.
fn write_batch(
    conn: &mut AnyConnection,
    first: Unit,
    units: impl Fn() -> Option<Unit>,
    waiting: &mut Option<Unit>,
) -> (Vec<Answer>, Result<(), String>) {
    let mut answers = Vec::new();
    let lasts = first.lasts;
    if let Err(error) = set_flush(conn, lasts).and_then(|()| begin(conn)) {
        answers.push(Box::new(move |_| drop(first)) as Answer);
        return (answers, Err(error.to_string()));
    }
    let mut next = Some(first);
    while let Some(unit) = next {
        match catch_unwind(AssertUnwindSafe(|| (unit.work)(conn))) {
            Ok(answer) => answers.push(answer),
            Err(_) => {
                return (
                    answers,
                    Err("another unit of work in the same commit panicked".to_owned()),
                );
            }
        }
        if !in_transaction(conn) {
            return (
                answers,
                Err("the database gave up the transaction".to_owned()),
            );
        }
        next = if answers.len() < LARGEST_BATCH {
            units()
        } else {
            None
        };
        if lasts == Lasts::WhilePowered {
            *waiting = next.take_if(|it| it.lasts == Lasts::Always);
        }
    }
    let committed = Manager::commit_transaction(conn).map_err(|error| error.to_string());
    (answers, committed)
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
