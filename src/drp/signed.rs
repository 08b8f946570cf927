//! Signed messages: base64 of an Ed25519 signature (64 bytes) and the UTF-8 JSON that it signs, as libsodium joins them.
//! The bytes are verified first and read then; nothing is made canonical.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use data_encoding::BASE64;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::keys::signature_holds;

/// So far a clock may be ahead of ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(10);

/// So long a message may be good. The protocol advises ten minutes, and agents in use take fifteen.
const LONGEST_WINDOW: TimeDelta = TimeDelta::hours(1);

const SIGNATURE_BYTES: usize = 64;

/// A message whose signature holds.
#[derive(Debug)]
pub struct Signed {
    /// Names the message, so that it is not taken twice.
    pub hash: String,
    json: Vec<u8>,
}

impl Signed {
    /// Opens a body that was signed with the private half of the key; `None` when it was not.
    pub fn open(body: &[u8], verify_key: &str) -> Option<Signed> {
        let bytes = BASE64.decode(body.trim_ascii()).ok()?;
        let (signature, json) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        signature_holds(verify_key, json, &BASE64.encode(signature)).then(|| Signed {
            hash: data_encoding::HEXLOWER.encode(&Sha256::digest(signature)),
            json: json.to_vec(),
        })
    }

    /// What it says; `None` when it says something else.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.json).ok()
    }
}

/// What every message but a revocation says of itself.
#[derive(Debug, Deserialize)]
pub struct Claims {
    #[serde(rename = "agent-id")]
    agent: String,
    #[serde(rename = "business-id")]
    business: String,
    #[serde(rename = "issued-at")]
    issued: DateTime<Utc>,
    #[serde(rename = "expires-at")]
    expires: DateTime<Utc>,
    #[serde(rename = "drp.version")]
    version: String,
}

impl Claims {
    /// Checks them in the order that the protocol gives; a sentence about the first that does not hold.
    pub fn check(
        &self,
        agent: &str,
        business: &str,
        now: NaiveDateTime,
    ) -> Result<(), &'static str> {
        let (issued, expires) = (self.issued.naive_utc(), self.expires.naive_utc());
        let checks = [
            (
                self.agent == agent,
                "agent-id is not the agent's whose key signed this.",
            ),
            (self.business == business, "business-id is not ours."),
            (now + LEEWAY > issued, "issued-at has not come yet."),
            (now < expires, "This message has expired."),
            (
                expires - issued <= LONGEST_WINDOW,
                "expires-at must be within an hour of issued-at.",
            ),
            (self.version == "1.0", "drp.version must be 1.0."),
        ];
        match checks.iter().find(|(holds, _)| !holds) {
            Some((_, sentence)) => Err(sentence),
            None => Ok(()),
        }
    }

    /// Until when the message has to be remembered.
    pub fn expires_at(&self) -> NaiveDateTime {
        self.expires.naive_utc()
    }
}
