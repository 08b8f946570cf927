//! One action on several requests: first a preview of what would happen to each, then a result for each. Every request
//! is a transaction of its own, and one that has changed meanwhile is left alone.

use std::collections::HashSet;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use diesel::prelude::*;

use super::act::on_request;
use super::queries::{case_workers, list_staff};
use super::replies::{self, Language, Reply};
use crate::accounts::guard::CaseWorker;
use crate::app::App;
use crate::db::schema::requests;
use crate::error::{AppError, AppResult};
use crate::requests::model::Request;
use crate::requests::{dates, handling, notices};
use crate::web::{Form, Page, html, unseen_fault, words};

/// So many requests may be picked: as many as stand on a page of the queue.
const AT_MOST: usize = 50;

/// What was sent: `pick` once for each request, as `REFERENCE:VERSION`, and the action with its fields.
#[derive(Debug, Default, Clone)]
pub struct Sent(Vec<(String, String)>);

impl Sent {
    /// A field as typed.
    pub fn field(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(one, _)| one == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Reference and version of each request that was picked, once, as its page showed it.
    fn picks(&self) -> Vec<(String, i64)> {
        let picks = self.0.iter().filter(|(name, _)| name == "pick");
        let mut seen = HashSet::new();
        let parsed = picks.filter_map(|(_, value)| {
            let (reference, version) = value.split_once(':')?;
            Some((reference.to_owned(), version.parse().ok()?))
        });
        let once = parsed.filter(|(reference, _)| seen.insert(reference.clone()));
        once.take(AT_MOST).collect()
    }
}

/// What is to be done.
#[derive(Debug, Clone)]
enum Act {
    Assign(Option<i64>),
    Extend(String),
    Write(&'static Reply, Language),
}

impl Act {
    /// What was chosen; or the field with what is wrong with it.
    fn of(sent: &Sent) -> Result<Act, (&'static str, &'static str)> {
        match sent.field("action") {
            "assign" => match sent.field("assignee") {
                "" => Ok(Act::Assign(None)),
                id => id
                    .parse()
                    .map(|id| Act::Assign(Some(id)))
                    .map_err(|_| ("assignee", "Choose somebody from the list.")),
            },
            "extend" => {
                let reason = sent.field("extension").trim();
                match handling::extension_fault(reason).or_else(|| unseen_fault(reason)) {
                    Some(fault) => Err(("extension", fault)),
                    None => Ok(Act::Extend(reason.to_owned())),
                }
            }
            "write" => {
                let reply = offered().find(|it| it.key == sent.field("reply"));
                let language = sent.field("language").parse();
                match (reply, language) {
                    (Some(reply), Ok(language)) => Ok(Act::Write(reply, language)),
                    _ => Err(("reply", "Choose a text from the list.")),
                }
            }
            _ => Err(("action", "Choose what to do.")),
        }
    }

    /// What it would do to a request as it is now, whose person mails reach or not; or why it would not.
    fn outlook(
        &self,
        app: &App,
        (request, is_reached): &(Request, bool),
    ) -> Result<String, &'static str> {
        let is_late = || dates::is_late(&app.laws, request, app.clock.now());
        let latest = || dates::latest(&app.laws, request);
        match self {
            _ if request.state.is_closed() => Err("It is closed, and stays as it is."),
            Act::Assign(None) => Ok("It will be given to nobody.".to_owned()),
            Act::Assign(Some(_)) => Ok("It will be given to them.".to_owned()),
            Act::Extend(_) if request.extended_to.is_some() => {
                Err("It was extended once, and cannot be again.")
            }
            Act::Extend(_) if is_late() => Err("Its date has passed, so it cannot be extended."),
            Act::Extend(_) => match latest().filter(|it| *it > request.due_on) {
                None => Err("Its law knows no later date."),
                Some(latest) => {
                    let day = words::day(latest);
                    Ok(format!(
                        "Its date will be moved to {day}, and the person told."
                    ))
                }
            },
            Act::Write(reply, _) if !reply.fits(request) => Err("This text does not fit it."),
            Act::Write(..) if *is_reached => Ok("The person will get the message.".to_owned()),
            Act::Write(..) => {
                Ok("It will stand on the portal alone: no mail reaches them.".to_owned())
            }
        }
    }

    /// What would be done to all of them, as the first one gets it where a text has its reference and date.
    fn in_full(&self, app: &App, first: &Request, staff: &[(String, String)]) -> InFull {
        let (title, text) = match self {
            Act::Assign(assignee) => {
                let id = assignee.map(|it| it.to_string());
                let chosen = staff.iter().find(|(it, _)| id.as_ref() == Some(it));
                let name = chosen.map_or("Nobody", |(_, name)| name);
                ("Given to".to_owned(), name.to_owned())
            }
            Act::Extend(reason) => ("Why, as people read it".to_owned(), reason.clone()),
            Act::Write(reply, language) => {
                let title = format!("The text, as it is for {}", first.reference);
                (title, reply.fill(*language, first, app))
            }
        };
        InFull { title, text }
    }
}

/// What would be done, in full.
struct InFull {
    title: String,
    text: String,
}

/// The texts that can go to several people as they are.
fn offered() -> impl Iterator<Item = &'static Reply> {
    replies::all().iter().filter(|reply| reply.is_complete())
}

/// One request with what would be or was done to it.
struct Line {
    reference: String,
    version: i64,
    what: String,
    is_good: bool,
}

#[derive(PartialEq, Eq)]
enum Stage {
    Choose,
    Preview,
    Result,
}

#[derive(Template)]
#[template(path = "staff/bulk.html")]
struct BulkPage {
    page: Page,
    stage: Stage,
    lines: Vec<Line>,
    form: Form<Sent>,
    assignees: Vec<(String, String)>,
    /// Of a preview.
    in_full: Option<InFull>,
}

