//! The signed call to a recipient's URL.
//!
//! `Candor-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 over `<seconds>.<body>` under the recipient's own secret.
//! `Idempotency-Key` is the same in every try, so that a call that came twice is done once. 2xx confirms it; 4xx
//! refuses it, but for 408, 425 and 429, which like 5xx and silence have the call repeated.

use data_encoding::HEXLOWER;

use super::content;
use super::model::{Channel, Notice, NoticeState};
use super::queries::{self, Move};
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::jobs::backoff::pause_after;
use crate::jobs::{self, Job};
use crate::keys::{Keys, hmac_hex};

/// So often a call is tried before it is given up; about two days.
pub const MOST_TRIES: i32 = 12;

/// The secret under which a recipient's calls are signed, in hex.
pub fn secret(keys: &Keys, recipient: &str) -> String {
    HEXLOWER.encode(&keys.derive(&format!("webhook {recipient}")))
}

/// The job: one try.
pub fn call(app: &App, notice_id: i64) -> AppResult<()> {
    let own = app.clone();
    let (notice, body) = app.db.read_now(|conn| {
        let (notice, cause) = queries::find(conn, notice_id)?;
        let handles = content::handles(conn, &own, &cause)?;
        let told = content::told(conn, &own, &cause)?;
        let body = content::body(&own, (&notice, &cause), &handles, told);
        Ok((notice, serde_json::to_string(&body)?))
    })?;
    if notice.state != NoticeState::Waiting || notice.channel != Channel::Webhook {
        return Ok(());
    }
    let recipient = app.register.recipient(&notice.recipient);
    let url = recipient.and_then(|it| it.contact.as_deref());
    let answered = match url {
        Some(url) => {
            let headers = headers(app, &notice, &body);
            let call = app.outbound.post(url, &headers, body);
            tokio::runtime::Handle::current().block_on(call)
        }
        None => Err(AppError::BadRequest(
            "The register names no address of this recipient.".to_owned(),
        )),
    };
    settle(app, notice, answered)
}

fn headers(app: &App, notice: &Notice, body: &str) -> Vec<(&'static str, String)> {
    let at = app.clock.now().and_utc().timestamp();
    let secret = secret(&app.keys, &notice.recipient);
    let signature = hmac_hex(secret.as_bytes(), format!("{at}.{body}").as_bytes());
    vec![
        ("content-type", "application/json".to_owned()),
        ("idempotency-key", notice.key.clone()),
        ("candor-signature", format!("t={at},v1={signature}")),
    ]
}

fn settle(app: &App, notice: Notice, answered: AppResult<u16>) -> AppResult<()> {
    let now = app.clock.now();
    let to = outcome(&notice, answered);
    app.db.write_now(move |conn| {
        let goes_on = to.state == NoticeState::Waiting;
        if queries::advance(conn, &notice, &to, now)? && goes_on {
            let job = Job::CallRecipient {
                notice_id: notice.id,
            };
            jobs::enqueue_at(conn, &job, now + pause_after(notice.attempts + 1), now)?;
        }
        Ok(())
    })
}

fn outcome(notice: &Notice, answered: AppResult<u16>) -> Move {
    let again = if notice.attempts + 1 >= MOST_TRIES {
        NoticeState::Failed
    } else {
        NoticeState::Waiting
    };
    let (state, words) = match answered {
        Ok(200..300) => (NoticeState::Acknowledged, None),
        Ok(status) => {
            let is_final = (400..500).contains(&status) && !matches!(status, 408 | 425 | 429);
            let state = if is_final {
                NoticeState::Refused
            } else {
                again
            };
            (state, Some(format!("It answered {status}.")))
        }
        Err(AppError::BadRequest(sentence)) => (NoticeState::Failed, Some(sentence)),
        Err(error) => (again, Some(error.to_string().chars().take(200).collect())),
    };
    Move { state, words }
}
