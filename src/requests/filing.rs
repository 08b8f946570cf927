//! Filing a request: one transaction with its items, evidence, timeline, audit events and the mail that confirms it.

use chrono::TimeDelta;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use serde_json::json;

pub use super::asked::{NewCorrection, NewItem, NewRequest};
use super::dates::{self, LegalDates};
use super::evidence;
use super::life::{By, Who, add_step, advance, changed, record};
use super::model::{Kind, Request, State};
use super::notices::{self, RequestReceived};
use super::sealed::{self, What};
use super::{appeals, denial, flags, periods, planning, queries, reference, reminders, repeats};
use crate::accounts::limits::Limit;
use crate::accounts::queries::find_residence;
use crate::db::AnyConnection;
use crate::db::schema::{request_items, requests};
use crate::error::{AppError, AppResult};
use crate::manual::opening;
use crate::sources::Plan;

/// So many requests of one person may be open at a time, but for those that [`UNLIMITED`] names.
pub const MOST_OPEN: i64 = 20;

/// Each of them is about something else that is wrong or is to go, so that their number is no reason to refuse one.
pub(super) const UNLIMITED: [Kind; 3] = [Kind::Correction, Kind::Deletion, Kind::Appeal];

/// So many may be filed in a day, withdrawn ones included: each is work for staff, and a mail.
const FILINGS: Limit = Limit {
    purpose: "requests filed",
    max: 60,
    max_in_demo: 10_000,
    window: TimeDelta::days(1),
};

/// Files a request and confirms it. The same sent again at once is the request that it was the first time.
///
/// # Errors
/// [`AppError::Conflict`] when too many of the person's requests are open; [`AppError::AskedAlready`] when the person
/// asked for this before; [`AppError::TooMany`] when too many were filed today.
pub fn file(
    conn: &mut AnyConnection,
    person_id: i64,
    new: &NewRequest,
    by: &By<'_>,
) -> AppResult<Request> {
    let residence = find_residence(conn, person_id)?;
    let dates = LegalDates::of(&by.app.laws, &residence, new.kind, by.now);
    file_under(conn, person_id, (new, &dates), by)
}

/// The same under a law and with dates that are known already.
fn file_under(
    conn: &mut AnyConnection,
    person_id: i64,
    (new, dates): (&NewRequest, &LegalDates),
    by: &By<'_>,
) -> AppResult<Request> {
    // Counted first: who waits for this row does not file the same at the same moment.
    FILINGS.take(by.app, conn, &person_id.to_string(), by.now)?;
    if matches!(by.who, Who::Person(_))
        && let Some(filed) = repeats::find(conn, person_id, new, by)?
    {
        return Ok(filed);
    }
    if !UNLIMITED.contains(&new.kind) && queries::count_limited(conn, person_id)? >= MOST_OPEN {
        return Err(AppError::Full(format!(
            "You have {MOST_OPEN} requests open. Wait for an answer, or withdraw one, before you file another. You can ask for corrections and deletions all the same."
        )));
    }
    refuse_twin(conn, person_id, new, by)?;
    let filed = put_on_record(conn, person_id, new, dates, by)?;
    flags::look(conn, &filed, by)?;
    let acknowledged = acknowledge(conn, &filed, by)?;
    opening::look_up(conn, &acknowledged, by)?;
    planning::begin(conn, &acknowledged, by)?;
    Ok(acknowledged)
}

/// Writes a request with all that hangs on it; nobody has been told yet.
pub(super) fn put_on_record(
    conn: &mut AnyConnection,
    person_id: i64,
    new: &NewRequest,
    dates: &LegalDates,
    by: &By<'_>,
) -> AppResult<Request> {
    let filed = insert(conn, person_id, new, dates, by)?;
    periods::insert(conn, filed.id, new.dates)?;
    for item in &new.items {
        insert_item(conn, &filed, item, by)?;
    }
    add_step(conn, &filed, filed.state.step(), &json!({}), by)?;
    let detail = json!({
        "kind": filed.kind, "law": filed.law, "due_on": filed.due_on, "channel": filed.channel,
    });
    record(conn, &filed, "request.filed", detail, by)?;
    if let Some(file) = &new.evidence {
        evidence::attach(conn, &filed, file, by)?;
    }
    Ok(filed)
}

