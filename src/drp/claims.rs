//! What an agent says of the person, and of its own power: nothing of it is proved, and staff compare it with what is held.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::db::AnyConnection;
use crate::db::schema::drp_requests;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::requests::model::Request;
use crate::requests::sealed::{self, What};
use crate::web::form::is_unseen;

/// So long may a claim be; the rest of it is left out.
const LONGEST: usize = 500;

/// The claims of one message, as staff read them; each may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AboutPerson {
    /// The name.
    pub name: String,
    /// The postal address, in one line.
    pub address: String,
    /// The telephone number, in E.164.
    pub phone: String,
    /// What names the power of attorney with the agent.
    pub power_of_attorney: String,
}

impl AboutPerson {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == AboutPerson::default()
    }

    /// What was said, each with its name.
    pub fn lines(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = [
            ("Name", &self.name),
            ("Address", &self.address),
            ("Telephone", &self.phone),
            ("Power of attorney", &self.power_of_attorney),
        ];
        let said = all.into_iter().filter(|(_, said)| !said.is_empty());
        said.map(|(what, said)| (what, said.as_str()))
    }

    /// Of a request of the queue, as long as it is open.
    pub fn of_request(
        conn: &mut AnyConnection,
        keys: &Keys,
        request: &Request,
    ) -> AppResult<Option<AboutPerson>> {
        let sealed: Option<Option<Vec<u8>>> = drp_requests::table
            .filter(drp_requests::request_id.eq(request.id))
            .select(drp_requests::claims)
            .first(conn)
            .optional()?;
        let Some(sealed) = sealed.flatten() else {
            return Ok(None);
        };
        let plain = sealed::open(keys, &request.reference, What::AgentClaims, &sealed)?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }

    /// Sealed for a request; none where nothing was said.
    pub fn seal(&self, keys: &Keys, reference: &str) -> AppResult<Option<Vec<u8>>> {
        if self.is_empty() {
            return Ok(None);
        }
        let plain = serde_json::to_vec(self)?;
        Ok(Some(sealed::seal(
            keys,
            reference,
            What::AgentClaims,
            plain,
        )))
    }
}

/// Erases the claims of a request.
pub fn forget(conn: &mut AnyConnection, request_id: i64) -> QueryResult<()> {
    diesel::update(drp_requests::table.filter(drp_requests::request_id.eq(request_id)))
        .set(drp_requests::claims.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(drop)
}

/// A claim in one line: a text as it is, an address by its parts.
pub fn in_one_line(claim: Option<&Value>) -> String {
    let text = match claim {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(parts)) => {
            let formatted = parts.get("formatted").and_then(Value::as_str);
            let texts = || parts.values().filter_map(Value::as_str).collect::<Vec<_>>();
            formatted.map_or_else(|| texts().join(", "), str::to_owned)
        }
        _ => String::new(),
    };
    let seen = text.replace(['\r', '\n', '\t'], " ");
    let seen = seen.trim().chars().filter(|it| !is_unseen(*it));
    seen.take(LONGEST).collect()
}
