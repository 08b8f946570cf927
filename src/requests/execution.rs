//! What carrying a request out reports. Each function works in its caller's transaction.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::collected;
use super::life::{By, advance, advance_because, record};
use super::model::Decision::Accepted;
use super::model::{Action, Item, Kind, Request, State};
use super::notices::{self, RequestCompleted};
use super::queries;
use super::review::plan_of;
use super::statements::cell_of;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt, Receipt};
use crate::db::AnyConnection;
use crate::db::schema::{request_items, requests};
use crate::disclosures::untold;
use crate::error::AppResult;
use crate::jobs::{self, Job, JobRow};
use crate::manual::unsearched;
use crate::my_data::export::queries::end_all;
use crate::my_data::statements;
use crate::register::CollectionKey;

/// Starts it; the caller enqueues the job in the same transaction.
pub fn start(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<Request> {
    let started = advance(conn, request, State::Executing, by)?;
    forget_failure(conn, request)?;
    Ok(Request {
        failure: None,
        ..started
    })
}

/// The job that carries it out.
pub fn job(request: &Request) -> Job {
    let request_id = request.id;
    Job::CarryOut { request_id }
}

/// That job, where a try of it has failed.
pub fn put_off(conn: &mut AnyConnection, request: &Request) -> AppResult<Option<JobRow>> {
    match request.state {
        State::Executing => jobs::find_put_off(conn, &job(request)),
        _ => Ok(None),
    }
}

/// Has it tried at once, where a try has failed.
///
/// # Errors
/// [`AppError::Conflict`](crate::error::AppError::Conflict) when it is just being tried.
pub fn hurry(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    jobs::hurry(conn, &job(request), by.now)?;
    let detail = json!({ "kind": request.kind });
    Ok(record(conn, request, "request.hurried", detail, by)?)
}

/// What stood in its way no longer does.
pub(super) fn forget_failure(conn: &mut AnyConnection, request: &Request) -> QueryResult<()> {
    let row = requests::table.filter(requests::id.eq(request.id));
    diesel::update(row)
        .set(requests::failure.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Notes that an item's change was made in its source and read back.
pub fn mark_applied(
    conn: &mut AnyConnection,
    request: &Request,
    item_id: i64,
    by: &By<'_>,
) -> QueryResult<()> {
    let row = request_items::table
        .filter(request_items::request_id.eq(request.id))
        .filter(request_items::id.eq(item_id))
        .filter(request_items::applied_at.is_null());
    let applied: Option<Item> = diesel::update(row)
        .set(request_items::applied_at.eq(by.now))
        .returning(request_items::all_columns)
        .get_result(conn)
        .optional()?;
    // What was said of the value that was not right is said no more.
    match applied.as_ref().and_then(cell_of) {
        Some(cell) => statements::remove(conn, request.person_id, &cell),
        None => Ok(()),
    }
}

/// Closes a request that was carried out, or whose approval asked for nothing more; signs its receipt and mails it.
/// The facts are counts, keys and hashes, never personal data.
pub fn complete(
    conn: &mut AnyConnection,
    request: &Request,
    mut facts: Value,
    by: &By<'_>,
) -> AppResult<(Request, Receipt)> {
    let unsearched = unsearched::list(conn, &by.app.register, request)?;
    if !unsearched.is_empty() {
        facts["not_searched"] = json!(unsearched);
    }
    let found_nothing = facts.get("held").is_some();
    let (completed, receipt) = close(conn, request, facts, by)?;
    let mail = RequestCompleted {
        found_nothing,
        reference: request.reference.clone(),
        kind: request.kind,
        outcome: request.outcome,
        receipt: receipt.id.clone(),
        untold: untold::of_request(conn, by.app, request)?,
        unsearched,
    };
    notices::send(conn, by.app, request, &mail, by.now)?;
    Ok((completed, receipt))
}

/// The same without the mail, for who sends another one.
pub(super) fn close(
    conn: &mut AnyConnection,
    request: &Request,
    facts: Value,
    by: &By<'_>,
) -> AppResult<(Request, Receipt)> {
    let completed = advance(conn, request, State::Completed, by)?;
    if request.kind == Kind::Deletion {
        end_all(conn, request.person_id, by.now)?;
        forget_statements(conn, request, by)?;
        collected::forget(conn, request.person_id)?;
    }
    let new = NewReceipt {
        issuer: &by.app.site.organisation,
        person_id: Some(request.person_id),
        kind: request.kind.as_str(),
        object: &request.reference,
        facts,
    };
    let receipt = receipts::issue(conn, &by.app.keys, &new, by.now)?;
    Ok((completed, receipt))
}

/// What was said of data that are erased goes with them.
fn forget_statements(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if request.erases_one().is_some() {
        let plan = plan_of(by.app, request)?;
        for work in plan.work.iter().filter(|work| work.set.is_none()) {
            for target in &work.targets {
                statements::remove_of(conn, request.person_id, &work.key(), &target.id)?;
            }
        }
        return Ok(());
    }
    let items = queries::list_items(conn, request.id)?;
    let is_gone = |it: &&Item| it.action == Action::Delete && it.decision == Some(Accepted);
    for item in items.iter().filter(is_gone) {
        let is_same = |it: &&Item| it.dataset == item.dataset && it.collection == item.collection;
        if items.iter().filter(is_same).all(|it| is_gone(&it)) {
            let key = CollectionKey::new(&item.dataset, &item.collection);
            statements::remove_all(conn, request.person_id, &key)?;
        }
    }
    Ok(())
}

/// Notes why it could not be carried out: one sentence for staff, without personal data.
pub fn fail(
    conn: &mut AnyConnection,
    request: &Request,
    failure: &str,
    by: &By<'_>,
) -> AppResult<Request> {
    let why = json!({ "why": failure });
    let failed = advance_because(conn, request, (State::ExecutionFailed, &why), by)?;
    let row = requests::table.filter(requests::id.eq(request.id));
    diesel::update(row)
        .set(requests::failure.eq(failure))
        .execute(conn)?;
    Ok(Request {
        failure: Some(failure.to_owned()),
        ..failed
    })
}

/// Notes why a request cannot be carried out as it is: it waits for staff. Unless another worker has settled it.
pub fn give_up(
    conn: &mut AnyConnection,
    app: &App,
    request_id: i64,
    failure: &str,
) -> AppResult<()> {
    let request = queries::find(conn, request_id).optional()?;
    match request.filter(|it| it.state == State::Executing) {
        Some(request) => fail(conn, &request, failure, &By::system(app)).map(drop),
        None => Ok(()),
    }
}

/// The same request is tried again by itself.
pub fn take_up(conn: &mut AnyConnection, app: &App, request_id: i64) -> AppResult<()> {
    let request = queries::find(conn, request_id).optional()?;
    match request.filter(|it| it.state == State::ExecutionFailed) {
        Some(request) => start(conn, &request, &By::system(app)).map(drop),
        None => Ok(()),
    }
}
