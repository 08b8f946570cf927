//! What follows for choices when a person says that they live somewhere else.

use chrono::NaiveDateTime;

use super::change::{Act, Proof};
use super::defaults::Defaults;
use super::model::{Choice, MadeBy, State};
use super::settings::Stand;
use super::standing::Standing;
use super::{minors, settings, standing};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;

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
) -> AppResult<()> {
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
    let keys = not_theirs(app, &standing, &is, now);
    Act::of_person(person, keys, State::OptedOut, MadeBy::AgeThere)
        .apply(app, conn, now)
        .map(drop)
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
