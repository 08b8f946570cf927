//! People, their identities, and staff.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::{identities, people, staff};
use crate::db::text_enum;

/// The event of a person's sign-in. It stays when the session has long ended.
pub const SIGNED_IN: &str = "person.signed_in";

text_enum! {
    /// What a staff member may do.
    pub enum Role {
        /// Works on requests.
        Agent = "agent",
        /// Works on requests, and approves deletions and denials.
        Supervisor = "supervisor",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// Manages staff and policy.
        Admin = "admin",
    }
}

impl Role {
    /// "an agent"
    pub fn with_article(self) -> &'static str {
        match self {
            Role::Agent => "an agent",
            Role::Supervisor => "a supervisor",
            Role::Auditor => "an auditor",
            Role::Admin => "an admin",
        }
    }

    /// "Agent: works on requests"
    pub fn in_words(self) -> &'static str {
        match self {
            Role::Agent => "Agent: works on requests",
            Role::Supervisor => "Supervisor: also approves deletions and denials",
            Role::Auditor => "Auditor: reads everything, changes nothing",
            Role::Admin => "Admin: manages staff and the policy",
        }
    }
}

text_enum! {
    /// What an identity is a handle in.
    pub enum IdentityKind {
        /// An e-mail address, in lower case.
        Email = "email",
        /// A phone number in E.164.
        Phone = "phone",
        /// The id of an account in a source.
        External = "external",
    }
}

impl IdentityKind {
    /// "E-mail address"
    pub const fn in_words(self) -> &'static str {
        match self {
            IdentityKind::Email => "E-mail address",
            IdentityKind::Phone => "Phone number",
            IdentityKind::External => "Customer number",
        }
    }
}

/// Whom data is about, as the portal knows them: by no name, only by identities.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = people)]
pub struct PersonRow {
    /// Internal.
    pub id: i64,
    /// Stands for the person in the audit log.
    pub pseudonym: String,
    /// Where the person says that they live: `us-ca`, `de`; empty when not stated.
    pub residence: String,
    /// BCP 47 tag.
    pub language: String,
    /// First seen.
    pub created_at: NaiveDateTime,
}

/// A verified handle of a person.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = identities)]
pub struct Identity {
    /// Internal.
    pub id: i64,
    /// Whose.
    pub person_id: i64,
    /// In what.
    #[diesel(deserialize_as = String)]
    pub kind: IdentityKind,
    /// As sources know it.
    pub value: String,
    /// Keyed, for looking it up.
    pub hash: String,
    /// When its control was shown.
    pub verified_at: NaiveDateTime,
    /// When it will be closed, if nobody wants to keep it.
    pub closes_at: Option<NaiveDateTime>,
    /// From then on it opens the account no more and gets no mail; data are found by it still.
    pub closed_at: Option<NaiveDateTime>,
}

impl Identity {
    /// Whether mails go there and somebody may sign in with it.
    pub fn is_open_address(&self) -> bool {
        self.kind == IdentityKind::Email && self.closed_at.is_none()
    }
}

/// A staff member.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = staff)]
pub struct StaffRow {
    /// Internal.
    pub id: i64,
    /// Where codes go.
    pub email: String,
    /// As people see it on messages.
    pub name: String,
    /// What they may do.
    #[diesel(deserialize_as = String)]
    pub role: Role,
    /// Sealed; none until the second factor is set up.
    pub totp_secret: Option<Vec<u8>>,
    /// The newest time step whose code was used, so that none is used twice.
    pub totp_last_step: i64,
    /// From then on they cannot sign in.
    pub disabled_at: Option<NaiveDateTime>,
}
