//! What the receipt of an act says.

use serde::{Deserialize, Serialize};

use super::model::{MadeBy, State};
use crate::audit::receipts::Receipt;
use crate::db::text_enum;

/// The kind of these receipts.
pub const KIND: &str = "choice";

text_enum! {
    /// How far an act reaches.
    pub enum Scope {
        /// The account: every device and channel.
        Account = "account",
        /// This browser.
        Browser = "browser",
        /// Whoever has the address, and this browser.
        EmailAndBrowser = "email-and-browser",
        /// Whoever has the address or number that somebody gave for them.
        Identity = "identity",
    }
}

impl Scope {
    /// Completes "It holds for …".
    pub const fn in_words(self) -> &'static str {
        match self {
            Scope::Account => "your account, on every device",
            Scope::Browser => "this browser",
            Scope::EmailAndBrowser => "the e-mail address that you gave, and this browser",
            Scope::Identity => "the e-mail address or phone number that was given",
        }
    }
}

/// The facts of a receipt about choices.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Facts {
    /// What holds now, in plain words.
    pub outcome: Vec<String>,
    /// The keys of the choices.
    pub choices: Vec<String>,
    /// On or off.
    pub state: State,
    /// What brought it about.
    pub made_by: MadeBy,
    /// For whom.
    pub scope: Scope,
    /// The version of the policy that was in force.
    pub policy_version: Option<String>,
}

impl Facts {
    /// The facts of a receipt, if it is about choices.
    pub fn of(receipt: &Receipt) -> Option<Facts> {
        if receipt.kind != KIND {
            return None;
        }
        serde_json::from_value(receipt.content()?.facts).ok()
    }
}
