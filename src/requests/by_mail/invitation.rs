//! The link in an answer to a mail: it carries, sealed, what the form needs to go on from there.

use chrono::{NaiveDateTime, TimeDelta};
use chrono_tz::Tz;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use crate::config::Site;
use crate::keys::Keys;
use crate::requests::senders::model::Wants;
use crate::web::words;

/// What the link is sealed for.
const CONTEXT: &str = "mail invitation";

/// So long the link leads to the day of the mail. What is sent later counts from the day on which it is sent.
const LASTS: TimeDelta = TimeDelta::days(30);

/// What a mail said, for the form. Whoever has it has the mailbox that our answer went to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The address that the mail came from and the answer goes to, in its normal form.
    pub email: String,
    /// When the mail was received.
    pub received_at: NaiveDateTime,
    /// What is asked for, where that could be told.
    pub wants: Option<Wants>,
}

impl Invitation {
    /// The end of the link.
    pub fn token(&self, keys: &Keys) -> serde_json::Result<String> {
        let sealed = keys.seal(CONTEXT, &serde_json::to_vec(self)?);
        Ok(BASE64URL_NOPAD.encode(&sealed))
    }

    /// What [`Invitation::token`] made; nothing when it was altered, or is too old.
    pub fn open(keys: &Keys, token: &str, now: NaiveDateTime) -> Option<Self> {
        let sealed = BASE64URL_NOPAD.decode(token.as_bytes()).ok()?;
        let opened = keys.open(CONTEXT, &sealed).ok()?;
        let invitation: Invitation = serde_json::from_slice(&opened).ok()?;
        (now <= invitation.received_at + LASTS).then_some(invitation)
    }

    /// When the mail was received, in words.
    pub fn moment(&self, zone: Tz) -> String {
        words::moment(self.received_at, zone)
    }
}

/// The address of the form that goes on from a mail.
pub(super) fn link(site: &Site, token: &str) -> String {
    site.url(&format!("/request?mail={token}"))
}
