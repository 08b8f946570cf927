//! Writing tasks, and ending those that are needed no more; each in the transaction of its cause.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use serde_json::json;

use super::KEPT_FOR;
use super::messages::ManualTaskOpened;
use super::model::{Purpose, State, Subject, Task, subject_context, system_name};
use super::queries;
use super::reminders::notice_on;
use crate::accounts::queries::list_identities;
use crate::db::AnyConnection;
use crate::db::schema::manual_tasks as tasks;
use crate::error::AppResult;
use crate::law::Laws;
use crate::requests::life::{By, add_step, record};
use crate::requests::model::{Kind, Request, StepKind};
use crate::requests::reminders;

/// When a task of a request should be done: after half of the time that is left for the answer, and never later than one
/// business day before its date.
pub fn due_on(laws: &Laws, answer_due: NaiveDate, today: NaiveDate) -> NaiveDate {
    let left = u64::try_from((answer_due - today).num_days()).unwrap_or_default();
    let half = today + Days::new(left / 2);
    half.min(reminders::business_day_before(laws, answer_due))
        .max(today)
}

/// Has people look up what is held about who asks to know it, or to erase it. Whoever is known by no identity could not
/// be found.
pub fn look_up(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    for source in to_look_up(conn, request, by)? {
        open(conn, request, (source, None), by)?;
    }
    Ok(())
}

/// The same for a request that is opened again, where what was found before is not kept until its answer is due.
pub fn look_up_again(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    for source in to_look_up(conn, request, by)? {
        let last = queries::find_last_lookup(conn, request.person_id, source)?;
        let answered = last.and_then(|(task, _)| task.closed_at);
        if answered.is_none_or(|at| (at + KEPT_FOR).date() <= request.due_on) {
            open(conn, request, (source, None), by)?;
        }
    }
    Ok(())
}

/// The systems in which somebody must look for a request.
fn to_look_up<'a>(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'a>,
) -> QueryResult<Vec<&'a str>> {
    let systems = by.app.sources.by_hand();
    let asks_for_all = matches!(request.kind, Kind::Access | Kind::Deletion);
    // One record is where it was seen; nobody needs to look for it.
    let asks_for_all = asks_for_all && request.erases_one().is_none();
    if systems.is_empty() || !asks_for_all || list_identities(conn, request.person_id)?.is_empty() {
        return Ok(Vec::new());
    }
    Ok(systems)
}

/// Opens a task of a request, unless the same one is open already. Another one for the same purpose is needed no more.
pub(super) fn open(
    conn: &mut AnyConnection,
    request: &Request,
    (source, subject): (&str, Option<&Subject>),
    by: &By<'_>,
) -> AppResult<()> {
    let keys = &by.app.keys;
    let purpose = subject.map_or(Purpose::Find, Subject::purpose);
    let json = subject.map(serde_json::to_vec).transpose()?;
    let hash = hash_of(by, json.as_deref());
    let known: Option<Task> = Task::query()
        .filter(tasks::request_id.eq(request.id))
        .filter(tasks::source.eq(source))
        .filter(tasks::purpose.eq(purpose.as_str()))
        .filter(tasks::closed_at.is_null())
        .first(conn)
        .optional()?;
    match known {
        Some(known) if known.subject_hash == hash => return Ok(()),
        Some(known) => cancel(conn, request, &known, by)?,
        None => {}
    }
    let sealed = json.map(|json| keys.seal(&subject_context(request.id), &json));
    let due_on = due_on(&by.app.laws, request.due_on, by.now.date());
    let id: i64 = diesel::insert_into(tasks::table)
        .values((
            (
                tasks::request_id.eq(request.id),
                tasks::person_id.eq(request.person_id),
                tasks::source.eq(source),
                tasks::purpose.eq(purpose.as_str()),
                tasks::state.eq(State::Open.as_str()),
                tasks::due_on.eq(due_on),
                tasks::next_notice_on.eq(notice_on(due_on)),
                tasks::assignee_id.eq(request.assignee_id),
            ),
            tasks::subject.eq(sealed),
            tasks::subject_hash.eq(hash),
            tasks::records.eq(subject.map_or(0, Subject::records)),
            tasks::version.eq(1),
            tasks::created_at.eq(by.now),
        ))
        .returning(tasks::id)
        .get_result(conn)?;
    let detail = json!({ "source": source, "purpose": purpose, "due_on": due_on });
    add_step(conn, request, StepKind::ByHand, &detail, &By::system_at(by))?;
    record(conn, request, "manual.opened", detail, by)?;
    let task = queries::find(conn, id)?;
    tell(conn, request, &task, by)
}

/// Tells whether two tasks ask for the same.
fn hash_of(by: &By<'_>, subject: Option<&[u8]>) -> String {
    by.app
        .keys
        .hash("manual subject", subject.unwrap_or(b"find"))
}

fn tell(conn: &mut AnyConnection, request: &Request, task: &Task, by: &By<'_>) -> AppResult<()> {
    let mail = ManualTaskOpened {
        id: task.id,
        reference: request.reference.clone(),
        system: system_name(&by.app.register, &task.source),
        purpose: task.purpose,
        due_on: task.due_on,
    };
    let working = reminders::list_working(conn)?;
    let assigned = [task.assignee_id, request.assignee_id];
    for address in reminders::addresses(&working, &assigned, false) {
        by.app.mailer.enqueue(conn, address, &mail, by.now)?;
    }
    Ok(())
}

/// A closed request needs nothing more: its open tasks end, and what was confirmed for it counts no longer.
pub fn end_of_request(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    cancel_open(conn, request, by, |_| true)?;
    let confirmed = tasks::table
        .filter(tasks::request_id.eq(request.id))
        .filter(tasks::applied_at.is_null());
    diesel::update(confirmed)
        .set(tasks::applied_at.eq(by.now))
        .execute(conn)?;
    Ok(())
}

/// What was agreed is to be decided again: nobody is asked to change anything by the old plan any more.
pub fn end_changes(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    cancel_open(conn, request, by, |task| task.purpose != Purpose::Find)
}

fn cancel_open(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
    is_meant: impl Fn(&Task) -> bool,
) -> AppResult<()> {
    let open = queries::list_open_of_request(conn, request.id)?;
    for task in open.iter().filter(|task| is_meant(task)) {
        cancel(conn, request, task, by)?;
    }
    Ok(())
}

fn cancel(conn: &mut AnyConnection, request: &Request, task: &Task, by: &By<'_>) -> AppResult<()> {
    let row = tasks::table
        .filter(tasks::id.eq(task.id))
        .filter(tasks::closed_at.is_null());
    let cancelled = diesel::update(row)
        .set((
            tasks::state.eq(State::Cancelled.as_str()),
            tasks::closed_at.eq(by.now),
            tasks::version.eq(task.version + 1),
        ))
        .execute(conn)?;
    if cancelled != 1 {
        return Ok(());
    }
    let detail = json!({ "source": task.source, "purpose": task.purpose });
    Ok(record(conn, request, "manual.cancelled", detail, by)?)
}
