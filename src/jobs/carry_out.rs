//! One try at one job: run it, keep its lease meanwhile, settle it.

use std::time::Duration;

use super::backoff::{MOST_TRIES, pause_after};
use super::model::{Claim, Lease};
use super::{Job, queries};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::words::capital;

/// Well before the lease ends.
const RENEW_EVERY: Duration = Duration::from_secs(20);

/// Longer words are cut when they are kept.
const LONGEST_WORDS: usize = 400;

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It failed, and will be tried again.
    PutOff,
    /// It failed for good; staff can have it tried again.
    Failed,
}

/// Carries out a claimed job, on a blocking thread, and settles it.
pub async fn carry_out(app: App, claim: Claim) -> Outcome {
    let ended = run_and_renew(&app, &claim).await;
    let (id, kind, attempts) = (claim.id, claim.kind.clone(), claim.attempts);
    let outcome = match &ended {
        Ok(()) => Outcome::Done,
        Err(error) if attempts < MOST_TRIES && is_worth_another_try(error) => Outcome::PutOff,
        Err(_) => Outcome::Failed,
    };
    match &ended {
        Ok(()) => tracing::info!(id, kind, attempts, "job done"),
        Err(error) => tracing::warn!(id, kind, attempts, ?outcome, %error, "job failed"),
    }
    metrics::counter!("candor_jobs_total", "kind" => kind, "outcome" => outcome.as_str())
        .increment(1);
    match settle(&app, claim, outcome, ended.err()).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(id, "the lease of a job ended before the job did"),
        Err(error) => {
            tracing::error!(id, %error, "a job could not be settled; it will be repeated");
        }
    }
    outcome
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Outcome::Done => "done",
            Outcome::PutOff => "put_off",
            Outcome::Failed => "failed",
        }
    }
}

async fn run_and_renew(app: &App, claim: &Claim) -> AppResult<()> {
    let (its_app, its_claim) = (app.clone(), claim.clone());
    let lease = Lease::default();
    let its_lease = lease.clone();
    let mut running = tokio::task::spawn_blocking(move || {
        let job: Job = serde_json::from_str(&its_claim.payload)?;
        job.run(&its_app, &its_lease)
    });
    loop {
        tokio::select! {
            ended = &mut running => return ended?,
            () = tokio::time::sleep(RENEW_EVERY) => {
                let (now, renewed) = (app.clock.now(), claim.clone());
                let renewed = app.db.write(move |conn| Ok(queries::renew(conn, &renewed, now)?));
                match renewed.await {
                    Ok(true) => {}
                    Ok(false) => lease.lose(),
                    Err(error) => {
                        tracing::warn!(id = claim.id, %error, "the lease of a job could not be renewed");
                    }
                }
            }
        }
    }
}

/// Whether another try could end otherwise. What is gone, forbidden or settled stays so.
fn is_worth_another_try(error: &AppError) -> bool {
    match error {
        AppError::NotFound
        | AppError::Conflict(_)
        | AppError::Full(_)
        | AppError::AskedAlready(_)
        | AppError::BadRequest(_)
        | AppError::TooLarge
        | AppError::TooSlow
        | AppError::Unauthorized
        | AppError::Forbidden
        | AppError::SignInRequired
        | AppError::StepUpRequired => false,
        AppError::TooMany(_)
        | AppError::Unavailable(_)
        | AppError::Database(_)
        | AppError::Template(_)
        | AppError::Internal(_) => true,
    }
}

fn words_for_staff(error: &AppError) -> String {
    let cut = |text: &str| text.chars().take(LONGEST_WORDS).collect::<String>();
    match error {
        AppError::NotFound => "What it was for is no longer there.".to_owned(),
        AppError::Conflict(sentence)
        | AppError::Full(sentence)
        | AppError::BadRequest(sentence) => sentence.clone(),
        AppError::Unavailable(cause) => capital(&cut(cause)),
        other => cut(&other.to_string()),
    }
}

async fn settle(
    app: &App,
    claim: Claim,
    outcome: Outcome,
    error: Option<AppError>,
) -> AppResult<bool> {
    let now = app.clock.now();
    let words = error.as_ref().map(words_for_staff).unwrap_or_default();
    let own = app.clone();
    let settle = move |conn: &mut _| {
        let next = now + pause_after(claim.attempts);
        Ok(match outcome {
            Outcome::Done => queries::finish(conn, &claim, now)?,
            Outcome::PutOff => queries::put_off(conn, &claim, &words, next)?,
            Outcome::Failed => {
                let is_ours = queries::fail(conn, &claim, &words, now)?;
                // What is no job of this version has nothing to give up.
                if is_ours && let Ok(job) = serde_json::from_str::<Job>(&claim.payload) {
                    job.give_up(conn, &own, &words)?;
                }
                is_ours
            }
        })
    };
    // A job that is done is safe to repeat, should the power fail.
    app.db.write_behind(settle).await
}
