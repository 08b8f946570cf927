//! Admins make tokens and take them back.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Serialize};
use validator::Validate;

use super::model::{NewToken, Scope, Token};
use super::queries;
use crate::accounts::guard::Admin;
use crate::app::App;
use crate::audit::Actor;
use crate::disclosures::model::Channel;
use crate::error::AppResult;
use crate::register::Register;
use crate::web::paging::Before;
use crate::web::{Form, Page, html, see_other_saying, words};

const INDEX: &str = "/staff/tokens";
const ON_A_PAGE: usize = 50;

/// Lifetimes to choose from, in days.
const LIFETIMES: [(&str, &str); 3] = [("90", "90 days"), ("365", "A year"), ("730", "Two years")];

/// A token to make, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct Typed {
    #[validate(length(
        min = 1,
        max = 100,
        message = "Name the system that will use it, in at most 100 characters."
    ))]
    name: String,
    scope: String,
    recipient: String,
    days: String,
}

#[derive(Template)]
#[template(path = "api/tokens.html")]
struct TokensPage {
    page: Page,
    tokens: Vec<Token>,
    now: NaiveDateTime,
    newest: Option<&'static str>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "api/new_token.html")]
struct NewTokenPage {
    page: Page,
    form: Form<Typed>,
    scopes: Vec<(&'static str, &'static str)>,
    recipients: Vec<(String, String)>,
    lifetimes: [(&'static str, &'static str); 3],
}

#[derive(Template)]
#[template(path = "api/token_made.html")]
struct TokenMadePage {
    page: Page,
    name: String,
    secret: String,
    until: String,
}

/// The tokens, newest first.
pub async fn index(
    _: Admin,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let found = from
        .page(&app, (INDEX, ON_A_PAGE), queries::list, |it| it.id)
        .await?;
    let shown = TokensPage {
        page,
        older: found.older,
        newest: found.newer,
        now: app.clock.now(),
        tokens: found.rows,
    };
    html(StatusCode::OK, &shown)
}

/// The form.
pub async fn new(_: Admin, app: App, page: Page) -> AppResult<HttpResponse> {
    let typed = Typed {
        scope: Scope::ReadChoices.as_str().to_owned(),
        days: "365".to_owned(),
        ..Typed::default()
    };
    show_new(&app, StatusCode::OK, page, Form::new(typed))
}

fn show_new(
    app: &App,
    status: StatusCode,
    page: Page,
    form: Form<Typed>,
) -> AppResult<HttpResponse> {
    let recipients = app.register.recipients.iter();
    let fetching = recipients.filter(|it| Channel::of(it) == Channel::Feed);
    let recipients: Vec<_> = fetching
        .map(|it| (it.key.clone(), it.name.clone()))
        .collect();
    let offered = |it: &&Scope| **it != Scope::Notices || !recipients.is_empty();
    let scopes = Scope::ALL.iter().filter(offered);
    let scopes = scopes.map(|it| (it.as_str(), it.in_words())).collect();
    let shown = NewTokenPage {
        page,
        form,
        scopes,
        recipients,
        lifetimes: LIFETIMES,
    };
    html(status, &shown)
}

/// Makes it, and shows its secret this once.
pub async fn make(
    admin: Admin,
    app: App,
    page: Page,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let typed = typed.into_inner();
    let now = app.clock.now();
    let new = match Form::check(typed).and_then(|typed| checked(typed, &app.register, now)) {
        Ok(new) => new,
        Err(form) => return show_new(&app, StatusCode::UNPROCESSABLE_ENTITY, page, form),
    };
    let (keys, name, until) = (app.keys.clone(), new.name.clone(), new.expires_at);
    let made = app
        .db
        .write(move |conn| queries::make(conn, &keys, Actor::Staff(admin.id), &new, now));
    let shown = TokenMadePage {
        page,
        name,
        secret: made.await?,
        until: words::day(until.date()),
    };
    html(StatusCode::OK, &shown)
}

fn checked(typed: Typed, register: &Register, now: NaiveDateTime) -> Result<NewToken, Form<Typed>> {
    let scope = typed.scope.parse();
    let is_offered = LIFETIMES.iter().any(|(days, _)| *days == typed.days);
    let days = typed.days.parse().ok().filter(|_| is_offered);
    match (scope, days) {
        (Ok(scope), Some(days)) => {
            let chosen = Some(typed.recipient.clone()).filter(|it| !it.is_empty());
            let new = NewToken {
                name: typed.name.trim().to_owned(),
                scopes: vec![scope],
                recipient: chosen,
                expires_at: now + TimeDelta::days(days),
            };
            match new.recipient_fault(register) {
                None => Ok(new),
                Some(sentence) => Err(Form::new(typed).refuse("recipient", sentence)),
            }
        }
        (Err(_), _) => Err(Form::new(typed).refuse("scope", "Choose what it is good for.")),
        (_, None) => Err(Form::new(typed).refuse("days", "Choose how long it is good.")),
    }
}

/// Takes one back.
pub async fn revoke(
    admin: Admin,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| queries::revoke(conn, Actor::Staff(admin.id), *id, now))
        .await?;
    let text = "The token was taken back. It is refused within ten seconds.";
    see_other_saying(&session, text, INDEX)
}
