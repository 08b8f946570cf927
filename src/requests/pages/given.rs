//! Asking for what the law of some places alone gives: its form is there for who lives in one of them, or does not say
//! where, and from the day on which the law holds.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{filed_address, trimmed};
use crate::accounts::guard::Person;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::requests::dates;
use crate::requests::denied_before::{self, DeniedBefore};
use crate::requests::filing::NewRequest;
use crate::requests::model::Kind;
use crate::requests::over_limit;
use crate::web::{Form, Page, html, see_other, words};

/// What can be asked for, and how its form puts it.
#[derive(Debug)]
pub struct Asking {
    /// Which right.
    pub kind: Kind,
    /// The end of its address.
    pub path: &'static str,
    /// Where the list of one's requests leads to it.
    pub button: &'static str,
    title: &'static str,
    lead: &'static str,
    label: &'static str,
    hint: &'static str,
    /// Whether it says nothing without words of the person.
    needs_words: bool,
    /// What else may be said of it: what stands over the field, and under that.
    view: Option<(&'static str, &'static str)>,
}

const ALL: &[Asking] = &[
    Asking {
        kind: Kind::Decision,
        path: "decision",
        button: "Ask how a decision was made",
        title: "Ask how a decision was made",
        lead: "Where a machine took part in a decision of weight about you, we tell you what it is for, how it works, what it found about you, and what part people had.",
        label: "Which decision do you mean?",
        hint: "For example a job for which you were not proposed, and when that was.",
        needs_words: true,
        view: None,
    },
    Asking {
        kind: Kind::Contest,
        path: "contest",
        button: "Contest a machine's decision",
        title: "Contest a machine's decision",
        lead: "Where a machine judged you, a person looks at it again who can change the result. We tell you the reason for the result, what would have made it another, and which data counted.",
        label: "Which decision do you mean?",
        hint: "For example a job for which you were not proposed, and when that was.",
        needs_words: true,
        view: Some((
            "How do you see it?",
            "Your point of view, and which data you think are wrong. The person who looks at it again reads it.",
        )),
    },
    Asking {
        kind: Kind::MarketingList,
        path: "marketing-list",
        button: "Ask who got data for marketing",
        title: "Ask who got your data for their own marketing",
        lead: "We tell you to whom we gave your data for their own direct marketing, and which kinds of data. The law gives you this once a year (Cal. Civ. Code 1798.83).",
        label: "Is there something that we should know?",
        hint: "You need not write anything.",
        needs_words: false,
        view: None,
    },
    Asking {
        kind: Kind::Complaint,
        path: "complaint",
        button: "Complain to us",
        title: "Complain to us about your data",
        lead: "We confirm at once that your complaint came, look into it, and tell you what we found and did. You can complain to the authority too, before or after.",
        label: "What did we do that was not right?",
        hint: "Names, dates and places help us find it.",
        needs_words: true,
        view: None,
    },
];

/// What somebody who lives there can ask for now.
pub(super) fn list(app: &App, residence: &str) -> Vec<&'static Asking> {
    let today = app.laws.day_in(residence, app.clock.now());
    let is_given = |it: &&Asking| app.laws.gives(residence, dates::right(it.kind), today);
    ALL.iter().filter(is_given).collect()
}

/// In the person's own words.
#[derive(Debug, Default, Deserialize, Serialize)]
pub struct Asked {
    #[serde(default, deserialize_with = "trimmed")]
    words: String,
    #[serde(default, deserialize_with = "trimmed")]
    view: String,
    #[serde(default, deserialize_with = "trimmed")]
    news: String,
}

impl Asked {
    /// All of it in one text.
    fn said(&self, asking: &Asking) -> String {
        match asking.view {
            Some((label, _)) if !self.view.is_empty() => {
                format!("{}\n\n{label}\n{}", self.words, self.view)
            }
            _ => self.words.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "requests/new_given.html")]
struct NewPage {
    page: Page,
    asking: &'static Asking,
    form: Form<Asked>,
    before: Option<DeniedBefore>,
}

async fn find(app: &App, person: &Person, path: &str) -> AppResult<&'static Asking> {
    let id = person.id;
    let residence = app.db.read(move |conn| Ok(find_residence(conn, id)?));
    let given = list(app, &residence.await?);
    let found = given.into_iter().find(|it| it.path == path);
    found.ok_or(AppError::NotFound)
}

/// The form.
pub async fn new(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<String>,
) -> AppResult<HttpResponse> {
    let asking = find(&app, &person, &path).await?;
    let form = Form::default();
    show(StatusCode::OK, &app, &person, page, (asking, form)).await
}

async fn show(
    status: StatusCode,
    app: &App,
    person: &Person,
    page: Page,
    (asking, form): (&'static Asking, Form<Asked>),
) -> AppResult<HttpResponse> {
    let in_words = denied_before::Asked::Words;
    let before = denied_before::look(app, person.id, asking.kind, in_words).await?;
    let shown = NewPage {
        page,
        asking,
        form,
        before,
    };
    html(status, &shown)
}

/// Files it.
pub async fn file(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<String>,
    form: web::Form<Asked>,
) -> AppResult<HttpResponse> {
    let asking = find(&app, &person, &path).await?;
    let form = Form::new(form.into_inner());
    let (is_empty, length) = (
        form.values.words.is_empty(),
        form.values.words.chars().count(),
    );
    let news = form.values.news.chars().count();
    let view = form.values.view.chars().count();
    let form = form
        .refuse_where([
            (
                asking.needs_words && is_empty || length > 4000,
                "words",
                "Write what it is about, in at most 4,000 characters.",
            ),
            (view > 4000, "view", "Write at most 4,000 characters."),
            (news > 4000, "news", "Say it in at most 4,000 characters."),
        ])
        .refuse_unseen();
    if form.has_errors() {
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        return show(refused, &app, &person, page, (asking, form)).await;
    }
    let new = NewRequest {
        news: form.values.news.clone(),
        note: form.values.said(asking),
        ..NewRequest::of(asking.kind)
    };
    let filed = match over_limit::file(&app, &person, new).await? {
        Ok(filed) => filed,
        Err(limit) => {
            let shown = (asking, form.refuse("words", &limit.sentence));
            return limit.answer(show(limit.status, &app, &person, page, shown).await);
        }
    };
    app.wake.notify_one();
    Ok(see_other(&filed_address(&filed.reference)))
}
