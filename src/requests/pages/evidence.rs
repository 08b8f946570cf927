//! The person's documents: what they sent with a request, and what they send to it afterwards.

use actix_multipart::form::MultipartForm;
use actix_multipart::form::bytes::Bytes;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use super::proposal::recognise;
use super::{address, show_with};
use crate::accounts::guard::{FreshPerson, Person};
use crate::app::App;
use crate::error::AppResult;
use crate::requests::life::By;
use crate::requests::{evidence, queries, reference, sealed};
use crate::web::{Form, Page, download, see_other_saying};

/// One of their own, to save.
pub async fn save(
    person: FreshPerson,
    app: App,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let (typed, id) = path.into_inner();
    let (reference, person_id, keys) = (reference::normal(&typed), person.id, app.keys.clone());
    let found = app.db.read(move |conn| {
        let request = queries::find_for_person(conn, person_id, &reference)?;
        let (attachment, sealed) = queries::find_content(conn, request.id, id)?;
        let content = sealed::open(&keys, &reference, sealed::What::Evidence, &sealed)?;
        Ok((attachment, content))
    });
    let (attachment, content) = found.await?;
    let name = evidence::file_name(&attachment);
    Ok(download(&name, &attachment.media_type, content))
}

/// A document, as a browser sends it.
#[derive(Debug, MultipartForm)]
pub struct Sent {
    document: Option<Bytes>,
}

/// Puts one more to an open request.
pub async fn send(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    MultipartForm(sent): MultipartForm<Sent>,
) -> AppResult<HttpResponse> {
    let file = match recognise(sent.document) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => Err("Choose a file."),
        Err(sentence) => Err(sentence),
    };
    let file = match file {
        Ok(file) => file,
        Err(sentence) => {
            let form = Form::default().refuse("document", sentence);
            let refused = StatusCode::UNPROCESSABLE_ENTITY;
            return show_with(refused, &person, &app, page, &path, form).await;
        }
    };
    let (own, reference) = (app.clone(), reference::normal(&path));
    let sent = app.db.write(move |conn| {
        let request = queries::find_for_person(conn, person.id, &reference)?;
        evidence::send(conn, &request, &file, &By::person(&own, &person))?;
        Ok(request)
    });
    let request = sent.await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "Your document was sent.",
        &address(&request.reference),
    )
}
