//! What staff write for each other on a request; the person never sees it.

use actix_web::HttpResponse;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::sent::Sent;
use crate::accounts::guard::CaseWorker;
use crate::db::schema::request_notes;
use crate::db::{AdvisoryLock, AnyConnection};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::requests::life::{By, record};
use crate::requests::model::Request;
use crate::requests::queries;
use crate::requests::repeats::AT_ONCE;
use crate::requests::sealed::{self, What};

/// So long may a note be.
pub(super) const LONGEST: usize = 5000;

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

/// Adds a note. It changes nothing else, so that two may be written at the same time.
pub async fn add(worker: CaseWorker, sent: Sent) -> AppResult<HttpResponse> {
    let sent = match sent.legible(&worker).await? {
        Ok(sent) => sent,
        Err(answer) => return Ok(answer),
    };
    let body = sent.text("note");
    if body.is_empty() || body.chars().count() > LONGEST {
        let fault = ("note", "Write a note of at most 5,000 characters.");
        return sent.refuse(&worker, [fault]).await;
    }
    let (app, member, reference) = (sent.app.clone(), (*worker).clone(), sent.reference.clone());
    let written = sent.app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        write(conn, &request, &body, &By::staff(&app, &member))
    });
    written.await?;
    sent.back("#notes", "The note was written.")
}

/// Writes a note of the staff member who acts. The same in the same minute was sent twice, and is one.
pub fn write(
    conn: &mut AnyConnection,
    request: &Request,
    body: &str,
    by: &By<'_>,
) -> AppResult<()> {
    let Some(author) = by.who.staff_id() else {
        return Err(AppError::Forbidden);
    };
    AdvisoryLock::Desk.take(conn)?;
    let newest = list(conn, &by.app.keys, request)?.pop();
    let is_same =
        |it: &Note| (it.staff_id, &*it.body) == (author, body) && it.at > by.now - AT_ONCE;
    if newest.is_some_and(|it| is_same(&it)) {
        return Ok(());
    }
    let sealed = sealed::seal(&by.app.keys, &request.reference, What::StaffNote, body);
    diesel::insert_into(request_notes::table)
        .values((
            request_notes::request_id.eq(request.id),
            request_notes::staff_id.eq(author),
            request_notes::body.eq(sealed),
            request_notes::at.eq(by.now),
        ))
        .execute(conn)?;
    Ok(record(
        conn,
        request,
        "request.note_written",
        json!({}),
        by,
    )?)
}
