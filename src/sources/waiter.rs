//! A runtime of one's own, on which a call can be waited for and given up when its time is over.

use tokio::runtime::{Builder, Runtime};

use super::Fault;

/// It may be dropped anywhere: tokio panics where a runtime that waits for its threads is dropped among the tasks of
/// another.
pub(super) struct Waiter(Option<Runtime>);

impl Waiter {
    pub fn start() -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Fault::Failed(error.kind().to_string()))?;
        Ok(Self(Some(runtime)))
    }

    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let runtime = self.0.as_ref();
        runtime.expect("it ends when dropped only").block_on(future)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
