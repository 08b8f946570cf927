//! What staff entered of ages, and putting one right.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::approvals::{self, Approval};
use super::entries::{self, Entry, Kind, VerifiedBy, Word};
use super::typed::{self, Known, TypedWord};
use super::{Age, sixteen_on_typed};
use crate::accounts::guard::{CaseReader, CaseWorker, Supervisor};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::choices::staff_pages::titles;
use crate::error::AppResult;
use crate::web::paging::Before;
use crate::web::{Form, Page, html, see_other_saying, words};

const ON_A_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "choices/minors/index.html")]
struct IndexPage {
    page: Page,
    entries: Vec<(Entry, String)>,
    /// How the words of parents stand.
    approvals: Vec<Approval>,
    can_enter: bool,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl IndexPage {
    fn approval(&self, entry: &Entry) -> Option<&Approval> {
        self.approvals.iter().find(|it| it.entry_id == entry.id)
    }
}

#[derive(Template)]
#[template(path = "choices/minors/entry.html")]
struct EntryPage {
    page: Page,
    entry: Entry,
    author: String,
    pseudonym: String,
    allowed: String,
    reason: String,
    evidence: String,
    /// How it stands, if it is a word of a parent.
    approval: Option<Approval>,
    /// Whether whoever looks may approve or refuse what waits.
    is_supervisor: bool,
    /// Whether they entered it themselves.
    is_own: bool,
}

impl EntryPage {
    fn waits(&self) -> bool {
        let approval = self.approval.as_ref();
        approval.is_some_and(|it| it.outcome.is_none())
    }
}

/// All entries, newest first: not whose, and not what was written.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let found = from
        .page(
            &app,
            ("/staff/ages", ON_A_PAGE),
            entries::list,
            |(it, _)| it.id,
        )
        .await?;
    let ids = found.rows.iter().map(|(it, _)| it.id).collect();
    let approvals = app.db.read(move |conn| Ok(approvals::list(conn, ids)?));
    let shown = IndexPage {
        page,
        approvals: approvals.await?,
        can_enter: [Role::Agent, Role::Supervisor].contains(&reader.role),
        older: found.older,
        newer: found.newer,
        entries: found.rows,
    };
    html(StatusCode::OK, &shown)
}

/// One entry with what was written; the person learns that somebody looked.
pub async fn show(
    reader: CaseReader,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let id = id.into_inner();
    let found = app
        .db
        .read(move |conn| Ok((entries::find(conn, id)?, approvals::find(conn, id)?)));
    let ((entry, author, pseudonym), approval) = found.await?;
    let (reason, evidence) = entry.open(&app.keys)?;
    views::record(&app, &reader, Seen::Age, pseudonym.clone(), "").await?;
    let shown = EntryPage {
        page,
        allowed: titles(&app.register, entry.keys()),
        approval,
        is_supervisor: reader.role == Role::Supervisor,
        is_own: entry.staff_id == reader.id,
        entry,
        author,
        pseudonym,
        reason,
        evidence,
    };
    html(StatusCode::OK, &shown)
}

/// Turns on what a parent allowed, as a second one.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (own, id, now) = (app.clone(), id.into_inner(), app.clock.now());
    let approved = app
        .db
        .write(move |conn| approvals::approve(conn, &own, (id, &supervisor), now));
    approved.await?;
    app.wake.notify_one();
    let text = "It is on, on the word of the parent or guardian. We have told the person by mail if they have an address.";
    see_other_saying(&session, text, "/staff/ages")
}

/// Lets it be.
pub async fn refuse(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (id, now) = (id.into_inner(), app.clock.now());
    let refused = app
        .db
        .write(move |conn| approvals::refuse(conn, (id, &supervisor), now));
    refused.await?;
    see_other_saying(
        &session,
        "It is refused. Nothing was turned on.",
        "/staff/ages",
    )
}

/// The form, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Typed {
    whom: String,
    born_on: String,
    #[serde(flatten)]
    word: TypedWord,
}

#[derive(Template)]
#[template(path = "choices/minors/age.html")]
struct AgePage {
    page: Page,
    form: Form<Typed>,
}

/// The form.
pub async fn new(_: CaseWorker, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
    html(StatusCode::OK, &AgePage { page, form })
}

/// Puts an age right. It turns nothing on, and the person is told.
pub async fn put_right(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let typed = typed.into_inner();
    let known = typed::find(&app, &typed.whom).await?;
    let (known, age, word) = match check(&app, typed, known) {
        Ok(checked) => checked,
        Err(form) => {
            let form = *form;
            return html(StatusCode::UNPROCESSABLE_ENTITY, &AgePage { page, form });
        }
    };
    let (own, now, staff_id) = (app.clone(), app.clock.now(), worker.id);
    let text = if known.mail_to.is_some() {
        "The age is put right. We have told the person by mail."
    } else {
        "The age is put right. The person has no address, so no mail was sent."
    };
    let written = app.db.write(move |conn| {
        let whose = (known.whose(staff_id), staff_id);
        entries::enter_age(conn, &own, whose, age, &word, now)
    });
    written.await?;
    app.wake.notify_one();
    see_other_saying(&session, text, "/staff/ages")
}

const SAME: &str = "That is what we know of their age already. Nothing is to be put right.";

fn check(
    app: &App,
    typed: Typed,
    known: Option<Known>,
) -> Result<(Known, Age, Word), Box<Form<Typed>>> {
    let today: NaiveDate = app.clock.today();
    let day = sixteen_on_typed(&typed.born_on, today);
    let age = day.map(|day| Age::of(day, today));
    let word = typed.word.clone();
    let (word, form) = word.check(app, known.as_ref(), Form::new(typed));
    let is_known = match (&known, age) {
        (Some(known), Ok(age)) => known.sixteen_on == age.sixteen_on(),
        _ => false,
    };
    let form = form
        .refuse_where([
            (is_known, "born_on", SAME),
            (age.is_err(), "born_on", age.err().unwrap_or_default()),
        ])
        .in_order();
    match (known, age, word) {
        (Some(known), Ok(age), Some(word)) if !form.has_errors() => Ok((known, age, word)),
        _ => Err(Box::new(form)),
    }
}
