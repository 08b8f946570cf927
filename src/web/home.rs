//! The first page: what this is, and what everybody can do here.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::{Page, html};
use crate::error::AppResult;

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: Page,
}

/// Shows the first page.
pub async fn show(page: Page) -> AppResult<HttpResponse> {
    html(StatusCode::OK, &HomePage { page })
}
