//! Agents, their requests, and the messages that were taken.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Agent, AgentRequest, NewAgentRequest};
use crate::db::schema::{drp_agents, drp_messages, drp_requests};
use crate::db::{AnyConnection, both};

/// The agent of that id, unless it is disabled.
pub fn find_agent(conn: &mut AnyConnection, agent_id: &str) -> QueryResult<Agent> {
    Agent::query()
        .filter(drp_agents::agent_id.eq(agent_id))
        .filter(drp_agents::disabled_at.is_null())
        .first(conn)
}

/// The agent with that token, unless it is disabled.
pub fn find_agent_by_token(conn: &mut AnyConnection, token_hash: &str) -> QueryResult<Agent> {
    Agent::query()
        .filter(drp_agents::token_hash.eq(token_hash))
        .filter(drp_agents::disabled_at.is_null())
        .first(conn)
}

/// Agents, newest first: so many, older than that one.
pub fn list_agents(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<Agent>> {
    Agent::query()
        .filter(drp_agents::id.lt(before.unwrap_or(i64::MAX)))
        .order(drp_agents::id.desc())
        .limit(limit)
        .load(conn)
}

/// Gives an agent another token; the one before is good no more.
pub fn set_token(conn: &mut AnyConnection, agent: &Agent, token_hash: &str) -> QueryResult<()> {
    diesel::update(drp_agents::table.filter(drp_agents::id.eq(agent.id)))
        .set(drp_agents::token_hash.eq(token_hash))
        .execute(conn)
        .map(drop)
}

/// Keeps what an agent asked for.
pub fn insert(conn: &mut AnyConnection, new: &NewAgentRequest) -> QueryResult<AgentRequest> {
    diesel::insert_into(drp_requests::table)
        .values(new)
        .execute(conn)?;
    AgentRequest::query()
        .filter(drp_requests::id.eq(&new.id))
        .first(conn)
}

/// What this agent asked for; another's is not found.
pub fn find_of_agent(
    conn: &mut AnyConnection,
    agent: &Agent,
    id: &str,
) -> QueryResult<AgentRequest> {
    AgentRequest::query()
        .filter(drp_requests::id.eq(id))
        .filter(drp_requests::agent_id.eq(agent.id))
        .first(conn)
}

/// The agent who asked for what is that request in the queue, if one did; it may be disabled since.
pub fn find_agent_of(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Agent>> {
    let asked = drp_requests::table.filter(drp_requests::request_id.eq(request_id));
    let agent_id: Option<i64> = asked
        .select(drp_requests::agent_id)
        .first(conn)
        .optional()?;
    let Some(agent_id) = agent_id else {
        return Ok(None);
    };
    let agents = Agent::query().filter(drp_agents::id.eq(agent_id));
    agents.first(conn).optional()
}

/// The agent who asked for that request and may act no more, if so.
pub fn find_stopped_agent_of(
    conn: &mut AnyConnection,
    request_id: i64,
) -> QueryResult<Option<Agent>> {
    let agent = find_agent_of(conn, request_id)?;
    Ok(agent.filter(Agent::is_disabled))
}

/// What an agent asked for, with the agent, unless that is disabled.
pub fn find_with_agent(conn: &mut AnyConnection, id: &str) -> QueryResult<(AgentRequest, Agent)> {
    let asked = AgentRequest::query()
        .filter(drp_requests::id.eq(id))
        .first(conn)?;
    let agent = Agent::query()
        .filter(drp_agents::id.eq(asked.agent_id))
        .filter(drp_agents::disabled_at.is_null())
        .first(conn)?;
    Ok((asked, agent))
}

/// The id of what an agent asked for by that request of the queue, if its changes are to be told.
pub fn find_to_tell(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<String>> {
    drp_requests::table
        .filter(drp_requests::request_id.eq(request_id))
        .filter(drp_requests::status_callback.is_not_null())
        .select(drp_requests::id)
        .first(conn)
        .optional()
}

/// Takes a message; `false` when it was taken before.
pub fn take_message(
    conn: &mut AnyConnection,
    hash: &str,
    expires_at: NaiveDateTime,
) -> QueryResult<bool> {
    let taken = both!(conn, |conn| diesel::insert_into(drp_messages::table)
        .values((
            drp_messages::hash.eq(hash),
            drp_messages::expires_at.eq(expires_at),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(taken == 1)
}

/// Forgets messages that have expired: they would be refused anyway.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(drp_messages::table.filter(drp_messages::expires_at.le(now))).execute(conn)
}
