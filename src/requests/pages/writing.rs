//! What the person writes on the page of a request: messages, and why it should be looked at again.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{address, filed_address, show_with, trimmed};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::requests::life::By;
use crate::requests::{filing, handling, queries, reference};
use crate::web::{Form, Page, see_other, see_other_saying};

/// A message to staff.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewMessage {
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(
        min = 1,
        max = 4000,
        message = "Write something, in at most 4,000 characters."
    ))]
    message: String,
}

/// The words of an appeal.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewAppeal {
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(
        min = 1,
        max = 4000,
        message = "Write what we should look at again, in at most 4,000 characters."
    ))]
    appeal: String,
}

/// What was typed into the forms of a request's page, of which one is sent at a time.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub message: String,
    pub appeal: String,
}

impl From<NewMessage> for Typed {
    fn from(NewMessage { message }: NewMessage) -> Self {
        Typed {
            message,
            ..Typed::default()
        }
    }
}

impl From<NewAppeal> for Typed {
    fn from(NewAppeal { appeal }: NewAppeal) -> Self {
        Typed {
            appeal,
            ..Typed::default()
        }
    }
}

/// The page again, with what is wrong beside its field.
async fn refuse<T: Into<Typed>>(
    person: &Person,
    app: &App,
    page: Page,
    path: &str,
    form: Form<T>,
) -> AppResult<HttpResponse> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    show_with(refused, person, app, page, path, form.map(T::into)).await
}

/// The person writes to staff.
pub async fn write(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<String>,
    form: web::Form<NewMessage>,
) -> AppResult<HttpResponse> {
    let new = match Form::check(form.into_inner()) {
        Ok(new) => new,
        Err(form) => return refuse(&person, &app, page, &path, form).await,
    };
    let (parts, reference) = (app.clone(), reference::normal(&path));
    let request = app.db.write(move |conn| {
        let request = queries::find_for_person(conn, person.id, &reference)?;
        let by = By::person(&parts, &person);
        handling::post_message(conn, &request, &new.message, &by)?;
        Ok(request)
    });
    let request = request.await?;
    app.wake.notify_one();
    see_other_saying(
        &session,
        "Your message was sent.",
        &address(&request.reference),
    )
}

/// The person asks for another look at a denial.
pub async fn appeal(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<String>,
    form: web::Form<NewAppeal>,
) -> AppResult<HttpResponse> {
    let new = match Form::check(form.into_inner()) {
        Ok(new) => new,
        Err(form) => return refuse(&person, &app, page, &path, form).await,
    };
    let (parts, reference) = (app.clone(), reference::normal(&path));
    let (asks, why) = (person.clone(), new.appeal.clone());
    let filed = app.db.write(move |conn| {
        let denied = queries::find_for_person(conn, asks.id, &reference)?;
        let by = By::person(&parts, &asks);
        filing::appeal(conn, &denied, &why, &by)
    });
    match filed.await {
        Ok(filed) => {
            app.wake.notify_one();
            Ok(see_other(&filed_address(&filed.reference)))
        }
        Err(AppError::AskedAlready(reference)) => {
            let sentence = format!("You have already asked for another look: it is {reference}.");
            let form = Form::new(Typed::from(new)).refuse("appeal", sentence);
            show_with(StatusCode::CONFLICT, &person, &app, page, &path, form).await
        }
        Err(other) => Err(other),
    }
}
