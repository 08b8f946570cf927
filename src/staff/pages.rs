//! The queue, and who has how much to do.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDateTime;

use super::queries::{self, ON_A_PAGE, Row, Work, case_workers};
use super::queue::Filters;
use super::saved_views::{self, BUILT_IN, SavedView};
use super::waiting::{self, Waiting};
use super::{reviews, training};
use crate::accounts::guard::{CaseReader, StaffMember};
use crate::accounts::model::{Role, StaffRow};
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::db::Count;
use crate::error::AppResult;
use crate::requests::dates::law_name;
use crate::requests::model::{Kind, State};
use crate::requests::pause;
use crate::requests::words::day;
use crate::web::{Form, Page, html, navigation, paging, see_other};

/// Where the work of each role begins.
pub async fn home(member: StaffMember) -> HttpResponse {
    see_other(match member.role {
        Role::Agent | Role::Supervisor => "/staff/requests",
        Role::Auditor => "/staff/audit",
        Role::Admin => "/staff/members",
    })
}

/// A line of the queue.
struct Line {
    request: Row,
    law: String,
    assignee: String,
    days_left: i64,
    /// Whether the clock stands still, so that the date moves by as many days.
    is_paused: bool,
}

impl Line {
    fn due_in_words(&self) -> String {
        match self.days_left {
            _ if self.request.state.is_closed() => day(self.request.due_on),
            _ if self.is_paused => "the clock stands still".to_owned(),
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            -1 => "1 day late".to_owned(),
            days if days < 0 => format!("{} days late", -days),
            days => format!("in {days} days"),
        }
    }

    fn due_tone(&self) -> &'static str {
        match self.days_left {
            _ if self.request.state.is_closed() || self.is_paused => "neutral",
            ..0 => "danger",
            0..=7 => "warning",
            _ => "neutral",
        }
    }
}

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct QueuePage {
    page: Page,
    filters: Filters,
    /// Says which filters have an unknown value; then nothing is listed.
    form: Form<()>,
    lines: Vec<Line>,
    counts: Vec<(State, Count)>,
    late: Count,
    proposed: Count,
    views: Vec<SavedView>,
    is_trained: bool,
    /// Whether a supervisor has to look how people show who they are.
    is_review_due: bool,
    waiting: Vec<Waiting>,
    states: Vec<(&'static str, &'static str)>,
    kinds: Vec<(&'static str, &'static str)>,
    laws: Vec<(String, String)>,
    assignees: Vec<(String, String)>,
    first: Option<String>,
    next: Option<String>,
    member: StaffMember,
}

impl QueuePage {
    fn can_work(&self) -> bool {
        matches!(self.member.role, Role::Agent | Role::Supervisor)
    }

    fn is_view(&self, filters: &str) -> bool {
        self.filters
            == Filters {
                after: self.filters.after.clone(),
                ..Filters::parse(filters)
            }
    }

    fn dues() -> [(&'static str, &'static str); 2] {
        [("week", "Within a week"), ("late", "Late")]
    }
}

