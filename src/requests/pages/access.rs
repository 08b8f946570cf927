//! Asking for what the portal cannot show by itself.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{filed_address, trimmed};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::requests::filing::{self, NewRequest};
use crate::requests::life::By;
use crate::requests::model::Kind;
use crate::web::{Form, Page, html, see_other};

/// What the person wants to know.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewAccess {
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(
        min = 1,
        max = 4000,
        message = "Say what you would like to know, in at most 4,000 characters."
    ))]
    question: String,
}

#[derive(Template)]
#[template(path = "requests/new_access.html")]
struct NewAccessPage {
    page: Page,
    form: Form<NewAccess>,
}

/// The form; it first points to what is there at once.
pub async fn new(_: Person, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
    html(StatusCode::OK, &NewAccessPage { page, form })
}

/// Files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    form: web::Form<NewAccess>,
) -> AppResult<HttpResponse> {
    let new = match Form::check(form.into_inner()) {
        Ok(new) => new,
        Err(form) => {
            return html(
                StatusCode::UNPROCESSABLE_ENTITY,
                &NewAccessPage { page, form },
            );
        }
    };
    let parts = app.clone();
    let filed = app.db.write(move |conn| {
        let by = By::person(&parts, &person);
        let new = NewRequest {
            note: new.question,
            ..NewRequest::of(Kind::Access)
        };
        filing::file(conn, person.id, &new, &by)
    });
    let filed = filed.await?;
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
