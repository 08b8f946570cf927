//! The signed call to a recipient's URL.
//!
//! `Candor-Signature: t=<seconds>,v1=<hex>` is HMAC-SHA256 over `<seconds>.<body>` under the recipient's own secret.
//! `Idempotency-Key` is the same in every try, so that a call that came twice is done once. 2xx confirms it; 409, 410 and
//! 422 refuse it. Every other answer, and silence, has the call repeated: a server that was set up wrong for an hour must
//! not lose what came in that hour. What the person has turned the other way since is called no more.

use data_encoding::HEXLOWER;

use super::model::{Cause, Channel, Notice, NoticeState};
use super::queries::{self, Move};
use super::{causes, content};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::backoff::pause_after;
use crate::jobs::{self, Job};
use crate::keys::{Keys, hmac_hex};

/// So often a call is tried before it is given up; a little more than a day.
pub const MOST_TRIES: i32 = 12;

/// The secret under which a recipient's calls are signed, in hex.
pub fn secret(keys: &Keys, recipient: &str) -> String {
    HEXLOWER.encode(&keys.derive(&format!("webhook {recipient}")))
}

/// The job: one try.
pub fn call(app: &App, notice_id: i64) -> AppResult<()> {
    let found = app.db.read_now(|conn| {
        let (notice, cause) = queries::find(conn, notice_id)?;
        if notice.state != NoticeState::Waiting || notice.channel != Channel::Webhook {
            return Ok(None);
        }
        let message = message(conn, app, (&notice, &cause))?;
        Ok(Some((notice, message)))
    })?;
    match found {
        None => Ok(()),
        Some((notice, Some(message))) => {
            let answered = send(app, &notice, message);
            settle(app, notice, answered)
        }
        Some((notice, None)) => replace(app, notice),
    }
}

/// What the recipient is told; nothing where the person has turned all of it the other way since.
fn message(
    conn: &mut AnyConnection,
    app: &App,
    (notice, cause): (&Notice, &Cause),
) -> AppResult<Option<String>> {
    let handles = content::handles(conn, app, cause)?;
    let told = content::told(conn, app, cause)?;
    let mut body = content::body(app, (notice, cause), &handles, told);
    let turned = causes::turned_since(conn, &app.register, cause)?;
    body.activities.retain(|key| !turned.contains(key));
    let is_void = body.activities.is_empty() && !turned.is_empty();
    let text = (!is_void).then(|| serde_json::to_string(&body));
    Ok(text.transpose()?)
}

fn send(app: &App, notice: &Notice, body: String) -> AppResult<u16> {
    let recipient = app.register.recipient(&notice.recipient);
    let Some(url) = recipient.and_then(|it| it.contact.as_deref()) else {
        return Err(AppError::BadRequest(
            "The register names no address of this recipient.".to_owned(),
        ));
    };
    let headers = headers(app, notice, &body);
    let call = app.outbound.post(url, &headers, body);
    tokio::runtime::Handle::current().block_on(call)
}

fn replace(app: &App, notice: Notice) -> AppResult<()> {
    let (to, now) = (Move::to(NoticeState::Replaced), app.clock.now());
    app.db
        .write_now(move |conn| queries::advance(conn, &notice, &to, now).map_err(Into::into))?;
    Ok(())
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
            let state = if matches!(status, 409 | 410 | 422) {
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
