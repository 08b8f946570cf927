//! What waits for people: a decision that needs their answer, and changes that they make.

use diesel::prelude::*;

use super::model::{Outcome, Purpose, Subject, Task, system_name};
use super::opening::open;
use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::manual_tasks as tasks;
use crate::error::{AppError, AppResult};
use crate::requests::life::By;
use crate::requests::model::{Outcome as Decided, Request};
use crate::web::words::day;

/// Nothing is granted while people still look up what the request is about.
///
/// # Errors
/// [`AppError::Conflict`] then.
pub fn may_be_granted(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Decided,
) -> AppResult<()> {
    let open = tasks::table
        .filter(tasks::request_id.eq(request.id))
        .filter(tasks::purpose.eq(Purpose::Find.as_str()))
        .filter(tasks::closed_at.is_null());
    if outcome != Decided::Denied && open.count().get_result::<i64>(conn)? > 0 {
        return Err(AppError::conflict(
            "The manual desk still looks up what this is about. Answer its task first, so that nothing is left out.",
        ));
    }
    Ok(())
}

/// Which of the changes that a request makes in systems that nobody can connect to are not confirmed yet.
pub fn unconfirmed(
    app: &App,
    request: &Request,
    changes: Vec<(String, Subject)>,
) -> AppResult<Vec<(String, Subject)>> {
    if changes.is_empty() {
        return Ok(changes);
    }
    let confirmed: Vec<Task> = app.db.read_now(|conn| {
        let confirmed = Task::query()
            .filter(tasks::request_id.eq(request.id))
            .filter(tasks::outcome.eq(Outcome::CarriedOut.as_str()))
            .filter(tasks::applied_at.is_null());
        Ok(confirmed.load(conn)?)
    })?;
    let mut open = Vec::new();
    for (source, subject) in changes {
        let mut left = Some(subject);
        for task in confirmed.iter().filter(|task| task.source == source) {
            let done = task.subject(&app.keys)?;
            left = left.and_then(|left| left.without(done.as_ref()));
        }
        open.extend(left.map(|left| (source, left)));
    }
    Ok(open)
}

/// Asks people to make changes; the request waits until they have answered.
pub fn ask(
    conn: &mut AnyConnection,
    request: &Request,
    changes: &[(String, Subject)],
    by: &By<'_>,
) -> AppResult<()> {
    for (source, subject) in changes {
        open(conn, request, (source, Some(subject)), by)?;
    }
    Ok(())
}

/// What a person reads while people change something for a request of theirs; none when nobody does.
pub fn in_words(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> QueryResult<Option<String>> {
    let open = queries::list_open_of_request(conn, request.id)?;
    let changed = open.iter().filter(|task| task.purpose != Purpose::Find);
    let systems: Vec<_> = changed
        .clone()
        .map(|task| system_name(&app.register, &task.source))
        .collect();
    let last = changed.map(|task| task.due_on).max();
    Ok(last.map(|last| {
        format!(
            "It is decided. People change it by hand in: {}. This should be done by {}. The rest follows at once, and we mail you when all of it is done.",
            systems.join("; "),
            day(last)
        )
    }))
}
