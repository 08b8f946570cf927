//! The link that goes by mail, and the page where the sender of a request shows who they are.

use std::collections::BTreeMap;

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::model::{Degree, Sender, Wants, correctable};
use super::points::{Point, Points};
use super::proof::{self, Ended, TRIES, Typed};
use super::{account_pages, queries, settle};
use crate::app::App;
use crate::db::AnyConnection;
use crate::drp::{self, model::Agent};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::requests::agents::{self, model::Basis};
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::queries as requests;
use crate::requests::{dates, pause};
use crate::web::client_address::client_network;
use crate::web::{Form, Page, client_address, html, see_other, see_other_saying};

/// Under which a session keeps the id of the request whose link was followed in it.
const FOLLOWED: &str = "request without account";

#[derive(Template)]
#[template(path = "requests/senders/link.html")]
struct LinkPage {
    page: Page,
    reference: String,
    wants: Wants,
    /// Who asks for them, if they do not ask themselves: on what ground, and under which name.
    agent: Option<(Basis, String)>,
    /// An agent of the protocol who asks for them, by the name under which staff admitted it.
    protocol_agent: Option<String>,
    /// Whether that one may act no more: the person goes on by themselves, or takes it back.
    is_stopped: bool,
    form: Form<()>,
}

impl LinkPage {
    fn find(conn: &mut AnyConnection, keys: &Keys, page: Page, token: &str) -> AppResult<LinkPage> {
        let (request, sender) = queries::find_by_token(conn, keys, token)?;
        let agent = agents::queries::named(conn, keys, &request)?;
        let protocol_agent = drp::queries::find_agent_of(conn, request.id)?;
        Ok(LinkPage {
            page,
            reference: request.reference,
            wants: sender.wants,
            agent: agent.map(|it| (it.agent.basis, it.name)),
            is_stopped: protocol_agent.as_ref().is_some_and(Agent::is_disabled),
            protocol_agent: protocol_agent.map(|it| it.name),
            form: Form::default(),
        })
    }

    /// Whether the word of the person is needed: who holds a power of attorney acts without it.
    fn needs_word(&self) -> bool {
        let agent = self.agent.as_ref();
        agent.is_none_or(|(basis, _)| basis.is_confirmed())
    }

    /// What it asks.
    fn question(&self) -> &'static str {
        match self.agent {
            _ if self.is_stopped => "Do you want this yourself?",
            Some(_) => "Do they act for you?",
            None => "Is this request yours?",
        }
    }

    /// Whether the page has a button for that: where nobody is asked to confirm, nothing can be confirmed.
    fn offers(&self, answer: &str) -> bool {
        match answer {
            "mine" => self.needs_word() || self.is_stopped,
            "not-mine" => true,
            _ => false,
        }
    }
}

/// Where the link in the mail leads. Opening it does nothing: mail programs open links too.
pub async fn link(app: App, page: Page, token: web::Path<String>) -> AppResult<HttpResponse> {
    let keys = app.keys.clone();
    let gone = LinkIsOver { page: page.clone() };
    let found = app
        .db
        .read(move |conn| LinkPage::find(conn, &keys, page, &token));
    match found.await {
        Ok(found) => html(StatusCode::OK, &found),
        // Of a closed request the link is forgotten, so that nobody can tell it from one that never was.
        Err(AppError::NotFound) => html(StatusCode::NOT_FOUND, &gone),
        Err(error) => Err(error),
    }
}

#[derive(Template)]
#[template(path = "requests/senders/link_is_over.html")]
struct LinkIsOver {
    page: Page,
}

/// What the page of the link sends.
#[derive(Debug, Deserialize)]
pub struct Answer {
    #[serde(default)]
    answer: String,
}

