//! The register as a file.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::Datelike;
use futures_util::stream;
use serde_json::json;

use super::metrics_pages::Wanted;
use super::register::{self, HEAD, Place};
use crate::accounts::guard::Overseer;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};

/// A year's register as CSV, written while it is read; this one's if none is named.
pub async fn as_csv(
    overseer: Overseer,
    app: App,
    wanted: web::Query<Wanted>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let year = wanted.year()?.unwrap_or_else(|| now.year());
    if !register::is_a_year(year, app.clock.today()) {
        return Err(AppError::NotFound);
    }
    let recorded = app.db.write(move |conn| {
        let event = Event {
            actor: Actor::Staff(overseer.id),
            action: "register.exported",
            person: None,
            object: &year.to_string(),
            detail: json!({}),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    recorded.await?;
    let head = web::Bytes::from(format!("{}\n", HEAD.join(",")));
    let parts = stream::try_unfold(
        (Some(head), register::beginning(year)),
        move |(head, place)| {
            let app = app.clone();
            async move {
                if let Some(head) = head {
                    return Ok(Some((head, (None, place))));
                }
                if matches!(place, Place::End) {
                    return Ok(None);
                }
                let read = move || register::write_on(&app, year, place);
                let (part, next) = tokio::task::spawn_blocking(read)
                    .await
                    .map_err(AppError::from)??;
                Ok::<_, AppError>(Some((web::Bytes::from(part), (None, next))))
            }
        },
    );
    let name = format!("attachment; filename=\"requests-{year}.csv\"");
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, name))
        .streaming(parts))
}
