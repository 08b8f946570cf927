//! A line of the ledger as another system writes it, and what is wrong with one.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeDelta};
use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::model::{Kind, NewDisclosure};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{identity_hash, is_email, is_identity_hash, is_phone, normal_email};
use crate::keys::Keys;
use crate::register::{LawfulBasis, Register};
use crate::web::is_unseen;

/// One act of giving somebody's data to a recipient.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Line {
    /// Your own name of this act, at most 200 characters: what comes again under it is taken once. Without it, two
    /// lines that say the same are one.
    pub key: String,
    /// The recipient's key in the register. Of an authority or successor that does not stand there: its name.
    pub recipient: String,
    /// `recipient`, `authority` or `successor`; for a recipient of the register it may be left out.
    pub kind: String,
    /// `email`, `phone` or `external`.
    pub identity_type: String,
    /// The identity itself. Leave it out when you give its hash.
    pub identity: String,
    /// HMAC-SHA256 of the identity in hex, under the key that `candor token identity-key` shows.
    pub identity_hash: String,
    /// Data categories, as the manifests name them.
    pub categories: Vec<String>,
    /// Key of an activity in the register.
    pub activity: String,
    /// What for, in words; it may be left out when the activity says it.
    pub purpose: String,
    /// `consent`, `contract`, `legal-obligation`, `vital-interests`, `public-task` or `legitimate-interests`; it may
    /// be left out when the register says it of the activity.
    pub legal_basis: String,
    /// A day, or a time as RFC 3339.
    pub at: String,
}

/// Why a line is not taken. It never repeats what stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The field at fault.
    pub field: &'static str,
    /// What was expected.
    pub reason: &'static str,
}

/// Longer names, keys and purposes are refused.
const LONGEST: usize = 200;

/// Clocks of other systems may be ahead by so much.
const AHEAD: TimeDelta = TimeDelta::hours(1);

/// What is said to be older is a slip of the pen.
const EARLIEST: i32 = 1970;

type Checked<T> = Result<T, Refusal>;

fn refuse<T>(field: &'static str, reason: &'static str) -> Checked<T> {
    Err(Refusal { field, reason })
}

impl Line {
    /// The disclosure that the line tells of, or the first thing that is wrong with it.
    pub fn check(
        &self,
        register: &Register,
        keys: &Keys,
        now: NaiveDateTime,
    ) -> Checked<NewDisclosure> {
        if self.key.chars().count() > LONGEST {
            return refuse("key", "it is longer than 200 characters");
        }
        let (kind, recipient) = self.recipient(register)?;
        let subject = self.subject(keys)?;
        let categories = self.categories(register)?;
        let (activity, purpose) = self.what_for(register)?;
        let legal_basis = self.legal_basis(register)?;
        self.refuse_unseen()?;
        let at = moment(self.at.trim())?;
        if at > now + AHEAD {
            return refuse("at", "it has yet to come");
        }
        if at.year() < EARLIEST {
            return refuse("at", "it is before 1970");
        }
        let mut new = NewDisclosure {
            key: self.key.trim().to_owned(),
            digest: String::new(),
            subject,
            kind: kind.as_str(),
            recipient,
            categories,
            activity,
            purpose,
            legal_basis: legal_basis.as_str(),
            at,
        };
        new.digest = digest(&new, self.legal_basis.trim());
        if new.key.is_empty() {
            new.key.clone_from(&new.digest);
        }
        Ok(new)
    }

    fn refuse_unseen(&self) -> Checked<()> {
        let texts = [
            ("key", &self.key),
            ("recipient", &self.recipient),
            ("purpose", &self.purpose),
            ("identity", &self.identity),
        ];
        match texts.into_iter().find(|(_, text)| text.contains(is_unseen)) {
            Some((field, _)) => refuse(field, "it has a character that cannot be seen"),
            None => Ok(()),
        }
    }

