//! Work that outlives a request: written in the transaction of its cause, carried out by a worker, safe to repeat.
//!
//! To add a kind of job: an arm in [`Job`], [`Job::name`] and [`Job::run`]. Work that comes back by itself is
//! a line in [`periodic::ALL`]. An error that can pass (a database or source that is down) has the job tried
//! again later; `NotFound`, `Conflict` and `BadRequest` end it for good, and staff see it at `/staff/jobs`.

pub mod backoff;
mod carry_out;
pub mod model;
pub mod periodic;
mod purge;
pub mod queries;
pub mod staff_pages;
pub mod worker;

pub use model::{JobRow, Lease};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts;
use crate::app::App;
use crate::audit;
use crate::db::schema::jobs;
use crate::db::{AnyConnection, both};
use crate::disclosures;
use crate::drp;
use crate::error::{AppError, AppResult};
use crate::insights;
use crate::manual;
use crate::monitors;
use crate::my_data::export;
use crate::policy;
use crate::register;
use crate::reports;
use crate::requests;
use crate::retention::{periods, remainders, returned};
use crate::staff;

/// Why a job cannot be tried again now.
const AT_IT: &str = "This job is done, or is just being tried. Look at it again in a minute.";

/// Every kind of job. Each is carried out by a function of its slice.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Removes what has passed its end: codes, sessions, rate limits.
    PurgeExpired,
    /// Reads the whole audit log again and records whether it is whole.
    VerifyAudit,
    /// Counts the requests of this year and the one before.
    CountRequests,
    /// Removes requests that were closed long ago.
    PurgeRequests,
    /// Reminds admins of the yearly review of the policy.
    RemindPolicyReview,
    /// Counts everybody, and makes a release of the figures if there is something new to show.
    CountInsights,
    /// Tells the next people, after that one, of a new version of the policy.
    NotifyPolicyChange {
        /// Of what.
        version_id: i64,
        /// People up to this id have been told.
        after_person_id: i64,
    },
    /// Carries out in the sources what was decided on a request.
    CarryOut {
        /// Of the request.
        request_id: i64,
    },
    /// Plans a deletion that could not be planned when it was asked for, or of which the manual desk has answered since.
    PlanDeletion {
        /// Of the request.
        request_id: i64,
    },
    /// Ends a restriction on the day that the person was told.
    EndRestriction {
        /// Of the request.
        request_id: i64,
        /// That day.
        ends_on: NaiveDate,
    },
    /// Erases what was collected to recognise the sender of a request that is closed.
    ForgetSender {
        /// Of the request.
        request_id: i64,
    },
    /// Tells a person by mail that somebody asks for them, which had to wait.
    AskForAgent {
        /// Of the request.
        request_id: i64,
    },
    /// Reminds staff of the dates of requests, and tells people whose answer is late.
    WatchDates,
    /// Looks at the portal's own public pages.
    WatchPages,
    /// Compares every corrected value with its source.
    WatchCorrections,
    /// Writes a corrected value again.
    RepairCorrection {
        /// Of the corrected value.
        id: i64,
    },
    /// Looks in the sources for people who were erased, a batch at a time.
    LookForErased {
        /// Tombstones up to this id have been looked for.
        after_id: i64,
        /// When the search began; none for its first job.
        began: Option<NaiveDateTime>,
        /// A source was not read to its end.
        missed: bool,
    },
    /// Looks whether what deletions had to leave has to stay still.
    LookAtRemainders,
    /// Erases again what came back.
    EraseAgain {
        /// Of what came back.
        id: i64,
    },
    /// Counts what has been kept long enough.
    PlanRetention,
    /// Erases what has been kept long enough.
    CarryOutRetention {
        /// Of the approved plan.
        run_id: i64,
    },
    /// Tells supervisors what waits beside requests.
    RemindOfWaiting,
    /// Compares the manifests with the sources.
    CheckDrift,
    /// Spreads what recipients are told of over the recipients whom it concerns.
    TellRecipients {
        /// Of what they are told of.
        cause_id: i64,
    },
    /// Tries to call a recipient.
    CallRecipient {
        /// Of the notice.
        notice_id: i64,
    },
    /// Tells an authorised agent how something stands that it asked for.
    TellAgent {
        /// Of what it asked for.
        id: String,
    },
    /// Builds an export package.
    BuildPackage {
        /// Of the package.
        id: i64,
    },
    /// Closes an address that a person has taken away, once its time to be kept is over.
    CloseAddress {
        /// Of the identity.
        id: i64,
    },
}

