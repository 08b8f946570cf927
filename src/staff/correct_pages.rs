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
use crate::my_data::ledger::{DatumLine, record_card};
use crate::my_data::read;
use crate::requests::filing::NewCorrection;
use crate::requests::items;
use crate::requests::life::By;
use crate::sources::{Correction, CorrectionError, Identities};
use crate::web::{Form, Page, html, see_other_saying};

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
    let found = read(app, question.request.person_id, move |app, identities| {
        let record = app.sources.record(identities, &cell.key, &cell.record)?;
        let record = record.ok_or(AppError::NotFound)?;
        let (dataset, collection) = (&cell.key.dataset, &cell.key.collection);
        let view = app.register.describe(dataset, collection, &cell.field);
        let card = record_card(&app.register, &cell.key, &record, app.clock.today());
        let mut lines = card.data.into_iter();
        let line = lines.find(|it| it.path == cell.field && it.correction.is_some());
        Ok(Held {
            line: line.ok_or(AppError::NotFound)?,
            source_name: view.and_then(|it| it.source_name(&record)),
        })
    });
    found.await
}

/// The change that was typed; or a sentence about what is wrong with it.
fn plan(
    app: &App,
    identities: &Identities,
    target: &Target,
    typed: &str,
) -> AppResult<Result<Correction, String>> {
    if typed.is_empty() {
        let sentence = "Type the value that is right. To have it erased is another request.";
        return Ok(Err(sentence.to_owned()));
    }
    let cell = target.cell();
    let place = (&cell.key, cell.record.as_str());
    let planned = app
        .sources
        .plan_correction(identities, place, &cell.field, typed);
    match planned {
        Ok(change) => Ok(Ok(change)),
        Err(CorrectionError::Invalid(sentence)) => Ok(Err(sentence)),
        Err(CorrectionError::Source(error)) => Err(error.into()),
        Err(CorrectionError::NotFound | CorrectionError::NotCorrectable) => Err(AppError::NotFound),
    }
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
        plan(app, identities, &of, &value)
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
