//! What this browser sends, and that we honour it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use crate::error::AppResult;
use crate::web::{Page, html};

/// Since this day the portal honours the signal.
const SINCE: &str = "2026-11-24";

#[derive(Template)]
#[template(path = "choices/signal.html")]
struct SignalPage {
    page: Page,
    sent: Vec<String>,
}

/// Shows what was sent with this very request.
pub async fn show(page: Page, request: HttpRequest) -> AppResult<HttpResponse> {
    let sent = request.headers().get_all("sec-gpc");
    let sent = sent.map(|it| String::from_utf8_lossy(it.as_bytes()).into_owned());
    let sent = sent.collect();
    html(StatusCode::OK, &SignalPage { page, sent })
}

/// The statement that browsers look for.
pub async fn statement() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "gpc": true, "lastUpdate": SINCE }))
}