impl Job {
    /// Its name in the database and in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Job::PurgeExpired => "purge_expired",
            Job::VerifyAudit => "verify_audit",
            Job::CountRequests => "count_requests",
            Job::PurgeRequests => "purge_requests",
            Job::CountInsights => "count_insights",
            Job::RemindPolicyReview => "remind_policy_review",
            Job::NotifyPolicyChange { .. } => "notify_policy_change",
            Job::CarryOut { .. } => "carry_out",
            Job::PlanDeletion { .. } => "plan_deletion",
            Job::EndRestriction { .. } => "end_restriction",
            Job::ForgetSender { .. } => "forget_sender",
            Job::AskForAgent { .. } => "ask_for_agent",
            Job::WatchDates => "watch_dates",
            Job::WatchPages => "watch_pages",
            Job::WatchCorrections => "watch_corrections",
            Job::RepairCorrection { .. } => "repair_correction",
            Job::LookForErased { .. } => "look_for_erased",
            Job::LookAtRemainders => "look_at_remainders",
            Job::EraseAgain { .. } => "erase_again",
            Job::PlanRetention => "plan_retention",
            Job::CarryOutRetention { .. } => "carry_out_retention",
            Job::RemindOfWaiting => "remind_of_waiting",
            Job::CheckDrift => "check_drift",
            Job::TellRecipients { .. } => "tell_recipients",
            Job::CallRecipient { .. } => "call_recipient",
            Job::TellAgent { .. } => "tell_agent",
            Job::BuildPackage { .. } => "build_package",
            Job::CloseAddress { .. } => "close_address",
        }
    }

    /// Carries it out, on a blocking thread. It may run twice, and must then come to the same end.
    pub fn run(&self, app: &App, lease: &Lease) -> AppResult<()> {
        match self {
            Job::PurgeExpired => purge::run(app),
            Job::VerifyAudit => audit::nightly::verify(app),
            Job::CountRequests => reports::figures::count(app),
            Job::PurgeRequests => reports::purge::run(app),
            Job::CountInsights => insights::count::run(app),
            Job::RemindPolicyReview => policy::reviews::remind(app),
            Job::NotifyPolicyChange {
                version_id,
                after_person_id,
            } => policy::announce::go_on(app, *version_id, *after_person_id),
            Job::CarryOut { request_id } => requests::carry_out::carry_out(app, *request_id, lease),
            Job::PlanDeletion { request_id } => requests::planning::plan(app, *request_id),
            Job::EndRestriction {
                request_id,
                ends_on,
            } => requests::restrictions::end(app, *request_id, *ends_on),
            Job::ForgetSender { request_id } => requests::senders::forget(app, *request_id),
            Job::AskForAgent { request_id } => requests::agents::ask_now(app, *request_id),
            Job::WatchDates => {
                requests::reminders::watch(app)?;
                manual::reminders::watch(app)?;
                disclosures::escalation::watch(app)
            }
            Job::WatchPages => monitors::watch::watch(app),
            Job::WatchCorrections => requests::corrected::sweep::sweep(app, lease),
            Job::RepairCorrection { id } => requests::corrected::repair::repair(app, *id, lease),
            Job::LookForErased {
                after_id,
                began,
                missed,
            } => {
                let progress = returned::sweep::Progress {
                    after_id: *after_id,
                    began: *began,
                    missed: *missed,
                };
                returned::sweep::look(app, progress, lease)
            }
            Job::LookAtRemainders => remainders::look::look(app, lease),
            Job::EraseAgain { id } => returned::erase_again::erase(app, *id, lease),
            Job::PlanRetention => periods::plan::plan(app, lease),
            Job::CarryOutRetention { run_id } => periods::carry_out::carry_out(app, *run_id, lease),
            Job::RemindOfWaiting => staff::waiting::remind(app),
            Job::CheckDrift => register::drift::check(app),
            Job::TellRecipients { cause_id } => disclosures::spread::spread(app, *cause_id),
            Job::CallRecipient { notice_id } => disclosures::webhook::call(app, *notice_id),
            Job::TellAgent { id } => drp::callback::tell(app, id),
            Job::BuildPackage { id } => export::build::build(app, *id, lease),
            Job::CloseAddress { id } => accounts::close_due(app, *id),
        }
    }
}

