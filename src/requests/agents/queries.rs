//! Finding who asks for somebody else, together with their request.

use diesel::prelude::*;

use super::model::{Agent, Basis};
use crate::db::AnyConnection;
use crate::db::schema::request_agents;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::model::{Channel, Request};
use crate::requests::sealed::{self, What};

/// Who asks with a request for somebody else, if somebody does.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Agent>> {
    Agent::query()
        .filter(request_agents::request_id.eq(request_id))
        .first(conn)
        .optional()
}

/// Those of some requests that no agent and no parent made: they are the person's own.
pub fn without_agent(
    conn: &mut AnyConnection,
    mut requests: Vec<Request>,
) -> QueryResult<Vec<Request>> {
    let ids: Vec<i64> = requests.iter().map(|it| it.id).collect();
    let made: Vec<i64> = request_agents::table
        .filter(request_agents::request_id.eq_any(ids))
        .select(request_agents::request_id)
        .load(conn)?;
    requests.retain(|it| it.channel != Channel::Agent && !made.contains(&it.id));
    Ok(requests)
}

/// Who filed a request for the person, as the person reads it; none where they did so themselves.
pub fn in_words(
    conn: &mut AnyConnection,
    keys: &Keys,
    request: &Request,
) -> AppResult<Option<String>> {
    let Some(Named { agent, name, .. }) = named(conn, keys, request)? else {
        // The protocol's agents are named in the request's text.
        let is_agents = request.channel == Channel::Agent;
        return Ok(is_agents.then(|| "Your agent".to_owned()));
    };
    let who = match agent.basis {
        Basis::Parent => "A parent or guardian",
        Basis::Permission | Basis::PowerOfAttorney => "Your agent",
    };
    Ok(Some(match name.as_str() {
        "" => who.to_owned(),
        name => format!("{who} ({name})"),
    }))
}

/// Who filed a request for the person, as staff read it in "By …"; none where the person did.
pub fn filed_by(request: &Request, agent: Option<&Named>) -> Option<&'static str> {
    match agent.map(|it| it.agent.basis) {
        Some(Basis::Parent) => Some("a parent or guardian"),
        Some(Basis::Permission | Basis::PowerOfAttorney) => Some("an agent"),
        // Of an agent of the protocol nothing more is on record here.
        None => (request.channel == Channel::Agent).then_some("an agent"),
    }
}

/// Somebody who asks for somebody else, with what is sealed of them opened.
#[derive(Debug, Clone)]
pub struct Named {
    /// The row.
    pub agent: Agent,
    /// Their name, and of whom they are sent; empty once it is forgotten.
    pub name: String,
    /// Their address; empty once it is forgotten.
    pub address: String,
}

/// As [`find`], with name and address.
pub fn named(conn: &mut AnyConnection, keys: &Keys, request: &Request) -> AppResult<Option<Named>> {
    let Some(agent) = find(conn, request.id)? else {
        return Ok(None);
    };
    let open = |what, sealed| sealed::open_text(keys, &request.reference, what, sealed);
    Ok(Some(Named {
        name: open(What::AgentName, agent.name.as_deref())?,
        address: open(What::AgentAddress, agent.email.as_deref())?,
        agent,
    }))
}
