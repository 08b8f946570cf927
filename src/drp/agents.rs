//! Pinning agents and disabling them, and pairing with one.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::{Value, json};

use super::guard::token_hash;
use super::model::Agent;
use super::queries;
use super::signed::Claims;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::drp_agents;
use crate::error::{AppError, AppResult};
use crate::keys::random_token;

/// An agent to be pinned.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// As the directory names it.
    pub agent_id: String,
    /// As people know it.
    pub name: String,
    /// Ed25519, in base64.
    pub verify_key: String,
    /// Its site.
    pub web_url: String,
}

/// Pins an agent; `false` when its id is taken.
pub fn pin(
    conn: &mut AnyConnection,
    staff_id: i64,
    new: &NewAgent,
    now: NaiveDateTime,
) -> AppResult<bool> {
    let inserted = conn.transaction(|conn| {
        diesel::insert_into(drp_agents::table)
            .values((
                drp_agents::agent_id.eq(&new.agent_id),
                drp_agents::name.eq(&new.name),
                drp_agents::verify_key.eq(&new.verify_key),
                drp_agents::web_url.eq(&new.web_url),
                drp_agents::created_at.eq(now),
            ))
            .execute(conn)
    });
    match inserted {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => return Ok(false),
        inserted => inserted?,
    };
    let by = Actor::Staff(staff_id);
    record(conn, by, "agent.pinned", &new.agent_id, json!({}), now)?;
    Ok(true)
}

/// Disables an agent: its token is good no more, and it cannot pair again.
pub fn disable(
    conn: &mut AnyConnection,
    staff_id: i64,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let agent = Agent::query().filter(drp_agents::id.eq(id)).first(conn)?;
    let enabled = drp_agents::table
        .filter(drp_agents::id.eq(id))
        .filter(drp_agents::disabled_at.is_null());
    let disabled = diesel::update(enabled)
        .set((
            drp_agents::disabled_at.eq(now),
            drp_agents::token_hash.eq(None::<String>),
        ))
        .execute(conn)?;
    if disabled == 0 {
        return Err(AppError::NotFound);
    }
    let by = Actor::Staff(staff_id);
    record(conn, by, "agent.disabled", &agent.agent_id, json!({}), now)
}

/// Pairs with an agent: gives it another token.
///
/// # Errors
/// [`AppError::Conflict`] when its message was taken before.
pub fn pair(
    conn: &mut AnyConnection,
    app: &App,
    agent: &Agent,
    (message, claims): (&str, &Claims),
    now: NaiveDateTime,
) -> AppResult<String> {
    if !queries::take_message(conn, message, claims.expires_at())? {
        return Err(AppError::conflict("This message was taken before."));
    }
    let token = format!("{}{}", random_token(), random_token());
    queries::set_token(conn, agent, &token_hash(&app.keys, &token))?;
    record(
        conn,
        Actor::Visitor,
        "agent.paired",
        &agent.agent_id,
        json!({}),
        now,
    )?;
    Ok(token)
}

/// Writes the audit event of something that was done with an agent or by one.
pub fn record(
    conn: &mut AnyConnection,
    actor: Actor<'_>,
    action: &str,
    object: &str,
    detail: Value,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor,
        action,
        person: None,
        object,
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
