//! What a page shows of a choice: what it is about, how it stands and since when.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use chrono_tz::Tz;
use diesel::prelude::*;

use super::defaults::Defaults;
use super::minors;
use super::model::{Choice, State};
use super::refusable::{self, Refusable, refusables};
use super::standing;
use crate::app::App;
use crate::db::AnyConnection;
use crate::register::{Activity, LawfulBasis, Register};
use crate::web::words;

/// A switch as it stands for one person.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    /// What it is about.
    pub refusable: Refusable<'a>,
    /// How it stands.
    pub state: State,
    /// What brought that about; none while nothing has been chosen.
    pub choice: Option<Choice>,
    /// What it turns off.
    pub uses: Vec<Use<'a>>,
    /// In which the person reads times.
    pub zone: Tz,
}

/// An activity in the words of the register.
#[derive(Debug, Clone)]
pub struct Use<'a> {
    /// As declared.
    pub activity: &'a Activity,
}

impl Setting<'_> {
    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.state == State::OptedIn
    }

    /// "On", "Off", or that nothing of the kind is done, which nobody has turned on.
    pub fn word(&self) -> &'static str {
        if self.choice.is_none() && self.is_on() && self.uses.is_empty() {
            return "Not done";
        }
        self.state.word()
    }

    /// How it came to stand so: "Off since 9 February 2026, 02:00 PST, by you."
    pub fn in_words(&self) -> String {
        match (&self.choice, self.state) {
            (Some(choice), state) => format!(
                "{} since {}, {}.",
                state.word(),
                words::moment(choice.at, self.zone),
                choice.made_by.in_words()
            ),
            (None, State::OptedIn) if self.uses.is_empty() => {
                "We do nothing of the kind at present.".to_owned()
            }
            (None, State::OptedIn) => "On. You have not chosen yet.".to_owned(),
            (None, State::OptedOut) => "Off. You have not agreed to it.".to_owned(),
        }
    }

    /// Whether turning it on takes a request and then a confirmation: the two rights always, others after an opt-out.
    pub fn takes_two_steps(&self) -> bool {
        let is_refused = |it: &Choice| it.state == State::OptedOut;
        self.refusable.two_steps || self.choice.as_ref().is_some_and(is_refused)
    }

    /// Until when nobody may ask the person to turn it on again, in words; none when the day has come.
    pub fn quiet_until(&self, today: &NaiveDate) -> Option<String> {
        self.choice.as_ref()?.quiet_until(*today).map(words::day)
    }

    /// The activity whose own switch this is, so that its words need not be said twice.
    pub fn only_use(&self) -> Option<&Use<'_>> {
        let only = self.uses.first()?;
        (only.activity.title == self.refusable.title).then_some(only)
    }

    /// The id of the signed proof.
    pub fn receipt(&self) -> Option<&str> {
        self.choice.as_ref()?.receipt_id.as_deref()
    }
}

impl Use<'_> {
    /// Whether it has no switch and the person may object to it: see [`open_to_objection`].
    pub fn may_be_objected_to(&self) -> bool {
        let activity = self.activity;
        !activity.refusable && activity.lawful_basis == Some(LawfulBasis::LegitimateInterests)
    }

    /// The titles of its data, in one line.
    pub fn data_in_words(&self) -> String {
        if self.activity.data.is_empty() {
            "Not declared".to_owned()
        } else {
            self.activity.data.join(", ")
        }
    }

    /// Who gets it, or that nobody outside does.
    pub fn recipients_in_words(&self) -> String {
        if self.activity.recipients.is_empty() {
            "Nobody outside our company".to_owned()
        } else {
            self.activity.recipients.join(", ")
        }
    }

    /// Why it may be done.
    pub fn basis_in_words(&self) -> &str {
        match (&self.activity.mandatory, self.activity.lawful_basis) {
            (Some(required), _) => &required.basis,
            // Whether they agreed is what the switch says.
            (None, Some(LawfulBasis::Consent)) => "It is your choice",
            (None, Some(basis)) => basis.title(),
            (None, None) => "Not declared",
        }
    }
}

/// How something with a switch stands, for programs.
#[derive(Debug, Clone, Copy)]
pub struct Stand<'a> {
    /// Of the choice.
    pub key: &'a str,
    /// On or off.
    pub state: State,
    /// What brought that about; none while nothing has been chosen.
    pub choice: Option<&'a Choice>,
    /// See [`minors::is_protected`].
    pub is_protected: bool,
}

