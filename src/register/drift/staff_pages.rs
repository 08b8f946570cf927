//! Where manifests and sources differ, for staff.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::model::{Check, Drifted};
use super::queries;
use crate::accounts::guard::Overseer;
use crate::app::App;
use crate::error::AppResult;
use crate::web::{Page, html};

#[derive(Template)]
#[template(path = "register/drift.html")]
struct DriftPage {
    page: Page,
    findings: Vec<Drifted>,
    checks: Vec<Check>,
}

/// What the last comparison found, with since when.
pub async fn index(_: Overseer, app: App, page: Page) -> AppResult<HttpResponse> {
    let found = app
        .db
        .read(|conn| Ok((queries::list(conn)?, queries::list_checks(conn)?)));
    let (findings, checks) = found.await?;
    let shown = DriftPage {
        page,
        findings,
        checks,
    };
    html(StatusCode::OK, &shown)
}
