//! Marking what is about somebody else in a person's data, before they get them.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::data_pages::{Question, Target};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::my_data::ledger::DatumLine;
use crate::my_data::redactions::{self, Cell};
use crate::requests::handling::post_message;
use crate::requests::life::By;
use crate::requests::queries;
use crate::web::{Form, Page, html, see_other_saying};

/// What is left out of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    whole: String,
    passage: String,
}

#[derive(Template)]
#[template(path = "staff/redact.html")]
struct RedactPage {
    page: Page,
    reference: String,
    target: Target,
    line: DatumLine,
    form: Form<Typed>,
}

/// The cell as the source has it.
async fn find(app: &App, question: &Question, cell: Cell) -> AppResult<DatumLine> {
    if !question.is_about(&cell.key) {
        return Err(AppError::NotFound);
    }
    let (_, line) = question.find(app, cell).await?;
    let is_there = !line.is_masked && !line.is_empty;
    is_there.then_some(line).ok_or(AppError::NotFound)
}

/// The cell, and what to leave out of it.
pub async fn new(
    worker: CaseWorker,
    app: App,
    page: Page,
    path: web::Path<String>,
    target: web::Query<Target>,
) -> AppResult<HttpResponse> {
    let target = target.into_inner();
    let question = Question::open(&app, &worker, path.into_inner()).await?;
    let line = find(&app, &question, target.cell()).await?;
    let redact = RedactPage {
        page,
        reference: question.request.reference,
        target,
        line,
        form: Form::default(),
    };
    html(StatusCode::OK, &redact)
}

/// What the person reads about it in their request, where they can answer.
fn told(field: &str, whole: bool) -> String {
    let what = if whole {
        format!(
            "We have left out of your data what we hold under \u{201c}{field}\u{201d} in one record"
        )
    } else {
        format!(
            "We have left out of your data some words under \u{201c}{field}\u{201d} in one record"
        )
    };
    format!(
        "{what}, because we think that it is about somebody else. If that is not so, answer here: we look at it \
         again, and you can get it back."
    )
}

/// Leaves it out from now on, and tells the person, who can contest it.
pub async fn place(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    (path, target, typed): (web::Path<String>, web::Query<Target>, web::Form<Typed>),
) -> AppResult<HttpResponse> {
    let (target, typed) = (target.into_inner(), typed.into_inner());
    let question = Question::open(&app, &worker, path.into_inner()).await?;
    let line = find(&app, &question, target.cell()).await?;
    let passage = typed.passage.trim().to_owned();
    let fault = match typed.whole.as_str() {
        "no" if passage.is_empty() => Some(("passage", "Type the words to leave out.")),
        "no" if !line.value.contains(&passage) => Some((
            "passage",
            "These words are not in it. Copy them from above.",
        )),
        "yes" | "no" => None,
        _ => Some(("whole", "Choose what to leave out.")),
    };
    let reference = question.request.reference.clone();
    if let Some((field, sentence)) = fault {
        let form = Form::new(typed).refuse(field, sentence);
        let redact = RedactPage {
            page,
            reference,
            target,
            line,
            form,
        };
        return html(StatusCode::UNPROCESSABLE_ENTITY, &redact);
    }
    let back = format!(
        "/staff/requests/{reference}/data/{}/{}",
        target.dataset, target.collection
    );
    let passage = (typed.whole == "no").then_some(passage);
    let (own, now, request) = (app.clone(), app.clock.now(), question.request);
    let told = told(&line.facts.title, passage.is_none());
    let placed = app.db.write(move |conn| {
        let (cell, person_id) = (target.cell(), request.person_id);
        let what = (&cell, passage.as_deref());
        redactions::place(conn, &own.keys, person_id, what, (worker.id, now))?;
        post_message(conn, &request, &told, &By::staff(&own, &worker))?;
        let event = Event {
            actor: Actor::Staff(worker.id),
            action: "redaction.placed",
            person: Some(&queries::find_pseudonym(conn, person_id)?),
            object: &reference,
            detail: json!({ "collection": cell.key.to_string(), "field": cell.field, "whole": passage.is_none() }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    placed.await?;
    app.wake.notify_one();
    let done = "It is left out from now on, and the person has been told. Packages that were made before have ended.";
    see_other_saying(&session, done, &back)
}

/// Shows it to the person again.
pub async fn remove(
    worker: CaseWorker,
    app: App,
    session: Session,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let (reference, id) = path.into_inner();
    let back = format!("/staff/requests/{reference}/data");
    let now = app.clock.now();
    let removed = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        if !redactions::remove(conn, request.person_id, id)? {
            return Err(AppError::NotFound);
        }
        let event = Event {
            actor: Actor::Staff(worker.id),
            action: "redaction.removed",
            person: Some(&queries::find_pseudonym(conn, request.person_id)?),
            object: &request.reference,
            detail: json!({}),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    removed.await?;
    see_other_saying(&session, "The person gets it again.", &back)
}
