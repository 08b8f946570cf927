//! Who is known to be under 16: their data are not sold or shared until they turn it on, and under 13 only a parent
//! can do that (Cal. Civ. Code 1798.120(c)), or allow extra uses of sensitive data. Of the date of birth nothing but the 16th birthday is kept.

use chrono::{Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::json;

use super::change::Act;
use super::model::{MadeBy, State};
use super::refusable::{LIMIT_SENSITIVE, Refusable, SALE_OR_SHARING};
use crate::accounts::guard::Person;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::minors;
use crate::error::{AppError, AppResult};

/// The 16th birthday of whoever was born on that day.
pub fn sixteenth_birthday(born_on: NaiveDate) -> Option<NaiveDate> {
    born_on.checked_add_months(Months::new(16 * 12))
}

/// Whether a parent or guardian must decide for whoever will be 16 on that day.
pub fn needs_parent(sixteen_on: NaiveDate, today: NaiveDate) -> bool {
    let thirteen_on = sixteen_on.checked_sub_months(Months::new(3 * 12));
    thirteen_on.is_some_and(|it| it > today)
}

/// Whether it is for a parent or guardian to turn this on for somebody under 13: sale and sharing, extra uses of sensitive
/// data, which all data of a child are (Cal. Civ. Code 1798.140(ae), 11 CCR 7001), and whatever rests on consent, which
/// nobody of that age can give by themselves (GDPR Art. 8(1), COPPA).
pub fn is_for_parents(refusable: &Refusable<'_>) -> bool {
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
    if self::sixteen_on(conn, person.id)?.is_some() {
        return Err(AppError::conflict("You have told us your age before."));
    }
    diesel::insert_into(minors::table)
        .values((
            minors::person_id.eq(person.id),
            minors::sixteen_on.eq(sixteen_on),
        ))
        .execute(conn)?;
    let event = Event {
        actor: Actor::Person(&person.pseudonym),
        action: "age.stated",
        person: Some(&person.pseudonym),
        object: "account",
        detail: json!({ "under": 16 }),
    };
    audit::record(conn, &event, now)?;
    let keys = [SALE_OR_SHARING, LIMIT_SENSITIVE].map(str::to_owned);
    let act = Act::of_person(person, keys.to_vec(), State::OptedOut, MadeBy::Law);
    act.apply(app, conn, now).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_decides_until_the_thirteenth_birthday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let sixteen_on = sixteenth_birthday(day("2013-02-10")).unwrap();
        assert_eq!(sixteen_on, day("2029-02-10"));
        assert!(needs_parent(sixteen_on, day("2026-02-09")));
        assert!(!needs_parent(sixteen_on, day("2026-02-10")));
        assert_eq!(
            sixteenth_birthday(day("2012-02-29")),
            Some(day("2028-02-29"))
        );
    }
}
