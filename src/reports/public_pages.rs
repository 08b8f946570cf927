//! The figures of past years for everybody, when the organisation shows them.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Datelike;

use super::metrics_pages::{Report, Wanted, read, table};
use super::queries;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::{Page, html, words};

#[derive(Template)]
#[template(path = "reports/public.html")]
struct PublicPage {
    page: Page,
    report: Option<Report>,
}

/// The figures with charts.
pub async fn show(app: App, page: Page, wanted: web::Query<Wanted>) -> AppResult<HttpResponse> {
    let report = past(&app, wanted.year()?).await?;
    html(StatusCode::OK, &PublicPage { page, report })
}

/// The figures as a table for a spreadsheet.
pub async fn as_csv(app: App, wanted: web::Query<Wanted>) -> AppResult<HttpResponse> {
    let report = past(&app, wanted.year()?).await?;
    table(&report.ok_or(AppError::NotFound)?)
}

async fn past(app: &App, wanted: Option<i32>) -> AppResult<Option<Report>> {
    let is_public = app.db.read(|conn| Ok(queries::are_figures_public(conn)?));
    if !is_public.await? {
        return Err(AppError::NotFound);
    }
    let this = app.clock.today().year();
    read(app, wanted, move |year| year < this).await
}