/// How everything with a switch stands, given the choices that hold now.
pub fn stands<'a>(
    register: &'a Register,
    current: &'a [Choice],
    defaults: Defaults,
) -> Vec<Stand<'a>> {
    let all = refusables(register).into_iter();
    all.map(|it| stand(&it, current, defaults)).collect()
}

fn stand<'a>(refusable: &Refusable<'a>, current: &'a [Choice], defaults: Defaults) -> Stand<'a> {
    let choice = current.iter().find(|it| it.activity == refusable.key);
    Stand {
        key: refusable.key,
        state: choice.map_or_else(|| defaults.state(refusable), |it| it.state),
        choice,
        is_protected: minors::is_protected(refusable),
    }
}

/// Every switch of the register as it stands, given the choices that hold now.
pub fn settings<'a>(
    register: &'a Register,
    current: &[Choice],
    defaults: Defaults,
) -> Vec<Setting<'a>> {
    let all = refusables(register).into_iter();
    all.map(|it| setting(it, current, defaults)).collect()
}

fn setting<'a>(refusable: Refusable<'a>, current: &[Choice], defaults: Defaults) -> Setting<'a> {
    let stand = stand(&refusable, current, defaults);
    let uses = refusable.activities.iter().copied();
    Setting {
        state: stand.state,
        choice: stand.choice.cloned(),
        uses: uses.map(|activity| Use { activity }).collect(),
        zone: defaults.zone(),
        refusable,
    }
}

/// The activities without a switch to which a person may object for reasons of their own: those that rest on a legitimate
/// interest (GDPR Art. 21(1)).
pub fn open_to_objection(register: &Register) -> impl Iterator<Item = &Activity> {
    let fixed = mandatory(register).into_iter();
    fixed.filter(Use::may_be_objected_to).map(|it| it.activity)
}

/// The activities without a switch.
pub fn mandatory(register: &Register) -> Vec<Use<'_>> {
    let fixed = register
        .activities
        .iter()
        .filter(|it| !it.refusable && !it.sale_or_sharing && !it.uses_sensitive);
    fixed.map(|activity| Use { activity }).collect()
}

/// Every switch as it stands for a person.
pub fn of_person<'a>(
    conn: &mut AnyConnection,
    app: &'a App,
    person_id: i64,
) -> QueryResult<Vec<Setting<'a>>> {
    let standing = standing::of_person(conn, person_id)?;
    let defaults = Defaults::of(app, &standing);
    Ok(settings(&app.register, &standing.current, defaults))
}

/// Whether some activity sells or shares a person's data as long as they do not refuse it.
pub fn is_sold(conn: &mut AnyConnection, app: &App, person_id: i64) -> QueryResult<bool> {
    let mut all = of_person(conn, app, person_id)?.into_iter();
    Ok(all.any(|it| {
        it.refusable.key == refusable::SALE_OR_SHARING && it.is_on() && !it.uses.is_empty()
    }))
}

/// The keys of the switches that are on for a person and turn off one of these activities.
pub fn on_of(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    activities: &BTreeSet<String>,
) -> QueryResult<Vec<String>> {
    let settings = of_person(conn, app, person_id)?.into_iter();
    let turns_off = |it: &Setting<'_>| {
        let mut uses = it.uses.iter();
        it.is_on() && uses.any(|one| activities.contains(&one.activity.key))
    };
    let on = settings.filter(turns_off);
    Ok(on.map(|it| it.refusable.key.to_owned()).collect())
}

/// Whether an activity is off for a person: refused by itself or by what covers it, or not agreed to where the
/// law asks for consent first. Ask it before the activity uses or gives away their data.
pub fn is_opted_out(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    activity: &Activity,
) -> QueryResult<bool> {
    Ok(is_off(&of_person(conn, app, person_id)?, activity))
}

/// The same, given how every switch stands.
pub fn is_off(settings: &[Setting<'_>], activity: &Activity) -> bool {
    let deciding = refusable::keys_of(activity);
    let mut all = settings.iter();
    all.any(|it| deciding.contains(&it.refusable.key) && !it.is_on())
}
