//! A question that the person has not answered while the clock stands still: they are reminded once, and then it is put
//! to staff. Nothing closes by itself: the law knows no end of a request but an answer, or that the person takes it back.

use chrono::{Days, NaiveDate};
use diesel::QueryResult;
use serde_json::json;

use super::life::{By, add_step, record};
use super::model::{Request, StepKind};
use super::reminder_mails::QuestionWaits;
use super::reminders::{Notice, is_first};
use super::{notices, pause};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;

/// So many days after it was asked the person is reminded.
const REMINDED_AFTER: Days = Days::new(7);

/// So many days after it was asked it is put to staff.
const PUT_TO_STAFF_AFTER: Days = Days::new(14);

/// The days on which something is to be done about what was asked on that day.
fn days(asked_on: NaiveDate) -> [NaiveDate; 2] {
    [asked_on + REMINDED_AFTER, asked_on + PUT_TO_STAFF_AFTER]
}

/// The next of these days after a day, or one that is known to come sooner.
pub(super) fn sooner(
    known: Option<NaiveDate>,
    asked_on: NaiveDate,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let to_come = days(asked_on).into_iter().filter(|day| *day > today);
    to_come.chain(known).min()
}

/// The same of a request as it stands.
pub(super) fn sooner_of(
    conn: &mut AnyConnection,
    (app, request): (&App, &Request),
    known: Option<NaiveDate>,
    today: NaiveDate,
) -> QueryResult<Option<NaiveDate>> {
    let asked_on = pause::since(conn, app, request)?;
    Ok(asked_on.map_or(known, |asked_on| sooner(known, asked_on, today)))
}

/// Reminds the person, and gives what staff are to be told, each once.
pub(super) fn remind(
    conn: &mut AnyConnection,
    request: &Request,
    (asked_on, today): (NaiveDate, NaiveDate),
    by: &By<'_>,
) -> AppResult<Option<Notice>> {
    let [person_on, staff_on] = days(asked_on);
    if person_on <= today
        && notices::reaches(conn, by.app, request)?
        && is_first(conn, request, (Notice::Unanswered, asked_on), by)?
    {
        add_step(conn, request, StepKind::Reminded, &json!({}), by)?;
        record(conn, request, "request.reminded", json!({}), by)?;
        let page = notices::page_of(conn, by.app, request)?;
        let mail = QuestionWaits::of(request, asked_on, page);
        notices::send(conn, by.app, request, &mail, by.now)?;
    }
    let put = (Notice::StillUnanswered, asked_on);
    let is_due = staff_on <= today && is_first(conn, request, put, by)?;
    Ok(is_due.then_some(Notice::StillUnanswered))
}
