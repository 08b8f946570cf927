//! The copy of the data of somebody whom no mail reaches, to be printed and sent.

use actix_web::{HttpResponse, web};
use serde_json::json;

use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::my_data::export::model::Package;
use crate::my_data::export::{chunks, queries as packages};
use crate::requests::model::{Kind, Request, State};
use crate::requests::{notices, queries, senders};

/// The package that answers a request for access that was granted, while it can be downloaded.
pub(super) fn find(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<Package>> {
    let is_granted = request.kind == Kind::Access && request.state == State::Completed;
    if !is_granted {
        return Ok(None);
    }
    // Whoever wrote a letter may not use the mailbox that we hold.
    let sender = senders::queries::find(conn, request.id)?;
    let wrote = sender.is_some_and(|it| it.contact.is_some());
    if !wrote && notices::reaches(conn, app, request)? {
        return Ok(None);
    }
    let package = packages::find_for_request(conn, request.id)?;
    Ok(package.filter(|it| it.is_downloadable(app.clock.now())))
}

/// Hands it out, once two have agreed on what is given, and keeps that on record as a download of the person's would be.
pub async fn save(
    worker: CaseWorker,
    app: App,
    reference: web::Path<String>,
) -> AppResult<HttpResponse> {
    let (own, member, now) = (app.clone(), (*worker).clone(), app.clock.now());
    let reference = reference.into_inner();
    let named = reference.clone();
    let package = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &named)?;
        let package = find(conn, &own, &request)?.ok_or(AppError::NotFound)?;
        packages::record_download(conn, package.id, "our staff, to be sent by letter", now)?;
        let pseudonym = queries::find_pseudonym(conn, request.person_id)?;
        let about = (pseudonym.as_str(), request.reference.as_str());
        views::note(conn, &member, Seen::Package, about, now)?;
        let event = Event {
            actor: Actor::Staff(member.id),
            action: "export.downloaded",
            person: Some(&pseudonym),
            object: &package.reference,
            detail: json!({ "sha256": package.sha256, "for": request.reference }),
        };
        audit::record(conn, &event, now)?;
        Ok(package)
    });
    let package = package.await?;
    Ok(chunks::hand_out(
        app,
        package.id,
        &format!("{reference}.zip"),
    ))
}
