//! The five endpoints of the protocol.

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use chrono::TimeDelta;
use serde::Deserialize;
use serde_json::json;

use super::exercise::{self, Message};
use super::guard::Business;
use super::model::{Agent, AgentRequest, Status};
use super::refusal::{DrpResult, Refusal};
use super::signed::{Claims, Signed};
use super::status::StatusObject;
use super::{agents, queries, status};
use crate::accounts::limits::Limit;
use crate::app::App;
use crate::audit::Actor;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::requests::decisions::withdraw_by_agent;
use crate::requests::life::By;
use crate::requests::queries as requests;
use crate::web::client_address::{client_address, client_network};

/// So often may a network try to pair.
const PAIRINGS: Limit = Limit {
    purpose: "pairings of agents",
    max: 60,
    max_in_demo: 10_000,
    window: TimeDelta::hours(1),
};

/// A body that could be read whole.
type Body = Result<Bytes, actix_web::Error>;

fn bytes(body: Body) -> DrpResult<Bytes> {
    body.map_err(|error| match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge.into(),
        _ => Refusal::fatal("The body could not be read."),
    })
}

/// Pairs with an agent. Whatever is wrong is answered by a bare 403.
pub async fn pair(
    business: Business,
    app: App,
    request: HttpRequest,
    agent_id: web::Path<String>,
    body: Body,
) -> DrpResult<HttpResponse> {
    let network = client_network(client_address(&request, &app.site));
    let (own, now) = (app.clone(), app.clock.now());
    app.db
        .write(move |conn| PAIRINGS.take(&own, conn, &network, now))
        .await?;
    match try_to_pair(&business.0, &app, agent_id.into_inner(), bytes(body)?).await {
        Err(AppError::Forbidden | AppError::NotFound | AppError::Conflict(_)) => {
            Ok(HttpResponse::Forbidden().finish())
        }
        Err(error) => Err(error.into()),
        Ok(paired) => Ok(paired),
    }
}

async fn try_to_pair(
    business: &str,
    app: &App,
    agent_id: String,
    body: Bytes,
) -> AppResult<HttpResponse> {
    let found = app
        .db
        .read(move |conn| Ok(queries::find_agent(conn, &agent_id)?));
    let agent = found.await?;
    let now = app.clock.now();
    let signed = Signed::open(&body, &agent.verify_key).ok_or(AppError::Forbidden)?;
    let claims: Claims = signed.read().ok_or(AppError::Forbidden)?;
    claims
        .check(&agent.agent_id, business, now)
        .map_err(|_| AppError::Forbidden)?;
    let (own, id) = (app.clone(), agent.agent_id.clone());
    let paired = app
        .db
        .write(move |conn| agents::pair(conn, &own, &agent, (&signed.hash, &claims), now));
    Ok(HttpResponse::Ok().json(json!({ "agent-id": id, "token": paired.await? })))
}

/// Tells an agent that its token is good.
pub async fn paired(agent: Agent, agent_id: web::Path<String>) -> DrpResult<HttpResponse> {
    if agent.agent_id != *agent_id {
        return Err(Refusal::not_yours());
    }
    Ok(HttpResponse::Ok().json(json!({})))
}

/// Takes a signed message that exercises a right.
pub async fn exercise(
    business: Business,
    agent: Agent,
    app: App,
    body: Body,
) -> DrpResult<HttpResponse> {
    let body = bytes(body)?;
    let signed = open(&body, &agent)?;
    let Some(message) = signed.read::<Message>() else {
        return Err(Refusal::fatal("The message is not as the protocol has it."));
    };
    message
        .claims
        .check(&agent.agent_id, &business.0, app.clock.now())
        .map_err(Refusal::fatal)?;
    let until = message.claims.expires_at();
    let asked = message.check(&app).map_err(Refusal::fatal)?;
    let own = app.clone();
    let written = app.db.write(move |conn| {
        let message = (signed.hash.as_str(), until);
        let asked = exercise::exercise(conn, &own, &agent, &asked, message)?;
        status::find(conn, &own, &asked)
    });
    let object = written.await?;
    app.wake.notify_one();
    Ok(HttpResponse::Ok().json(object))
}

/// Tells how something stands.
pub async fn show(agent: Agent, app: App, id: web::Path<String>) -> DrpResult<HttpResponse> {
    let own = app.clone();
    let found = app.db.read(move |conn| {
        let asked = queries::find_of_agent(conn, &agent, &id)?;
        status::find(conn, &own, &asked)
    });
    Ok(HttpResponse::Ok().json(mine(found.await)?))
}

/// What a revocation says; it names neither what it revokes nor when, so token and address decide.
#[derive(Debug, Deserialize)]
struct Revocation {
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

/// Takes something back that is not carried out yet.
pub async fn revoke(
    _: Business,
    agent: Agent,
    app: App,
    id: web::Path<String>,
    body: Body,
) -> DrpResult<HttpResponse> {
    let body = bytes(body)?;
    if open(&body, &agent)?.read::<Revocation>().is_none() {
        return Err(Refusal::fatal("The message is not as the protocol has it."));
    }
    let own = app.clone();
    let written = app.db.write(move |conn| {
        let asked = queries::find_of_agent(conn, &agent, &id)?;
        take_back(conn, &own, &agent, &asked)
    });
    let object = mine(written.await)?;
    app.wake.notify_one();
    Ok(HttpResponse::Ok().json(object))
}

fn take_back(
    conn: &mut AnyConnection,
    app: &App,
    agent: &Agent,
    asked: &AgentRequest,
) -> AppResult<StatusObject> {
    let before = status::find(conn, app, asked)?;
    if before.status() == Status::Revoked {
        return Ok(before);
    }
    let Some(request_id) = asked
        .request_id
        .filter(|_| before.status() == Status::InProgress)
    else {
        return Err(AppError::conflict("It is final, and cannot be taken back."));
    };
    let request = requests::find(conn, request_id)?;
    let by = By::visitor(app);
    if !request
        .state
        .may_become(crate::requests::model::State::Withdrawn)
    {
        let sentence = "It is being carried out, and cannot be taken back.";
        return Err(AppError::conflict(sentence));
    }
    withdraw_by_agent(conn, &request, &by)?;
    let detail = json!({ "agent": agent.agent_id });
    agents::record(
        conn,
        Actor::Visitor,
        "agent.revoked",
        &asked.id,
        detail,
        by.now,
    )?;
    status::find(conn, app, asked)
}

fn open(body: &Bytes, agent: &Agent) -> DrpResult<Signed> {
    Signed::open(body, &agent.verify_key).ok_or_else(|| {
        let message = "The body is not base64 of a signature and what it signs, by your key.";
        Refusal::new(StatusCode::BAD_REQUEST, message)
    })
}

/// Another agent's is refused like one that nobody has.
fn mine<T>(found: AppResult<T>) -> DrpResult<T> {
    match found {
        Err(AppError::NotFound) => Err(Refusal::not_yours()),
        found => Ok(found?),
    }
}
