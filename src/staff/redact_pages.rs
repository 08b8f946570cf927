//! Marking what is about somebody else in a person's data, before they get them.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::data_pages::{Question, Target};
use crate::accounts::guard::{CaseWorker, Supervisor};
use crate::app::App;
use crate::audit::{self, Event};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::law::Right;
use crate::my_data::ledger::DatumLine;
use crate::my_data::redactions::{self, Cell, Part, Redactions};
use crate::requests::decisions::is_reason;
use crate::requests::handling::post_message;
use crate::requests::life::{By, changed};
use crate::requests::model::Request;
use crate::requests::queries;
use crate::requests::staff_mails::tell_supervisors;
use crate::web::{Form, Page, html, see_other_saying};

/// What is left out of it.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    /// Of the request, as the page showed it: what is sent twice is done once.
    version: i64,
    whole: String,
    passage: String,
    why: String,
}

#[derive(Template)]
#[template(path = "staff/redact.html")]
struct RedactPage {
    page: Page,
    reference: String,
    target: Target,
    line: DatumLine,
    version: i64,
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
        version: question.request.version,
        reference: question.request.reference,
        target,
        line,
        form: Form::default(),
    };
    html(StatusCode::OK, &redact)
}

/// What the person reads about some words in their request, where they can answer.
fn told_of_words(field: &str) -> String {
    format!(
        "We have left out of your data some words under \u{201c}{field}\u{201d} in one record, because we think that it is \
         about somebody else. {CONTEST}"
    )
}

/// The same about a whole cell, which is a denial of a part: with the reason, where it stands, and where to complain.
fn told_of_all(app: &App, request: &Request, field: &str, reason: &str) -> String {
    let law = (request.law.as_str(), request.received_on);
    let grounds = app.laws.grounds(law.0, Right::Access, law.1).into_iter();
    let mut grounds = grounds.filter(|it| it.code.starts_with(OTHERS_RIGHTS));
    let cite = grounds.next().map(|it| format!(" ({})", it.cite));
    let authorities = app.laws.regulators(&request.law).into_iter();
    let authorities =
        authorities.map(|it| format!(" You can also complain to: {}, {}.", it.name, it.link));
    format!(
        "We have left out of your data what we hold under \u{201c}{field}\u{201d} in one record, because we think that it is \
         about somebody else{}. Two of us have looked at it. The reason: {reason} {CONTEST}{}",
        cite.unwrap_or_default(),
        authorities.collect::<String>(),
    )
}

const CONTEST: &str =
    "If that is not so, answer here: we look at it again, and you can get it back.";

/// How the codes of grounds begin that spare somebody else.
const OTHERS_RIGHTS: &str = "OTHERS_RIGHTS";

/// What is wrong with what was typed, or how much is to be left out. A passage beside which nothing is left is all of it.
fn part(typed: &Typed, (question, cell): (&Question, &Cell), value: &str) -> Result<bool, Fault> {
    let passage = typed.passage.trim();
    let is_whole = match typed.whole.as_str() {
        "no" if passage.is_empty() => return Err(("passage", "Type the words to leave out.")),
        "no" if redactions::places(value, passage).is_empty() => {
            let sentence = "These words are not in it. Copy them from above.";
            return Err(("passage", sentence));
        }
        "no" => question.left_out.leave_nothing(cell, (value, passage)),
        "yes" => true,
        _ => return Err(("whole", "Choose what to leave out.")),
    };
    if question.left_out.is_proposed(cell) {
        return Err(("whole", "To leave all of it out is proposed already."));
    }
    let why = typed.why.trim();
    if is_whole && (!is_reason(why) || why.chars().count() > 2000) {
        let sentence = "Nothing of it would be left. Write why in a sentence, for the person to read, in at most 2,000 characters.";
        return Err(("why", sentence));
    }
    Ok(is_whole)
}

type Fault = (&'static str, &'static str);

