//! What holds by law where a person lives while they have not chosen.

use chrono::NaiveDate;

use super::model::State;
use super::refusable::{LIMIT_SENSITIVE, Refusable};
use crate::app::App;
use crate::law::Laws;
use crate::register::Activity;

/// What is off until a person agrees to it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Defaults {
    /// What rests on consent: everywhere but in the United States, and where nobody said where they live.
    by_consent: bool,
    /// Extra uses of sensitive data, whatever they are said to rest on: as the rows of law have it.
    sensitive_by_consent: bool,
}

impl Defaults {
    /// What the law says today of whoever lives there.
    pub fn of(app: &App, residence: &str) -> Defaults {
        Defaults::on(&app.laws, residence, app.clock.today())
    }

    /// What they say of whoever lives there on that day.
    pub fn on(laws: &Laws, residence: &str, today: NaiveDate) -> Defaults {
        Defaults {
            by_consent: !residence.starts_with("us"),
            sensitive_by_consent: laws.sensitive_by_consent(residence, today),
        }
    }

    /// How something with a switch stands.
    pub fn state(self, refusable: &Refusable<'_>) -> State {
        let is_sensitive = refusable.key == LIMIT_SENSITIVE && !refusable.activities.is_empty();
        let is_off =
            refusable.needs_consent && self.by_consent || is_sensitive && self.sensitive_by_consent;
        if is_off {
            State::OptedOut
        } else {
            State::OptedIn
        }
    }

    /// Whether an activity that is said to rest on consent takes one.
    pub(super) fn take_consent(self, activity: &Activity) -> bool {
        self.by_consent || activity.uses_sensitive && self.sensitive_by_consent
    }
}
