//! What a manifest says about keeping, erasing, correcting and disclosing a datum.

use chrono::{Days, NaiveDate};

use crate::db::text_enum;
use crate::law;

/// How long data are kept: a period or a criterion, as Cal. Civ. Code 1798.100(a)(3) asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retention {
    /// A number of days after the record's date.
    Period {
        /// From the date on which the record came about.
        days: u32,
        /// Path of the date field; else the one that the collection marks as its date.
        from: Option<String>,
    },
    /// A criterion in plain words, which completes "Kept …": "until you close your account".
    Criterion(String),
}

impl Retention {
    /// The last day on which a record of this date may be kept; `None` for a criterion.
    pub fn ends_on(&self, date: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Period { days, .. } => date.checked_add_days(Days::new(u64::from(*days))),
            Self::Criterion(_) => None,
        }
    }

    /// Path of the date field that the manifest names.
    pub fn from_field(&self) -> Option<&str> {
        match self {
            Self::Period { from, .. } => from.as_deref(),
            Self::Criterion(_) => None,
        }
    }

    /// Completes "Kept …": "for 4 years", "for 90 days", "until you close your account".
    pub fn in_words(&self) -> String {
        match self {
            Self::Period { days, .. } => format!("for {}", days_in_words(*days)),
            Self::Criterion(text) => text.clone(),
        }
    }
}

/// "4 years", "13 months", "100 days": leap days are not counted against whole years.
fn days_in_words(days: u32) -> String {
    let days = u64::from(days);
    let years = (days + 182) * 100 / 36525;
    let whole_years = years > 0 && (days * 100).abs_diff(years * 36525) < 100;
    let months = (days + 15) * 1200 / 36525;
    let whole_months = months > 12 && (days * 1200).abs_diff(months * 36525) < 1200;
    let (count, unit) = match days {
        _ if whole_years => (years, "year"),
        30..365 if days.is_multiple_of(30) => (days / 30, "month"),
        _ if whole_months => (months, "month"),
        _ => (days, "day"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// What a deletion does to a row or a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Erase {
    /// The row goes; for a field: it is set to NULL.
    #[default]
    Delete,
    /// The row stays and its personal fields are overwritten.
    Mask,
    /// It stays for the first of these reasons that concerns the person; where none does, it goes.
    Keep(Vec<Keep>),
}

impl Erase {
    /// The first reason to keep it that concerns a person under the law of that key.
    pub fn reason_under(&self, law: &str) -> Option<&Keep> {
        match self {
            Erase::Keep(reasons) => reasons.iter().find(|it| it.concerns(law)),
            Erase::Delete | Erase::Mask => None,
        }
    }
}

/// A legal reason to keep data; the person is told it, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The keys of the laws whose people it concerns; everybody's where there are none.
    pub laws: Vec<String>,
    /// A plain sentence for the person.
    pub reason: String,
    /// The cite, such as "Cal. Gov. Code 12946".
    pub basis: String,
    /// How long the reason holds.
    pub until: Retention,
}

impl Keep {
    /// Whether it concerns a person under the law of that key. Who has not said where they live may live anywhere, and
    /// what is erased does not come back.
    pub fn concerns(&self, law: &str) -> bool {
        let is_named = |key: &str| self.laws.iter().any(|it| it == key);
        self.laws.is_empty() || law == law::STRICTEST || law.split('+').any(is_named)
    }
}

/// Data that must be given by law or by contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// Which law or contract needs it, with cite.
    pub basis: String,
    /// Which service stops, is delayed or is cancelled without it.
    pub consequence: String,
}

/// What a manifest says about correcting a field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Correctable {
    /// Nothing: it follows from its type and its role.
    #[default]
    Unsaid,
    /// `correctable: false`.
    No,
    /// `correctable: true`, with the input of its type.
    Yes,
    /// `correctable: {input: …}`.
    By(Input),
}

/// What kind of input a corrected value is typed into, and what it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One line, at most so many characters.
    Text(Option<u32>),
    /// Several lines, at most so many characters.
    LongText(Option<u32>),
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A whole number.
    Integer,
    /// A number with decimals.
    Decimal,
    /// A calendar day.
    Date,
    /// Day and time.
    DateTime,
    /// Yes or no.
    YesNo,
    /// One of these values.
    OneOf(Vec<String>),
}

text_enum! {
    /// Data that are held but never shown in full (11 CCR 7024(d)): the portal only says that they are held.
    pub enum NeverDisclose {
        /// Social Security number.
        Ssn = "ssn",
        /// Driver's licence, passport or other number given by a government.
        GovernmentId = "government-id",
        /// Bank account, payment card or other financial account number.
        AccountNumber = "account-number",
        /// Health insurance or medical identification number.
        HealthInsuranceId = "health-insurance-id",
        /// A password or its hash.
        Password = "password",
        /// A security question or its answer.
        SecurityAnswer = "security-answer",
        /// Unique biometric data.
        Biometric = "biometric",
    }
}

impl NeverDisclose {
    /// Whether it opens something, so that it is handed out under no law: who needs it has it, and it tells nothing of them.
    pub const fn is_secret(self) -> bool {
        matches!(self, Self::Password | Self::SecurityAnswer)
    }

    /// Whether people know such a value as it is held: of a password only a scrambled form is.
    pub const fn can_be_checked(self) -> bool {
        matches!(
            self,
            Self::Ssn | Self::GovernmentId | Self::AccountNumber | Self::HealthInsuranceId
        )
    }

    /// What people call it; completes "We hold your …".
    pub const fn title(self) -> &'static str {
        match self {
            Self::Ssn => "Social Security number",
            Self::GovernmentId => "government identification number",
            Self::AccountNumber => "financial account number",
            Self::HealthInsuranceId => "health insurance or medical number",
            Self::Password => "password, in scrambled form",
            Self::SecurityAnswer => "security questions and answers",
            Self::Biometric => "biometric data",
        }
    }
}
