//! Telling whom a task that is late concerns, once.

use chrono::Days;
use diesel::prelude::*;
use serde_json::json;

use super::messages::{ManualTaskLate, ManualTaskOpened};
use super::model::{Task, system_name};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::manual_tasks as tasks;
use crate::error::AppResult;
use crate::requests::life::{By, record};
use crate::requests::queries as requests;
use crate::requests::reminders::{self, Working};

/// So many are told of in one transaction.
const BATCH: i64 = 100;

/// Tells of every task whose day has passed. A part of the job that watches the dates of requests.
pub fn watch(app: &App) -> AppResult<()> {
    loop {
        let own = app.clone();
        let told = app
            .db
            .write_now(move |conn| batch(conn, &By::system(&own)))?;
        app.wake.notify_one();
        if told < BATCH {
            return Ok(());
        }
    }
}

fn batch(conn: &mut AnyConnection, by: &By<'_>) -> AppResult<i64> {
    let late: Vec<Task> = Task::query()
        .filter(tasks::closed_at.is_null())
        .filter(tasks::next_notice_on.le(by.now.date()))
        .order((tasks::next_notice_on, tasks::id))
        .limit(BATCH)
        .load(conn)?;
    if late.is_empty() {
        return Ok(0);
    }
    let working = reminders::list_working(conn)?;
    for task in &late {
        tell(conn, task, &working, by)?;
    }
    Ok(i64::try_from(late.len()).unwrap_or(BATCH))
}

fn tell(conn: &mut AnyConnection, task: &Task, working: &[Working], by: &By<'_>) -> AppResult<()> {
    let untold = tasks::table
        .filter(tasks::id.eq(task.id))
        .filter(tasks::next_notice_on.is_not_null())
        .filter(tasks::closed_at.is_null());
    let is_first = diesel::update(untold)
        .set(tasks::next_notice_on.eq(None::<chrono::NaiveDate>))
        .execute(conn)?
        == 1;
    if !is_first {
        return Ok(());
    }
    let request = requests::find(conn, task.request_id)?;
    let detail = json!({ "source": task.source, "purpose": task.purpose, "due_on": task.due_on });
    record(conn, &request, "manual.late", detail, by)?;
    let mail = ManualTaskLate {
        task: ManualTaskOpened {
            id: task.id,
            reference: request.reference.clone(),
            system: system_name(&by.app.register, &task.source),
            purpose: task.purpose,
            due_on: task.due_on,
        },
        answer_due_on: request.due_on,
    };
    let assigned = [task.assignee_id, request.assignee_id];
    for address in reminders::addresses(working, &assigned, true) {
        by.app.mailer.enqueue(conn, address, &mail, by.now)?;
    }
    Ok(())
}

/// The day after which a task is late.
pub(super) fn notice_on(due_on: chrono::NaiveDate) -> chrono::NaiveDate {
    due_on + Days::new(1)
}
