//! Asking that data are kept and not used, while something about them is in dispute (GDPR Art. 18(1)). Which data those
//! are the person says in their own words; a staff member decides, and sees to it in the systems concerned.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::{filed_address, trimmed};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::requests::denied_before::{self, Asked, DeniedBefore};
use crate::requests::filing::NewRequest;
use crate::requests::model::Kind;
use crate::requests::over_limit;
use crate::web::{Form, Page, html, see_other, words};

/// The four cases of the law, and any other, which the organisation looks at all the same.
const CASES: &[(&str, &str)] = &[
    (
        "accuracy",
        "It is not right, and I want it checked before you use it further",
    ),
    (
        "unlawful",
        "You may not use it, and I do not want it erased",
    ),
    (
        "claim",
        "You no longer need it, and I need it for a legal claim",
    ),
    (
        "objection",
        "I have objected to its use, and you have not answered yet",
    ),
    ("other", "For another reason"),
];

/// What is to be left alone, and why, as typed.
#[derive(Debug, Default, Deserialize, Serialize, Validate)]
pub struct NewRestriction {
    #[serde(default)]
    case: String,
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(
        min = 1,
        max = 4000,
        message = "Say which data, and which use of them, in at most 4,000 characters."
    ))]
    what: String,
    #[serde(default, deserialize_with = "trimmed")]
    #[validate(length(max = 4000, message = "Say it in at most 4,000 characters."))]
    news: String,
}

#[derive(Template)]
#[template(path = "requests/new_restriction.html")]
struct NewRestrictionPage {
    page: Page,
    form: Form<NewRestriction>,
    before: Option<DeniedBefore>,
}

/// The form.
pub async fn new(person: Person, app: App, page: Page) -> AppResult<HttpResponse> {
    show(StatusCode::OK, &app, &person, page, Form::default()).await
}

async fn show(
    status: StatusCode,
    app: &App,
    person: &Person,
    page: Page,
    form: Form<NewRestriction>,
) -> AppResult<HttpResponse> {
    let before = denied_before::look(app, person.id, Kind::Restriction, Asked::Words).await?;
    html(status, &NewRestrictionPage { page, form, before })
}

/// Files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    form: web::Form<NewRestriction>,
) -> AppResult<HttpResponse> {
    let form = match Form::check(form.into_inner()) {
        Ok(new) => Form::new(new),
        Err(form) => form,
    };
    let case = CASES.iter().find(|(case, _)| *case == form.values.case);
    let form = form
        .refuse_where([(case.is_none(), "case", "Choose why.")])
        .in_order();
    let Some((_, why)) = case.filter(|_| !form.has_errors()) else {
        return show(StatusCode::UNPROCESSABLE_ENTITY, &app, &person, page, form).await;
    };
    let new = NewRequest {
        note: format!("{why}.\n\n{}", form.values.what),
        news: form.values.news.clone(),
        ..NewRequest::of(Kind::Restriction)
    };
    let filed = match over_limit::file(&app, &person, new).await? {
        Ok(filed) => filed,
        Err(limit) => {
            let form = form.refuse("what", &limit.sentence);
            return limit.answer(show(limit.status, &app, &person, page, form).await);
        }
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
