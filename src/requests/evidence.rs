//! Evidence: files that back a correction, sealed, and erased when the request closes.

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::life::{By, add_step, advance, changed, record, touch};
use super::model::{Attachment, Request, State, StepKind};
use super::queries;
use super::sealed::{self, What};
use super::staff_mails::{self, Why};
use crate::db::AnyConnection;
use crate::db::schema::{request_attachments as attachments, requests};
use crate::error::{AppError, AppResult};
use crate::web::is_control;

/// The largest file that is taken, in bytes.
pub const LARGEST: usize = 10 * 1024 * 1024;

/// So many files may stand with one request.
const MOST: usize = 20;

/// A file whose kind is known from its content.
#[derive(Debug, Clone)]
pub struct File {
    /// One of PDF, PNG, JPEG, plain text.
    pub media_type: &'static str,
    /// As it was sent.
    pub content: Vec<u8>,
}

impl File {
    /// Of its content, in hex.
    pub fn sha256(&self) -> String {
        data_encoding::HEXLOWER.encode(&Sha256::digest(&self.content))
    }

    /// Looks at the content, never at the name: `None` unless it is PDF, PNG, JPEG or plain text.
    pub fn recognise(content: Vec<u8>) -> Option<File> {
        let media_type = match infer::get(&content).map(|kind| kind.mime_type()) {
            Some("application/pdf") => "application/pdf",
            Some("image/png") => "image/png",
            Some("image/jpeg") => "image/jpeg",
            None if is_plain_text(&content) => "text/plain",
            _ => return None,
        };
        Some(File {
            media_type,
            content,
        })
    }
}

/// Text, and no mark-up that a browser might take for a page.
fn is_plain_text(content: &[u8]) -> bool {
    std::str::from_utf8(content)
        .is_ok_and(|text| !text.trim_start().starts_with('<') && !text.contains(is_control))
}

/// The name under which it is downloaded; the name that it was sent with is not kept.
pub fn file_name(attachment: &Attachment) -> String {
    let extension = match attachment.media_type.as_str() {
        "application/pdf" => "pdf",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        _ => "txt",
    };
    format!("evidence-{}.{extension}", attachment.id)
}

impl Attachment {
    /// What it is, for people: `PDF, 240 kB`.
    pub fn label(&self) -> String {
        let kind = match self.media_type.as_str() {
            "application/pdf" => "PDF",
            "image/png" => "PNG picture",
            "image/jpeg" => "JPEG picture",
            _ => "Text file",
        };
        format!("{kind}, {} kB", (self.size + 999) / 1000)
    }
}

/// Puts a file to a request; call it in the transaction that files it.
pub fn attach(
    conn: &mut AnyConnection,
    request: &Request,
    file: &File,
    by: &By<'_>,
) -> AppResult<()> {
    let content = sealed::seal(
        &by.app.keys,
        &request.reference,
        What::Evidence,
        &file.content,
    );
    diesel::insert_into(attachments::table)
        .values((
            attachments::request_id.eq(request.id),
            attachments::media_type.eq(file.media_type),
            attachments::size.eq(i64::try_from(file.content.len()).unwrap_or(i64::MAX)),
            attachments::sha256.eq(file.sha256()),
            attachments::content.eq(content),
            attachments::at.eq(by.now),
        ))
        .execute(conn)?;
    let detail = json!({ "media_type": file.media_type, "size": file.content.len() });
    Ok(record(conn, request, "request.evidence_added", detail, by)?)
}

/// The person sends a file to an open request: staff learn of it, and a question that waits for the person is answered.
/// What is there already, sent twice, is one.
///
/// # Errors
/// [`AppError::Conflict`] for a request that is closed, or has too many.
pub fn send(
    conn: &mut AnyConnection,
    request: &Request,
    file: &File,
    by: &By<'_>,
) -> AppResult<()> {
    if request.state.is_closed() {
        let sentence = "This request is closed, so that nothing can be sent to it any more.";
        return Err(AppError::conflict(sentence));
    }
    let known = queries::list_attachments(conn, request.id)?;
    if known.iter().any(|it| it.sha256 == file.sha256()) {
        return Ok(());
    }
    if known.len() >= MOST {
        let sentence =
            "There are as many documents as one request can have. Write to us if we need more.";
        return Err(AppError::conflict(sentence));
    }
    // Whoever decides on it at this moment has not seen the file.
    let touched = touch!(conn, request);
    attach(conn, &touched, file, by)?;
    staff_mails::tell(conn, &touched, Why::Document, by)?;
    if touched.state == State::WaitingForPerson {
        advance(conn, &touched, State::InReview, by)?;
    }
    Ok(())
}

/// Erases the content of a request's evidence; what it was and when it went stays on record.
pub(super) fn erase(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let kept = attachments::table
        .filter(attachments::request_id.eq(request.id))
        .filter(attachments::deleted_at.is_null());
    let erased = diesel::update(kept)
        .set((
            attachments::content.eq(None::<Vec<u8>>),
            attachments::deleted_at.eq(by.now),
        ))
        .execute(conn)?;
    if erased > 0 {
        let detail = json!({ "files": erased });
        add_step(conn, request, StepKind::EvidenceErased, &detail, by)?;
        record(conn, request, "request.evidence_erased", detail, by)?;
    }
    Ok(())
}
