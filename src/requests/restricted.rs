//! What recipients read of a restriction: which data are kept and not used, or which use of them stops.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::life::By;
use super::model::{Kind, Outcome, Request, State};
use super::resting::{self, Resting};
use super::sealed::{self, What};
use super::words::day;
use crate::app::App;
use crate::db::schema::{requests, restrictions};
use crate::db::{AnyConnection, both};
use crate::disclosures::model::CauseKind;
use crate::error::{AppError, AppResult};

/// What recipients are told of a restriction.
#[derive(Debug, Clone)]
pub struct Restricted {
    /// Of an objection: the key of its use, which the register may no longer have.
    pub activity: Option<String>,
    /// Which data, or which use of them.
    pub words: String,
}

/// What recipients are told of a restriction for that cause, by the reference of its request.
pub fn told(
    conn: &mut AnyConnection,
    app: &App,
    (reference, cause): (&str, CauseKind),
) -> AppResult<Option<Restricted>> {
    type Row = (Vec<u8>, Option<String>, Option<Vec<u8>>, Option<String>);
    let found: Option<Row> = both!(conn, |conn| restrictions::table
        .inner_join(requests::table)
        .filter(requests::reference.eq(reference))
        .select((
            restrictions::what,
            restrictions::activity,
            restrictions::part,
            requests::outcome,
        ))
        .first(conn)
        .optional())?;
    let Some((what, activity, part, outcome)) = found else {
        return Ok(None);
    };
    let open =
        |sealed: &[u8]| sealed::open_text(&app.keys, reference, What::Restricted, Some(sealed));
    let what = open(&what)?;
    let is_part = outcome.as_deref() == Some(Outcome::PartlyApproved.as_str());
    let part = part
        .filter(|_| is_part)
        .map(|part| open(&part))
        .transpose()?;
    let words = match &activity {
        Some(key) => {
            let known = app.register.activity(key);
            of_use(known.map_or(&what, |it| &it.title), cause, part.as_deref())
        }
        None => what,
    };
    Ok(Some(Restricted { activity, words }))
}

/// What is kept and not used, for the person whose data they are.
#[derive(Debug, Clone)]
pub struct NotUsed {
    /// Of the request that was granted.
    pub reference: String,
    /// Which data, and which use of them, as the answer has it.
    pub words: String,
    /// From when on they may be used again, once that is announced.
    pub ends_on: Option<NaiveDate>,
}

impl NotUsed {
    /// From when on they may be used again, in words.
    pub fn until(&self) -> Option<String> {
        self.ends_on.map(day)
    }
}

/// The restrictions of a person that are in force. They are marked where the data are (GDPR Art. 4(3), 18).
pub fn in_force(conn: &mut AnyConnection, app: &App, person_id: i64) -> AppResult<Vec<NotUsed>> {
    type Row = (String, Vec<u8>, Option<NaiveDate>);
    let found: Vec<Row> = both!(conn, |conn| requests::table
        .inner_join(restrictions::table)
        .filter(requests::person_id.eq(person_id))
        .filter(requests::kind.eq(Kind::Restriction.as_str()))
        .filter(requests::state.eq(State::Completed.as_str()))
        .filter(restrictions::ended_at.is_null())
        .order(requests::id)
        .select((
            requests::reference,
            restrictions::what,
            restrictions::ends_on
        ))
        .load(conn))?;
    let opened = found.into_iter().map(|(reference, what, ends_on)| {
        let words = sealed::open_text(&app.keys, &reference, What::Restricted, Some(&what))?;
        Ok(NotUsed {
            reference,
            words,
            ends_on,
        })
    });
    opened.collect()
}

/// The same beside what rests of a person's, to be said with it.
pub fn beside(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
) -> AppResult<(Vec<Resting>, Vec<NotUsed>)> {
    let resting = resting::of_person(conn, person_id)?;
    // Asked for by few.
    let not_used = if resting::is_restricted(&resting) {
        in_force(conn, app, person_id)?
    } else {
        Vec::new()
    };
    Ok((resting, not_used))
}

/// What recipients are told of a use that a person objects to, by its title; of one that stops in part, by that part.
fn of_use(title: &str, cause: CauseKind, part: Option<&str>) -> String {
    match (cause, part) {
        (CauseKind::Objection, Some(part)) => format!(
            "{title}: not to be used for it any more in this part, while the rest goes on: {part}"
        ),
        (CauseKind::Objection, None) => format!("{title}: not to be used for it any more"),
        (CauseKind::RestrictionLifted, _) => format!("{title}: may be used for it again"),
        _ => format!("{title}: not to be used for it while an objection is looked at"),
    }
}

/// Keeps which part of the use stops where an objection is granted in part; the use rests until that is decided.
pub(super) fn state_part(
    conn: &mut AnyConnection,
    request: &Request,
    (outcome, what): (Outcome, &str),
    by: &By<'_>,
) -> AppResult<()> {
    let is_part = outcome == Outcome::PartlyApproved;
    if is_part && what.is_empty() {
        return Err(AppError::conflict(
            "Recipients have to be told which part of the use stops.",
        ));
    }
    let seal = || sealed::seal(&by.app.keys, &request.reference, What::Restricted, what);
    diesel::update(restrictions::table.filter(restrictions::request_id.eq(request.id)))
        .set(restrictions::part.eq(is_part.then(seal)))
        .execute(conn)?;
    Ok(())
}