/// The mailbox is theirs: they go on, or take back what somebody else sent.
pub async fn follow(
    app: App,
    page: Page,
    session: Session,
    token: web::Path<String>,
    form: web::Form<Answer>,
) -> AppResult<HttpResponse> {
    let (keys, asked) = (app.keys.clone(), token.clone());
    let gone = LinkIsOver { page: page.clone() };
    let found = app
        .db
        .read(move |conn| LinkPage::find(conn, &keys, page, &asked));
    let mut shown = match found.await {
        Ok(shown) => shown,
        // As after a second click on taking it back.
        Err(AppError::NotFound) => return html(StatusCode::NOT_FOUND, &gone),
        Err(error) => return Err(error),
    };
    if !shown.offers(&form.answer) {
        let sentence = "Choose one of the answers that stand here.";
        shown.form = shown.form.refuse("answer", sentence);
        return html(StatusCode::UNPROCESSABLE_ENTITY, &shown);
    }
    let own = app.clone();
    let is_theirs = form.answer == "mine";
    let followed = app.db.write(move |conn| {
        let found = queries::find_by_token(conn, &own.keys, &token)?;
        let by = By::visitor(&own);
        if is_theirs {
            agents::confirm(conn, &found.0, &by)?;
            return settle::confirm_mailbox(conn, &own, found).map(Some);
        }
        agents::object(conn, &found.0, &by)?;
        Ok(None)
    });
    let followed = followed.await?;
    app.wake.notify_one();
    if let Some(id) = followed {
        session.insert(FOLLOWED, id)?;
        return account_pages::go_on(&app, &session, id).await;
    }
    let text = "It is taken back. Nothing was disclosed, changed or erased.";
    see_other_saying(&session, text, "/request")
}

/// The proof, as typed: the points by name, `name`, `declares` and `value`.
type Fields = BTreeMap<String, String>;

#[derive(Template)]
#[template(path = "requests/senders/mine.html")]
struct MinePage {
    page: Page,
    request: Request,
    sender: Sender,
    points: Vec<Point>,
    enough: bool,
    needed: usize,
    form: Form<Fields>,
    disputed: String,
    /// Whether the law lets the date move while we find out who asks.
    pauses: bool,
    /// Whether the answer should have been given by now.
    is_late: bool,
}

impl MinePage {
    fn due_in_words(&self) -> &'static str {
        if self.is_late {
            "Our answer was due by"
        } else {
            "Our answer is due by"
        }
    }

    fn next_step(&self) -> String {
        if self.is_late {
            return self.request.why_late().to_owned();
        }
        self.request.next_step()
    }

    fn is_under_californias_law(&self) -> bool {
        self.request.law.starts_with("us-ca")
    }

    fn typed(&self, name: &str) -> &str {
        self.form.values.get(name).map_or("", String::as_str)
    }

    fn can_try(&self) -> bool {
        self.sender.degree.is_none()
            && self.enough
            && self.sender.attempts < TRIES
            && !self.request.state.is_closed()
    }

    fn has_tried_all(&self) -> bool {
        self.sender.attempts >= TRIES
    }

    fn declares(&self) -> bool {
        self.needed == Degree::High.points()
    }

    fn is_for_pieces(&self) -> bool {
        self.sender.wants == Wants::Pieces
    }

    fn is_correction(&self) -> bool {
        self.sender.wants == Wants::Correction
    }

    fn question(&self) -> String {
        format!("What should be in “{}”?", self.disputed)
    }

    /// The address itself is one of the points.
    fn to_name(&self) -> usize {
        self.needed - 1
    }
}

/// The request whose link was followed in this browser.
pub async fn mine(app: App, page: Page, session: Session) -> AppResult<HttpResponse> {
    let Some(id) = session.get::<i64>(FOLLOWED)? else {
        return Ok(see_other("/request"));
    };
    show(&app, page, id, Form::new(Fields::new()), StatusCode::OK).await
}

async fn show(
    app: &App,
    page: Page,
    id: i64,
    form: Form<Fields>,
    status: StatusCode,
) -> AppResult<HttpResponse> {
    let (request, sender) = find(app, id).await?;
    let points = if sender.degree.is_none() && !request.state.is_closed() {
        proof::read(app, &request, &sender).await?
    } else {
        Points::default()
    };
    let needed = sender.needs(app, &request).points();
    let disputed = correctable(&app.register)
        .into_iter()
        .find(|(value, _)| Some(value) == sender.field.as_ref())
        .map(|(_, title)| title);
    let shown = MinePage {
        page,
        enough: points.most() >= needed && points.knows_address,
        points: points.asked,
        needed,
        form: hide(form),
        disputed: disputed.unwrap_or_default(),
        pauses: pause::is_allowed(&app.laws, &request),
        is_late: dates::is_late(&app.laws, &request, app.clock.now()),
        request,
        sender,
    };
    html(status, &shown)
}

