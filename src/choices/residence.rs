//! What follows for choices when a person says that they live somewhere else.

use chrono::NaiveDateTime;

use super::change::{Act, Proof};
use super::defaults::Defaults;
use super::model::{Choice, MadeBy, State};
use super::settings::Stand;
use super::standing::Standing;
use super::{minors, refusable, settings, standing};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::law::Decides;
use crate::register::Register;

/// Writes down as off what the person never chose and what needs their consent in one of the two places. Where it is the
/// new one, it is off there by law, and caches and recipients learn of it. Where it is the old one, it stays off: nothing is
/// turned on by a move, or by saying where one lives, and there is nothing to tell. Call it in the transaction in which they
/// move, with where they lived before.
pub fn follow(
    app: &App,
    conn: &mut AnyConnection,
    person: &Person,
    before: &str,
    now: NaiveDateTime,
) -> AppResult<TurnedOff> {
    let standing = standing::of_person(conn, person.id)?;
    let was = Defaults::at(app, before, standing.sixteen_on);
    let was = settings::stands(&app.register, &standing.current, was);
    let is = Defaults::of(app, &standing);
    let is = settings::stands(&app.register, &standing.current, is);
    let turned_to = |state: State| {
        let both = was.iter().zip(&is);
        let turned = both.filter(move |(was, is)| was.state != is.state && is.state == state);
        turned.map(|(_, is)| is.key.to_owned()).collect::<Vec<_>>()
    };
    for (keys, made_by) in [
        (turned_to(State::OptedOut), MadeBy::Residence),
        (turned_to(State::OptedIn), MadeBy::Moved),
    ] {
        let mut act = Act::of_person(person, keys, State::OptedOut, made_by);
        act.proof = Proof::Never;
        act.apply(app, conn, now)?;
    }
    let by_age = not_theirs(app, &standing, &is, now);
    let ages = minors::ages(app, &standing.residence);
    let made_by = match ages.decides(standing.sixteen_on, now.date()) {
        Decides::Unsaid => MadeBy::AgeUnsaid,
        Decides::Person | Decides::Parent => MadeBy::AgeThere,
    };
    Act::of_person(person, by_age.clone(), State::OptedOut, made_by).apply(app, conn, now)?;
    Ok(TurnedOff {
        by_consent: turned_to(State::OptedOut),
        by_age,
    })
}

/// The keys of what a move turned off.
#[derive(Debug, Clone, Default)]
pub struct TurnedOff {
    /// What needs the person's consent first.
    pub by_consent: Vec<String>,
    /// What somebody turned on who does not decide on it at the person's age.
    pub by_age: Vec<String>,
}

impl TurnedOff {
    /// What the person reads of it; empty when nothing was turned off.
    pub fn in_words(&self, register: &Register) -> String {
        let titles = |keys: &[String]| {
            let titles = keys.iter().map(|it| refusable::title(register, it));
            titles.collect::<Vec<_>>().join(", ")
        };
        let mut words = Vec::new();
        if !self.by_consent.is_empty() {
            words.push(format!(
                " Off now, because it needs your consent first: {}. You can turn it on again under “Your choices”.",
                titles(&self.by_consent)
            ));
        }
        if !self.by_age.is_empty() {
            words.push(format!(
                " Off now, because at your age it depends on where you live who decides: {}. “Turn on” under “Your choices” says who can turn it on again.",
                titles(&self.by_age)
            ));
        }
        words.concat()
    }
}

/// What is on for somebody under 16 and was turned on by who does not decide on it at that age where they live now: a parent
/// there, or they themselves.
fn not_theirs(app: &App, standing: &Standing, is: &[Stand<'_>], now: NaiveDateTime) -> Vec<String> {
    if !standing.is_minor(now.date()) {
        return Vec::new();
    }
    let ages = minors::ages(app, &standing.residence);
    let is_allowed = |one: &Choice| minors::is_allowed(one, ages, standing.sixteen_on);
    let on = is.iter().filter(|it| {
        let is_on = it.is_protected && it.state == State::OptedIn;
        is_on && !it.choice.is_some_and(is_allowed)
    });
    on.map(|it| it.key.to_owned()).collect()
}
