//! Who is known to be under 16: their data are not sold or shared until they turn it on, and below an age that the rows of
//! law set for where they live only a parent can do that (Cal. Civ. Code 1798.120(c), GDPR Art. 8(1)), or allow extra uses
//! of sensitive data or whatever rests on consent. Of the date of birth nothing but the 16th birthday is kept. What staff
//! enter of it is in [`entries`]: a mistyped day that is put right, and the word of a parent. What a corrected date of birth
//! tells is in [`corrected`].

pub mod approvals;
pub mod consent;
pub mod corrected;
pub mod entries;
pub mod messages;
pub mod own_pages;
pub mod parent_pages;
pub mod staff_pages;
mod typed;

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::json;

use super::change::{Act, Proof};
use super::defaults::Defaults;
use super::model::{Choice, MadeBy, State};
use super::refusable::{RIGHTS, Refusable};
use super::settings::{self, Stand};
use super::standing::{self, Standing};
use crate::accounts::guard::Person;
use crate::accounts::model::PersonRow;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::minors;
use crate::error::{AppError, AppResult};
use crate::law::{ConsentAges, Decides};

/// Older than so many years nobody is.
const OLDEST: i32 = 125;

/// The 16th birthday of whoever was born on that day.
pub fn sixteenth_birthday(born_on: NaiveDate) -> Option<NaiveDate> {
    born_on.checked_add_months(Months::new(16 * 12))
}

/// Whether it is off for somebody under 16 until it is turned on, and for a parent or guardian to turn on for a child: sale
/// and sharing, extra uses of sensitive data, which all data of a child are (Cal. Civ. Code 1798.140(ae), 11 CCR 7001), and
/// whatever rests on consent, which nobody of that age can give by themselves (GDPR Art. 8(1), COPPA).
pub fn is_protected(refusable: &Refusable<'_>) -> bool {
    refusable.two_steps || refusable.needs_consent
}

/// When somebody who is or was known to be under 16 has their 16th birthday.
pub fn sixteen_on(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Option<NaiveDate>> {
    minors::table
        .filter(minors::person_id.eq(person_id))
        .select(minors::sixteen_on)
        .first(conn)
        .optional()
}

/// The 16th birthday of whoever was born on the day that was typed, or what is wrong with it.
pub fn sixteen_on_typed(born_on: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    const EXAMPLE: &str = "Type the day of birth, such as 2011-03-31.";
    let born_on: NaiveDate = born_on.trim().parse().map_err(|_| EXAMPLE)?;
    match fault_of_birth(born_on, today) {
        Some(fault) => Err(fault),
        None => sixteenth_birthday(born_on).ok_or(EXAMPLE),
    }
}

/// What is wrong with a day of birth on which nobody can have been born.
pub fn fault_of_birth(born_on: NaiveDate, today: NaiveDate) -> Option<&'static str> {
    match () {
        () if born_on >= today => Some("The day of birth lies before today. Check the year."),
        () if born_on.year() + OLDEST < today.year() => {
            Some("Nobody is as old as that. Check the year of birth.")
        }
        () => None,
    }
}

/// The day in what a source holds as a date of birth, with or without a time after it.
pub fn day_of_birth(held: &str) -> Option<NaiveDate> {
    held.get(..10)?.parse().ok()
}

/// Whose age it is, and who acts.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    /// Internal.
    pub person_id: i64,
    /// Stands for the person in the audit log.
    pub pseudonym: &'a str,
    /// Where they are told of it, if they have an address.
    pub mail_to: Option<&'a str>,
    /// Who acts on somebody's word, by id.
    pub staff_id: Option<i64>,
    /// Whether nobody acts: it follows from something that was carried out.
    pub is_by_system: bool,
}