impl Job {
    /// What it was for waits for staff from now on; call it in the transaction that settles it as failed.
    fn give_up(&self, conn: &mut AnyConnection, app: &App, why: &str) -> AppResult<()> {
        match self {
            Job::CarryOut { request_id } => {
                requests::execution::give_up(conn, app, *request_id, why)
            }
            Job::PlanDeletion { request_id } => requests::planning::put_off(conn, app, *request_id),
            _ => Ok(()),
        }
    }

    /// Staff have it tried again after it was given up; call it in the transaction that does so.
    fn take_up(&self, conn: &mut AnyConnection, app: &App) -> AppResult<()> {
        match self {
            Job::CarryOut { request_id } => requests::execution::take_up(conn, app, *request_id),
            _ => Ok(()),
        }
    }
}

/// Writes a job; call it in the transaction of its cause.
pub fn enqueue(conn: &mut AnyConnection, job: &Job, now: NaiveDateTime) -> AppResult<()> {
    enqueue_at(conn, job, now, now)
}

/// Whether such a job waits or runs.
pub fn is_open(conn: &mut AnyConnection, job: &Job) -> AppResult<bool> {
    let open = jobs::table
        .filter(jobs::kind.eq(job.name()))
        .filter(jobs::payload.eq(serde_json::to_string(job)?))
        .filter(jobs::done_at.is_null())
        .filter(jobs::failed_at.is_null());
    Ok(diesel::select(diesel::dsl::exists(open)).get_result(conn)?)
}

/// Such a job, if it waits for another try or is at one after the first.
pub fn find_put_off(conn: &mut AnyConnection, job: &Job) -> AppResult<Option<JobRow>> {
    let payload = serde_json::to_string(job)?;
    Ok(queries::find_put_off(conn, job.name(), &payload)?)
}

/// Has such a job tried at once that waits for another try.
///
/// # Errors
/// [`AppError::Conflict`] when it does not wait.
pub fn hurry(conn: &mut AnyConnection, job: &Job, now: NaiveDateTime) -> AppResult<()> {
    let waiting = find_put_off(conn, job)?;
    let hurried = waiting.map(|it| queries::try_again(conn, it.id, now));
    match hurried.transpose()?.flatten() {
        Some(_) => Ok(()),
        None => Err(AppError::conflict(AT_IT)),
    }
}

/// Writes a job that runs at a later time.
pub fn enqueue_at(
    conn: &mut AnyConnection,
    job: &Job,
    run_at: NaiveDateTime,
    now: NaiveDateTime,
) -> AppResult<()> {
    let row = (
        jobs::kind.eq(job.name()),
        jobs::payload.eq(serde_json::to_string(job)?),
        jobs::created_at.eq(now),
        jobs::attempts.eq(0),
        jobs::run_at.eq(run_at),
    );
    both!(conn, |conn| diesel::insert_into(jobs::table)
        .values(row)
        .execute(conn))?;
    Ok(())
}
