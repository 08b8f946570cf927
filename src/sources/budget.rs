//! The time of a call. Each source has as much as any other, for itself, so that one that hangs takes none of theirs.

use std::{
    cell::RefCell,
    collections::HashMap,
    time::{Duration, Instant},
};

use super::{Connected, Inner, Limits, SourceError};

/// The time that is left to one source.
#[derive(Clone, Copy)]
pub(super) struct Budget(Instant);

impl Budget {
    pub fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// The time that is left to each source.
pub(super) struct Budgets<'a> {
    inner: &'a Inner,
    limit: fn(&Limits) -> Duration,
    spent: RefCell<HashMap<String, Duration>>,
}

impl<'a> Budgets<'a> {
    /// For a call that reads for a page.
    pub fn for_page(inner: &'a Inner) -> Self {
        Self::new(inner, |limits| limits.read)
    }

    /// For a step of something longer.
    pub fn for_step(inner: &'a Inner) -> Self {
        Self::new(inner, |limits| limits.step)
    }

    fn new(inner: &'a Inner, limit: fn(&Limits) -> Duration) -> Self {
        Self {
            inner,
            limit,
            spent: RefCell::default(),
        }
    }

    /// What a source has left, if all of it goes from now on.
    pub fn of(&self, source: &str) -> Budget {
        let spent = self.spent.borrow().get(source).copied();
        let limit = (self.limit)(&self.inner.limits(source));
        Budget(Instant::now() + limit.saturating_sub(spent.unwrap_or_default()))
    }

    /// Does what takes the time of one source.
    pub fn spend<T>(&self, source: &str, work: impl FnOnce(Budget) -> T) -> T {
        let start = Instant::now();
        let done = work(self.of(source));
        self.note(source, start.elapsed());
        done
    }

    /// Does one piece of work per source, side by side, each in the time that it has left.
    pub fn side_by_side<T: Send, R: Send>(
        &self,
        work: impl IntoIterator<Item = (String, T)>,
        of: impl Fn(&Connected, T, Budget) -> Result<R, SourceError> + Sync,
    ) -> Vec<(String, Result<R, SourceError>)> {
        let work = work.into_iter().map(|(source, work)| {
            let budget = self.of(&source);
            (source, (work, budget))
        });
        let timed = self.inner.side_by_side(work, |connected, (work, budget)| {
            let start = Instant::now();
            let done = of(connected, work, budget);
            Ok((done, start.elapsed()))
        });
        let noted = timed.into_iter().map(|(source, timed)| {
            let done = timed.and_then(|(done, spent)| {
                self.note(&source, spent);
                done
            });
            (source, done)
        });
        noted.collect()
    }

    fn note(&self, source: &str, spent: Duration) {
        *self
            .spent
            .borrow_mut()
            .entry(source.to_owned())
            .or_default() += spent;
    }
}
