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
use crate::requests::filing::{self, NewRequest};
use crate::requests::life::By;
use crate::requests::model::Kind;
use crate::web::{Form, Page, html, see_other};

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
}

#[derive(Template)]
#[template(path = "requests/new_restriction.html")]
struct NewRestrictionPage {
    page: Page,
    form: Form<NewRestriction>,
}

/// The form.
pub async fn new(_: Person, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
    html(StatusCode::OK, &NewRestrictionPage { page, form })
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
        let shown = NewRestrictionPage { page, form };
        return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    };
    let parts = app.clone();
    let filed = app.db.write(move |conn| {
        let by = By::person(&parts, &person);
        let new = NewRequest {
            note: format!("{why}.\n\n{}", form.values.what),
            ..NewRequest::of(Kind::Restriction)
        };
        filing::file(conn, person.id, &new, &by)
    });
    let filed = filed.await?;
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
