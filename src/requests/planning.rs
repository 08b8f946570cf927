//! Deletions whose plan comes, or changes, after they were filed: a source did not answer when one was asked for, or the
//! manual desk has looked since. The day of receipt waits for no source.

use chrono::TimeDelta;
use diesel::OptionalExtension;
use serde_json::json;

use super::life::{By, add_step};
use super::model::{Kind, Outcome, Request, StepKind};
use super::{notices, queries, review};
use crate::app::App;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::mail::messages::message;
use crate::my_data::identities_of;
use crate::sources::Plan;

/// What a deletion would erase, which could not be looked up when it was asked for, stands on the portal now.
#[derive(Debug)]
pub struct DeletionPlanned {
    /// As people quote it.
    pub reference: String,
    /// Whether anything was found.
    pub finds_any: bool,
}
message!(
    DeletionPlanned,
    "deletion_planned",
    "mail/deletion_planned/subject.txt",
    "mail/deletion_planned/body.txt",
    "mail/deletion_planned/body.html"
);

impl DeletionPlanned {
    fn link(&self, site: &Site) -> String {
        notices::link(site, &self.reference)
    }
}

/// When a source has not answered for as long as a job is tried, it is begun anew after this time.
const PAUSE: TimeDelta = TimeDelta::hours(6);

/// What a source says that was asked for a plan; `None` where one does not answer now.
pub(super) fn unless_silent(planned: AppResult<Plan>) -> AppResult<Option<Plan>> {
    match planned {
        Err(AppError::Unavailable(cause)) => {
            tracing::warn!(%cause, "a deletion cannot be planned now");
            Ok(None)
        }
        other => other.map(Some),
    }
}

/// Has a deletion planned that has no plan yet.
pub fn begin(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if request.awaits_plan() {
        jobs::enqueue(conn, &job(request), by.now)?;
    }
    Ok(())
}

/// Has a deletion planned anew, since other records are known now.
pub fn renew(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if request.kind == Kind::Deletion {
        jobs::enqueue(conn, &job(request), by.now)?;
    }
    Ok(())
}

/// The job was tried for the last time. It begins anew while the request has no plan.
pub fn put_off(conn: &mut AnyConnection, app: &App, request_id: i64) -> AppResult<()> {
    let request = queries::find(conn, request_id).optional()?;
    let now = app.clock.now();
    match request.filter(Request::awaits_plan) {
        Some(request) => jobs::enqueue_at(conn, &job(&request), now + PAUSE, now),
        None => Ok(()),
    }
}

fn job(request: &Request) -> Job {
    let request_id = request.id;
    Job::PlanDeletion { request_id }
}

/// The job: safe to repeat. What is decided already stays as it is.
pub fn plan(app: &App, request_id: i64) -> AppResult<()> {
    let (request, person) = app.db.read_now(|conn| {
        let request = queries::find(conn, request_id)?;
        let person = identities_of(conn, request.person_id)?;
        Ok((request, person))
    })?;
    if !is_open(&request) {
        return Ok(());
    }
    let plan = review::plan_of_deletion(app, &request, &person)?;
    if request.plan_hash.as_ref() == Some(&plan.hash) {
        return Ok(());
    }
    let own = app.clone();
    let planned = app.db.write_now(move |conn| {
        let now = queries::find(conn, request_id)?;
        // Somebody may be deciding on it: then it is planned again in a moment.
        if now.version != request.version && is_open(&now) {
            return Err(AppError::Unavailable("the request has changed".to_owned()));
        }
        if is_open(&now) {
            let by = By::system(&own);
            review::replan_undecided(conn, &now, &plan, &by)?;
            tell_first(conn, (&now, &plan), &by)?;
        }
        Ok(())
    });
    app.wake.notify_one();
    planned
}

/// The person, who saw no plan when they asked, is told that there is one.
fn tell_first(
    conn: &mut AnyConnection,
    (unplanned, plan): (&Request, &Plan),
    by: &By<'_>,
) -> AppResult<()> {
    if !unplanned.awaits_plan() {
        return Ok(());
    }
    let detail = json!({ "records": plan.records() });
    add_step(conn, unplanned, StepKind::Planned, &detail, by)?;
    let mail = DeletionPlanned {
        reference: unplanned.reference.clone(),
        finds_any: !plan.items.is_empty(),
    };
    notices::send(conn, by.app, unplanned, &mail, by.now)
}

fn is_open(request: &Request) -> bool {
    request.kind == Kind::Deletion && request.state.is_undecided() && request.outcome.is_none()
}

/// Nothing is granted of which nobody knows what it is, or which is being looked up again.
///
/// # Errors
/// [`AppError::Conflict`] then.
pub(super) fn may_be_granted(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
) -> AppResult<()> {
    if outcome == Outcome::Denied || request.kind != Kind::Deletion {
        return Ok(());
    }
    if request.awaits_plan() {
        return Err(AppError::conflict(
            "A source has not answered yet, so nobody knows what would be erased. It is looked up as soon as all answer.",
        ));
    }
    if jobs::is_open(conn, &job(request))? {
        return Err(AppError::conflict(
            "Other records have become known, so that the plan is being made anew. Look at it again in a minute.",
        ));
    }
    Ok(())
}

/// Whether a deletion found nothing that could be erased.
pub(super) fn finds_nothing(app: &App, request: &Request) -> AppResult<bool> {
    if request.kind != Kind::Deletion || request.awaits_plan() {
        return Ok(false);
    }
    match request.plan {
        Some(_) => Ok(review::plan_of(app, request)?.is_empty()),
        None => Ok(true),
    }
}
