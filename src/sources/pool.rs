//! A few connections, lent and given back.

use std::{
    ops::Deref,
    sync::{Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::{Fault, SourceError};

/// At most so many connections of one kind.
pub(super) struct Pool<C> {
    key: String,
    most: usize,
    state: Mutex<State<C>>,
    freed: Condvar,
}

struct State<C> {
    idle: Vec<C>,
    open: usize,
}

/// A connection on loan; it goes back when dropped.
pub(super) struct Pooled<'a, C> {
    pool: &'a Pool<C>,
    connection: Option<C>,
    broken: bool,
    /// It was used before, so the other side may have closed it since.
    is_reused: bool,
}

impl<C> Pool<C> {
    pub fn new(key: &str, most: usize) -> Self {
        Self {
            key: key.to_owned(),
            most,
            state: Mutex::new(State {
                idle: Vec::new(),
                open: 0,
            }),
            freed: Condvar::new(),
        }
    }

    /// An idle connection, else a new one, else the next that is given back in time.
    pub fn take(
        &self,
        wait: Duration,
        connect: impl FnOnce() -> Result<C, SourceError>,
    ) -> Result<Pooled<'_, C>, SourceError> {
        let ends = Instant::now() + wait;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(connection) = state.idle.pop() {
                return Ok(self.lend(connection, true));
            }
            if state.open < self.most {
                state.open += 1;
                drop(state);
                return match connect() {
                    Ok(connection) => Ok(self.lend(connection, false)),
                    Err(error) => {
                        self.give_back(None);
                        Err(error)
                    }
                };
            }
            let left = ends.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(SourceError::new(&self.key, Fault::TimedOut));
            }
            let woken = self.freed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// A connection on which `start` has succeeded; those that the other side has closed meanwhile are thrown away.
    pub fn take_started<T>(
        &self,
        wait: Duration,
        connect: impl Fn() -> Result<C, SourceError>,
        mut start: impl FnMut(&C) -> Result<T, SourceError>,
    ) -> Result<(Pooled<'_, C>, T), SourceError> {
        let ends = Instant::now() + wait;
        loop {
            let left = ends.saturating_duration_since(Instant::now());
            let mut connection = self.take(left, &connect)?;
            match start(&connection) {
                Ok(started) => return Ok((connection, started)),
                Err(error) => {
                    if error.is_temporary() {
                        connection.discard();
                    }
                    let is_stale =
                        connection.is_reused && matches!(error.fault, Fault::Unavailable(_));
                    if !is_stale || Instant::now() >= ends {
                        return Err(error);
                    }
                }
            }
        }
    }

    const fn lend(&self, connection: C, is_reused: bool) -> Pooled<'_, C> {
        Pooled {
            pool: self,
            connection: Some(connection),
            broken: false,
            is_reused,
        }
    }

    fn give_back(&self, connection: Option<C>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match connection {
            Some(connection) => state.idle.push(connection),
            None => state.open -= 1,
        }
        drop(state);
        self.freed.notify_one();
    }
}

impl<C> Pooled<'_, C> {
    /// Closes the connection instead of giving it back.
    pub const fn discard(&mut self) {
        self.broken = true;
    }
}

impl<C> Deref for Pooled<'_, C> {
    type Target = C;

    fn deref(&self) -> &C {
        self.connection
            .as_ref()
            .expect("it is taken out when dropped only")
    }
}

impl<C> Drop for Pooled<'_, C> {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|_| !self.broken);
        self.pool.give_back(connection);
    }
}
