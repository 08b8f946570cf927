//! What a date of birth that was put right in a source tells of somebody's age. From then on it is known, so that who is
//! under 16 is opted out as they would be if staff had entered it (Cal. Civ. Code 1798.120(c)).

use chrono::NaiveDateTime;
use serde_json::json;

use super::messages::AgePutRight;
use super::{Age, Whose, ages, day_of_birth, fault_of_birth, put_right, sixteenth_birthday};
use crate::accounts::queries::find_person;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::Register;
use crate::requests::model::Request;
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
    request: &Request,
    change: &Correction,
    now: NaiveDateTime,
) -> AppResult<()> {
    if !is_about_birth(&app.register, change) {
        return Ok(());
    }
    let today = now.date();
    let born_on = day_of_birth(&change.value.to_string());
    let born_on = born_on.filter(|day| fault_of_birth(*day, today).is_none());
    let Some(sixteen_on) = born_on.and_then(sixteenth_birthday) else {
        return Ok(());
    };
    let age = Age::of(sixteen_on, today);
    let known = super::sixteen_on(conn, request.person_id)?;
    if known == age.sixteen_on() || known == Some(sixteen_on) {
        return Ok(());
    }
    let person = find_person(conn, request.person_id)?;
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
        detail: json!({ "under": age.sixteen_on().map(|_| 16), "request": request.reference }),
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
