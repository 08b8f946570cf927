//! The worker: looks for due mails and jobs, and carries out several at once.
//!
//! Any number of workers may run on one database. Each claims what it works on, for a limited time, so one
//! that is killed loses nothing: what it held falls due again, and everything here is safe to repeat.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::carry_out::carry_out;
use super::{periodic, queries};
use crate::app::App;
use crate::audit::chain;
use crate::error::AppResult;
use crate::mail::claims;
use crate::mail::delivery::{self, SENDS_AT_ONCE};
use crate::mail::transport::Transport;

pub use super::carry_out::Outcome;

/// So many jobs run at once in one worker.
const JOBS_AT_ONCE: usize = 4;

/// It looks at least so often, for what other processes and the clock made due.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// So many batches of events are linked at one look.
const LINKS_AT_A_LOOK: usize = 8;

/// When it is told to stop, what runs may take so long to end. What does not is repeated by the next worker.
const STOPS_WITHIN: Duration = Duration::from_secs(20);

/// Works until `stop` completes, then ends what it is at.
pub async fn run(app: App, transport: Transport, stop: impl Future<Output = ()>) {
    let mut worker = Worker {
        app,
        transport,
        sending: JoinSet::new(),
        working: JoinSet::new(),
    };
    let mut stop = pin!(stop);
    let mut tick = interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        if let Err(error) = worker.look().await {
            tracing::error!(%error, "the worker could not look for work");
        }
        tokio::select! {
            () = &mut stop => break,
            _ = tick.tick() => {}
            () = worker.app.wake.notified() => {}
            Some(_) = worker.sending.join_next() => {}
            Some(_) = worker.working.join_next() => {}
        }
    }
    worker.end().await;
}

/// Works beside `main`, in the same process, until that ends; then ends what it is at.
pub async fn beside<T>(app: App, transport: Transport, main: impl Future<Output = T>) -> T {
    let (stop, stopped) = oneshot::channel::<()>();
    let working = tokio::spawn(run(app, transport, async {
        // That the other half is gone is what it waits for.
        let _ = stopped.await;
    }));
    let ended = main.await;
    drop(stop);
    if working.await.is_err() {
        tracing::error!("the worker had stopped before it was told to");
    }
    ended
}

/// Completes on SIGTERM and on Ctrl-C, also on those that come before it is first awaited. Call it in a runtime.
pub fn told_to_stop() -> impl Future<Output = ()> {
    let listen = |kind| signal(kind).expect("signals can be listened to");
    let mut terminated = listen(SignalKind::terminate());
    let mut interrupted = listen(SignalKind::interrupt());
    async move {
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
    }
}

struct Worker {
    app: App,
    transport: Transport,
    sending: JoinSet<delivery::Outcome>,
    working: JoinSet<Outcome>,
}

impl Worker {
    async fn look(&mut self) -> AppResult<()> {
        // What has ended by now makes room at this look.
        while self.sending.try_join_next().is_some() {}
        while self.working.try_join_next().is_some() {}
        let now = self.app.clock.now();
        let due = self.app.db.read(move |conn| {
            Ok([
                chain::is_any_unlinked(conn)?,
                claims::is_any_due(conn, now)?,
                periodic::is_any_due(conn, now)?,
                queries::is_any_due(conn, now)?,
            ])
        });
        let [events, mails, periodic, jobs] = due.await?;
        if events && let Err(error) = link_some_events(&self.app).await {
            // Mails and jobs go on: the chain can be linked later, whatever stands against it now.
            tracing::error!(%error, "events could not be linked into the audit chain");
        }
        if mails {
            self.take_mails().await?;
        }
        if periodic {
            let enqueue = move |conn: &mut _| periodic::enqueue_due(conn, now);
            self.app.db.write(enqueue).await?;
        }
        if jobs || periodic {
            self.take_jobs().await?;
        }
        if self.sending.is_empty() {
            self.transport.rest();
        }
        Ok(())
    }

    async fn take_mails(&mut self) -> AppResult<()> {
        let room = SENDS_AT_ONCE.saturating_sub(self.sending.len());
        for mail in delivery::claim(&self.app, room).await? {
            let (app, transport) = (self.app.clone(), self.transport.clone());
            self.sending.spawn(delivery::deliver(app, transport, mail));
        }
        Ok(())
    }

    async fn take_jobs(&mut self) -> AppResult<()> {
        let room = JOBS_AT_ONCE.saturating_sub(self.working.len());
        for claim in claim_jobs(&self.app, room).await? {
            self.working.spawn(carry_out(self.app.clone(), claim));
        }
        Ok(())
    }

    async fn end(mut self) {
        let ended = timeout(STOPS_WITHIN, async {
            while self.sending.join_next().await.is_some() {}
            while self.working.join_next().await.is_some() {}
        });
        if ended.await.is_err() {
            tracing::warn!("some work did not end in time; it will be repeated");
        }
        self.transport.rest();
    }
}

/// Links the events that are not in the audit chain yet.
pub async fn link_events(app: &App) -> AppResult<()> {
    while link_batch(app).await? > 0 {}
    Ok(())
}

/// The same, but no more than some at a look, so that mails and jobs do not wait while events come in.
async fn link_some_events(app: &App) -> AppResult<()> {
    for _ in 0..LINKS_AT_A_LOOK {
        if link_batch(app).await? == 0 {
            break;
        }
    }
    Ok(())
}

async fn link_batch(app: &App) -> AppResult<usize> {
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let link = move |conn: &mut _| chain::link(conn, &keys, now);
    app.db.write(link).await
}

/// Carries out all jobs that are due now, one after the other; returns how each ended.
pub async fn run_due(app: &App) -> AppResult<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    while let Some(claim) = claim_jobs(app, 1).await?.pop() {
        outcomes.push(carry_out(app.clone(), claim).await);
    }
    Ok(outcomes)
}

async fn claim_jobs(app: &App, limit: usize) -> AppResult<Vec<super::model::Claim>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let claim = move |conn: &mut _| Ok(queries::claim(conn, now, limit)?);
    // When the power fails, the job is claimed once more.
    app.db.write_behind(claim).await
}