    fn recipient(&self, register: &Register) -> Checked<(Kind, String)> {
        let named = self.recipient.trim();
        if named.is_empty() || named.chars().count() > LONGEST {
            return refuse("recipient", "give a recipient, in at most 200 characters");
        }
        let known = register.recipient(named).map(Kind::of);
        let given = match self.kind.trim() {
            "" => None,
            text => match text.parse::<Kind>() {
                Ok(kind) => Some(kind),
                Err(_) => return refuse("kind", "give recipient, authority or successor"),
            },
        };
        match (known, given) {
            (Some(known), Some(given)) if known != given => {
                refuse("kind", "the register says something else of this recipient")
            }
            (Some(kind), _) | (None, Some(kind @ (Kind::Authority | Kind::Successor))) => {
                Ok((kind, named.to_owned()))
            }
            (None, _) => refuse("recipient", "the register names no such recipient"),
        }
    }

    fn subject(&self, keys: &Keys) -> Checked<String> {
        let Ok(kind) = self.identity_type.trim().parse::<IdentityKind>() else {
            return refuse("identity_type", "give email, phone or external");
        };
        let (value, hash) = (self.identity.trim(), self.identity_hash.trim());
        match (value.is_empty(), hash.is_empty()) {
            (true, true) => refuse("identity", "give the identity or its hash"),
            (false, false) => refuse("identity_hash", "give the identity or its hash, not both"),
            (true, false) if is_identity_hash(hash) => Ok(format!("{kind}:{hash}")),
            (true, false) => refuse("identity_hash", "give 64 hexadecimal digits in lower case"),
            (false, true) => {
                let Some(value) = normal(kind, value) else {
                    return refuse("identity", "it is none of that type");
                };
                Ok(format!("{kind}:{}", identity_hash(keys, kind, &value)))
            }
        }
    }

    fn categories(&self, register: &Register) -> Checked<String> {
        let given = self.categories.iter().flat_map(|it| it.split_whitespace());
        let mut keys: Vec<_> = given.collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return refuse("categories", "give at least one data category");
        }
        if keys.iter().any(|key| register.category_of(key).is_none()) {
            return refuse(
                "categories",
                "the register does not know one of these data categories",
            );
        }
        Ok(keys.join(" "))
    }

    fn what_for(&self, register: &Register) -> Checked<(Option<String>, Option<String>)> {
        let (activity, purpose) = (self.activity.trim(), self.purpose.trim());
        if activity.is_empty() && purpose.is_empty() {
            return refuse("activity", "give an activity of the register, or a purpose");
        }
        if !activity.is_empty() && register.activity(activity).is_none() {
            return refuse("activity", "the register names no such activity");
        }
        if purpose.chars().count() > LONGEST {
            return refuse("purpose", "it is longer than 200 characters");
        }
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Ok((given(activity), given(purpose)))
    }

    fn legal_basis(&self, register: &Register) -> Checked<LawfulBasis> {
        let given = self.legal_basis.trim();
        if given.is_empty() {
            let activity = register.activity(self.activity.trim());
            return match activity.and_then(|it| it.lawful_basis) {
                Some(basis) => Ok(basis),
                None => refuse(
                    "legal_basis",
                    "give one: the register says none of the activity",
                ),
            };
        }
        match given.parse() {
            Ok(basis) => Ok(basis),
            Err(_) => refuse("legal_basis", "give one of the six that are described"),
        }
    }
}

/// The form in which identities are hashed; none for what cannot be one.
fn normal(kind: IdentityKind, value: &str) -> Option<String> {
    match kind {
        IdentityKind::Email => {
            let email = normal_email(value);
            is_email(&email).then_some(email)
        }
        IdentityKind::Phone => is_phone(value).then(|| value.to_owned()),
        IdentityKind::External => (value.len() <= LONGEST).then(|| value.to_owned()),
    }
}

fn moment(text: &str) -> Checked<NaiveDateTime> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN));
    }
    match DateTime::parse_from_rfc3339(text) {
        Ok(at) => Ok(at.naive_utc().trunc_subsecs(6)),
        Err(_) => refuse("at", "give a day such as 2026-02-09, or a time as RFC 3339"),
    }
}

/// What the line says, whatever its key: with the basis as it was given, for the register may change.
fn digest(new: &NewDisclosure, legal_basis: &str) -> String {
    let at = new.at.and_utc().timestamp_micros().to_string();
    let parts = [
        &new.subject,
        &new.recipient,
        &new.categories,
        new.activity.as_deref().unwrap_or_default(),
        new.purpose.as_deref().unwrap_or_default(),
        legal_basis,
        &at,
    ];
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}
