//! What becomes of a right that an agent exercises.

use chrono::{NaiveDateTime, TimeDelta};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::agents::record;
use super::claims::{AboutPerson, in_one_line};
use super::model::{Agent, AgentRequest, Exercise, NewAgentRequest, Reason, Status};
use super::queries;
use super::signed::Claims;
use crate::accounts::limits::Limit;
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{find_reader, is_email, is_phone, normal_email, normal_phone};
use crate::app::App;
use crate::audit::Actor;
use crate::choices::queries::find_subjects;
use crate::choices::{Act, MadeBy, Proof, SALE_OR_SHARING, State};
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::requests::model::Channel;
use crate::requests::senders::model::Wants;
use crate::requests::senders::{Letter, receive_from_agent};
use crate::requests::{self, life::By};
use crate::sources::Dates;

/// So many opt-out mails may agents cause at one address in a day. Beyond it the opt-out still holds.
const MAILS: Limit = Limit {
    purpose: "opt-out mails by agents",
    max: 3,
    max_in_demo: 1_000,
    window: TimeDelta::days(1),
};

/// The message. Keys that nobody has agreed on are ignored.
#[derive(Debug, Deserialize)]
pub struct Message {
    #[serde(flatten)]
    pub(super) claims: Claims,
    exercise: String,
    regime: Option<String>,
    #[serde(rename = "agent-request-id")]
    agent_request_id: Option<String>,
    status_callback: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    name: Option<Value>,
    address: Option<Value>,
    power_of_attorney: Option<Value>,
}

/// A message that can be acted on.
#[derive(Debug)]
pub struct Asked {
    exercise: Exercise,
    is_ccpa: bool,
    agent_request_id: Option<String>,
    status_callback: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    about: AboutPerson,
}

impl Message {
    /// Checks what it asks for; a sentence about the first thing that is wrong.
    pub fn check(self, app: &App) -> Result<Asked, String> {
        let Ok(exercise) = self.exercise.parse() else {
            return Err("exercise is not a right that the protocol knows.".to_owned());
        };
        if !matches!(self.regime.as_deref(), None | Some("ccpa" | "voluntary")) {
            return Err("regime must be ccpa, or be left out.".to_owned());
        }
        let given = |text: Option<String>| text.filter(|it| !it.trim().is_empty());
        let name = self.agent_request_id;
        if name
            .as_ref()
            .is_some_and(|it| it.is_empty() || it.len() > 200)
        {
            return Err("agent-request-id must have 1 to 200 characters.".to_owned());
        }
        let status_callback = given(self.status_callback);
        if let Some(url) = &status_callback
            && let Err(sentence) = app.outbound.check(url)
        {
            return Err(format!("status_callback: {sentence}"));
        }
        let email = given(self.email).map(|it| normal_email(&it));
        if email.as_ref().is_some_and(|it| !is_email(it)) {
            return Err("email is not an e-mail address.".to_owned());
        }
        let phone = given(self.phone_number).map(|it| normal_phone(&it));
        if phone.as_ref().is_some_and(|it| !is_phone(it)) {
            return Err("phone_number must be in E.164, such as +14155550134.".to_owned());
        }
        Ok(Asked {
            exercise,
            is_ccpa: self.regime.as_deref() == Some("ccpa"),
            agent_request_id: name,
            status_callback,
            about: AboutPerson {
                name: in_one_line(self.name.as_ref()),
                address: in_one_line(self.address.as_ref()),
                phone: phone.clone().unwrap_or_default(),
                power_of_attorney: in_one_line(self.power_of_attorney.as_ref()),
            },
            email,
            phone,
        })
    }
}

/// Does what was asked for, in the caller's transaction.
///
/// # Errors
/// [`AppError::Conflict`] when the message was taken before.
pub fn exercise(
    conn: &mut AnyConnection,
    app: &App,
    agent: &Agent,
    asked: &Asked,
    (message, until): (&str, NaiveDateTime),
) -> AppResult<AgentRequest> {
    let now = app.clock.now();
    if !queries::take_message(conn, message, until)? {
        return Err(AppError::conflict("This message was taken before."));
    }
    let new = NewAgentRequest {
        id: Uuid::new_v4().to_string(),
        agent_id: agent.id,
        agent_request_id: asked.agent_request_id.clone(),
        exercise: asked.exercise.as_str(),
        received_at: now,
        status_callback: asked.status_callback.clone(),
        ..NewAgentRequest::default()
    };
    let done = match asked.exercise {
        Exercise::OptOut => opt_out(conn, app, asked, new, now)?,
        Exercise::OptIn => denied(
            new,
            Reason::NotCovered,
            "Only the person can allow it again, signed in, in two steps.",
        ),
        Exercise::Deletion => file(conn, app, agent, asked, Wants::Deletion, new, now)?,
        Exercise::Categories => file(conn, app, agent, asked, Wants::Categories, new, now)?,
        Exercise::Access | Exercise::Specific => {
            file(conn, app, agent, asked, Wants::Pieces, new, now)?
        }
    };
    let detail = json!({
        "agent": agent.agent_id, "exercise": asked.exercise, "status": done.status,
    });
    record(
        conn,
        Actor::Visitor,
        "agent.exercised",
        &done.id,
        detail,
        now,
    )?;
    // What is final from the start changes no more, and who gave an address is told at it all the same.
    if done.status.is_some() && done.status_callback.is_some() {
        let id = done.id.clone();
        jobs::enqueue(conn, &Job::TellAgent { id }, now)?;
    }
    let kept = queries::insert(conn, &done)?;
    if let Some(request_id) = kept.request_id {
        let request = requests::queries::find(conn, request_id)?;
        requests::agents::ask(conn, &request, true, &By::visitor(app))?;
    }
    Ok(kept)
}

