//! What this browser sends, and that we honour it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde_json::json;

use super::signal;
use crate::app::App;
use crate::audit;
use crate::error::AppResult;
use crate::web::{Page, html};

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

/// The statement that browsers look for. It holds since the day on which this portal began: the first thing that it put
/// on record. A day of the program would be before or after that, and one in the settings is forgotten.
pub async fn statement(app: App) -> AppResult<HttpResponse> {
    let began = app.db.read(|conn| Ok(audit::queries::first_at(conn)?));
    let mut statement = json!({ "gpc": signal::is_honoured(&app) });
    if let Some(at) = began.await? {
        statement["lastUpdate"] = json!(at.date());
    }
    Ok(HttpResponse::Ok().json(statement))
}
