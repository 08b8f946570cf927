//! One task: whom to look for, what is wanted or to be changed, and the answer. Each look at a person's identities is
//! told to them.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::answering::{self, Answer, Answered};
use super::check::{self, Ways};
use super::model::{Purpose, Subject, Task, system_name};
use super::queries;
use super::staff_pages::INDEX;
use super::task_form::{self, Faults, Part, Sent};
use super::task_view::{self, Change};
use crate::accounts::guard::{CaseWorker, StaffMember};
use crate::accounts::queries::list_identities;
use crate::app::App;
use crate::audit::views;
use crate::error::{AppError, AppResult};
use crate::my_data::read;
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::queries as requests;
use crate::staff::queries::{list_staff, name_of};
use crate::web::{Form, Page, html, see_other_saying, words};

/// What a yes or no is chosen from.
const YES_OR_NO: [(&str, &str); 2] = [("yes", "Yes"), ("no", "No")];

/// The id of the form in its page: where a sentence about all of an answer leads.
const FORM: &str = "answer";

/// The field that says that what was somebody else's is rightly not theirs any more.
const CHECKED: &str = "checked";

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
    form: Form<Arc<Sent>>,
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
    form: Form<Arc<Sent>>,
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
        views::record(app, member, views::Seen::Identities, pseudonym, reference).await?;
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

/// Takes the answer; or shows the form again as it was filled in: with one more record, taken, or with what is wrong.
pub async fn answer(
    worker: CaseWorker,
    app: App,
    page: Page,
    session: Session,
    (id, payload): (web::Path<i64>, Multipart),
) -> AppResult<HttpResponse> {
    let (id, mut sent) = (id.into_inner(), Sent::read(payload).await?);
    let act = sent.text("act").to_owned();
    let is_added = sent.add(&act);
    let sent = Arc::new(sent);
    let again = |status: StatusCode, faults: Faults| {
        let form = faults
            .into_iter()
            .fold(Form::new(sent.clone()), |form, (field, sentence)| {
                form.refuse(field, sentence)
            });
        render(&app, &worker, page, (status, id), form)
    };
    if is_added {
        return again(StatusCode::OK, Vec::new()).await;
    }
    let done = match act.as_str() {
        "take" => take(&app, &worker, id, &sent).await,
        act => give(&app, &worker, (id, act), &sent).await,
    };
    match done {
        Ok(Done::Answered) => see_other_saying(&session, "Your answer is on record.", INDEX),
        Ok(Done::Taken) => again(StatusCode::OK, Vec::new()).await,
        Ok(Done::Refused(faults)) => again(StatusCode::UNPROCESSABLE_ENTITY, faults).await,
        Err(AppError::Conflict(sentence)) if is_open(&app, id).await? => {
            again(StatusCode::CONFLICT, vec![(FORM.to_owned(), sentence)]).await
        }
        Err(error) => Err(error),
    }
}

/// What became of what was sent.
enum Done {
    /// It is on record.
    Answered,
    /// The task is whose form it was.
    Taken,
    /// Nothing is on record.
    Refused(Faults),
}

async fn is_open(app: &App, id: i64) -> AppResult<bool> {
    let task = app.db.read(move |conn| Ok(queries::find(conn, id)?));
    Ok(task.await?.closed_at.is_none())
}

async fn take(app: &App, member: &StaffMember, id: i64, sent: &Sent) -> AppResult<Done> {
    set_assignee(app, member, (id, sent.version()), Some(member.id)).await?;
    Ok(Done::Taken)
}

async fn give(
    app: &App,
    member: &StaffMember,
    (id, act): (i64, &str),
    sent: &Arc<Sent>,
) -> AppResult<Done> {
    let task = app
        .db
        .read(move |conn| Ok(queries::find(conn, id)?))
        .await?;
    let given = match act {
        "found" | "nothing" => looked_up(app, &task, act == "found", sent.clone()).await?,
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
        Err(faults) => return Ok(Done::Refused(faults)),
    };
    let (own, member, version) = (app.clone(), member.clone(), sent.version());
    let answered = app.db.write(move |conn| {
        let by = By::staff(&own, &member);
        if task.purpose == Purpose::Erase && matches!(given, Answer::CarriedOut) {
            let request = requests::find(conn, task.request_id)?;
            task_view::refuse_held(conn, &own, &request)?;
        }
        answering::answer(conn, (id, version), &given, &by)
    });
    if let Answered::Takes(records) = answered.await? {
        let sentence = format!(
            "Found for somebody else before, and not theirs any more as it stands here: {}. Check the key, and tick this if it is right.",
            records.join("; ")
        );
        return Ok(Done::Refused(vec![(CHECKED.to_owned(), sentence)]));
    }
    app.wake.notify_one();
    Ok(Done::Answered)
}

/// What was found, read apart from other work: there may be much of it. Or that nothing is held; not while the form says
/// otherwise.
async fn looked_up(
    app: &App,
    task: &Task,
    is_found: bool,
    sent: Arc<Sent>,
) -> AppResult<Result<Answer, Faults>> {
    let source = task.source.clone();
    read(app, task.person_id, move |app, person| {
        let ways = check::ways(app, person, &source)?;
        if is_found {
            let found = task_form::read(&app.register, &source, &ways, &sent);
            let is_checked = !sent.text(CHECKED).is_empty();
            return Ok(found.map(|records| Answer::Found {
                records,
                is_checked,
            }));
        }
        if !task_form::has_records(&app.register, &source, &ways, &sent) {
            return Ok(Ok(Answer::Nothing));
        }
        let sentence =
            "You have written down records, or chosen a file. Send them, or take them out first.";
        Ok(Err(vec![("c0-r0-f0".to_owned(), sentence.to_owned())]))
    })
    .await
}

fn reason(sent: &Sent) -> Result<String, Faults> {
    let why = sent.text("why").trim();
    let wrong = match why.chars().count() {
        0 => "Say why it could not be done.",
        length if length > LONGEST_REASON => "Write at most 2,000 characters.",
        _ => return Ok(why.to_owned()),
    };
    Err(vec![("why".to_owned(), wrong.to_owned())])
}

/// The task as its page showed it.
#[derive(Debug, Deserialize)]
pub struct Seen {
    #[serde(default)]
    version: i64,
}

/// Leaves a task to others.
pub async fn leave(
    worker: CaseWorker,
    app: App,
    session: Session,
    id: web::Path<i64>,
    seen: web::Form<Seen>,
) -> AppResult<HttpResponse> {
    let id = id.into_inner();
    set_assignee(&app, &worker, (id, seen.version), None).await?;
    see_other_saying(
        &session,
        "The task is nobody's now.",
        &format!("{INDEX}/{id}"),
    )
}

async fn set_assignee(
    app: &App,
    member: &StaffMember,
    (id, version): (i64, i64),
    assignee: Option<i64>,
) -> AppResult<()> {
    let (own, member) = (app.clone(), member.clone());
    let assigned = app.db.write(move |conn| {
        let by = By::staff(&own, &member);
        answering::assign(conn, (id, version), assignee, &by)
    });
    assigned.await
}
