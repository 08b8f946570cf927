//! Pages read sources on threads of their own, and only so many at once: a source that hangs then holds up nobody who
//! needs no source, such as whoever opts out.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    time::timeout,
};

use super::Sources;
use crate::error::{AppError, AppResult};

/// So many pages read sources at once. A source lends fewer connections, so that more would only wait for them.
const AT_ONCE: usize = 16;

/// So long a page waits for its turn: as long as a rush lasts, not as long as a source may hang.
const WAITS: Duration = Duration::from_secs(1);

static THREADS: LazyLock<Runtime> = LazyLock::new(|| {
    let threads = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("sources")
        .build();
    threads.expect("a machine that runs a server has a thread left")
});

/// Who may read sources for a page now.
pub(super) struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Sources {
    /// Does work that reads sources for a page.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when too many pages wait for sources already.
    pub async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> AppResult<T> {
        let turn = timeout(WAITS, self.0.turns.0.clone().acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            let why = "too many pages wait for the sources";
            return Err(AppError::Unavailable(why.to_owned()));
        };
        // The turn ends with the work, not with the page: whoever leaves does not make room for a thread more.
        let working = THREADS.spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        Ok(working.await?)
    }
}
