//! The page after filing.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{address, law_of};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::requests::model::Kind;
use crate::requests::{pause, queries, reference, words};
use crate::web::{Page, html, see_other};

#[derive(Template)]
#[template(path = "requests/filed.html")]
struct FiledPage {
    page: Page,
    reference: String,
    kind: Kind,
    due_on: String,
    law: Option<String>,
    /// Whether the date moves while we ask the person something.
    pauses: bool,
}

/// The page after filing: the reference, and what happens now.
pub async fn filed(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let reference = reference::normal(&path);
    let found = app
        .db
        .read(move |conn| Ok(queries::find_for_person(conn, person.id, &reference)?));
    let request = found.await?;
    // What was taken back or answered since has no answer to wait for: its page says how it stands.
    if !request.state.is_undecided() {
        return Ok(see_other(&address(&request.reference)));
    }
    html(
        StatusCode::OK,
        &FiledPage {
            page,
            kind: request.kind,
            due_on: words::day(request.due_on),
            law: law_of(&app.laws, &request),
            pauses: pause::is_allowed(&app.laws, &request),
            reference: request.reference,
        },
    )
}