/// Requests by due date, as the filters in the address say.
pub async fn queue(
    member: CaseReader,
    app: App,
    page: Page,
    filters: web::Query<Filters>,
) -> AppResult<HttpResponse> {
    let filters = filters.into_inner();
    record_look(&app, &member, &filters.person).await?;
    let (me, asked) = (member.id, filters.clone());
    let (is_supervisor, now) = (member.role == Role::Supervisor, app.clock.now());
    let found = app.db.read(move |conn| {
        Ok((
            queries::list(conn, &asked, (now, me))?,
            queries::count_states(conn)?,
            (
                queries::count_late(conn, now)?,
                queries::count_proposed(conn)?,
            ),
            queries::list_staff(conn)?,
            saved_views::list(conn, me)?,
            training::read_at(conn, me)?.is_some(),
            is_supervisor && reviews::is_due(conn, now)?,
            waiting::list(conn)?,
        ))
    });
    let (mut rows, counts, (late, proposed), staff, views, is_trained, is_review_due, mut waiting) =
        found.await?;
    waiting.retain(|it| navigation::of(member.role, true).any(|(path, _)| path == it.path()));
    let laws = app.laws.all().iter();
    let laws: Vec<_> = laws
        .map(|law| (law.key.clone(), law.name.clone()))
        .collect();
    let unknown = filters.unknown(&laws, &staff).into_iter();
    let form = unknown.fold(Form::new(()), |form, name| {
        form.refuse(
            name,
            "We do not know this choice. Choose one from the list.",
        )
    });
    let status = if form.has_errors() {
        rows.clear();
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let last = paging::cut(&mut rows, ON_A_PAGE);
    let next = last.map(|last| filters.url_after(&format!("{}_{}", last.due_on, last.id)));
    let queue = QueuePage {
        page,
        lines: rows
            .into_iter()
            .map(|row| line(&app, &staff, row, now))
            .collect(),
        counts,
        late,
        proposed,
        views,
        is_trained,
        is_review_due,
        waiting,
        states: states(),
        kinds: Kind::ALL
            .iter()
            .map(|it| (it.as_str(), it.staff_title()))
            .collect(),
        laws,
        form,
        assignees: assignees(&staff),
        first: (!filters.after.is_empty()).then(|| filters.url_after("")),
        next,
        member: (*member).clone(),
        filters,
    };
    html(status, &queue)
}

/// Whoever lists what one person asked for has looked at it, by whatever link they came.
async fn record_look(app: &App, member: &StaffMember, pseudonym: &str) -> AppResult<()> {
    if pseudonym.is_empty() {
        return Ok(());
    }
    let wanted = pseudonym.to_owned();
    let known = app
        .db
        .read(move |conn| Ok(queries::find_by_pseudonym(conn, &wanted)?));
    if known.await?.is_none() {
        return Ok(());
    }
    views::record(app, member, Seen::Requests, pseudonym.to_owned(), "").await
}

#[derive(Template)]
#[template(path = "staff/workload.html")]
struct WorkloadPage {
    page: Page,
    lines: Vec<WorkLine>,
}

/// What one staff member has to do, or what nobody does.
struct WorkLine {
    name: String,
    /// As the queue filters by it.
    assignee: String,
    work: Work,
}

/// How many open requests each staff member has.
pub async fn workload(_: CaseReader, app: App, page: Page) -> AppResult<HttpResponse> {
    let now = app.clock.now();
    let found = app.db.read(move |conn| {
        let staff = queries::list_staff(conn)?;
        let nobody = WorkLine {
            name: "Nobody".to_owned(),
            assignee: "nobody".to_owned(),
            work: queries::count_work(conn, None, now)?,
        };
        let mut lines = vec![nobody];
        for member in &staff {
            let work = queries::count_work(conn, Some(member.id), now)?;
            // Whoever has left may still have open requests.
            if work.open > Count(0) || case_workers(&staff).any(|it| it.id == member.id) {
                lines.push(WorkLine {
                    name: member.name.clone(),
                    assignee: member.id.to_string(),
                    work,
                });
            }
        }
        Ok(lines)
    });
    let lines = found.await?;
    html(StatusCode::OK, &WorkloadPage { page, lines })
}

fn line(app: &App, staff: &[StaffRow], request: Row, now: NaiveDateTime) -> Line {
    // A day ends where the person lives.
    let today = app.laws.day_in(&request.residence, now);
    Line {
        law: law_name(&app.laws, &request.law),
        assignee: queries::name_of(staff, request.assignee_id).to_owned(),
        days_left: (request.due_on - today).num_days(),
        is_paused: pause::stands_still(
            &app.laws,
            request.state,
            (request.kind, &request.law, request.received_on),
        ),
        request,
    }
}

fn states() -> Vec<(&'static str, &'static str)> {
    let fixed = [
        ("open", "All open"),
        ("closed", "All closed"),
        ("all", "All"),
        ("proposed", "Needs approval"),
    ];
    let each = State::ALL
        .iter()
        .map(|state| (state.as_str(), state.staff_title()));
    fixed.into_iter().chain(each).collect()
}

fn assignees(staff: &[StaffRow]) -> Vec<(String, String)> {
    let fixed =
        [("me", "Me"), ("nobody", "Nobody")].map(|(key, title)| (key.to_owned(), title.to_owned()));
    let each = case_workers(staff).map(|it| (it.id.to_string(), it.name.clone()));
    fixed.into_iter().chain(each).collect()
}