fn denied(new: NewAgentRequest, reason: Reason, details: &'static str) -> NewAgentRequest {
    NewAgentRequest {
        status: Some(Status::Denied.as_str()),
        reason: Some(reason.as_str()),
        details: Some(details),
        ..new
    }
}

/// In effect at once for whoever has the address or number. Nobody has to confirm it.
fn opt_out(
    conn: &mut AnyConnection,
    app: &App,
    asked: &Asked,
    new: NewAgentRequest,
    now: NaiveDateTime,
) -> AppResult<NewAgentRequest> {
    let claims = [
        (IdentityKind::Email, &asked.email),
        (IdentityKind::Phone, &asked.phone),
    ];
    let claims = claims.into_iter();
    let claims: Vec<_> = claims
        .filter_map(|(kind, value)| Some((kind, value.clone()?)))
        .collect();
    let (typed, pseudonym) = find_subjects(conn, &app.keys, &claims)?;
    let subjects: Vec<_> = typed.iter().map(|(subject, _)| subject.clone()).collect();
    if subjects.is_empty() {
        let details = "Send email or phone_number, so that we can find the person.";
        return Ok(denied(new, Reason::Unverified, details));
    }
    let mail_to = match &asked.email {
        Some(email) if MAILS.allows(app, conn, email, now)? => find_reader(conn, &app.keys, email)?,
        _ => None,
    };
    let keys = vec![SALE_OR_SHARING.to_owned()];
    let act = Act {
        typed,
        pseudonym,
        proof: Proof::OfEach,
        mail_to,
        ..Act::new(subjects, keys, State::OptedOut, MadeBy::Agent)
    };
    Ok(NewAgentRequest {
        status: Some(Status::Fulfilled.as_str()),
        receipt_id: act.apply(app, conn, now)?,
        ..new
    })
}

/// Into the queue, like a request without an account: the person confirms it by mail, unless the agent holds a power of
/// attorney for them (11 CCR 7063(b)). Who is named by a telephone number alone is called by staff.
fn file(
    conn: &mut AnyConnection,
    app: &App,
    agent: &Agent,
    asked: &Asked,
    wants: Wants,
    new: NewAgentRequest,
    now: NaiveDateTime,
) -> AppResult<NewAgentRequest> {
    let Some(handle) = asked.email.as_ref().or(asked.phone.as_ref()) else {
        let details = "Send email or phone_number, so that we can find the person.";
        return Ok(denied(new, Reason::Unverified, details));
    };
    let phone = asked.phone.clone().filter(|_| asked.email.is_none());
    let reference = match &asked.agent_request_id {
        Some(name) => format!(", as {name}"),
        None => String::new(),
    };
    let residence = if asked.is_ccpa { "us-ca" } else { "" };
    let letter = Letter {
        email: asked.email.clone(),
        contact: phone.unwrap_or_default(),
        residence: residence.to_owned(),
        wants,
        field: None,
        note: format!(
            "The authorised agent {} asks for this{reference}.",
            agent.name
        ),
        channel: Channel::Agent,
        received_on: app.laws.day_in(residence, now),
        dates: Dates::default(),
    };
    let by = By::visitor(app);
    let name = &agent.agent_id;
    let Some(request) = receive_from_agent(conn, (&letter, handle), name, &by)? else {
        let details = "You have sent many requests for this person today.";
        return Ok(denied(new, Reason::TooMany, details));
    };
    if !asked.about.power_of_attorney.is_empty() {
        requests::agents::hold_power(conn, &request, &agent.name, &by)?;
    }
    Ok(NewAgentRequest {
        claims: asked.about.seal(&app.keys, &request.reference)?,
        request_id: Some(request.id),
        ..new
    })
}