impl<'a> Whose<'a> {
    /// A person for whom a staff member acts.
    fn by_staff(person: &'a PersonRow, mail_to: Option<&'a str>, staff_id: i64) -> Self {
        Whose {
            person_id: person.id,
            pseudonym: &person.pseudonym,
            mail_to,
            staff_id: Some(staff_id),
            is_by_system: false,
        }
    }

    fn act(&self, keys: Vec<String>, state: State, made_by: MadeBy) -> Act {
        let account = (self.person_id, self.pseudonym, self.mail_to);
        Act {
            staff_id: self.staff_id,
            is_by_system: self.is_by_system,
            ..Act::of_account(account, keys, state, made_by)
        }
    }
}

/// Writes down that a person is under 16, and opts them out.
///
/// # Errors
/// [`AppError::Conflict`] when it was written down before.
pub fn state(
    conn: &mut AnyConnection,
    app: &App,
    person: &Person,
    sixteen_on: NaiveDate,
    now: NaiveDateTime,
) -> AppResult<()> {
    let before = standing::of_person(conn, person.id)?;
    if before.sixteen_on.is_some() {
        return Err(AppError::conflict("You have told us your age before."));
    }
    keep(conn, person.id, sixteen_on)?;
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "age.stated",
        person: Some(&person.pseudonym),
        object: "account",
        detail: json!({ "under": 16 }),
    };
    audit::record(conn, &event, now)?;
    let whose = Whose {
        person_id: person.id,
        pseudonym: &person.pseudonym,
        mail_to: Some(&person.email),
        staff_id: None,
        is_by_system: false,
    };
    turn_off(conn, app, whose, &before, now)
}

fn keep(conn: &mut AnyConnection, person_id: i64, sixteen_on: NaiveDate) -> QueryResult<()> {
    let row = (
        minors::person_id.eq(person_id),
        minors::sixteen_on.eq(sixteen_on),
    );
    diesel::insert_into(minors::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// Turns off what somebody who is known to be under 16 from now on must turn on themselves, or their parent: what rests on
/// consent, and what they are opted out of by law, but for what whoever decides on it at that age [has
/// allowed](is_allowed). Recipients are told as of any other opt-out.
fn turn_off(
    conn: &mut AnyConnection,
    app: &App,
    whose: Whose<'_>,
    before: &Standing,
    now: NaiveDateTime,
) -> AppResult<()> {
    let sixteen_on = sixteen_on(conn, whose.person_id)?;
    let ages = ages(app, &before.residence);
    let was_known = before.sixteen_on.is_some();
    let stood = settings::stands(&app.register, &before.current, Defaults::of(app, before));
    let is_to_go = |it: &Stand<'_>| {
        let is_right = RIGHTS.contains(&it.key);
        let allowed = it.choice.filter(|one| is_allowed(one, ages, sixteen_on));
        // Of a right they were not told that it is for them to turn on, while nobody knew their age.
        if is_right {
            return allowed.is_none() || !was_known;
        }
        // What is off already is not asked for before they are 16.
        let was_on = it.state == State::OptedIn;
        it.is_protected && allowed.is_none() && (was_on || it.choice.is_some())
    };
    let keys = stood.iter().filter(|it| is_to_go(it));
    let keys = keys.map(|it| it.key.to_owned()).collect();
    let act = whose.act(keys, State::OptedOut, MadeBy::Law);
    act.apply(app, conn, now).map(drop)
}

/// From which age on somebody who lives there decides for themselves.
pub fn ages(app: &App, residence: &str) -> ConsentAges {
    app.laws.consent_ages(residence, app.clock.today())
}

/// Whether something was turned on by whoever decides on it for somebody with that 16th birthday, as old as they were then.
pub fn is_allowed(choice: &Choice, ages: ConsentAges, sixteen_on: Option<NaiveDate>) -> bool {
    let is_for = match ages.decides(sixteen_on, choice.at.date()) {
        Decides::Parent => choice.made_by == MadeBy::Parent,
        Decides::Person => choice.made_by != MadeBy::Parent,
        Decides::Unsaid => false,
    };
    choice.state == State::OptedIn && is_for
}

/// What staff found out of somebody's age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Age {
    /// They will be 16 on that day.
    Under16(NaiveDate),
    /// They are 16 or older.
    Older,
}

