//! Answering a task: once, and by one. What follows from it is in the same transaction.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::kept;
use super::model::{Outcome, Purpose, State, Task, system_name, words_context};
use super::queries;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::manual_tasks as tasks;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::register::Register;
use crate::requests::life::{By, add_step, record};
use crate::requests::model::{Request, State as RequestState, StepKind};
use crate::requests::{execution, planning, queries as requests};
use crate::sources::Found;

/// What people say.
#[derive(Debug)]
pub enum Answer {
    /// These records were found.
    Found {
        /// All of them.
        records: Vec<Found>,
        /// Whether those that were somebody else's are known not to be theirs any more.
        is_checked: bool,
    },
    /// Nothing is held.
    Nothing,
    /// It was changed as asked.
    CarriedOut,
    /// It could not be done, and why.
    CouldNot(String),
}

impl Answer {
    fn outcome(&self) -> Outcome {
        match self {
            Answer::Found { .. } => Outcome::Found,
            Answer::Nothing => Outcome::Nothing,
            Answer::CarriedOut => Outcome::CarriedOut,
            Answer::CouldNot(_) => Outcome::CouldNot,
        }
    }

    fn fits(&self, purpose: Purpose) -> bool {
        match self {
            Answer::Found { .. } | Answer::Nothing => purpose == Purpose::Find,
            Answer::CarriedOut => purpose != Purpose::Find,
            Answer::CouldNot(_) => true,
        }
    }

    fn words(&self) -> Option<&str> {
        match self {
            Answer::CouldNot(why) => Some(why),
            _ => None,
        }
    }
}

/// Whether an answer is on record.
#[derive(Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is.
    OnRecord,
    /// It is not: these records, in words, would be taken from others, and nobody has said that this is right.
    Takes(Vec<String>),
}

/// Ends a task that is still as its page showed it.
///
/// # Errors
/// [`AppError::Conflict`] when somebody else was faster, or it is not needed any more.
pub fn answer(
    conn: &mut AnyConnection,
    (id, version): (i64, i64),
    answer: &Answer,
    by: &By<'_>,
) -> AppResult<Answered> {
    let task = queries::find(conn, id)?;
    if !answer.fits(task.purpose) {
        return Err(changed());
    }
    if let Answer::Found {
        records,
        is_checked: false,
    } = answer
    {
        let around = (&*by.app.keys, &*by.app.register);
        let taken = kept::taken_from_others(conn, around, &task, records)?;
        if !taken.is_empty() {
            let named = taken.into_iter().map(|it| in_words(&by.app.register, it));
            return Ok(Answered::Takes(named.collect()));
        }
    }
    let request = requests::find(conn, task.request_id)?;
    let records = match answer {
        Answer::Found { records, .. } => i64::try_from(records.len()).unwrap_or(i64::MAX),
        Answer::CarriedOut => task.records,
        Answer::Nothing | Answer::CouldNot(_) => 0,
    };
    let words = answer.words().map(|why| {
        let context = words_context(request.id);
        by.app.keys.seal(&context, why.as_bytes())
    });
    let unchanged = tasks::table
        .filter(tasks::id.eq(id))
        .filter(tasks::version.eq(version))
        .filter(tasks::closed_at.is_null());
    let answered = diesel::update(unchanged)
        .set((
            tasks::state.eq(State::Done.as_str()),
            tasks::outcome.eq(answer.outcome().as_str()),
            tasks::words.eq(words),
            tasks::records.eq(records),
            tasks::version.eq(version + 1),
            tasks::closed_at.eq(by.now),
            tasks::done_by.eq(by.who.staff_id()),
        ))
        .execute(conn)?;
    if answered != 1 {
        return Err(changed());
    }
    let detail = json!({
        "source": task.source, "purpose": task.purpose, "outcome": answer.outcome(), "records": records,
    });
    add_step(conn, &request, StepKind::ByHandDone, &detail, by)?;
    record(conn, &request, "manual.answered", detail, by)?;
    follow(conn, (&task, &request), answer, by)?;
    Ok(Answered::OnRecord)
}

