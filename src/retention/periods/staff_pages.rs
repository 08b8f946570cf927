//! What is due, for the supervisor who has it erased, and what was erased before.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::model::{Line, Run, RunState};
use super::{changes, queries};
use crate::accounts::guard::{Admin, Overseer, Supervisor};
use crate::accounts::model::Role;
use crate::app::App;
use crate::error::AppResult;
use crate::register::{Register, Retention};
use crate::web::paging::Before;
use crate::web::{Page, html, paging, see_other_saying, words};

const INDEX: &str = "/staff/periods";
const ON_A_PAGE: usize = 20;

/// A collection of a run, with what people call it.
struct Shown {
    line: Line,
    title: String,
    /// `cached` or `archived`, for copies.
    copy: Option<String>,
    /// Completes "Kept …".
    kept: String,
}

impl Shown {
    fn of(register: &Register, line: Line) -> Self {
        let key = line.key();
        let known = register.collection(&key);
        let own = known.and_then(|it| it.retention.as_ref());
        let category = known.and_then(|it| register.category_of_collection(it));
        let retention = own.or(category.map(|it| &it.retention));
        Shown {
            title: register.collection_title(&key),
            copy: known.and_then(|it| it.copy.clone()),
            kept: retention.map(Retention::in_words).unwrap_or_default(),
            line,
        }
    }

    /// How many are due and stay.
    fn stays(&self) -> i64 {
        self.line.shielded + self.line.kept
    }

    /// How far it is, in percent.
    fn percent(&self) -> i64 {
        if self.line.finished_at.is_some() {
            return 100;
        }
        let done = self.line.done() + self.line.skipped;
        (done * 100 / self.line.due().max(1)).min(99)
    }
}

/// A run with its collections.
struct Whole {
    run: Run,
    lines: Vec<Shown>,
}

impl Whole {
    fn due(&self) -> i64 {
        self.lines.iter().map(|it| it.line.due()).sum()
    }

    fn done(&self) -> i64 {
        self.lines.iter().map(|it| it.line.done()).sum()
    }
}

#[derive(Template)]
#[template(path = "retention/periods.html")]
struct PeriodsPage {
    page: Page,
    role: Role,
    current: Option<Whole>,
    is_unattended: bool,
    ended: Vec<Run>,
    newer: Option<&'static str>,
    older: Option<String>,
}

impl PeriodsPage {
    fn may_approve(&self, whole: &Whole) -> bool {
        self.role == Role::Supervisor && whole.run.state == RunState::Planned
    }

    fn may_switch(&self) -> bool {
        self.role == Role::Admin
    }
}

/// What is due now or being erased, and the runs before.
pub async fn index(
    overseer: Overseer,
    app: App,
    page: Page,
    from: web::Query<Before>,
) -> AppResult<HttpResponse> {
    let (before, own) = (from.before, app.clone());
    let found = app.db.read(move |conn| {
        let under_way = queries::find_in(conn, RunState::Approved)?;
        let current = match under_way {
            Some(run) => Some(run),
            None => queries::find_in(conn, RunState::Planned)?,
        };
        let current = current
            .map(|run| -> AppResult<_> {
                let lines = queries::list_lines(conn, run.id)?;
                Ok(whole(&own.register, run, lines))
            })
            .transpose()?;
        let ended = queries::list_done(conn, before, paging::one_more(ON_A_PAGE))?;
        Ok((current, ended, queries::is_unattended(conn)?))
    });
    let (current, mut ended, is_unattended) = found.await?;
    let last = paging::cut(&mut ended, ON_A_PAGE);
    let older = last.map(|run| format!("{INDEX}?before={}", run.id));
    let shown = PeriodsPage {
        page,
        role: overseer.role,
        current,
        is_unattended,
        ended,
        older,
        newer: before.map(|_| INDEX),
    };
    html(StatusCode::OK, &shown)
}

fn whole(register: &Register, run: Run, lines: Vec<Line>) -> Whole {
    let lines = lines.into_iter();
    Whole {
        run,
        lines: lines.map(|line| Shown::of(register, line)).collect(),
    }
}

#[derive(Template)]
#[template(path = "retention/run.html")]
struct RunPage {
    page: Page,
    whole: Whole,
}

/// One run.
pub async fn show(
    _: Overseer,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let found = app.db.read(move |conn| {
        let run = queries::find(conn, *id)?;
        let lines = queries::list_lines(conn, run.id)?;
        Ok((run, lines))
    });
    let (run, lines) = found.await?;
    let shown = RunPage {
        page,
        whole: whole(&app.register, run, lines),
    };
    html(StatusCode::OK, &shown)
}

/// Has what is due erased.
pub async fn approve(
    supervisor: Supervisor,
    app: App,
    session: Session,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    app.db
        .write(move |conn| changes::approve(conn, *id, supervisor.id, now))
        .await?;
    app.wake.notify_one();
    let text = "Approved. What is due is being erased. This page shows how far it is.";
    see_other_saying(&session, text, INDEX)
}

/// Whether approval is needed.
#[derive(Debug, Deserialize)]
pub struct Switch {
    without: bool,
}

/// Lets what is due be erased without approval, or no longer.
pub async fn switch(
    admin: Admin,
    app: App,
    session: Session,
    form: web::Form<Switch>,
) -> AppResult<HttpResponse> {
    let (is_on, now) = (form.without, app.clock.now());
    app.db
        .write(move |conn| changes::set_unattended(conn, is_on, admin.id, now))
        .await?;
    let text = if is_on {
        "From the next plan on, what is due is erased without approval."
    } else {
        "From now on, a supervisor has to approve each plan."
    };
    see_other_saying(&session, text, INDEX)
}
