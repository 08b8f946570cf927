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
use crate::my_data::period::Period;
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::filing::NewRequest;
use crate::requests::model::Kind;
use crate::requests::over_limit;
use crate::web::{Form, Page, html, see_other, words};

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
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    news: String,
}

#[derive(Template)]
#[template(path = "requests/new_access.html")]
struct NewAccessPage {
    page: Page,
    form: Form<NewAccess>,
    before: Option<DeniedBefore>,
}

/// The form; it first points to what is there at once.
pub async fn new(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    show(StatusCode::OK, &app, &person, page, Form::default()).await
}

async fn show(
    status: StatusCode,
    app: &App,
    person: &Person,
    page: Page,
    form: Form<NewAccess>,
) -> AppResult<HttpResponse> {
    let before = denied_before::look(app, person.id, Kind::Access, Asked::Words).await?;
    html(status, &NewAccessPage { page, form, before })
}

/// Files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    form: web::Form<NewAccess>,
) -> AppResult<HttpResponse> {
    let form = match Form::check(form.into_inner()) {
        Ok(new) => Form::new(new),
        Err(form) => form,
    };
    let period = Period {
        from: form.values.from.clone(),
        to: form.values.to.clone(),
    };
    let dates = period.dates(app.clock.today());
    let (unclear, sentence) = dates.err().unwrap_or_default();
    let form = form
        .refuse_where([(dates.is_err(), unclear, sentence)])
        .in_order();
    let Some(dates) = dates.ok().filter(|_| !form.has_errors()) else {
        return show(StatusCode::UNPROCESSABLE_ENTITY, &app, &person, page, form).await;
    };
    let new = NewRequest {
        note: form.values.question.clone(),
        news: form.values.news.clone(),
        dates,
        ..NewRequest::of(Kind::Access)
    };
    let filed = match over_limit::file(&app, &person, new).await? {
        Ok(filed) => filed,
        Err(limit) => {
            let form = form.refuse("question", &limit.sentence);
            return limit.answer(show(limit.status, &app, &person, page, form).await);
        }
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
