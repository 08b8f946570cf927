//! One try at one mail: compose it, hand it over, settle how that went.

use super::claims::{self, Claim};
use super::mask::masked;
use super::transport::{Refusal, Transport};
use crate::app::App;
use crate::error::AppResult;
use crate::jobs::backoff::{MOST_TRIES, pause_after};

/// So many mails are on their way at once in one worker.
pub const SENDS_AT_ONCE: usize = 8;

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The next server has it.
    Sent,
    /// It will be tried again.
    PutOff,
    /// It was refused for good, or too often; staff see it.
    Failed,
}

/// Takes due mails, at most `limit`.
pub async fn claim(app: &App, limit: usize) -> AppResult<Vec<Claim>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.now();
    let claim = move |conn: &mut _| Ok(claims::claim(conn, now, limit)?);
    // It has not gone yet: when the power fails, it is claimed once more.
    app.db.write_behind(claim).await
}

/// Sends a claimed mail and settles it.
pub async fn deliver(app: App, transport: Transport, mail: Claim) -> Outcome {
    let ended = transport.send(&mail).await;
    let outcome = match &ended {
        Ok(()) => Outcome::Sent,
        Err(refusal) if refusal.lasts || mail.attempts >= MOST_TRIES => Outcome::Failed,
        Err(_) => Outcome::PutOff,
    };
    report(&mail, outcome, ended.as_ref().err());
    let id = mail.id;
    match settle(&app, mail, outcome, ended.err()).await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(id, "the lease of a mail ended before it was sent"),
        Err(error) => {
            tracing::error!(id, %error, "a mail could not be settled; it will be sent again");
        }
    }
    outcome
}

/// Delivers all mails that are due now, one after the other; returns how each try ended.
pub async fn deliver_due(app: &App, transport: &Transport) -> AppResult<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    while let Some(mail) = claim(app, 1).await?.pop() {
        outcomes.push(deliver(app.clone(), transport.clone(), mail).await);
    }
    Ok(outcomes)
}

fn report(mail: &Claim, outcome: Outcome, refusal: Option<&Refusal>) {
    let recipient = masked(&mail.recipient);
    let (id, kind, attempts) = (mail.id, &mail.kind, mail.attempts);
    match refusal {
        None => tracing::info!(id, kind, recipient, attempts, "mail sent"),
        Some(refusal) => {
            let reason = &refusal.words;
            tracing::warn!(
                id,
                kind,
                recipient,
                attempts,
                ?outcome,
                reason,
                "mail not sent"
            );
        }
    }
    let outcome = match outcome {
        Outcome::Sent => "sent",
        Outcome::PutOff => "put_off",
        Outcome::Failed => "failed",
    };
    metrics::counter!("candor_mails_total", "outcome" => outcome).increment(1);
}

async fn settle(
    app: &App,
    mail: Claim,
    outcome: Outcome,
    refusal: Option<Refusal>,
) -> AppResult<bool> {
    let now = app.clock.now();
    let words = refusal.map(|refusal| refusal.words).unwrap_or_default();
    let settled = app.db.write(move |conn| {
        let next = now + pause_after(mail.attempts);
        Ok(match outcome {
            Outcome::Sent => claims::mark_sent(conn, &mail, now)?,
            Outcome::PutOff => claims::put_off(conn, &mail, &words, next)?,
            Outcome::Failed => claims::give_up(conn, &mail, &words, now)?,
        })
    });
    settled.await
}
