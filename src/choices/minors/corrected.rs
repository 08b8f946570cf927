//! What a date of birth that was put right in a source tells of somebody's age. From then on it is known, so that who is
//! under 16 is opted out as they would be if staff had entered it (Cal. Civ. Code 1798.120(c)).

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::messages::AgePutRight;
use super::{Age, Whose, ages, day_of_birth, fault_of_birth, put_right, sixteenth_birthday};
use crate::accounts::queries::find_person;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::Register;
use crate::requests::queries::find_address;
use crate::sources::Correction;
use crate::web::words;

/// Whether a correction is about a date of birth.
fn is_about_birth(register: &Register, change: &Correction) -> bool {
    let field = register.describe(&change.dataset, &change.collection, &change.field);
    field.is_some_and(|it| it.is_birth_date())
}

/// Puts right what is known of the age of whose correction was carried out; nothing, if it tells nothing new. Call it in
/// the transaction that notes that it was.
pub fn learn(
    conn: &mut AnyConnection,
    app: &App,
    (person_id, reference): (i64, &str),
    change: &Correction,
    now: NaiveDateTime,
) -> AppResult<()> {
    let Some(sixteen_on) = told(app, change, now) else {
        return Ok(());
    };
    let known = super::sixteen_on(conn, person_id)?;
    let age = Age::of(sixteen_on, now.date());
    if known == age.sixteen_on() || known == Some(sixteen_on) {
        return Ok(());
    }
    learned(conn, app, (person_id, reference), age, now)
}

/// The same where a value that had been corrected is written again. What was put on record of the age since then may be
/// newer than the correction, so that it is not undone: only who turns out to be younger is protected by it, as where the
/// correction is older than what is learned of corrections.
pub fn learn_again(
    conn: &mut AnyConnection,
    app: &App,
    (person_id, reference): (i64, &str),
    change: &Correction,
    now: NaiveDateTime,
) -> AppResult<()> {
    let Some(sixteen_on) = told(app, change, now) else {
        return Ok(());
    };
    let age = Age::of(sixteen_on, now.date());
    if age.sixteen_on() <= super::sixteen_on(conn, person_id)? {
        return Ok(());
    }
    learned(conn, app, (person_id, reference), age, now)
}

/// The 16th birthday that a correction tells, if it is about a date of birth.
fn told(app: &App, change: &Correction, now: NaiveDateTime) -> Option<NaiveDate> {
    if !is_about_birth(&app.register, change) {
        return None;
    }
    let born_on = day_of_birth(&change.value.to_string())?;
    match fault_of_birth(born_on, now.date()) {
        Some(_) => None,
        None => sixteenth_birthday(born_on),
    }
}

fn learned(
    conn: &mut AnyConnection,
    app: &App,
    (person_id, reference): (i64, &str),
    age: Age,
    now: NaiveDateTime,
) -> AppResult<()> {
    let person = find_person(conn, person_id)?;
    let mail_to = find_address(conn, person.id)?;
    let whose = Whose {
        person_id: person.id,
        pseudonym: &person.pseudonym,
        mail_to: mail_to.as_deref(),
        staff_id: None,
        is_by_system: true,
    };
    put_right(conn, app, whose, age, now)?;
    let event = Event {
        actor: Actor::System,
        action: "age.put_right",
        person: Some(&person.pseudonym),
        object: "account",
        detail: json!({ "under": age.sixteen_on().map(|_| 16), "request": reference }),
    };
    audit::record(conn, &event, now)?;
    let Some(address) = mail_to else {
        return Ok(());
    };
    let mail = AgePutRight {
        is_by_correction: true,
        sixteen_on: age.sixteen_on().map(words::day),
        who_decides: ages(app, &person.residence).in_words(),
    };
    app.mailer.enqueue(conn, &address, &mail, now)
}
