//! Admins pin agents, disable them, and take along the organisation's own entry for the directory.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use data_encoding::BASE64;
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::Url;
use validator::{Validate, ValidationError};

use super::agents::{self, NewAgent};
use super::model::Agent;
use super::queries;
use crate::accounts::guard::Admin;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::web::paging::Before;
use crate::web::{Form, Page, download, html, see_other_saying};

const INDEX: &str = "/staff/agents";
const ON_A_PAGE: usize = 50;

/// An agent to pin, as typed.
#[derive(Debug, Clone, Default, Deserialize, Serialize, Validate)]
#[serde(default)]
pub struct Typed {
    #[validate(length(min = 1, max = 200, message = "Copy its id from the directory."))]
    agent_id: String,
    #[validate(length(min = 1, max = 100, message = "Enter its name, as people know it."))]
    name: String,
    #[validate(custom(function = "is_key"))]
    verify_key: String,
    #[validate(custom(function = "is_site"))]
    web_url: String,
}

#[derive(Template)]
#[template(path = "drp/agents.html")]
struct AgentsPage {
    page: Page,
    agents: Vec<Agent>,
    base: String,
    business: Option<String>,
    newest: Option<&'static str>,
    older: Option<String>,
}

#[derive(Template)]
#[template(path = "drp/new_agent.html")]
struct NewAgentPage {
    page: Page,
    form: Form<Typed>,
}

/// The agents, newest first.
pub async fn index(
    _: Admin,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let found = from
        .page(&app, (INDEX, ON_A_PAGE), queries::list_agents, |it| it.id)
        .await?;
    let shown = AgentsPage {
        page,
        older: found.older,
        newest: found.newer,
        base: app.site.url("/drp"),
        business: app.site.drp_business_id.clone(),
        agents: found.rows,
    };
    html(StatusCode::OK, &shown)
}

/// The form.
pub async fn new(_: Admin, page: Page) -> AppResult<HttpResponse> {
    let form = Form::default();
    html(StatusCode::OK, &NewAgentPage { page, form })
}

/// Pins it.
pub async fn pin(
    admin: Admin,
    app: App,
    page: Page,
    session: Session,
    typed: web::Form<Typed>,
) -> AppResult<HttpResponse> {
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let typed = match Form::check(typed.into_inner()) {
        Ok(typed) => typed,
        Err(form) => return html(refused, &NewAgentPage { page, form }),
    };
    let text = |text: &str| text.trim().to_owned();
    let new = NewAgent {
        agent_id: text(&typed.agent_id),
        name: text(&typed.name),
        verify_key: text(&typed.verify_key),
        web_url: text(&typed.web_url),
    };
    let now = app.clock.now();
    let pinned = app
        .db
        .write(move |conn| agents::pin(conn, admin.id, &new, now));
    if !pinned.await? {
        let form = Form::new(typed).refuse("agent_id", "An agent with this id is pinned already.");
        return html(refused, &NewAgentPage { page, form });
    }
    let text = format!("{} can now pair with us.", typed.name.trim());
    see_other_saying(&session, text, INDEX)
}

/// Disables one.
pub async fn disable(
    admin: Admin,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| agents::disable(conn, admin.id, *id, now))
        .await?;
    let text = "Nothing more is taken from this agent.";
    see_other_saying(&session, text, INDEX)
}

/// The organisation's entry for the directory.
pub async fn business_entry(_: Admin, app: App) -> AppResult<HttpResponse> {
    let id = app.site.drp_business_id.clone();
    let organisation = &app.register.organisation;
    let entry = json!({
        "id": id.ok_or(AppError::NotFound)?,
        "name": organisation.name,
        "api_base": app.site.url("/drp"),
        "supported_actions": ["sale:opt-out", "deletion", "access", "access:categories", "access:specific"],
        "supported_verifications": ["email", "phone_number"],
        "privacy_policy_url": app.site.url("/policy"),
        "web_url": organisation.website,
        "technical_contact": organisation.contact,
        "business_contact": organisation.contact,
    });
    let body = serde_json::to_vec_pretty(&entry)?;
    Ok(download("business.json", "application/json", body))
}

fn is_key(typed: &str) -> Result<(), ValidationError> {
    let bytes = BASE64.decode(typed.trim().as_bytes()).ok();
    let bytes = bytes.and_then(|it| <[u8; 32]>::try_from(it).ok());
    let is_good = bytes
        .and_then(|it| VerifyingKey::from_bytes(&it).ok())
        .is_some_and(|key| !key.is_weak());
    let sentence = "Copy its verify_key from the directory: 32 bytes in base64.";
    is_good
        .then_some(())
        .ok_or_else(|| ValidationError::new("key").with_message(sentence.into()))
}

fn is_site(typed: &str) -> Result<(), ValidationError> {
    let is_good = Url::parse(typed.trim()).is_ok_and(|url| url.scheme() == "https");
    let sentence = "Enter the address of its site, which begins with https://.";
    is_good
        .then_some(())
        .ok_or_else(|| ValidationError::new("site").with_message(sentence.into()))
}