impl BulkPage {
    /// The texts to choose from.
    fn texts() -> Vec<(&'static str, &'static str)> {
        offered()
            .map(|it| (it.key.as_str(), it.title.as_str()))
            .collect()
    }

    /// What the second column says.
    fn column(&self) -> &'static str {
        match self.stage {
            Stage::Choose => "Kind",
            Stage::Preview => "What would happen",
            Stage::Result => "Result",
        }
    }
}

const LANGUAGES: [(&str, &str); 2] = [("en", "English"), ("es", "Spanish")];

const ACTIONS: &[(&str, &str)] = &[
    ("assign", "Give them to somebody"),
    ("write", "Write a reviewed text to each person"),
    ("extend", "Take more time, once"),
];

type Fields = web::Form<Vec<(String, String)>>;

/// Shows what was picked and asks what to do; once that is chosen, shows what would happen to each.
pub async fn preview(
    _: CaseWorker,
    app: App,
    page: Page,
    fields: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent(fields.into_inner());
    let picks = sent.picks();
    let references: Vec<_> = picks
        .iter()
        .map(|(reference, _)| reference.clone())
        .collect();
    let act = Act::of(&sent);
    let (own, writes) = (app.clone(), matches!(act, Ok(Act::Write(..))));
    let found = app.db.read(move |conn| {
        let found: Vec<Request> = Request::query()
            .filter(requests::reference.eq_any(references))
            .load(conn)?;
        let found = found.into_iter().map(|request| {
            let is_reached = !writes || notices::reaches(conn, &own, &request)?;
            Ok((request, is_reached))
        });
        let found: Vec<_> = found.collect::<AppResult<_>>()?;
        Ok((found, list_staff(conn)?))
    });
    let (found, staff) = found.await?;
    let lines = picks.into_iter().map(|(reference, version)| {
        let request = found.iter().find(|(it, _)| it.reference == reference);
        let (what, is_good) = match (request, &act) {
            (None, _) => ("There is no such request.".to_owned(), false),
            (Some((request, _)), _) if request.version != version => (
                "It has changed since the list was opened, and stays as it is.".to_owned(),
                false,
            ),
            (Some(request), Ok(act)) => match act.outlook(&app, request) {
                Ok(what) => (what, true),
                Err(why) => (why.to_owned(), false),
            },
            (Some((request, _)), Err(_)) => (request.kind.staff_title().to_owned(), true),
        };
        Line {
            reference,
            version,
            what,
            is_good,
        }
    });
    let lines: Vec<_> = lines.collect();
    let assignees: Vec<_> = case_workers(&staff)
        .map(|it| (it.id.to_string(), it.name.clone()))
        .collect();
    let good = lines.iter().find(|line| line.is_good);
    let good = good.and_then(|line| found.iter().find(|it| it.0.reference == line.reference));
    let in_full = match (&act, good) {
        (Ok(act), Some((first, _))) => Some(act.in_full(&app, first, &assignees)),
        _ => None,
    };
    let is_first =
        !sent.0.iter().any(|(name, _)| name == "action") && sent.field("step").is_empty();
    let (stage, status, form) = match act {
        Ok(_) => (Stage::Preview, StatusCode::OK, Form::new(sent)),
        Err(_) if is_first => (Stage::Choose, StatusCode::OK, Form::new(sent)),
        Err((field, fault)) => {
            let form = Form::new(sent).refuse(field, fault);
            (Stage::Choose, StatusCode::UNPROCESSABLE_ENTITY, form)
        }
    };
    let bulk = BulkPage {
        page,
        stage,
        lines,
        form,
        assignees,
        in_full,
    };
    html(status, &bulk)
}

/// Does it to each, and shows what came of it.
pub async fn act(
    worker: CaseWorker,
    app: App,
    page: Page,
    fields: Fields,
) -> AppResult<HttpResponse> {
    let sent = Sent(fields.into_inner());
    let act = Act::of(&sent).map_err(|(_, fault)| AppError::BadRequest(fault.to_owned()))?;
    let mut lines = Vec::new();
    for (reference, version) in sent.picks() {
        let done = carry_out(&app, &worker, (reference.clone(), version), act.clone()).await;
        let (what, is_good) = match done {
            Ok(()) => ("Done.".to_owned(), true),
            Err(AppError::Conflict(why)) => (why, false),
            Err(AppError::NotFound) => ("There is no such request.".to_owned(), false),
            Err(error) => {
                tracing::error!(%error, "one of several requests could not be changed");
                (
                    "It could not be done now. Try it once more.".to_owned(),
                    false,
                )
            }
        };
        lines.push(Line {
            reference,
            version,
            what,
            is_good,
        });
    }
    let bulk = BulkPage {
        page,
        stage: Stage::Result,
        lines,
        form: Form::new(sent),
        assignees: Vec::new(),
        in_full: None,
    };
    html(StatusCode::OK, &bulk)
}

async fn carry_out(app: &App, worker: &CaseWorker, seen: (String, i64), act: Act) -> AppResult<()> {
    on_request(app, worker, seen, move |conn, request, by| {
        if request.state.is_closed() {
            return Err(AppError::conflict("It is closed, and stays as it is."));
        }
        match &act {
            Act::Assign(assignee) => handling::assign(conn, request, *assignee, by).map(drop),
            Act::Extend(reason) => handling::extend_to_latest(conn, request, reason, by).map(drop),
            Act::Write(reply, language) => {
                if !reply.fits(request) {
                    return Err(AppError::conflict("This text does not fit it."));
                }
                let body = reply.fill(*language, request, by.app);
                handling::post_message(conn, request, &body, by)
            }
        }
    })
    .await
}
