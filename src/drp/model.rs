//! Agents, and what they asked for.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{drp_agents, drp_requests};
use crate::db::{OptionalText, text_enum};

text_enum! {
    /// The rights that the protocol knows.
    pub enum Exercise {
        /// No sale or sharing.
        OptOut = "sale:opt-out",
        /// Sale and sharing allowed again.
        OptIn = "sale:opt-in",
        /// Everything erased.
        Deletion = "deletion",
        /// The data.
        Access = "access",
        /// Which categories of data.
        Categories = "access:categories",
        /// The data, piece by piece.
        Specific = "access:specific",
    }
}

text_enum! {
    /// Where something stands, in the protocol's words.
    pub enum Status {
        /// Under way.
        InProgress = "in_progress",
        /// Done.
        Fulfilled = "fulfilled",
        /// Taken back.
        Revoked = "revoked",
        /// Not done, and why: a [`Reason`].
        Denied = "denied",
    }
}

text_enum! {
    /// Why something was denied, in the protocol's words.
    pub enum Reason {
        /// It is not certain enough who asks.
        Unverified = "insuf_verification",
        /// We do not do that for agents.
        NotCovered = "claim_not_covered",
        /// Too often for one person.
        TooMany = "too_many_requests",
        /// As the person was told.
        Other = "other",
    }
}

/// An authorised agent.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = drp_agents)]
pub struct Agent {
    /// Internal.
    pub id: i64,
    /// As the directory names it; opaque.
    pub agent_id: String,
    /// As people know it.
    pub name: String,
    /// Ed25519, in base64.
    pub verify_key: String,
    /// Its site.
    pub web_url: String,
    /// When it was pinned.
    pub created_at: NaiveDateTime,
    /// From then on nothing is taken from it.
    pub disabled_at: Option<NaiveDateTime>,
}

impl Agent {
    /// Whether it may act no more.
    pub fn is_disabled(&self) -> bool {
        self.disabled_at.is_some()
    }
}

/// What an agent asked for.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = drp_requests)]
pub struct AgentRequest {
    /// A UUID, for the agent.
    pub id: String,
    /// Whose: [`Agent::id`].
    pub agent_id: i64,
    /// The agent's own name for it.
    pub agent_request_id: Option<String>,
    /// An [`Exercise`].
    pub exercise: String,
    /// When it came.
    pub received_at: NaiveDateTime,
    /// The request in the queue, if it is one.
    pub request_id: Option<i64>,
    /// A [`Status`], where no request in the queue says it.
    #[diesel(deserialize_as = OptionalText<Status>)]
    pub status: Option<Status>,
    /// Why it was denied.
    #[diesel(deserialize_as = OptionalText<Reason>)]
    pub reason: Option<Reason>,
    /// A sentence about that.
    pub details: Option<String>,
    /// The proof of an opt-out.
    pub receipt_id: Option<String>,
    /// Where changes are told.
    pub status_callback: Option<String>,
}

/// What an agent asked for, about to be kept.
#[derive(Debug, Clone, Default, Insertable)]
#[diesel(table_name = drp_requests)]
pub struct NewAgentRequest {
    /// A UUID.
    pub id: String,
    /// Whose.
    pub agent_id: i64,
    /// The agent's own name for it.
    pub agent_request_id: Option<String>,
    /// An [`Exercise`].
    pub exercise: &'static str,
    /// When it came.
    pub received_at: NaiveDateTime,
    /// The request in the queue.
    pub request_id: Option<i64>,
    /// A [`Status`].
    pub status: Option<&'static str>,
    /// A [`Reason`].
    pub reason: Option<&'static str>,
    /// A sentence.
    pub details: Option<&'static str>,
    /// The proof of an opt-out.
    pub receipt_id: Option<String>,
    /// Where changes are told.
    pub status_callback: Option<String>,
    /// Sealed: what it said of the person.
    pub claims: Option<Vec<u8>>,
}
