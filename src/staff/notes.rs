//! What staff write for each other on a request; the person never sees it.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::request_notes;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::model::Request;
use crate::requests::queries;
use crate::requests::sealed::{self, What};
use crate::web::page::FlashKind;
use crate::web::{Flash, see_other, see_other_saying};

/// So long may a note be.
const LONGEST: usize = 5000;

/// A note, opened.
#[derive(Debug)]
pub struct Note {
    /// Who wrote it.
    pub staff_id: i64,
    /// The text.
    pub body: String,
    /// When.
    pub at: NaiveDateTime,
}

/// The notes on a request, oldest first.
pub fn list(conn: &mut AnyConnection, keys: &Keys, request: &Request) -> AppResult<Vec<Note>> {
    let rows: Vec<(i64, Vec<u8>, NaiveDateTime)> = request_notes::table
        .filter(request_notes::request_id.eq(request.id))
        .order(request_notes::id)
        .select((
            request_notes::staff_id,
            request_notes::body,
            request_notes::at,
        ))
        .load(conn)?;
    let open = |(staff_id, body, at): (i64, Vec<u8>, NaiveDateTime)| {
        let body = sealed::open_text(keys, &request.reference, What::StaffNote, Some(&body))?;
        Ok(Note { staff_id, body, at })
    };
    rows.into_iter().map(open).collect()
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub struct NewNote {
    note: String,
}

/// Adds a note. It changes nothing else, so that two may be written at the same time.
pub async fn add(
    worker: CaseWorker,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: web::Form<NewNote>,
) -> AppResult<HttpResponse> {
    let (reference, body) = (path.into_inner(), form.into_inner().note.trim().to_owned());
    let back = format!("/staff/requests/{reference}#notes");
    if body.is_empty() || body.chars().count() > LONGEST {
        let text = "The note was not written. Type at most 5,000 characters.";
        Flash::leave(&session, FlashKind::Error, text)?;
        return Ok(see_other(&back));
    }
    let (keys, now) = (app.keys.clone(), app.clock.now());
    let written = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        let sealed = sealed::seal(&keys, &request.reference, What::StaffNote, body);
        diesel::insert_into(request_notes::table)
            .values((
                request_notes::request_id.eq(request.id),
                request_notes::staff_id.eq(worker.id),
                request_notes::body.eq(sealed),
                request_notes::at.eq(now),
            ))
            .execute(conn)?;
        let event = Event {
            actor: Actor::Staff(worker.id),
            action: "request.note_written",
            person: Some(&queries::find_pseudonym(conn, request.person_id)?),
            object: &request.reference,
            detail: json!({}),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    written.await?;
    see_other_saying(&session, "The note was written.", &back)
}