/// Leaves a passage out from now on, and tells the person, who can contest it; or proposes to leave out all of it.
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
    let reference = question.request.reference.clone();
    let form = Form::new(typed).refuse_unseen();
    let checked = part(&form.values, (&question, &target.cell()), &line.value);
    let (form, is_whole) = match checked {
        Ok(is_whole) => (form, is_whole),
        Err((field, sentence)) => (form.refuse(field, sentence), false),
    };
    if form.has_errors() {
        let redact = RedactPage {
            page,
            version: question.request.version,
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
    let (own, typed) = (app.clone(), form.values);
    let told = told_of_words(&line.facts.title);
    let placed = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        if request.version != typed.version {
            return Err(changed());
        }
        let (cell, person_id) = (target.cell(), request.person_id);
        let by = By::staff(&own, &worker);
        let part = if is_whole {
            Part::Whole(typed.why.trim())
        } else {
            Part::Passage(typed.passage.trim())
        };
        redactions::place(
            conn,
            &own.keys,
            person_id,
            (&cell, part),
            (worker.id, by.now),
        )?;
        let action = if is_whole {
            tell_supervisors(conn, &request, &by)?;
            "redaction.proposed"
        } else {
            post_message(conn, &request, &told, &by)?;
            "redaction.placed"
        };
        let detail =
            json!({ "collection": cell.key.to_string(), "field": cell.field, "whole": is_whole });
        note(conn, &request, (action, detail), &by)
    });
    placed.await?;
    app.wake.notify_one();
    let done = if is_whole {
        "It is proposed. It is left out once another supervisor agrees, and the person is told then."
    } else {
        "It is left out from now on, and the person has been told. Packages that were made before have ended."
    };
    see_other_saying(&session, done, &back)
}

fn note(
    conn: &mut AnyConnection,
    request: &Request,
    (action, detail): (&str, Value),
    by: &By<'_>,
) -> AppResult<()> {
    let event = Event {
        actor: by.who.actor(),
        action,
        person: Some(&queries::find_pseudonym(conn, request.person_id)?),
        object: &request.reference,
        detail,
    };
    Ok(audit::record(conn, &event, by.now)?)
}

/// A supervisor, another one than proposed it, agrees that a whole cell is left out: it takes effect, and the person is
/// told with the reason.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let (reference, id) = path.into_inner();
    let back = format!("/staff/requests/{reference}/data");
    let own = app.clone();
    let approved = app.db.write(move |conn| {
        let by = By::staff(&own, &supervisor);
        let request = queries::find_by_reference(conn, &reference)?;
        let all = Redactions::load(conn, &own.keys, request.person_id)?;
        let found = all.0.into_iter().find(|it| it.id == id);
        let found = found.ok_or(AppError::NotFound)?;
        if found.placed_by == supervisor.id {
            let sentence = "You proposed this. Another supervisor has to approve it.";
            return Err(AppError::conflict(sentence));
        }
        let of = (request.person_id, id);
        if request.state.is_closed() || !redactions::approve(conn, of, (supervisor.id, by.now))? {
            return Err(changed());
        }
        let (key, field) = (&found.cell.key, &found.cell.field);
        let view = own.register.describe(&key.dataset, &key.collection, field);
        let title = view.map_or(field.as_str(), |it| &it.field.title);
        let told = told_of_all(&own, &request, title, &found.reason);
        post_message(conn, &request, &told, &by)?;
        let detail = json!({ "collection": key.to_string(), "field": field, "proposed_by": found.placed_by });
        note(conn, &request, ("redaction.approved", detail), &by)
    });
    approved.await?;
    app.wake.notify_one();
    let done = "It is left out from now on, and the person has been told why. Packages that were made before have ended.";
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
    let own = app.clone();
    let removed = app.db.write(move |conn| {
        let request = queries::find_by_reference(conn, &reference)?;
        if !redactions::remove(conn, request.person_id, id)? {
            return Err(AppError::NotFound);
        }
        let by = By::staff(&own, &worker);
        note(conn, &request, ("redaction.removed", json!({})), &by)
    });
    removed.await?;
    see_other_saying(&session, "The person gets it again.", &back)
}
