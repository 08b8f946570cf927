//! What holds by law for a person, by where they live and how old they are, while they have not chosen.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::minors;
use super::model::State;
use super::refusable::{LIMIT_SENSITIVE, Refusable};
use super::standing::Standing;
use crate::app::App;
use crate::law::Laws;
use crate::register::Activity;

/// Whether the law of where a person said that they live keeps off what takes consent. Where they said nothing it is kept off
/// as well, but they may have lived where it was on.
pub fn keeps_off_in(residence: &str) -> bool {
    !residence.is_empty() && takes_consent_in(residence)
}

/// What rests on consent takes it everywhere but in the United States.
fn takes_consent_in(residence: &str) -> bool {
    !residence.starts_with("us")
}

/// What is off until a person agrees to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Defaults {
    /// What rests on consent: everywhere but in the United States, and where nobody said where they live.
    by_consent: bool,
    /// Extra uses of sensitive data, whatever they are said to rest on: as the rows of law have it.
    sensitive_by_consent: bool,
    /// Whatever somebody under 16 must turn on, or their parent: it is not turned on by a birthday.
    is_young: bool,
    /// In which they read times.
    zone: Option<Tz>,
}

impl Defaults {
    /// What the law says today of somebody.
    pub fn of(app: &App, standing: &Standing) -> Defaults {
        Defaults::at(app, &standing.residence, standing.sixteen_on)
    }

    /// The same of whoever lives there, and has, if they are or were known to be under 16, that 16th birthday.
    pub fn at(app: &App, residence: &str, sixteen_on: Option<NaiveDate>) -> Defaults {
        Defaults::on(&app.laws, (residence, sixteen_on), app.clock.today())
    }

    /// What these laws say of them on that day.
    pub fn on(
        laws: &Laws,
        (residence, sixteen_on): (&str, Option<NaiveDate>),
        today: NaiveDate,
    ) -> Defaults {
        Defaults {
            by_consent: takes_consent_in(residence),
            sensitive_by_consent: laws.sensitive_by_consent(residence, today),
            is_young: sixteen_on.is_some(),
            zone: Some(laws.zone(residence)),
        }
    }

    /// In which they read times.
    pub fn zone(self) -> Tz {
        self.zone.unwrap_or(Tz::UTC)
    }

    /// How something with a switch stands.
    pub fn state(self, refusable: &Refusable<'_>) -> State {
        let is_sensitive = refusable.key == LIMIT_SENSITIVE && !refusable.activities.is_empty();
        // What is offered for data is joined, and by nobody's silence.
        let is_off = refusable.incentive().is_some()
            || refusable.needs_consent && self.by_consent
            || is_sensitive && self.sensitive_by_consent
            || self.is_young && minors::is_protected(refusable);
        if is_off {
            State::OptedOut
        } else {
            State::OptedIn
        }
    }

    /// Whether an activity that is said to rest on consent takes one.
    pub(super) fn take_consent(self, activity: &Activity) -> bool {
        self.by_consent
            || self.is_young
            || activity.incentive.is_some()
            || activity.uses_sensitive && self.sensitive_by_consent
    }
}
