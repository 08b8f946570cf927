//! Answers for operators and their programs.

use actix_web::http::header::{AUTHORIZATION, ContentType};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Months, SecondsFormat};
use subtle::ConstantTimeEq;

use super::backlog::{self, Queue};
use super::metrics;
use crate::app::App;
use crate::db;
use crate::error::{AppError, AppResult};

/// The process answers.
pub async fn healthz() -> HttpResponse {
    plain("ok\n")
}

/// The portal can serve: its database answers, is up to date and can be written. Otherwise 503, with what is amiss.
///
/// The second line tells how long mails have waited. It never makes an instance unready: the outbox is everybody's,
/// and an opt-out has to work while mail does not.
pub async fn readyz(app: App) -> HttpResponse {
    let now = app.clock.now();
    let checked = app.db.read(move |conn| match db::history(conn)?.fault() {
        Some(fault) => Ok(Err(fault)),
        None => Ok(Ok(backlog::of_mails(conn, now)?)),
    });
    match checked.await {
        Ok(Ok(_)) if !app.db.can_write(now).await => {
            not_ready("the database cannot be written; its disk may be full\n")
        }
        Ok(Ok(mails)) => plain(&format!("ready\n{}\n", outbox_in_words(&mails))),
        Ok(Err(fault)) => not_ready(&format!("{fault}\n")),
        Err(_) => not_ready("the database does not answer\n"),
    }
}

fn outbox_in_words(mails: &Queue) -> String {
    match mails.oldest_due {
        None => "outbox: nothing is due".to_owned(),
        Some(_) if mails.is_late() => format!("outbox: late by {} seconds", mails.age()),
        Some(_) => format!("outbox: due for {} seconds", mails.age()),
    }
}

/// All figures, for who has the token. Without one in the settings there is no such page.
pub async fn metrics(app: App, request: HttpRequest) -> AppResult<HttpResponse> {
    let expected = app
        .site
        .metrics_token
        .as_deref()
        .ok_or(AppError::NotFound)?;
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .map(actix_web::http::header::HeaderValue::as_bytes);
    let expected = format!("Bearer {expected}");
    if given.is_some_and(|given| given.ct_eq(expected.as_bytes()).into()) {
        return Ok(metrics_without_token(app).await);
    }
    Err(AppError::Forbidden)
}

/// All figures, for an address that only operators reach. While the database does not answer, those that come from
/// it stay as they were.
pub async fn metrics_without_token(app: App) -> HttpResponse {
    let now = app.clock.now();
    let waiting = app.db.read(move |conn| {
        let mails = backlog::of_mails(conn, now)?;
        let jobs = backlog::of_jobs(conn, now)?;
        Ok(vec![("mail", mails), ("jobs", jobs)])
    });
    plain(&metrics::render(&waiting.await.unwrap_or_default()))
}

/// Where to report a weakness (RFC 9116).
pub async fn security_txt(app: App) -> HttpResponse {
    let expires = app.clock.now().and_utc() + Months::new(6);
    plain(&format!(
        "Contact: mailto:{}\nExpires: {}\nCanonical: {}\nPreferred-Languages: en\n",
        app.site.contact,
        expires.to_rfc3339_opts(SecondsFormat::Secs, true),
        app.site.url("/.well-known/security.txt"),
    ))
}

fn plain(text: &str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(text.to_owned())
}

fn not_ready(text: &str) -> HttpResponse {
    HttpResponse::ServiceUnavailable()
        .content_type(ContentType::plaintext())
        .body(text.to_owned())
}
