//! One task: whom to look for, what is wanted or to be changed, and the answer. Each look at a person's identities is
//! told to them.

use actix_multipart::Multipart;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::answering::{self, Answer};
use super::check::{self, Ways};
use super::model::{Purpose, Subject, Task, system_name};
use super::queries;
use super::staff_pages::INDEX;
use super::task_form::{self, Part, Sent};
use super::task_view::{self, Change};
use crate::accounts::guard::{CaseWorker, StaffMember};
use crate::accounts::queries::list_identities;
use crate::app::App;
use crate::audit::views::{self, Seen};
use crate::error::{AppError, AppResult};
use crate::my_data::read;
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::queries as requests;
use crate::sources::Found;
use crate::staff::queries::{list_staff, name_of};
use crate::web::{Form, Page, html, see_other_saying, words};

/// What a yes or no is chosen from.
const YES_OR_NO: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// A task with all that its page shows.
struct Shown {
    task: Task,
    request: Request,
    system: String,
    /// Kind and value of each identity; none once the task is closed.
    identities: Vec<(&'static str, String)>,
    words: String,
    /// Who answered, and who does it.
    done_by: String,
    assignee: String,
    is_late: bool,
    /// A hold stands against what is asked.
    is_held: bool,
}

#[derive(Template)]
#[template(path = "manual/task.html")]
struct TaskPage {
    page: Page,
    shown: Shown,
    is_mine: bool,
    parts: Vec<Part>,
    changes: Vec<Change>,
    form: Form<Sent>,
}

impl TaskPage {
    fn address(&self) -> String {
        format!("{INDEX}/{}", self.shown.task.id)
    }

    fn is_open(&self) -> bool {
        self.shown.task.closed_at.is_none()
    }

