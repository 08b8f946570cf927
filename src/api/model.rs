//! Tokens and what they are good for.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::schema::api_tokens;
use crate::db::text_enum;
use crate::disclosures::model::Channel;
use crate::keys::{Keys, random_token};
use crate::register::Register;

text_enum! {
    /// What a token is good for.
    pub enum Scope {
        /// To ask how choices stand and which have changed.
        ReadChoices = "choices:read",
        /// To tell what was disclosed to whom.
        WriteDisclosures = "disclosures:write",
        /// To fetch and answer the notices of one recipient.
        Notices = "notices",
    }
}

impl Scope {
    /// As admins read it.
    pub fn in_words(self) -> &'static str {
        match self {
            Scope::ReadChoices => "Ask how choices stand, and which have changed",
            Scope::WriteDisclosures => "Tell what was disclosed to whom",
            Scope::Notices => "Fetch and answer the notices to one recipient",
        }
    }
}

/// A token, without the secret itself.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = api_tokens)]
pub struct Token {
    /// Internal.
    pub id: i64,
    /// The system that uses it.
    pub name: String,
    /// [`Scope`]s, with spaces between them.
    pub scopes: String,
    /// When it was made.
    pub created_at: NaiveDateTime,
    /// From then on it is not taken.
    pub expires_at: NaiveDateTime,
    /// The last day on which it was used.
    pub last_used_on: Option<NaiveDate>,
    /// When it was taken back.
    pub revoked_at: Option<NaiveDateTime>,
    /// Key of the recipient whose notices it may fetch and answer.
    pub recipient: Option<String>,
}

impl Token {
    /// Whether it is taken at that time.
    pub fn is_good(&self, now: NaiveDateTime) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }

    /// Whether it is good for that.
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.split(' ').any(|it| it == scope.as_str())
    }
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// The system that will use it.
    pub name: String,
    /// What it is good for.
    pub scopes: Vec<Scope>,
    /// Key of the recipient whose notices it may fetch and answer, if that is what it is for.
    pub recipient: Option<String>,
    /// From then on it is not taken.
    pub expires_at: NaiveDateTime,
}

impl NewToken {
    /// What is wrong with the recipient: a token for notices needs one that fetches them, and no other token has one.
    pub fn recipient_fault(&self, register: &Register) -> Option<&'static str> {
        match (self.scopes.contains(&Scope::Notices), &self.recipient) {
            (false, None) => None,
            (false, Some(_)) => Some("Only a token for notices is bound to a recipient."),
            (true, None) => Some("Choose the recipient whose notices it fetches."),
            (true, Some(key)) => {
                let known = register.recipient(key).map(Channel::of);
                (known != Some(Channel::Feed))
                    .then_some("This recipient does not fetch its notices: its contact in the register must be `feed`.")
            }
        }
    }
}

/// A secret for a new token, to be shown once. The prefix lets scanners find it where it should not be.
pub fn new_secret() -> String {
    format!("candor_{}{}", random_token(), random_token())
}

/// As the database keeps a secret.
pub fn secret_hash(keys: &Keys, secret: &str) -> String {
    keys.hash("api token", secret.as_bytes())
}
