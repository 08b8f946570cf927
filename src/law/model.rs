//! A law and its rows.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::rights::Right;
use super::term::Term;
use crate::db::text_enum;
use crate::register::{NeverDisclose, Place};

/// A place where people may say that they live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residence {
    /// `us-ca`, `de`, `other`; empty for people who rather do not say.
    pub code: String,
    /// As people read it.
    pub name: String,
    /// In which the day of receipt is told.
    pub time_zone: Tz,
}

/// One law.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of the law")]
pub struct Law {
    /// Such as `us-ca` or `eu-gdpr`; requests are kept under it.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// Codes of the places where it applies.
    pub residences: Vec<String>,
    /// Whether it applies only where no other law gives the right: the organisation's own promise.
    pub fallback: bool,
    /// Whether it protects people who act as employees or applicants too.
    pub employment: bool,
    /// What it asks for before sensitive data are used for more than what the person asked for.
    pub sensitive_uses: SensitiveUses,
    /// Whether everybody who got data is told of a correction, a deletion or a restriction, and not those alone who work
    /// for the organisation or bought them.
    pub tells_everybody: bool,
    /// Whether the organisation makes use of its exception for employment, so that it applies to nobody here.
    pub excluded: bool,
    /// Where people can complain.
    pub regulators: Vec<Regulator>,
    /// Where it stands.
    pub cite: String,
    /// The day from which it is in force.
    pub effective_from: NaiveDate,
    /// Its last day, where one is known.
    pub effective_to: Option<NaiveDate>,
    /// The day on which somebody last compared it with its source.
    pub reviewed_on: NaiveDate,
    /// What it says of each right.
    pub rows: Vec<Row>,
    /// Where it is written down.
    pub place: Place,
}

/// What a law says of one right, in one stretch of time.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which right.
    pub right: Right,
    /// For the answer, from the receipt.
    pub answer: Option<Term>,
    /// By which the answer may be put off, once.
    pub extension: Option<Term>,
    /// For confirming the receipt.
    pub acknowledge: Option<Term>,
    /// For the right to take effect everywhere.
    pub effect: Option<Term>,
    /// Whether the clock may stand still while the person is asked something.
    pub may_pause: bool,
    /// For the answer to an appeal, from the appeal; none where the law knows no appeal.
    pub appeal: Option<Term>,
    /// By which that answer may be put off, once.
    pub appeal_extension: Option<Term>,
    /// How many requests in twelve months are free; all, where it is none.
    pub free: Option<u32>,
    /// How sure we must be of who asks.
    pub verification: Verification,
    /// What is never shown or handed out, only that it is held.
    pub never_disclosed: Vec<NeverDisclose>,
    /// Whether the browser's signal exercises it.
    pub signal: bool,
    /// Where it stands.
    pub cite: String,
    /// The day from which it is in force.
    pub effective_from: NaiveDate,
    /// Its last day, where one is known.
    pub effective_to: Option<NaiveDate>,
    /// The day on which somebody last compared it with its source.
    pub reviewed_on: NaiveDate,
    /// Where it is written down.
    pub place: Place,
}

text_enum! {
    /// What a law asks for before sensitive data are used for more than what the person asked for.
    pub enum SensitiveUses {
        /// Nothing: the person may refuse it.
        OptOut = "opt-out",
        /// Their consent.
        Consent = "consent",
    }
}

text_enum! {
    /// How sure we must be of who asks; the later, the surer.
    pub enum Verification {
        /// Nobody is asked who they are.
        None = "none",
        /// A reasonable degree: two data that match.
        Reasonable = "reasonable",
        /// Either of the others, by how sensitive the data are.
        BySensitivity = "by sensitivity",
        /// A reasonably high degree: three data that match, and a signed declaration.
        High = "high",
    }
}

/// Where people can complain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regulator {
    /// As people read it.
    pub name: String,
    /// Its page.
    pub link: String,
}

impl Law {
    /// Whether it applies on a day, and the organisation makes no use of its exception.
    pub fn is_in_force(&self, on: NaiveDate) -> bool {
        let is_over = self.effective_to.is_some_and(|to| to < on);
        !self.excluded && self.effective_from <= on && !is_over
    }

    /// What it says of a right on a day, if the right is in force then.
    pub fn row(&self, right: Right, on: NaiveDate) -> Option<&Row> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.right == right && row.is_in_force(on))
    }

    /// The rights that it ever gives, in the order of their declaration.
    pub fn rights(&self) -> Vec<Right> {
        let gives = |right: &Right| self.rows.iter().any(|row| row.right == *right);
        Right::ALL.iter().copied().filter(gives).collect()
    }
}

impl Row {
    /// Whether it is in force on a day.
    pub fn is_in_force(&self, on: NaiveDate) -> bool {
        self.effective_from <= on && self.effective_to.is_none_or(|to| on <= to)
    }
}