/// What is asked for already is not asked for twice.
fn refuse_twin(
    conn: &mut AnyConnection,
    person_id: i64,
    new: &NewRequest,
    by: &By<'_>,
) -> AppResult<()> {
    let twin = match new.kind {
        Kind::Deletion => queries::find_open_deletion(conn, person_id, new.scope())?,
        Kind::Appeal => queries::find_appeal(conn, new.appeal_of.unwrap_or_default())?,
        Kind::Correction => {
            let values = new.items.iter().filter_map(|it| it.correction.as_ref());
            let mut twins = values
                .map(|it| queries::find_open_correction(conn, person_id, &it.record, &it.field));
            twins.find_map(Result::transpose).transpose()?
        }
        Kind::Access
        | Kind::Restriction
        | Kind::Objection
        | Kind::Decision
        | Kind::MarketingList
        | Kind::Contest
        | Kind::Complaint => None,
    };
    match (twin, by.who) {
        (Some(reference), Who::Person(_)) => Err(AppError::AskedAlready(reference)),
        // Staff who enter it for the person read it on a page of their own.
        (Some(reference), _) => Err(AppError::Conflict(format!(
            "The person has already asked for this. The request is {reference}."
        ))),
        (None, _) => Ok(()),
    }
}

/// Asks for another look at a request of the person's that was denied, in whole or in part, under the law by which it
/// was denied.
pub fn appeal(
    conn: &mut AnyConnection,
    denied: &Request,
    why: &str,
    by: &By<'_>,
) -> AppResult<Request> {
    if !appeals::is_possible(denied) {
        return Err(changed());
    }
    let new = NewRequest {
        note: why.to_owned(),
        appeal_of: Some(denied.id),
        ..NewRequest::of(Kind::Appeal)
    };
    let laws = &by.app.laws;
    let received_on = laws.day_in(&denied.residence, by.now);
    let dates = LegalDates::of_appeal(laws, denied, received_on);
    file_under(conn, denied.person_id, (&new, &dates), by)
}

/// Confirms it at once, so that the law's own limit for that can never pass.
pub(super) fn acknowledge(
    conn: &mut AnyConnection,
    filed: &Request,
    by: &By<'_>,
) -> AppResult<Request> {
    let acknowledged = advance(conn, filed, State::Acknowledged, &By::system_at(by))?;
    tell_received(conn, filed, by)?;
    Ok(acknowledged)
}

/// Mails the person what was received of them, and when it is answered.
pub(super) fn tell_received(
    conn: &mut AnyConnection,
    filed: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let mail = RequestReceived {
        reference: filed.reference.clone(),
        kind: filed.kind,
        channel: filed.channel,
        law: (!appeals::is_voluntary(&by.app.laws, filed))
            .then(|| dates::law_in_words(&by.app.laws, filed)),
        received_on: filed.received_on,
        due_on: filed.due_on,
        is_late: dates::is_late(&by.app.laws, filed, by.now),
    };
    notices::send(conn, by.app, filed, &mail, by.now)
}

/// Tries another reference when one is taken.
fn insert(
    conn: &mut AnyConnection,
    person_id: i64,
    new: &NewRequest,
    dates: &LegalDates,
    by: &By<'_>,
) -> AppResult<Request> {
    for _ in 0..5 {
        let reference = reference::random();
        let inserted =
            conn.transaction(|conn| insert_as(conn, &reference, person_id, new, dates, by));
        match inserted {
            Err(AppError::Database(Error::DatabaseError(
                DatabaseErrorKind::UniqueViolation,
                _,
            ))) => {}
            other => return other,
        }
    }
    Err(AppError::Unavailable(
        "five references in a row were taken".to_owned(),
    ))
}

