//! A single disclosure.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::choices::past::Stood;
use crate::db::schema::{disclosure_alarms, disclosures};
use crate::db::text_enum;
use crate::law::Laws;
use crate::register::{Activity, LawfulBasis, Recipient, RecipientRole, Register};

text_enum! {
    /// To what kind of recipient.
    pub enum Kind {
        /// One that the register names.
        Recipient = "recipient",
        /// A court, agency or other public body, which the register need not name.
        Authority = "authority",
        /// A company that takes over the business, which the register need not name.
        Successor = "successor",
    }
}

impl Kind {
    /// The kind of a recipient of the register.
    pub fn of(recipient: &Recipient) -> Kind {
        match recipient.role {
            RecipientRole::Authority => Kind::Authority,
            RecipientRole::Successor => Kind::Successor,
            _ => Kind::Recipient,
        }
    }
}

/// One act of giving data to a recipient.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = disclosures)]
pub struct Disclosure {
    /// In the order of recording.
    pub id: i64,
    /// To what kind of recipient.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// A key of the register, or the name of an authority or successor.
    pub recipient: String,
    /// Keys of data categories, with spaces between them.
    pub categories: String,
    /// A key of the register; if there is none, the purpose says what for.
    pub activity: Option<String>,
    /// What for, in words.
    pub purpose: Option<String>,
    /// What allowed it.
    #[diesel(deserialize_as = String)]
    pub legal_basis: LawfulBasis,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// The alarm that it belongs to, if it came after the person had stopped that use.
    pub alarm_id: Option<i64>,
}

/// A disclosure that is to be recorded.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = disclosures, treat_none_as_default_value = false)]
pub struct NewDisclosure {
    /// What makes two lines one.
    pub key: String,
    /// What the line says, hashed: a key stands for one content.
    pub digest: String,
    /// Kind and keyed hash of an identity, with a colon between them.
    pub subject: String,
    /// A [`Kind`].
    pub kind: &'static str,
    /// As in [`Disclosure`].
    pub recipient: String,
    /// As in [`Disclosure`].
    pub categories: String,
    /// As in [`Disclosure`].
    pub activity: Option<String>,
    /// As in [`Disclosure`].
    pub purpose: Option<String>,
    /// A [`LawfulBasis`].
    pub legal_basis: &'static str,
    /// As in [`Disclosure`].
    pub at: NaiveDateTime,
}

/// The disclosures to one recipient that were recorded on one day though the people had stopped that use before.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = disclosure_alarms)]
pub struct Alarm {
    /// In the order of recording.
    pub id: i64,
    /// As in [`Disclosure`].
    pub recipient: String,
    /// When they were recorded, in UTC.
    pub recorded_on: NaiveDate,
    /// How many they are.
    pub lines: i64,
}

/// What a person's data were disclosed to one recipient.
#[derive(Debug, Clone)]
pub struct Group {
    /// As in [`Disclosure`].
    pub recipient: String,
    /// As in [`Disclosure`].
    pub kind: Kind,
    /// How often.
    pub count: i64,
    /// The first time.
    pub first_at: NaiveDateTime,
    /// The last time.
    pub last_at: NaiveDateTime,
    /// Any disclosure of these, by which their page is found.
    pub any: i64,
}

/// What tells whether a disclosure may be.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// What the organisation declares.
    pub register: &'a Register,
    /// What takes a consent, and where.
    pub laws: &'a Laws,
}

/// Whether it is for a person to stop an activity that is done on that basis. What a law or a contract asks for they
/// cannot; but no contract makes a sale of their data necessary, whatever a line names (Cal. Civ. Code 1798.120).
pub fn can_be_stopped(activity: &Activity, basis: LawfulBasis) -> bool {
    match basis {
        LawfulBasis::Consent | LawfulBasis::LegitimateInterests => true,
        LawfulBasis::Contract | LawfulBasis::PublicTask => activity.sale_or_sharing,
        LawfulBasis::LegalObligation | LawfulBasis::VitalInterests => false,
    }
}

/// Whether it is for a person to object to an activity that is done on that basis: one that the register has rest on a
/// legitimate interest, whatever a line names but the law and somebody's life.
fn can_be_objected_to(activity: &Activity, basis: LawfulBasis) -> bool {
    let is_beyond = matches!(
        basis,
        LawfulBasis::LegalObligation | LawfulBasis::VitalInterests
    );
    activity.lawful_basis == Some(LawfulBasis::LegitimateInterests) && !is_beyond
}

/// Whether a person may have kept it from being done, by one way or the other.
pub fn is_in_their_hands(activity: &Activity, basis: LawfulBasis) -> bool {
    can_be_stopped(activity, basis) || can_be_objected_to(activity, basis)
}

/// Whether it should not have been: the person had stopped it or objected to it, or it takes a consent that they had not
/// given.
pub fn is_wrongful(activity: &Activity, basis: LawfulBasis, stood: Stood) -> bool {
    if stood == Stood::Objected {
        return is_in_their_hands(activity, basis);
    }
    let takes_consent = basis == LawfulBasis::Consent || activity.sale_or_sharing;
    let is_off = stood == Stood::Stopped || stood == Stood::NotAllowed && takes_consent;
    is_off && can_be_stopped(activity, basis)
}

/// What a disclosure may be for: its activity, or if it names none, any for which the recipient gets data.
pub fn uses<'r>(
    register: &'r Register,
    activity: Option<&str>,
    recipient: &str,
) -> Vec<&'r Activity> {
    if let Some(key) = activity {
        return register.activity(key).into_iter().collect();
    }
    let keys = register.recipient(recipient).map(|it| &it.activities[..]);
    let keys = keys.unwrap_or_default().iter();
    keys.filter_map(|key| register.activity(key)).collect()
}

/// What a recipient is, as people read it.
pub fn role(register: &Register, kind: Kind, recipient: &str) -> &'static str {
    match (register.recipient(recipient), kind) {
        (Some(known), _) => known.role.title(),
        (None, Kind::Authority) => RecipientRole::Authority.title(),
        (None, Kind::Successor) => RecipientRole::Successor.title(),
        (None, Kind::Recipient) => "No longer a recipient",
    }
}

impl Disclosure {
    /// What was disclosed, in the words of the register.
    pub fn data(&self, register: &Register) -> Vec<String> {
        let keys = self.categories.split(' ');
        let mut titles: Vec<_> = keys
            .map(|key| {
                let known = register.category_of(key);
                known.map_or_else(|| key.to_owned(), |it| it.title.clone())
            })
            .collect();
        titles.sort_unstable();
        titles.dedup();
        titles
    }

    /// What for.
    pub fn what_for<'a>(&'a self, register: &'a Register) -> &'a str {
        let activity = self.activity.as_deref();
        let known = activity.and_then(|key| register.activity(key));
        let title = known.map(|it| it.title.as_str());
        let said = self.purpose.as_deref().or(title).or(activity);
        said.unwrap_or_default()
    }
}
