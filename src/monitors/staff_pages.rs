//! How the public pages are, and how they were.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::model::{Check, Found};
use super::queries;
use crate::accounts::guard::StaffMember;
use crate::app::App;
use crate::error::AppResult;
use crate::web::paging::Before;
use crate::web::{Page, html, paging};

const INDEX: &str = "/staff/health";
const ON_A_PAGE: usize = 48;

#[derive(Template)]
#[template(path = "monitors/health.html")]
struct HealthPage {
    page: Page,
    /// The address that is looked at.
    watched: Option<String>,
    now: Vec<(Check, Option<Found>)>,
    history: Vec<Found>,
    newer: Option<&'static str>,
    older: Option<String>,
}

/// Each check as it was last, and the history of all, newest first.
pub async fn index(
    _: StaffMember,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = from.before;
    let found = app.db.read(move |conn| {
        let mut last = Vec::new();
        for check in Check::ALL {
            last.push((*check, queries::last(conn, *check)?));
        }
        Ok((
            last,
            queries::list(conn, before, paging::one_more(ON_A_PAGE))?,
        ))
    });
    let (now, mut history) = found.await?;
    let last = paging::cut(&mut history, ON_A_PAGE);
    let shown = HealthPage {
        page,
        watched: app.site.monitor.as_ref().map(ToString::to_string),
        older: last.map(|it| format!("{INDEX}?before={}", it.id)),
        newer: before.map(|_| INDEX),
        now,
        history,
    };
    html(StatusCode::OK, &shown)
}
