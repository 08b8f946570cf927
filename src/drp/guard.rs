//! Which agent asks.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono::TimeDelta;

use super::model::Agent;
use super::queries;
use super::refusal::Refusal;
use crate::accounts::limits::Limit;
use crate::api::gate::bearer;
use crate::app::App;
use crate::error::{AppError, AppResult};
use crate::keys::Keys;

/// So often may an agent ask.
const MESSAGES: Limit = Limit {
    purpose: "messages of agents",
    max: 3_000,
    max_in_demo: 1_000_000,
    window: TimeDelta::hours(1),
};

/// The organisation, as the protocol's directory names it. Without a name there, nothing of the protocol is here.
pub struct Business(pub String);

impl FromRequest for Business {
    type Error = Refusal;
    type Future = std::future::Ready<Result<Business, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = App::extract(request).into_inner().and_then(|app| {
            let id = app.site.drp_business_id.clone();
            id.ok_or(AppError::NotFound)
        });
        std::future::ready(found.map(Business).map_err(Refusal::from))
    }
}

impl FromRequest for Agent {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Agent, Refusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { Ok(agent(&request).await?) })
    }
}

async fn agent(request: &HttpRequest) -> AppResult<Agent> {
    let app = App::extract(request).into_inner()?;
    let hash = match bearer(request) {
        Some(token) if app.site.drp_business_id.is_some() => token_hash(&app.keys, token),
        Some(_) => return Err(AppError::NotFound),
        None => return Err(AppError::Unauthorized),
    };
    let found = app
        .db
        .read(move |conn| Ok(queries::find_agent_by_token(conn, &hash)?));
    let agent = match found.await {
        Err(AppError::NotFound) => return Err(AppError::Unauthorized),
        found => found?,
    };
    let (own, id, now) = (app.clone(), agent.agent_id.clone(), app.clock.now());
    app.db
        .write(move |conn| MESSAGES.take(&own, conn, &id, now))
        .await?;
    Ok(agent)
}

/// As the database keeps a token.
pub fn token_hash(keys: &Keys, token: &str) -> String {
    keys.hash("drp token", token.as_bytes())
}
