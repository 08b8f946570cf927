//! A choice, whose it is, and what brought it about.

use std::fmt;

use chrono::{Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::accounts::model::IdentityKind;
use crate::db::schema::choices;
use crate::db::{OptionalText, text_enum};
use crate::requests::model::Channel;

text_enum! {
    /// What was chosen.
    pub enum State {
        /// The activity is off for this subject.
        OptedOut = "opted-out",
        /// The activity is on.
        OptedIn = "opted-in",
    }
}

impl State {
    /// "On" or "Off", as pages show it.
    pub const fn word(self) -> &'static str {
        match self {
            State::OptedOut => "Off",
            State::OptedIn => "On",
        }
    }
}

text_enum! {
    /// What brought a choice about.
    pub enum MadeBy {
        /// The person, signed in.
        Person = "person",
        /// The browser's signal.
        Signal = "signal",
        /// The form that needs no account.
        VisitorForm = "visitor-form",
        /// What was chosen before signing in, by the address or in the browser; of an address that joins an account, what was
        /// chosen there before.
        Earlier = "earlier",
        /// A mail from the address to our contact address.
        Mail = "mail",
        /// An authorised agent, for the person.
        Agent = "agent",
        /// A staff member, on the person's word.
        Staff = "staff",
        /// The law: sale and sharing are off for who is under 16 until they turn it on.
        Law = "law",
        /// A parent or guardian who decides for somebody of that age, on whose word staff acted.
        Parent = "parent",
        /// An age that was put right: what was off because of it stays off.
        Age = "age",
        /// An age that was put right: a parent had allowed it who has no say at that age.
        NotParents = "not-parents",
        /// The law of where the person lives now, which asks for their consent first.
        Residence = "residence",
        /// The law of where the person lives now, by which it is not for whoever turned it on to decide at that age.
        AgeThere = "age-there",
        /// A place of living that was taken back: at that age it depends on it who decides.
        AgeUnsaid = "age-unsaid",
        /// A place of living that was stated: what was off before stays off.
        Moved = "moved",
        /// A company whose business was taken over, with its opt-outs.
        HandedOver = "handed-over",
        /// A deletion that had to leave data, which are used for the reason given and for nothing else.
        Deletion = "deletion",
        /// Our own check of the public pages; nobody's choice.
        Monitor = "monitor",
    }
}

impl MadeBy {
    /// In which manner an opt-out was made that nobody had to enter, as the register of requests names it.
    pub const fn manner(self) -> &'static str {
        match self {
            MadeBy::Person => "through the portal",
            MadeBy::Signal => "by a browser's signal",
            MadeBy::VisitorForm => "by the form without an account",
            MadeBy::Mail => "by e-mail",
            MadeBy::Agent => "by an authorised agent",
            MadeBy::Parent => "by a parent or guardian",
            other => other.as_str(),
        }
    }

    /// Completes "Off since 9 February 2026, …".
    pub const fn in_words(self) -> &'static str {
        match self {
            MadeBy::Person => "by you",
            MadeBy::Signal => "by your browser's signal",
            MadeBy::VisitorForm => "by the form without an account",
            MadeBy::Earlier => "by what you chose before you signed in",
            MadeBy::Mail => "by a mail from your address",
            MadeBy::Agent => "by an agent who acts for you",
            MadeBy::Staff => "by our staff, as you asked",
            MadeBy::Law => "by law, because we were told that you are under 16",
            MadeBy::Parent => "by your parent or guardian, who wrote to our staff or called them",
            MadeBy::Age => {
                "as it was before we put your age right, for that does not turn anything on"
            }
            MadeBy::NotParents => {
                "because a parent or guardian had allowed it, and by the age that was put right it is for you to decide"
            }
            MadeBy::Residence => "because the law where you live asks for your consent first",
            MadeBy::AgeThere => {
                "because you said that you lived where the law did not let whoever had turned it on decide at your age"
            }
            MadeBy::AgeUnsaid => {
                "because you no longer said where you live, and at your age it depended on that who decides"
            }
            MadeBy::Moved => {
                "as it was before you said where you live, for that does not turn anything on"
            }
            MadeBy::HandedOver => "by what you chose with a company that is part of us now",
            MadeBy::Deletion => {
                "because what your deletion had to leave is used for nothing but the reason it stays"
            }
            MadeBy::Monitor => "by our own check of this page",
        }
    }
}

impl MadeBy {
    /// Whether somebody asked for it then. The others repeat what was asked before or of somebody else, follow from the
    /// law, or are our own check.
    pub const fn is_request(self) -> bool {
        match self {
            MadeBy::Person
            | MadeBy::Signal
            | MadeBy::VisitorForm
            | MadeBy::Mail
            | MadeBy::Agent
            | MadeBy::Parent
            | MadeBy::Staff => true,
            MadeBy::Earlier
            | MadeBy::Law
            | MadeBy::Age
            | MadeBy::NotParents
            | MadeBy::Residence
            | MadeBy::AgeThere
            | MadeBy::AgeUnsaid
            | MadeBy::Moved
            | MadeBy::HandedOver
            | MadeBy::Deletion
            | MadeBy::Monitor => false,
        }
    }
}

