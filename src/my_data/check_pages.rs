//! "Does it match?": the person types a value that we hold and never show, and learns whether it is the same (11 CCR
//! 7023(j)). The value that is held leaves its source for no page, and the one that is typed is neither kept nor shown.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use super::redactions::{Cell, Redactions};
use super::{check_url, read, record_url};
use crate::accounts::guard::{FreshPerson, Person};
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::register::{CollectionKey, NeverDisclose};
use crate::web::{Form, Page, html};

/// So often a person may try in a day, whatever the value: nobody is to find a number by guessing.
const TRIES: Limit = Limit {
    purpose: "hidden values checked",
    max: 5,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// What is typed. It is never printed, not even for debugging.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    value: String,
}

#[derive(Template)]
#[template(path = "data/check.html")]
struct CheckPage {
    page: Page,
    back: String,
    action: String,
    collection: String,
    field: String,
    what: &'static str,
    answer: Option<bool>,
    form: Form<()>,
}

type Path = web::Path<(String, String, String, String)>;

/// The question.
pub async fn show(
    person: FreshPerson,
    app: App,
    page: Page,
    path: Path,
) -> AppResult<HttpResponse> {
    let asked = Asked::find(&app, &person, path.into_inner()).await?;
    asked.page(StatusCode::OK, page, None, Form::default())
}

/// The answer.
pub async fn check(
    person: FreshPerson,
    app: App,
    page: Page,
    path: Path,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let asked = Asked::find(&app, &person, path.into_inner()).await?;
    let value = typed.into_inner().value;
    if value.trim().is_empty() || value.chars().count() > 200 {
        let form = Form::default().refuse("value", "Type the value that you want to check.");
        return asked.page(StatusCode::UNPROCESSABLE_ENTITY, page, None, form);
    }
    let (own, who) = (app.clone(), person.id.to_string());
    let counted = app
        .db
        .write(move |conn| TRIES.take(&own, conn, &who, own.clock.now()));
    counted.await?;
    let (key, record, field) = asked.place.clone();
    let answer = read(&app, person.id, move |app, identities| {
        let place = (&key, record.as_str());
        Ok(app.sources.matches(identities, place, &field, &value)?)
    });
    let answer = answer.await?.ok_or(AppError::NotFound)?;
    asked.note(&app, &person, answer).await?;
    asked.page(StatusCode::OK, page, Some(answer), Form::default())
}

/// A value that is held and never shown.
struct Asked {
    place: (CollectionKey, String, String),
    collection: String,
    field: String,
    what: NeverDisclose,
}

impl Asked {
    /// Someone else's record is not found, nor is a value that may be seen anyway.
    async fn find(
        app: &App,
        person: &Person,
        (dataset, collection, record, field): (String, String, String, String),
    ) -> AppResult<Self> {
        let view = app.register.describe(&dataset, &collection, &field);
        let view = view.ok_or(AppError::NotFound)?;
        let what = view.never_disclose().filter(|it| it.can_be_checked());
        let asked = Asked {
            what: what.ok_or(AppError::NotFound)?,
            collection: view.collection.title.clone(),
            field: view.field.title.clone(),
            place: (CollectionKey::new(&dataset, &collection), record, field),
        };
        let (key, record, field) = asked.place.clone();
        let person_id = person.id;
        let is_held = read(app, person_id, move |app, identities| {
            let left_out = app
                .db
                .read_now(|conn| Redactions::load(conn, &app.keys, person_id))?;
            let found = app.sources.record(identities, &key, &record)?;
            let cell = Cell { key, record, field };
            let held = found.is_some_and(|it| {
                let mut data = it.fields.iter();
                data.any(|datum| datum.path == cell.field && datum.value.is_masked())
            });
            Ok(held && !left_out.is_about(&cell))
        });
        if is_held.await? {
            Ok(asked)
        } else {
            Err(AppError::NotFound)
        }
    }

    /// That it was checked stands in the person's own log; neither value does.
    async fn note(&self, app: &App, person: &Person, answer: bool) -> AppResult<()> {
        let (key, _, field) = &self.place;
        let object = format!("{key}.{field}");
        let (pseudonym, now) = (person.pseudonym.clone(), app.clock.now());
        let noted = app.db.write(move |conn| {
            let event = Event {
                actor: Actor::Person(&pseudonym),
                action: "data.value_checked",
                person: Some(&pseudonym),
                object: &object,
                detail: json!({ "matches": answer }),
            };
            Ok(audit::record(conn, &event, now)?)
        });
        noted.await
    }

    fn page(
        self,
        status: StatusCode,
        page: Page,
        answer: Option<bool>,
        form: Form<()>,
    ) -> AppResult<HttpResponse> {
        let (key, record, field) = &self.place;
        let shown = CheckPage {
            page,
            back: record_url(key, record),
            action: check_url(key, record, field),
            what: self.what.title(),
            collection: self.collection,
            field: self.field,
            answer,
            form,
        };
        html(status, &shown)
    }
}
