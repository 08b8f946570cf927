//! The person says something of health data that were not put right.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::address;
use crate::accounts::guard::Person;
use crate::app::App;
use crate::error::AppResult;
use crate::my_data::statements::Statements;
use crate::register::FieldView;
use crate::requests::life::By;
use crate::requests::model::{Item, Request};
use crate::requests::statements::{cell_of, count_words, find_open, give, view_of};
use crate::requests::{details, queries, reference, statements};
use crate::web::{Form, Page, html, see_other_saying};

/// Longer texts are no statements, whatever their words.
const LONGEST: usize = 8_000;

/// What the person says.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Said {
    statement: String,
    pass_on: Option<String>,
    /// Said by a button of its own.
    take_back: Option<String>,
}

#[derive(Template)]
#[template(path = "requests/statement.html")]
struct StatementPage {
    page: Page,
    reference: String,
    item: i64,
    title: String,
    /// Names of who gets the datum.
    recipients: Vec<String>,
    words: u32,
    is_given: bool,
    form: Form<Said>,
}

impl StatementPage {
    fn request(&self) -> String {
        address(&self.reference)
    }

    fn hint(&self) -> String {
        format!("At most {} words.", self.words)
    }

    fn who(&self) -> String {
        format!("These are: {}.", self.recipients.join(", "))
    }
}

/// The item that the page is about, with what was said of it before.
struct Subject {
    request: Request,
    item: Item,
    words: u32,
    before: Option<Said>,
}

async fn find(app: &App, person: &Person, (typed, item): (String, i64)) -> AppResult<Subject> {
    let (own, person_id) = (app.clone(), person.id);
    let found = app.db.read(move |conn| {
        let request = queries::find_for_person(conn, person_id, &reference::normal(&typed))?;
        let (item, words) = find_open(conn, &own, &request, item)?;
        let said = Statements::load(conn, &own.keys, person_id)?;
        let before = cell_of(&item).and_then(|cell| said.about(&cell).cloned());
        Ok(Subject {
            request,
            item,
            words,
            before: before.map(|it| Said {
                statement: it.text,
                pass_on: it.is_passed_on.then(|| "true".to_owned()),
                take_back: None,
            }),
        })
    });
    found.await
}

fn show(
    status: StatusCode,
    app: &App,
    page: Page,
    subject: Subject,
    form: Option<Form<Said>>,
) -> AppResult<HttpResponse> {
    let view = view_of(&app.register, &subject.item);
    let recipients = view.iter().flat_map(FieldView::recipients);
    let shown = StatementPage {
        page,
        title: details::title(&app.register, &subject.item),
        recipients: recipients.map(|it| it.name.clone()).collect(),
        reference: subject.request.reference,
        item: subject.item.id,
        words: subject.words,
        is_given: subject.before.is_some(),
        form: form.unwrap_or_else(|| Form::new(subject.before.unwrap_or_default())),
    };
    html(status, &shown)
}

/// The form, with what was said before.
pub async fn new(
    person: Person,
    app: App,
    page: Page,
    path: web::Path<(String, i64)>,
) -> AppResult<HttpResponse> {
    let subject = find(&app, &person, path.into_inner()).await?;
    show(StatusCode::OK, &app, page, subject, None)
}

/// Keeps it.
pub async fn keep(
    person: Person,
    app: App,
    page: Page,
    session: Session,
    path: web::Path<(String, i64)>,
    said: web::Form<Said>,
) -> AppResult<HttpResponse> {
    let subject = find(&app, &person, path.into_inner()).await?;
    if said.take_back.is_some() {
        return take_back(&app, person, &session, subject).await;
    }
    let fault = fault(&said.statement, subject.words);
    let form = Form::new(said.into_inner()).refuse_unseen();
    let form = fault
        .into_iter()
        .fold(form, |form, fault| form.refuse("statement", fault));
    if form.has_errors() {
        let refused = StatusCode::UNPROCESSABLE_ENTITY;
        return show(refused, &app, page, subject, Some(form));
    }
    let said = form.values;
    let (own, back) = (app.clone(), address(&subject.request.reference));
    let given = app.db.write(move |conn| {
        let (request, item) = (&subject.request, subject.item.id);
        let text = said.statement.trim();
        let by = By::person(&own, &person);
        give(conn, request, item, (text, said.pass_on.is_some()), &by)
    });
    given.await?;
    app.wake.notify_one();
    let text = "Your statement is kept with the data. Packages that you download from now on have it; those that you made before do not.";
    see_other_saying(&session, text, &back)
}

async fn take_back(
    app: &App,
    person: Person,
    session: &Session,
    subject: Subject,
) -> AppResult<HttpResponse> {
    let (own, back) = (app.clone(), address(&subject.request.reference));
    let was_passed_on = subject.before.is_some_and(|it| it.pass_on.is_some());
    let taken = app.db.write(move |conn| {
        let by = By::person(&own, &person);
        statements::take_back(conn, &subject.request, subject.item.id, &by)
    });
    taken.await?;
    app.wake.notify_one();
    let text = if was_passed_on {
        "Your statement is taken back. We tell everybody to whom we passed it on."
    } else {
        "Your statement is taken back."
    };
    see_other_saying(session, text, &back)
}

fn fault(text: &str, most: u32) -> Option<String> {
    let count = count_words(text);
    if count == 0 {
        return Some("Write your statement.".to_owned());
    }
    if u32::try_from(count).map_or(true, |count| count > most) {
        return Some(format!(
            "You wrote {count} words. Shorten it to {most} words or fewer."
        ));
    }
    let is_long = text.chars().count() > LONGEST;
    is_long.then(|| "Write it in at most 8,000 characters.".to_owned())
}