fn insert_as(
    conn: &mut AnyConnection,
    reference: &str,
    person_id: i64,
    new: &NewRequest,
    dates: &LegalDates,
    by: &By<'_>,
) -> AppResult<Request> {
    let seal = |what, text: &str| sealed::seal(&by.app.keys, reference, what, text);
    let plan = new.plan.as_ref().map(serde_json::to_string).transpose()?;
    let scope = new.scope().map(serde_json::to_string);
    let request = diesel::insert_into(requests::table)
        .values((
            requests::reference.eq(reference),
            requests::person_id.eq(person_id),
            requests::kind.eq(new.kind.as_str()),
            requests::state.eq(State::Received.as_str()),
            requests::law.eq(&dates.law),
            requests::received_on.eq(dates.received_on),
            requests::acknowledge_by.eq(dates.acknowledge_by),
            requests::due_on.eq(dates.due_on),
            requests::scope.eq(scope.transpose()?),
            requests::note.eq(seal_some(&new.note, |note| seal(What::Note, note))),
            requests::news.eq(seal_some(&new.news, |news| seal(What::News, news))),
            requests::plan.eq(plan.map(|plan| seal(What::Plan, &plan))),
            requests::plan_hash.eq(new.plan.as_ref().map(|plan| &plan.hash)),
            requests::appeal_of.eq(new.appeal_of),
            requests::version.eq(1),
            requests::created_at.eq(by.now),
            requests::next_notice_on.eq(reminders::next(
                &by.app.laws,
                (dates.received_on, dates.due_on),
                dates.received_on,
            )),
            requests::channel.eq(new.channel.as_str()),
            requests::residence.eq(&dates.residence),
            requests::late_at.eq(by.app.laws.end_of_day(&dates.residence, dates.due_on)),
        ))
        .returning(requests::all_columns)
        .get_result(conn)?;
    Ok(request)
}

/// Puts the items of another plan in the place of a request's own.
pub(super) fn replace_items(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<()> {
    let old = request_items::table.filter(request_items::request_id.eq(request.id));
    diesel::delete(old).execute(conn)?;
    for planned in &plan.items {
        insert_item(conn, request, &NewItem::planned(planned), by)?;
    }
    Ok(())
}

pub(super) fn insert_item(
    conn: &mut AnyConnection,
    request: &Request,
    item: &NewItem,
    by: &By<'_>,
) -> AppResult<()> {
    let seal = |what, text: &str| sealed::seal(&by.app.keys, &request.reference, what, text);
    let value = item.correction.as_ref();
    let change = value
        .map(|it| serde_json::to_string(&it.change))
        .transpose()?;
    diesel::insert_into(request_items::table)
        .values((
            request_items::request_id.eq(request.id),
            request_items::action.eq(item.action.as_str()),
            request_items::dataset.eq(&item.dataset),
            request_items::collection.eq(&item.collection),
            request_items::record.eq(value.map(|it| &it.record)),
            request_items::field.eq(value.map(|it| &it.field)),
            request_items::old_value.eq(value.map(|it| seal(What::OldValue, &it.old_value))),
            request_items::new_value.eq(value.map(|it| seal(What::NewValue, &it.new_value))),
            request_items::change.eq(change.map(|change| seal(What::Change, &change))),
            request_items::reason
                .eq(value.and_then(|it| seal_some(&it.reason, |why| seal(What::Reason, why)))),
            request_items::source_name.eq(value
                .and_then(|it| it.source_name.as_ref())
                .map(|name| seal(What::SourceName, name))),
            request_items::count.eq(item.count),
            request_items::why.eq(&item.why),
            request_items::basis.eq(&item.basis),
            request_items::keep_until.eq(item.keep_until),
            request_items::ground.eq(item.cause.and_then(|cause| {
                let why = (cause, item.basis.as_deref());
                let ground = denial::ground_by(&by.app.laws, request, why)?;
                Some(ground.code)
            })),
        ))
        .execute(conn)?;
    Ok(())
}

/// An absent text rather than a sealed nothing.
fn seal_some(text: &str, seal: impl FnOnce(&str) -> Vec<u8>) -> Option<Vec<u8>> {
    let text = text.trim();
    (!text.is_empty()).then(|| seal(text))
}
