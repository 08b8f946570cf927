//! What is to be done by hand, due soonest first. No person is named here.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::model::{Purpose, Task, system_name};
use super::queries::{self, Filters};
use crate::accounts::guard::CaseReader;
use crate::accounts::model::Role;
use crate::app::App;
use crate::db::Count;
use crate::error::AppResult;
use crate::staff::queries::{list_staff, name_of};
use crate::web::{Page, html, paging, words};

pub(super) const INDEX: &str = "/staff/manual";
const ON_A_PAGE: usize = 50;

struct Line {
    task: Task,
    reference: String,
    system: String,
    assignee: String,
    is_late: bool,
}

#[derive(Template)]
#[template(path = "manual/tasks.html")]
struct TasksPage {
    page: Page,
    role: Role,
    filters: Filters,
    systems: Vec<(String, String)>,
    lines: Vec<Line>,
    late: Count,
    first: Option<String>,
    next: Option<String>,
}

impl TasksPage {
    fn can_work(&self) -> bool {
        self.role != Role::Auditor
    }
}

fn address(filters: &Filters, after: &str) -> String {
    paging::address(INDEX, &filters.query(), after)
}

/// The tasks that the filters in the address let through.
pub async fn index(
    reader: CaseReader,
    app: App,
    page: Page,
    filters: web::Query<Filters>,
) -> AppResult<HttpResponse> {
    let filters = filters.into_inner();
    let (asked, today, me) = (filters.clone(), app.clock.today(), reader.id);
    let found = app.db.read(move |conn| {
        let tasks = queries::list(conn, &asked, (today, me), paging::one_more(ON_A_PAGE))?;
        let late = queries::count_late(conn, today)?;
        Ok((tasks, late, list_staff(conn)?))
    });
    let (mut tasks, late, staff) = found.await?;
    let last = paging::cut(&mut tasks, ON_A_PAGE);
    let next = last.map(|(task, _)| address(&filters, &format!("{}_{}", task.due_on, task.id)));
    let line = |(task, reference): (Task, String)| Line {
        system: system_name(&app.register, &task.source),
        assignee: name_of(&staff, task.worker()).to_owned(),
        is_late: task.closed_at.is_none() && task.due_on < today,
        task,
        reference,
    };
    let systems = app.sources.by_hand().into_iter();
    let systems = systems.map(|source| (source.to_owned(), system_name(&app.register, source)));
    let shown = TasksPage {
        page,
        role: reader.role,
        systems: systems.collect(),
        lines: tasks.into_iter().map(line).collect(),
        late,
        first: (!filters.after.is_empty()).then(|| address(&filters, "")),
        next,
        filters,
    };
    html(StatusCode::OK, &shown)
}
