//! Sources that fail on purpose, for tests and drills.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    Change, EachOf, EachRow, Fault, Form, Query, Schema, Select, Source, SourceError, Transaction,
    Usage, Value,
};

/// What is wrong with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing.
    #[default]
    Healthy,
    /// It cannot be reached.
    Down,
    /// Each call takes this long, and no longer than the caller allows.
    Slow(Duration),
    /// The connection breaks at the n-th change of a transaction, counted from 1.
    BreaksAt(u64),
    /// The connection breaks when a transaction is to be committed.
    BreaksAtCommit,
    /// It commits, but the answer is lost.
    BreaksAfterCommit,
}

/// A source that counts calls and fails as told.
pub struct Faulty {
    inner: Arc<dyn Source>,
    mode: Mutex<Mode>,
    reads: AtomicU64,
    rows: AtomicU64,
}

impl Faulty {
    /// A healthy one around another.
    pub fn new(inner: Arc<dyn Source>) -> Self {
        Self {
            inner,
            mode: Mutex::default(),
            reads: AtomicU64::new(0),
            rows: AtomicU64::new(0),
        }
    }

    /// Fails in this way from now on.
    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }

    /// How many reads it was asked for.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// How many rows met what was asked for: those that were handed over, and those that were counted.
    pub fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    fn note(&self, select: &Select<'_>, row: &[Value]) {
        let met = match (select.form, row.last()) {
            (Form::Groups, Some(Value::Integer(rows))) => u64::try_from(*rows).unwrap_or(0),
            _ => 1,
        };
        self.rows.fetch_add(met, Ordering::Relaxed);
    }

    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn broken(&self) -> SourceError {
        SourceError::new(self.inner.key(), Fault::Unavailable("simulated".to_owned()))
    }

    fn meet(&self, wait: Duration) -> Result<(), SourceError> {
        match self.mode() {
            Mode::Down => Err(self.broken()),
            Mode::Slow(time) => {
                std::thread::sleep(time.min(wait));
                let in_time = time <= wait;
                in_time
                    .then_some(())
                    .ok_or_else(|| SourceError::new(self.inner.key(), Fault::TimedOut))
            }
            _ => Ok(()),
        }
    }
}

impl Source for Faulty {
    fn key(&self) -> &str {
        self.inner.key()
    }

    fn is_untyped(&self) -> bool {
        self.inner.is_untyped()
    }

    fn usage(&self) -> Usage {
        self.inner.usage()
    }

    fn place(&self) -> Option<&str> {
        self.inner.place()
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        self.meet(wait)?;
        self.inner.ping(wait)
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        self.meet(wait)?;
        self.inner.schema(wait)
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.meet(wait)?;
        self.inner.select(select, wait, &mut |row| {
            self.note(select, &row);
            each(row)
        })
    }

    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        self.reads
            .fetch_add(selects.len() as u64, Ordering::Relaxed);
        match self.meet(wait) {
            Ok(()) => self.inner.select_all(selects, wait, &mut |at, row| {
                self.note(&selects[at], &row);
                each(at, row);
            }),
            Err(error) => vec![Err(error); selects.len()],
        }
    }

    fn query(
        &self,
        query: &Query<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.meet(wait)?;
        self.inner.query(query, wait, each)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        self.meet(wait)?;
        Ok(Box::new(FaultyTransaction {
            source: self,
            inner: self.inner.begin(wait)?,
            changes: 0,
        }))
    }
}

struct FaultyTransaction<'a> {
    source: &'a Faulty,
    inner: Box<dyn Transaction + 'a>,
    changes: u64,
}

impl Transaction for FaultyTransaction<'_> {
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.inner.select(select, wait, each)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        self.changes += 1;
        if self.source.mode() == Mode::BreaksAt(self.changes) {
            return Err(self.source.broken());
        }
        self.inner.change(change)
    }

    fn commit(self: Box<Self>) -> Result<(), SourceError> {
        let mode = self.source.mode();
        if mode == Mode::BreaksAtCommit {
            return Err(self.source.broken());
        }
        self.inner.commit()?;
        if mode == Mode::BreaksAfterCommit {
            return Err(self.source.broken());
        }
        Ok(())
    }
}
