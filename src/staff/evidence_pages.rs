//! What people sent with a request: to save, and to look at where a browser can do so safely.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::accounts::guard::{CaseWorker, StaffMember};
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::{AppError, AppResult};
use crate::requests::evidence::file_name;
use crate::requests::model::Attachment;
use crate::requests::queries;
use crate::requests::sealed::{self, What};
use crate::web::{Page, download, html};

/// Pictures that a browser draws and never runs.
const PICTURES: [&str; 2] = ["image/png", "image/jpeg"];

struct Opened {
    attachment: Attachment,
    content: Vec<u8>,
    pseudonym: String,
    reference: String,
}

impl Opened {
    fn is_picture(&self) -> bool {
        PICTURES.contains(&self.attachment.media_type.as_str())
    }

    /// Records that it was looked at.
    async fn record(&self, app: &App, member: &StaffMember) -> AppResult<()> {
        let pseudonym = self.pseudonym.clone();
        views::record(app, member, Seen::Evidence, pseudonym, &self.reference).await
    }
}

/// Opens a piece of evidence.
async fn open(app: &App, (reference, id): (String, i64)) -> AppResult<Opened> {
    let keys = app.keys.clone();
    let file = app.db.read(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        let pseudonym = queries::find_pseudonym(conn, request.person_id)?;
        let (attachment, sealed) = queries::find_content(conn, request.id, id)?;
        let content = sealed::open(&keys, &request.reference, What::Evidence, &sealed)?;
        Ok(Opened {
            attachment,
            content,
            pseudonym,
            reference: request.reference,
        })
    });
    file.await
}

/// Hands it out, to save rather than to show.
pub async fn save(
    worker: CaseWorker,
    app: App,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let opened = open(&app, path.into_inner()).await?;
    opened.record(&app, &worker).await?;
    let name = file_name(&opened.attachment);
    let media_type = &opened.attachment.media_type;
    Ok(download(&name, media_type, opened.content))
}

#[derive(Template)]
#[template(path = "staff/evidence.html")]
struct EvidencePage {
    page: Page,
    reference: String,
    id: i64,
    /// Of a text.
    text: Option<String>,
    is_picture: bool,
}

/// Shows a text or a picture in a page; of anything else only that it can be saved.
pub async fn preview(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let (reference, id) = path.into_inner();
    let opened = open(&app, (reference.clone(), id)).await?;
    let is_picture = opened.is_picture();
    // A picture is looked at when the page loads it.
    if !is_picture {
        opened.record(&app, &worker).await?;
    }
    let is_text = opened.attachment.media_type == "text/plain";
    let preview = EvidencePage {
        page,
        reference,
        id,
        is_picture,
        text: is_text.then(|| String::from_utf8_lossy(&opened.content).into_owned()),
    };
    html(StatusCode::OK, &preview)
}

/// The picture itself, for the page above.
pub async fn picture(
    worker: CaseWorker,
    app: App,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let opened = open(&app, path.into_inner()).await?;
    if !opened.is_picture() {
        return Err(AppError::NotFound);
    }
    opened.record(&app, &worker).await?;
    Ok(HttpResponse::Ok()
        .content_type(opened.attachment.media_type)
        .insert_header((header::CONTENT_DISPOSITION, "inline"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ))
        .body(opened.content))
}
