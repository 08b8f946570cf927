//! The page that people see before they leave.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use url::Url;

use super::model::Site;
use super::queries;
use crate::app::App;
use crate::error::AppResult;
use crate::web::{Page, came_from, html};

/// Where a link leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Leaving {
    /// The target with its signature, as [`super::path`] writes it.
    to: String,
}

#[derive(Template)]
#[template(path = "leaving/show.html")]
struct ShowPage {
    page: Page,
    host: String,
    target: Url,
    site: Option<Site>,
    /// The page of this portal from which they came.
    back: String,
}

#[derive(Template)]
#[template(path = "leaving/refused.html")]
struct RefusedPage {
    page: Page,
}

/// Says where the link leads; 422 for one that this portal did not make.
pub async fn show(
    app: App,
    page: Page,
    request: HttpRequest,
    leaving: web::Query<Leaving>,
) -> AppResult<HttpResponse> {
    let target = super::target(&app.keys, &leaving.to);
    let host = target.as_ref().and_then(|it| it.host_str());
    let (Some(host), Some(target)) = (host.map(str::to_owned), target.clone()) else {
        return html(StatusCode::UNPROCESSABLE_ENTITY, &RefusedPage { page });
    };
    let looked_for = host.clone();
    let site = app
        .db
        .read(move |conn| Ok(queries::find_by_host(conn, &looked_for)?));
    let shown = ShowPage {
        page,
        host,
        target,
        site: site.await?,
        back: came_from(&request, &app.site).unwrap_or_else(|| "/".to_owned()),
    };
    html(StatusCode::OK, &shown)
}