    fn is_lookup(&self) -> bool {
        self.shown.task.purpose == Purpose::Find
    }
}

async fn load(app: &App, id: i64) -> AppResult<Shown> {
    let own = app.clone();
    let read = app.db.read(move |conn| {
        let task = queries::find(conn, id)?;
        let request = requests::find(conn, task.request_id)?;
        let is_open = task.closed_at.is_none();
        let mut identities = list_identities(conn, task.person_id)?;
        identities.retain(|_| is_open);
        let staff = list_staff(conn)?;
        let is_erasure = is_open && task.purpose == Purpose::Erase;
        Ok(Shown {
            is_held: is_erasure && task_view::is_held(conn, &own, &request)?,
            system: system_name(&own.register, &task.source),
            identities: identities
                .into_iter()
                .map(|it| (it.kind.in_words(), it.value))
                .collect(),
            words: task.words(&own.keys)?,
            done_by: name_of(&staff, task.done_by).to_owned(),
            assignee: name_of(&staff, task.assignee_id).to_owned(),
            is_late: is_open && task.due_on < own.clock.today(),
            task,
            request,
        })
    });
    read.await
}

/// The ways by which records are the person's, read now.
async fn find_ways(app: &App, task: &Task) -> AppResult<Ways> {
    let source = task.source.clone();
    read(app, task.person_id, move |app, person| {
        check::ways(app, person, &source)
    })
    .await
}

async fn render(
    app: &App,
    member: &StaffMember,
    page: Page,
    (status, id): (StatusCode, i64),
    form: Form<Sent>,
) -> AppResult<HttpResponse> {
    let shown = load(app, id).await?;
    let task = &shown.task;
    let is_open = task.closed_at.is_none();
    let (mut parts, mut changes) = (Vec::new(), Vec::new());
    if is_open {
        let person_id = task.person_id;
        let pseudonym = app
            .db
            .read(move |conn| Ok(requests::find_pseudonym(conn, person_id)?))
            .await?;
        let reference = &shown.request.reference;
        views::record(app, member, Seen::Identities, pseudonym, reference).await?;
        match task.subject(&app.keys)? {
            None => {
                let ways = find_ways(app, task).await?;
                parts = task_form::parts(&app.register, &task.source, &ways, &form.values);
            }
            Some(subject) => changes = describe(app, &shown, subject).await?,
        }
    }
    let shown = TaskPage {
        page,
        is_mine: task.assignee_id == Some(member.id),
        parts,
        changes,
        form,
        shown,
    };
    html(status, &shown)
}

async fn describe(app: &App, shown: &Shown, subject: Subject) -> AppResult<Vec<Change>> {
    let request = shown.request.clone();
    read(app, shown.task.person_id, move |app, person| {
        task_view::changes(app, person, &request, &subject)
    })
    .await
}

/// Shows a task.
pub async fn show(
    worker: CaseWorker,
    app: App,
    page: Page,
    id: web::Path<i64>,
) -> AppResult<HttpResponse> {
    render(&app, &worker, page, (StatusCode::OK, *id), Form::default()).await
}

/// Takes the answer; or shows the form again, with one more record to fill in, or with what is wrong with it.
pub async fn answer(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    (id, payload): (web::Path<i64>, Multipart),
) -> AppResult<HttpResponse> {
    let (id, mut sent) = (id.into_inner(), Sent::read(payload).await?);
    let act = sent.text("act").to_owned();
    if sent.add(&act) {
        return render(&app, &worker, page, (StatusCode::OK, id), Form::new(sent)).await;
    }
    let version = sent.text("version").parse().unwrap_or_default();
    let task = app
        .db
        .read(move |conn| Ok(queries::find(conn, id)?))
        .await?;
    let given = match act.as_str() {
        "found" => read_found(&app, &task, sent).await?.map(Answer::Found),
        "nothing" => nothing(&app, &task, sent).await?,
        "done" => Ok(Answer::CarriedOut),
        "could-not" => reason(sent).map(Answer::CouldNot),
        _ => {
            return Err(AppError::BadRequest(
                "This form has no such button.".to_owned(),
            ));
        }
    };
    let given = match given {
        Ok(given) => given,
        Err(form) => {
            let refused = (StatusCode::UNPROCESSABLE_ENTITY, id);
            return render(&app, &worker, page, refused, *form).await;
        }
    };
    let (own, member) = (app.clone(), (*worker).clone());
    let answered = app.db.write(move |conn| {
        let by = By::staff(&own, &member);
        if task.purpose == Purpose::Erase && matches!(given, Answer::CarriedOut) {
            let request = requests::find(conn, task.request_id)?;
            task_view::refuse_held(conn, &own, &request)?;
        }
        answering::answer(conn, (id, version), &given, &by)
    });
    answered.await?;
    app.wake.notify_one();
    see_other_saying(&session, "Your answer is on record.", INDEX)
}

/// Reads what was found, apart from other work: there may be much of it.
async fn read_found(
    app: &App,
    task: &Task,
    sent: Sent,
) -> AppResult<Result<Vec<Found>, Box<Form<Sent>>>> {
    let source = task.source.clone();
    read(app, task.person_id, move |app, person| {
        let ways = check::ways(app, person, &source)?;
        Ok(task_form::read(&app.register, &source, &ways, sent))
    })
    .await
}

/// That nothing is held; not while the form says otherwise.
async fn nothing(app: &App, task: &Task, sent: Sent) -> AppResult<Result<Answer, Box<Form<Sent>>>> {
    let source = task.source.clone();
    read(app, task.person_id, move |app, person| {
        let ways = check::ways(app, person, &source)?;
        if !task_form::has_records(&app.register, &source, &ways, &sent) {
            return Ok(Ok(Answer::Nothing));
        }
        let sentence =
            "You have written down records, or chosen a file. Send them, or take them out first.";
        Ok(Err(Box::new(Form::new(sent).refuse("c0-r0-f0", sentence))))
    })
    .await
}

fn reason(sent: Sent) -> Result<String, Box<Form<Sent>>> {
    let why = sent.text("why").trim().to_owned();
    let form = Form::new(sent).refuse_where([
        (why.is_empty(), "why", "Say why it could not be done."),
        (
            why.chars().count() > LONGEST_REASON,
            "why",
            "Write at most 2,000 characters.",
        ),
    ]);
    if form.has_errors() {
        Err(Box::new(form))
    } else {
        Ok(why)
    }
}

/// Who does it.
#[derive(Debug, Deserialize)]
pub struct Assign {
    #[serde(default)]
    version: i64,
    #[serde(default)]
    assignee: String,
}

/// Takes a task, or leaves it to others.
pub async fn assign(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
    form: web::Form<Assign>,
) -> AppResult<HttpResponse> {
    let (id, own, member) = (id.into_inner(), app.clone(), (*worker).clone());
    let assignee = (form.assignee == "me").then_some(member.id);
    let version = form.version;
    let assigned = app.db.write(move |conn| {
        let by = By::staff(&own, &member);
        answering::assign(conn, (id, version), assignee, &by)
    });
    assigned.await?;
    let said = match assignee {
        Some(_) => "The task is yours.",
        None => "The task is nobody's now.",
    };
    see_other_saying(&session, said, &format!("{INDEX}/{id}"))
}
