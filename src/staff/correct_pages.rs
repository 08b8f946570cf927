//! Saying, of a correction that came by letter, call or form, which value is to become what.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::data_pages::{Question, Target};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::my_data::ledger::DatumLine;
use crate::my_data::read;
use crate::requests::filing::NewCorrection;
use crate::requests::items;
use crate::requests::life::By;
use crate::web::{Form, Page, html, see_other_saying, unseen_fault};

/// Stands beside a value that was not typed.
const VALUE_IS_MISSING: &str =
    "Type the value that is right. To have it erased is another request.";

/// What it is to become.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    value: String,
}

#[derive(Template)]
#[template(path = "staff/correct.html")]
struct CorrectPage {
    page: Page,
    reference: String,
    target: Target,
    line: DatumLine,
    form: Form<Typed>,
}

/// The value as the source has it, and who gave it to us.
struct Held {
    line: DatumLine,
    source_name: Option<String>,
}

/// Finds the value, of a request of which staff have to name it.
async fn find(app: &App, question: &Question, target: &Target) -> AppResult<Held> {
    let cell = target.cell();
    if !question.is_to_be_named() || question.left_out.is_about(&cell) {
        return Err(AppError::NotFound);
    }
    let (dataset, collection) = (&target.dataset, &target.collection);
    let view = app.register.describe(dataset, collection, &target.field);
    let (record, line) = question.find(app, cell).await?;
    if line.correction.is_none() {
        return Err(AppError::NotFound);
    }
    Ok(Held {
        line,
        source_name: view.and_then(|it| it.source_name(&record)),
    })
}

/// The value, and what to put in its place.
pub async fn new(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<String>,
    target: web::Query<Target>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    let question = Question::open(&app, &worker, path.into_inner()).await?;
    let held = find(&app, &question, &target).await?;
    let correct = CorrectPage {
        page,
        reference: question.request.reference,
        target,
        line: held.line,
        form: Form::default(),
    };
    html(StatusCode::OK, &correct)
}

/// Puts it to the request.
pub async fn name(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    (path, target, typed): (web::Path<String>, web::Query<Target>, web::Form<Typed>),
) -> AppResult<HttpResponse> {
    let (target, typed) = (target.into_inner(), typed.into_inner());
    let question = Question::open(&app, &worker, path.into_inner()).await?;
    let held = find(&app, &question, &target).await?;
    let (of, value) = (target.clone(), typed.value.trim().to_owned());
    let request = question.request;
    let planned = read(&app, request.person_id, move |app, identities| {
        if value.is_empty() {
            return Ok(Err(VALUE_IS_MISSING.to_owned()));
        }
        if let Some(fault) = unseen_fault(&value) {
            return Ok(Err(fault.to_owned()));
        }
        items::plan(app, identities, &of.cell(), &value)
    });
    let change = match planned.await? {
        Ok(change) => change,
        Err(sentence) => {
            let correct = CorrectPage {
                page,
                reference: request.reference,
                target,
                line: held.line,
                form: Form::new(typed).refuse("value", sentence),
            };
            return html(StatusCode::UNPROCESSABLE_ENTITY, &correct);
        }
    };
    let correction = NewCorrection {
        old_value: Some(held.line.value)
            .filter(|_| !held.line.is_empty)
            .unwrap_or_default(),
        new_value: typed.value.trim().to_owned(),
        record: target.record.clone(),
        field: target.field.clone(),
        change,
        reason: String::new(),
        source_name: held.source_name,
    };
    let (own, back) = (
        app.clone(),
        format!("/staff/requests/{}", request.reference),
    );
    let named = app.db.write(move |conn| {
        let by = By::staff(&own, &worker);
        items::name(conn, &request, (&target.cell().key, correction), &by)
    });
    named.await?;
    let done = "It is among what is asked for. Decide on it there.";
    see_other_saying(&session, done, &back)
}
