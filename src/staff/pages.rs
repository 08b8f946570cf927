//! The queue.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::queries::{self, COUNTED, ON_A_PAGE};
use super::queue::Filters;
use crate::accounts::guard::StaffMember;
use crate::accounts::model::{Role, StaffRow};
use crate::app::App;
use crate::error::AppResult;
use crate::requests::dates::law_name;
use crate::requests::model::{Kind, Request, State};
use crate::requests::queries::find_by_reference;
use crate::requests::words::day;
use crate::web::{Page, html, see_other};

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
    request: Request,
    law: String,
    assignee: String,
    days_left: i64,
}

impl Line {
    fn due_in_words(&self) -> String {
        match self.days_left {
            _ if self.request.state.is_closed() => day(self.request.due_on),
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            days if days < 0 => format!("{} days late", -days),
            days => format!("in {days} days"),
        }
    }

    fn due_tone(&self) -> &'static str {
        match self.days_left {
            _ if self.request.state.is_closed() => "neutral",
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
    lines: Vec<Line>,
    counts: Vec<(State, i64)>,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    laws: Vec<(String, String)>,
    assignees: Vec<(String, String)>,
    first: Option<String>,
    next: Option<String>,
    me: i64,
}

impl QueuePage {
    fn is_filtered(&self) -> bool {
        self.filters.url_after("") != Filters::default().url_after("")
    }
}

/// Requests by due date, as the filters in the address say. A reference leads to its request at once.
pub async fn queue(
    member: StaffMember,
    app: App,
    page: Page,
    filters: web::Query<Filters>,
) -> AppResult<HttpResponse> {
    let filters = filters.into_inner();
    let (today, me) = (app.clock.today(), member.id);
    let (keys, asked) = (app.keys.clone(), filters.clone());
    let found = app.db.read(move |conn| {
        let reference = asked.q.trim().to_uppercase();
        if reference.starts_with("PR-") {
            let found = diesel::OptionalExtension::optional(find_by_reference(conn, &reference))?;
            if let Some(request) = found {
                return Ok(Err(request.reference));
            }
        }
        let requests = queries::list(conn, &keys, &asked, (today, me))?;
        Ok(Ok((
            requests,
            queries::count_open(conn)?,
            queries::list_staff(conn)?,
        )))
    });
    let (mut requests, counts, staff) = match found.await? {
        Ok(found) => found,
        Err(reference) => return Ok(see_other(&format!("/staff/requests/{reference}"))),
    };
    let more = requests.len() > usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX);
    requests.truncate(usize::try_from(ON_A_PAGE).unwrap_or(usize::MAX));
    let last = requests.last().filter(|_| more);
    let next = last.map(|last| filters.url_after(&format!("{}_{}", last.due_on, last.id)));
    let first = (!filters.after.is_empty()).then(|| filters.url_after(""));
    html(
        StatusCode::OK,
        &QueuePage {
            page,
            lines: requests
                .into_iter()
                .map(|request| line(&app, &staff, request, today))
                .collect(),
            counts,
            kinds: Kind::ALL
                .iter()
                .map(|kind| (kind.as_str(), kind.title()))
                .collect(),
            states: states(),
            laws: app
                .laws
                .all()
                .iter()
                .map(|law| (law.key.clone(), law.name.clone()))
                .collect(),
            assignees: assignees(&staff),
            first,
            next,
            me,
            filters,
        },
    )
}

fn line(app: &App, staff: &[StaffRow], request: Request, today: NaiveDate) -> Line {
    let assignee = staff
        .iter()
        .find(|member| Some(member.id) == request.assignee_id);
    Line {
        law: law_name(&app.laws, &request.law),
        assignee: assignee
            .map(|member| member.name.clone())
            .unwrap_or_default(),
        days_left: (request.due_on - today).num_days(),
        request,
    }
}

fn states() -> Vec<(&'static str, &'static str)> {
    let fixed = [
        ("open", "All open"),
        ("closed", "All closed"),
        ("all", "All"),
    ];
    let each = State::ALL
        .iter()
        .map(|state| (state.as_str(), state.title()));
    fixed.into_iter().chain(each).collect()
}

fn assignees(staff: &[StaffRow]) -> Vec<(String, String)> {
    let fixed =
        [("me", "Me"), ("nobody", "Nobody")].map(|(key, title)| (key.to_owned(), title.to_owned()));
    let works = staff
        .iter()
        .filter(|member| matches!(member.role, Role::Agent | Role::Supervisor));
    let each = works.map(|member| (member.id.to_string(), member.name.clone()));
    fixed.into_iter().chain(each).collect()
}