impl Age {
    /// Of whoever is 16 on that day.
    pub fn of(sixteen_on: NaiveDate, today: NaiveDate) -> Age {
        if sixteen_on > today {
            Age::Under16(sixteen_on)
        } else {
            Age::Older
        }
    }

    /// The 16th birthday, if it is still to come.
    pub fn sixteen_on(self) -> Option<NaiveDate> {
        match self {
            Age::Under16(day) => Some(day),
            Age::Older => None,
        }
    }
}

/// Puts right what is known of somebody's age. Who turns out to be younger is opted out of what they must turn on
/// themselves; who turns out to be older keeps off what is off, and is not kept from being asked for so long. What was
/// allowed stays allowed, unless it was not for whoever allowed it to decide at the age that is right.
///
/// # Errors
/// [`AppError::Conflict`] when that is known already.
pub fn put_right(
    conn: &mut AnyConnection,
    app: &App,
    whose: Whose<'_>,
    age: Age,
    now: NaiveDateTime,
) -> AppResult<()> {
    let before = standing::of_person(conn, whose.person_id)?;
    if before.sixteen_on == age.sixteen_on() {
        return Err(AppError::conflict("That is what we know of their age."));
    }
    let of_person = minors::table.filter(minors::person_id.eq(whose.person_id));
    diesel::delete(of_person).execute(conn)?;
    if let Age::Under16(day) = age {
        keep(conn, whose.person_id, day)?;
    }
    if age.sixteen_on() > before.sixteen_on {
        return turn_off(conn, app, whose, &before, now);
    }
    leave_off(conn, app, whose, &before, now)?;
    take_from_parents(conn, app, whose, &before, now)
}

/// Turns off what a parent allowed for somebody for whom they had nothing to decide.
fn take_from_parents(
    conn: &mut AnyConnection,
    app: &App,
    whose: Whose<'_>,
    before: &Standing,
    now: NaiveDateTime,
) -> AppResult<()> {
    let sixteen_on = sixteen_on(conn, whose.person_id)?;
    let ages = ages(app, &before.residence);
    let by_parent = before.current.iter().filter(|it| {
        let is_on = it.made_by == MadeBy::Parent && it.state == State::OptedIn;
        is_on && !is_allowed(it, ages, sixteen_on)
    });
    let keys: Vec<_> = by_parent.map(|it| it.activity.clone()).collect();
    if keys.is_empty() {
        return Ok(());
    }
    let act = whose.act(keys, State::OptedOut, MadeBy::NotParents);
    act.apply(app, conn, now).map(drop)
}

/// Writes down as off what was off for a reason that no longer holds: nothing is turned on by a mistake that is put right.
fn leave_off(
    conn: &mut AnyConnection,
    app: &App,
    whose: Whose<'_>,
    before: &Standing,
    now: NaiveDateTime,
) -> AppResult<()> {
    let after = standing::of_person(conn, whose.person_id)?;
    let was = settings::stands(&app.register, &before.current, Defaults::of(app, before));
    let is = settings::stands(&app.register, &after.current, Defaults::of(app, &after));
    let is_by_age = |it: &Stand<'_>| {
        let is_off = it.choice.filter(|one| one.state == State::OptedOut);
        is_off.is_some_and(|one| one.made_by.is_by_age())
    };
    let both = was.iter().zip(&is);
    let keys = both.filter(|(was, is)| is_by_age(was) || was.state != is.state);
    let keys = keys.map(|(was, _)| was.key.to_owned()).collect();
    let mut act = whose.act(keys, State::OptedOut, MadeBy::Age);
    act.proof = Proof::Never;
    act.apply(app, conn, now).map(drop)
}