/// What is typed as proof is not shown again.
fn hide(mut form: Form<Fields>) -> Form<Fields> {
    form.values.retain(|name, _| !name.starts_with("point-"));
    form
}

async fn find(app: &App, id: i64) -> AppResult<(Request, Sender)> {
    let found = app.db.read(move |conn| {
        let request = requests::find(conn, id)?;
        let sender = queries::find(conn, id)?.ok_or(AppError::NotFound)?;
        Ok((request, sender))
    });
    found.await
}

/// Tries to be recognised.
pub async fn prove(
    app: App,
    page: Page,
    request: HttpRequest,
    session: Session,
    form: web::Form<Fields>,
) -> AppResult<HttpResponse> {
    let Some(id) = session.get::<i64>(FOLLOWED)? else {
        return Ok(see_other("/request"));
    };
    let fields = form.into_inner();
    let (asked, sender) = find(&app, id).await?;
    let form = faults(&app, (&asked, &sender), fields);
    if form.has_errors() {
        return show(&app, page, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let points = proof::read(&app, &asked, &sender).await?;
    let form = points.slips(form);
    if form.has_errors() {
        return show(&app, page, id, form, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let typed = |name: &str| form.values.get(name).map_or("", |it| it.trim()).to_owned();
    let proof = Typed {
        name: typed("name"),
        value: typed("value"),
        points: form.values.clone(),
    };
    let client = client_network(client_address(&request, &app.site));
    let refusal = match proof::attempt(&app, id, proof, client).await? {
        Ended::Known | Ended::Categories => return Ok(see_other("/request/mine")),
        Ended::Invalid(sentence) => form.refuse("value", sentence),
        Ended::NotYet(0) => form,
        Ended::NotYet(left) => {
            let first = form_field(&app, id).await?;
            let sentence = format!(
                "What you typed does not match enough of what we hold. Tries left: {left}."
            );
            form.refuse(first, sentence)
        }
    };
    show(&app, page, id, refusal, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// The field beside which it stands that not enough matched; it tells of none in particular.
async fn form_field(app: &App, id: i64) -> AppResult<String> {
    let (request, sender) = find(app, id).await?;
    let points = proof::read(app, &request, &sender).await?;
    let first = points.asked.into_iter().next();
    Ok(first.map_or_else(|| "name".to_owned(), |it| it.name))
}

fn faults(app: &App, (request, sender): (&Request, &Sender), fields: Fields) -> Form<Fields> {
    let is_empty = |name: &str| fields.get(name).is_none_or(|it| it.trim().is_empty());
    let declares = sender.needs(app, request) == Degree::High;
    let mut faults = Vec::new();
    if sender.wants == Wants::Correction && is_empty("value") {
        faults.push(("value", "Write what it should say."));
    }
    if declares && is_empty("name") {
        faults.push(("name", "Write your full name."));
    }
    if declares && is_empty("declares") {
        faults.push((
            "declares",
            "Tick this if it is true. We cannot go on without it.",
        ));
    }
    let long = fields.iter().filter(|(_, it)| it.chars().count() > 4000);
    let long: Vec<_> = long.map(|(name, _)| name.clone()).collect();
    let form = faults
        .into_iter()
        .fold(Form::new(fields), |form, (name, fault)| {
            form.refuse(name, fault)
        });
    long.into_iter()
        .fold(form, |form, name| form.refuse(name, "This is too long."))
        .refuse_unseen()
}

/// The categories are enough.
pub async fn less(app: App, session: Session) -> AppResult<HttpResponse> {
    let Some(id) = session.get::<i64>(FOLLOWED)? else {
        return Ok(see_other("/request"));
    };
    proof::ask_for_less(&app, id).await?;
    Ok(see_other("/request/mine"))
}
