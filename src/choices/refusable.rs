//! What can be refused: sale and sharing as a whole, extra uses of sensitive data as a whole, decisions by machines where
//! there are any, and each other activity that the register lets a person refuse.
//!
//! The first three are rights and not activities: an opt-out also covers what is declared later.

use super::model::State;
use crate::error::{AppError, AppResult};
use crate::register::{Activity, Incentive, LawfulBasis, Register};

/// The key of the choice on every activity that sells or shares data.
pub const SALE_OR_SHARING: &str = "sale-or-sharing";
/// The key of the choice on every use of sensitive data that the service does not need.
pub const LIMIT_SENSITIVE: &str = "limit-sensitive";

/// The key of the choice on every machine that takes part in decisions of weight.
pub const AUTOMATED_DECISIONS: &str = "automated-decisions";

/// The choices that are rights: one without an account may make them, and they cover what is declared later.
pub const RIGHTS: [&str; 3] = [SALE_OR_SHARING, LIMIT_SENSITIVE, AUTOMATED_DECISIONS];

/// Something with a switch.
#[derive(Debug, Clone)]
pub struct Refusable<'a> {
    /// Choices are kept under it.
    pub key: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// One or two plain sentences: what is done while it is on.
    pub purpose: &'a str,
    /// What the switch turns off.
    pub activities: Vec<&'a Activity>,
    /// Whether it rests on consent, all of it.
    pub needs_consent: bool,
    /// Whether turning it on takes a request and then a confirmation (11 CCR 7028(a)).
    pub two_steps: bool,
}

impl<'a> Refusable<'a> {
    /// What people get for agreeing, if something is offered.
    pub fn incentive(&self) -> Option<&'a Incentive> {
        self.activities.iter().find_map(|it| it.incentive.as_ref())
    }

    /// What a person or visitor has brought about, as a receipt and a mail say it.
    pub fn outcome(&self, state: State) -> String {
        match (self.key, state) {
            (SALE_OR_SHARING, State::OptedOut) => "Opted out of sale and sharing".to_owned(),
            (SALE_OR_SHARING, State::OptedIn) => "Sale and sharing allowed".to_owned(),
            (LIMIT_SENSITIVE, State::OptedOut) => "Use of sensitive data limited".to_owned(),
            (LIMIT_SENSITIVE, State::OptedIn) => "Extra uses of sensitive data allowed".to_owned(),
            (AUTOMATED_DECISIONS, State::OptedOut) => {
                "Opted out of decisions by machines".to_owned()
            }
            (AUTOMATED_DECISIONS, State::OptedIn) => "Decisions by machines allowed".to_owned(),
            // Of who left it, and of who refuses it before they ever joined.
            (_, State::OptedOut) if self.incentive().is_some() => {
                format!("Not taking part: {}", self.title)
            }
            (_, State::OptedIn) if self.incentive().is_some() => format!("Joined: {}", self.title),
            (_, State::OptedOut) => format!("Opted out of: {}", self.title),
            (_, State::OptedIn) => format!("Allowed: {}", self.title),
        }
    }
}

/// Everything with a switch, in the order of the page.
pub fn refusables(register: &Register) -> Vec<Refusable<'_>> {
    let sale = refusable(
        SALE_OR_SHARING,
        "Sale and sharing of your data",
        "We give data to others for money or another benefit, or so that advertising can follow you to other sites.",
        register
            .activities
            .iter()
            .filter(|it| it.sale_or_sharing)
            .collect(),
    );
    let sensitive = refusable(
        LIMIT_SENSITIVE,
        "Extra uses of your sensitive data",
        "We use sensitive data for more than the service that you asked for needs.",
        register
            .activities
            .iter()
            .filter(|it| it.uses_sensitive && !it.sale_or_sharing)
            .collect(),
    );
    let machines = refusable(
        AUTOMATED_DECISIONS,
        "Decisions about you by machines",
        "A program takes part in decisions that weigh much for you, such as who is proposed for a job.",
        register
            .activities
            .iter()
            .filter(|it| it.decides_by_machine())
            .collect(),
    );
    // Where no machine decides there is nothing to say of it.
    let machines = Some(machines).filter(|it| !it.activities.is_empty());
    let rights = [sale, sensitive].into_iter().chain(machines);
    let rights = rights.map(|right| Refusable {
        two_steps: true,
        ..right
    });
    let is_covered =
        |it: &Activity| it.sale_or_sharing || it.uses_sensitive || it.decides_by_machine();
    let others = register.refusable().filter(|it| !is_covered(it));
    let others = others.map(|it| Refusable {
        // Nobody joins before they have read the terms.
        two_steps: it.incentive.is_some(),
        ..refusable(&it.key, &it.title, &it.purpose, vec![it])
    });
    rights.chain(others).collect()
}

/// The switch of that key; [`AppError::NotFound`] for what has none.
pub fn find<'a>(register: &'a Register, key: &str) -> AppResult<Refusable<'a>> {
    let mut all = refusables(register).into_iter();
    all.find(|it| it.key == key).ok_or(AppError::NotFound)
}

/// What people call the choice of that key; the key itself when the register no longer has it.
pub fn title<'a>(register: &'a Register, key: &'a str) -> &'a str {
    find(register, key).map_or(key, |it| it.title)
}

/// The keys of the choices that turn an activity off.
pub fn keys_of(activity: &Activity) -> Vec<&str> {
    let mut keys = vec![activity.key.as_str()];
    keys.extend(activity.sale_or_sharing.then_some(SALE_OR_SHARING));
    keys.extend(activity.uses_sensitive.then_some(LIMIT_SENSITIVE));
    keys.extend(activity.decides_by_machine().then_some(AUTOMATED_DECISIONS));
    keys
}

fn refusable<'a>(
    key: &'a str,
    title: &'a str,
    purpose: &'a str,
    activities: Vec<&'a Activity>,
) -> Refusable<'a> {
    let by_consent = |it: &&Activity| it.lawful_basis == Some(LawfulBasis::Consent);
    Refusable {
        key,
        title,
        purpose,
        needs_consent: !activities.is_empty() && activities.iter().all(by_consent),
        activities,
        two_steps: false,
    }
}
