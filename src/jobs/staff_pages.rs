//! Jobs that failed, for staff: those that are tried again by themselves, and those that were given up.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::json;

use super::model::JobRow;
use super::{AT_IT, Job, queries};
use crate::accounts::guard::{Mender, StaffMember};
use crate::accounts::model::Role;
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::Count;
use crate::error::{AppError, AppResult};
use crate::web::paging::Before;
use crate::web::{Page, html, paging, see_other_saying, words};

const ON_A_PAGE: usize = 50;

/// So many of those that are tried again by themselves are shown: when a source is down, they are all alike.
const ON_FIRST_PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "staff/jobs.html")]
struct JobsPage {
    page: Page,
    can_retry: bool,
    failed: Count,
    waiting: Count,
    put_off: Vec<JobRow>,
    jobs: Vec<JobRow>,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl JobsPage {
    /// Each list with its caption and what the moment of a job is.
    fn lists(&self) -> [(&'static str, &'static str, &[JobRow]); 2] {
        [
            (
                "Waiting for another try, newest first",
                "Next try",
                &self.put_off,
            ),
            ("Given up, newest first", "Given up", &self.jobs),
        ]
    }
}

/// Jobs that failed for good, newest first; above the newest of them, those that are tried again by themselves.
pub async fn index(
    member: StaffMember,
    app: App,
    page: Page,
    wanted: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let before = wanted.before;
    let found = app.db.read(move |conn| {
        let at_most = paging::one_more(ON_A_PAGE);
        let jobs = queries::list_failed(conn, before.unwrap_or(i64::MAX), at_most)?;
        let put_off = match before {
            None => queries::list_put_off(conn, ON_FIRST_PAGE)?,
            Some(_) => Vec::new(),
        };
        Ok((
            jobs,
            put_off,
            queries::count_failed(conn)?,
            queries::count_waiting(conn)?,
        ))
    });
    let (mut jobs, put_off, failed, waiting) = found.await?;
    let last = paging::cut(&mut jobs, ON_A_PAGE);
    let older = last.map(|job| format!("/staff/jobs?before={}", job.id));
    let index = JobsPage {
        page,
        can_retry: member.role != Role::Auditor,
        failed,
        waiting,
        put_off,
        jobs,
        newer: before.map(|_| "/staff/jobs"),
        older,
    };
    html(StatusCode::OK, &index)
}

/// Lets one job run at once.
pub async fn retry(
    member: Mender,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let (id, now, own) = (id.into_inner(), app.clock.now(), app.clone());
    let retried = app.db.write(move |conn| {
        let (kind, payload) =
            queries::try_again(conn, id, now)?.ok_or_else(|| AppError::conflict(AT_IT))?;
        if let Ok(job) = serde_json::from_str::<Job>(&payload) {
            job.take_up(conn, &own)?;
        }
        let event = Event {
            actor: Actor::Staff(member.id),
            action: "job.retried",
            person: None,
            object: &format!("job {id}"),
            detail: json!({ "kind": kind }),
        };
        Ok(audit::record(conn, &event, now)?)
    });
    retried.await?;
    app.wake.notify_one();
    let text = "The job is being tried again. If it fails once more, it is back here in a minute.";
    see_other_saying(&session, text, "/staff/jobs")
}
