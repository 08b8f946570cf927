//! Who is signed in has shown who they are. Of a request that came to us otherwise, their own page asks them whether it is
//! theirs, or its agent acts for them, and nothing else: the account is the proof (11 CCR 7061(a)).

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::look_up::look_up;
use super::model::{Sender, Wants};
use super::queries;
use super::settle::{Known, settle};
use crate::accounts::guard::{Account, Person};
use crate::accounts::signs;
use crate::app::App;
use crate::db::AnyConnection;
use crate::drp::{self, model::Agent};
use crate::error::{AppError, AppResult};
use crate::requests::agents;
use crate::requests::life::{By, changed};
use crate::requests::model::{Kind, Request};
use crate::requests::{queries as requests, reference};
use crate::web::{see_other, see_other_saying};

const CONFIRMED: &str = "You have confirmed it. We go on with it.";
const STOPPED: &str = "It is taken back. Nothing was disclosed, changed or erased.";

/// What a request asks the person to confirm.
pub struct ToConfirm {
    /// What is asked for.
    pub wants: Wants,
    /// Who asks for them, if they do not ask themselves; empty where that is erased.
    pub agent: Option<String>,
    /// Whether their word is needed: who holds a power of attorney acts without it.
    pub needs_word: bool,
    /// Whether an agent asked who may act no more: the person goes on by themselves, or stops it.
    pub is_stopped: bool,
}

impl ToConfirm {
    /// What a request asks its person, as long as it is not known who asks.
    pub fn find(
        conn: &mut AnyConnection,
        app: &App,
        request: &Request,
    ) -> AppResult<Option<ToConfirm>> {
        let sender = queries::find(conn, request.id)?;
        let Some(sender) = sender.filter(|it| is_open(request, it)) else {
            return Ok(None);
        };
        let named = agents::queries::named(conn, &app.keys, request)?;
        let of_protocol = drp::queries::find_agent_of(conn, request.id)?;
        Ok(Some(ToConfirm {
            wants: sender.wants,
            needs_word: named
                .as_ref()
                .is_none_or(|it| it.agent.basis.is_confirmed()),
            is_stopped: of_protocol.as_ref().is_some_and(Agent::is_disabled),
            agent: named
                .map(|it| it.name)
                .or_else(|| of_protocol.map(|it| it.name)),
        }))
    }

    /// Whether there is anything to say yes to.
    pub fn can_confirm(&self) -> bool {
        self.needs_word || self.is_stopped
    }
}

fn is_open(request: &Request, sender: &Sender) -> bool {
    sender.degree.is_none() && sender.wants.needs_proof() && !request.state.is_closed()
}

/// What the request's own page sends.
#[derive(Debug, Deserialize)]
pub struct Answer {
    #[serde(default)]
    answer: String,
}

/// The person confirms it, or takes it back.
pub async fn answer(
    person: Person,
    app: App,
    session: Session,
    path: web::Path<String>,
    form: web::Form<Answer>,
) -> AppResult<HttpResponse> {
    let (person_id, reference) = (person.id, reference::normal(&path));
    let own = app.clone();
    let found = app.db.read(move |conn| {
        let request = requests::find_for_person(conn, person_id, &reference)?;
        let asked = ToConfirm::find(conn, &own, &request)?.ok_or_else(changed)?;
        Ok((request, asked))
    });
    let (request, asked) = found.await?;
    let said = match &*form.answer {
        "mine" if asked.can_confirm() => {
            if is_weighty(asked.wants) && !signs::is_confirmed(&app, &person).await? {
                return Err(AppError::StepUpRequired);
            }
            confirm(&app, &person, &request).await?;
            CONFIRMED
        }
        "not-mine" => {
            refuse(&app, &person, &request).await?;
            STOPPED
        }
        _ => {
            let sentence = "Choose one of the answers that stand on the page.";
            return Err(AppError::BadRequest(sentence.to_owned()));
        }
    };
    see_other_saying(&session, said, &address(&request))
}

/// Where the way goes on from a link that was followed: who is signed in as the very person confirms by it, or does so on
/// the request's own page where that asks for a fresh code; everybody else shows who they are.
pub(super) async fn go_on(app: &App, session: &Session, id: i64) -> AppResult<HttpResponse> {
    let own = app.clone();
    let found = app.db.read(move |conn| {
        let request = requests::find(conn, id)?;
        let asked = ToConfirm::find(conn, &own, &request)?;
        Ok((request, asked))
    });
    let (request, asked) = found.await?;
    let person = match Account::of(session)? {
        Some(Account::Person(person)) if person.id == request.person_id => person,
        _ => return Ok(see_other("/request/mine")),
    };
    let Some(asked) = asked.filter(ToConfirm::can_confirm) else {
        return Ok(see_other(&address(&request)));
    };
    if is_weighty(asked.wants) && !signs::is_confirmed(app, &person).await? {
        return Ok(see_other(&address(&request)));
    }
    confirm(app, &person, &request).await?;
    see_other_saying(session, CONFIRMED, &address(&request))
}

/// Whether the same right asks for a fresh code in the account. Data themselves are handed out after one in any case.
fn is_weighty(wants: Wants) -> bool {
    matches!(wants.kind(), Kind::Deletion | Kind::Correction)
}

async fn confirm(app: &App, person: &Person, request: &Request) -> AppResult<()> {
    let id = request.id;
    let sender = app
        .db
        .read(move |conn| queries::find(conn, id)?.ok_or(AppError::NotFound))
        .await?;
    // What a wrong value is to become, staff ask; a sentence about it cannot come of none.
    let found = look_up(app, request, &sender, None).await?;
    let found = found.unwrap_or_default();
    let (own, person, request) = (app.clone(), person.clone(), request.clone());
    let written = app.db.write(move |conn| {
        let by = By::person(&own, &person);
        agents::confirm(conn, &request, &by)?;
        let known = Known {
            degree: sender.needs(&own, &request),
            wants: sender.wants,
            points: sender.points,
            declaration: None,
            vouched: None,
        };
        settle(conn, &request, &known, &found, &by)
    });
    written.await?;
    app.wake.notify_one();
    Ok(())
}

async fn refuse(app: &App, person: &Person, request: &Request) -> AppResult<()> {
    let (own, person, request) = (app.clone(), person.clone(), request.clone());
    let stopped = app
        .db
        .write(move |conn| agents::object(conn, &request, &By::person(&own, &person)));
    stopped.await?;
    app.wake.notify_one();
    Ok(())
}

fn address(request: &Request) -> String {
    format!("/requests/{}", request.reference)
}