/// The collection of a record and its key, as they were just written down.
fn in_words(register: &Register, found: &Found) -> String {
    let fields = register.collection(&found.key).map(|it| &it.fields);
    let keys = fields
        .into_iter()
        .flatten()
        .filter(|field| field.primary_key);
    let key = keys.filter_map(|field| found.cells.get(&field.name));
    let key: Vec<_> = key.map(ToString::to_string).collect();
    format!(
        "{}, {}",
        register.collection_title(&found.key),
        key.join(" ")
    )
}

fn follow(
    conn: &mut AnyConnection,
    (task, request): (&Task, &Request),
    answer: &Answer,
    by: &By<'_>,
) -> AppResult<()> {
    let around = (&*by.app.keys, &*by.app.register);
    match answer {
        Answer::Nothing => {
            kept::replace(conn, around, task, &[], by.now)?;
            planning::renew(conn, request, by)
        }
        Answer::Found { records, .. } => {
            kept::replace(conn, around, task, records, by.now)?;
            planning::renew(conn, request, by)
        }
        Answer::CarriedOut if request.state == RequestState::Executing => {
            let request_id = request.id;
            jobs::enqueue(conn, &Job::CarryOut { request_id }, by.now)
        }
        Answer::CouldNot(_) if request.state == RequestState::Executing => {
            let system = system_name(&by.app.register, &task.source);
            let failure = format!(
                "The manual desk could not change it in {system}. Task {} says why.",
                task.id
            );
            execution::fail(conn, request, &failure, &By::system_at(by)).map(drop)
        }
        Answer::CouldNot(_) if task.purpose == Purpose::Find => Ok(()),
        Answer::CarriedOut | Answer::CouldNot(_) => Err(AppError::conflict(
            "This request is not being carried out now. Tell whoever works on it what was done here.",
        )),
    }
}

/// Gives a task to whoever takes it, or to nobody.
pub fn assign(
    conn: &mut AnyConnection,
    (id, version): (i64, i64),
    assignee: Option<i64>,
    by: &By<'_>,
) -> AppResult<()> {
    let task = queries::find(conn, id)?;
    let unchanged = tasks::table
        .filter(tasks::id.eq(id))
        .filter(tasks::version.eq(version))
        .filter(tasks::closed_at.is_null());
    let assigned = diesel::update(unchanged)
        .set((
            tasks::assignee_id.eq(assignee),
            tasks::version.eq(version + 1),
        ))
        .execute(conn)?;
    if assigned != 1 {
        return Err(changed());
    }
    let request = requests::find(conn, task.request_id)?;
    let detail = json!({ "source": task.source, "from": task.assignee_id, "to": assignee });
    Ok(record(conn, &request, "manual.assigned", detail, by)?)
}

/// Takes the open tasks away from a staff member who can work on them no more.
pub fn unassign_all(
    conn: &mut AnyConnection,
    staff_id: i64,
    actor: Actor<'_>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let assigned: Vec<Task> = Task::query()
        .filter(tasks::assignee_id.eq(staff_id))
        .filter(tasks::closed_at.is_null())
        .load(conn)?;
    for task in assigned {
        let unchanged = tasks::table
            .filter(tasks::id.eq(task.id))
            .filter(tasks::version.eq(task.version));
        let given_back = diesel::update(unchanged)
            .set((
                tasks::assignee_id.eq(None::<i64>),
                tasks::version.eq(task.version + 1),
            ))
            .execute(conn)?;
        if given_back != 1 {
            return Err(changed());
        }
        let request = requests::find(conn, task.request_id)?;
        let event = Event {
            actor,
            action: "manual.assigned",
            person: Some(&requests::find_pseudonym(conn, request.person_id)?),
            object: &request.reference,
            detail: json!({ "source": task.source, "from": staff_id, "to": null }),
        };
        audit::record(conn, &event, now)?;
    }
    Ok(())
}

/// What a caller learns whose task is no longer as it was shown.
pub(super) fn changed() -> AppError {
    AppError::conflict(
        "Somebody else has answered or taken this task since the page was opened. See how it stands now before you answer.",
    )
}