impl MadeBy {
    /// Whether somebody's age brought it about, so that it is looked at again when that is put right.
    pub const fn is_by_age(self) -> bool {
        matches!(self, MadeBy::Law | MadeBy::AgeThere | MadeBy::AgeUnsaid)
    }

    /// Whether it writes down what was off by law, so that it stays so where the law no longer says it. Nothing changes by
    /// that for anybody.
    pub const fn keeps_off(self) -> bool {
        matches!(self, MadeBy::Age | MadeBy::Moved)
    }

    /// Whether somebody who asks for it again, where it holds already, is not to be asked for 12 months from then on. Who
    /// is signed in sees how it stands, and a signal is sent with each page.
    pub const fn renews(self) -> bool {
        matches!(
            self,
            MadeBy::VisitorForm | MadeBy::Mail | MadeBy::Agent | MadeBy::Staff
        )
    }
}

/// Whose choice it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A person, by id.
    Person(i64),
    /// Somebody who has not signed in yet, by the keyed hash of an e-mail address or another handle.
    Identity(IdentityKind, String),
    /// A browser, by the keyed hash of its pseudonym.
    Browser(String),
}

impl Subject {
    /// The person's id, if it is one.
    pub fn person_id(&self) -> Option<i64> {
        match self {
            Subject::Person(id) => Some(*id),
            Subject::Identity(..) | Subject::Browser(_) => None,
        }
    }
}

/// The key under which choices are found.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Person(id) => write!(f, "person:{id}"),
            Subject::Identity(kind, hash) => write!(f, "{kind}:{hash}"),
            Subject::Browser(hash) => write!(f, "browser:{hash}"),
        }
    }
}

/// One change of one choice, and the state until the next.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = choices)]
pub struct Choice {
    /// In the order of recording.
    pub id: i64,
    /// See [`Subject`].
    pub subject: String,
    /// Whose, if the subject is a person.
    pub person_id: Option<i64>,
    /// One of [`super::RIGHTS`] or the key of an activity.
    pub activity: String,
    /// From 1, per subject and activity.
    pub number: i32,
    /// What holds from then on.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// In effect since then, in UTC.
    pub at: NaiveDateTime,
    /// What brought it about.
    #[diesel(deserialize_as = String)]
    pub made_by: MadeBy,
    /// The policy that was in force.
    pub policy_version: Option<String>,
    /// Until then nobody may ask the person to opt in again.
    pub no_solicit_until: Option<NaiveDate>,
    /// The signed proof.
    pub receipt_id: Option<String>,
    /// Of one that staff entered: how it came.
    #[diesel(deserialize_as = OptionalText<Channel>)]
    pub channel: Option<Channel>,
    /// Of one that staff entered: the day on which it came.
    pub received_on: Option<NaiveDate>,
}

/// A change that is about to be recorded.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = choices, treat_none_as_default_value = false)]
pub struct NewChoice {
    /// See [`Subject`].
    pub subject: String,
    /// Whose, if the subject is a person.
    pub person_id: Option<i64>,
    /// As in [`Choice`].
    pub activity: String,
    /// One more than the number of the choice that it replaces.
    pub number: i32,
    /// A [`State`].
    pub state: &'static str,
    /// In effect from then on.
    pub at: NaiveDateTime,
    /// A [`MadeBy`].
    pub made_by: &'static str,
    /// The policy that is in force.
    pub policy_version: Option<String>,
    /// See [`no_solicit_until`].
    pub no_solicit_until: Option<NaiveDate>,
    /// The signed proof.
    pub receipt_id: Option<String>,
    /// How it came, if staff entered it.
    pub channel: Option<String>,
    /// The day on which it came, if staff entered it.
    pub received_on: Option<NaiveDate>,
}

impl Choice {
    /// The first day on which somebody may ask the person to opt in again, while that is still to come.
    pub fn quiet_until(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.no_solicit_until.filter(|until| *until > today)
    }
}

/// After an opt-out nobody is asked to opt in again for 12 months from its receipt, and a minor not before they are
/// 16 (Cal. Civ. Code 1798.135(c)(4) and (5)).
pub fn no_solicit_until(
    state: State,
    received_on: NaiveDate,
    sixteen_on: Option<NaiveDate>,
) -> Option<NaiveDate> {
    match state {
        State::OptedOut => received_on
            .checked_add_months(Months::new(12))
            .max(sixteen_on),
        State::OptedIn => None,
    }
}
