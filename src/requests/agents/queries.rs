//! Finding who asks for somebody else, together with their request.

use diesel::prelude::*;

use super::model::Agent;
use crate::db::AnyConnection;
use crate::db::schema::request_agents;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::model::Request;
use crate::requests::sealed::{self, What};

/// Who asks with a request for somebody else, if somebody does.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Agent>> {
    Agent::query()
        .filter(request_agents::request_id.eq(request_id))
        .first(conn)
        .optional()
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
