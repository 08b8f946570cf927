//! Answers for operators and their programs.

use actix_web::http::header::{AUTHORIZATION, ContentType};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{Months, SecondsFormat};
use diesel::prelude::*;
use subtle::ConstantTimeEq;

use super::metrics;
use crate::app::App;
use crate::db;
use crate::error::{AppError, AppResult};

/// The process answers.
pub async fn healthz() -> HttpResponse {
    plain("ok\n")
}

/// The portal can serve: its database answers and is up to date. Otherwise 503, with what is amiss.
pub async fn readyz(app: App) -> HttpResponse {
    let checked = app.db.read(|conn| {
        diesel::sql_query("SELECT 1").execute(conn)?;
        Ok(db::pending_migrations(conn)?)
    });
    match checked.await {
        Ok(0) => plain("ready\n"),
        Ok(pending) => not_ready(&format!("{pending} migrations have not been run\n")),
        Err(_) => not_ready("the database does not answer\n"),
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
        return Ok(metrics_without_token().await);
    }
    Err(AppError::Forbidden)
}

/// All figures, for an address that only operators reach.
pub async fn metrics_without_token() -> HttpResponse {
    plain(&metrics::render())
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
