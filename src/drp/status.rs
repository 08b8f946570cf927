//! How something stands that an agent asked for, in the protocol's words.

use chrono::{NaiveDateTime, NaiveTime};
use serde::Serialize;

use super::model::{AgentRequest, Reason, Status};
use crate::app::App;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::requests::model::{Request, State};
use crate::requests::senders::model::Sender;
use crate::requests::{agents, queries as requests, senders};

/// The status object.
#[derive(Debug, Serialize)]
pub struct StatusObject {
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_request_id: Option<String>,
    status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    processing_details: Option<String>,
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    results_url: Option<String>,
}

impl StatusObject {
    /// Where it stands.
    pub fn status(&self) -> Status {
        self.status
    }
}

/// Reads how it stands now.
pub fn find(conn: &mut AnyConnection, app: &App, asked: &AgentRequest) -> AppResult<StatusObject> {
    let object = StatusObject {
        request_id: asked.id.clone(),
        agent_request_id: asked.agent_request_id.clone(),
        status: asked.status.unwrap_or(Status::InProgress),
        reason: asked.reason,
        processing_details: asked.details.clone(),
        received_at: moment(asked.received_at),
        expected_by: None,
        results_url: receipt_url(&app.site, asked),
    };
    let Some(request_id) = asked.request_id else {
        return Ok(object);
    };
    let request = requests::find(conn, request_id)?;
    let status = status(&request);
    let sender = senders::queries::find(conn, request_id)?;
    let is_known = sender.as_ref().is_none_or(|it| it.degree.is_some());
    let step = FirstStep::of(conn, sender.as_ref(), request_id)?;
    let in_progress = status == Status::InProgress;
    Ok(StatusObject {
        status,
        reason: (status == Status::Denied).then_some(if is_known {
            Reason::Other
        } else {
            Reason::Unverified
        }),
        processing_details: details(&request, step),
        expected_by: in_progress.then(|| moment(request.due_on.and_time(LAST_MOMENT))),
        results_url: (status == Status::Fulfilled)
            .then(|| app.site.url(&format!("/requests/{}", request.reference))),
        ..object
    })
}

const LAST_MOMENT: NaiveTime =
    NaiveTime::from_hms_milli_opt(23, 59, 59, 999).expect("it is a time of the day");

fn receipt_url(site: &Site, asked: &AgentRequest) -> Option<String> {
    let receipt = asked.receipt_id.as_ref()?;
    Some(site.url(&format!("/do-not-sell/done/{receipt}")))
}

fn status(request: &Request) -> Status {
    match request.state {
        State::Completed => Status::Fulfilled,
        State::Denied => Status::Denied,
        State::Withdrawn => Status::Revoked,
        _ => Status::InProgress,
    }
}

/// What is done before it is known who asks.
#[derive(Debug, Clone, Copy)]
enum FirstStep {
    /// The person has followed the link.
    Confirmed,
    /// The person is asked to follow it.
    Mail,
    /// There is no address to write to.
    Call,
    /// The person is told, and staff look at the power of attorney.
    Power,
}

impl FirstStep {
    fn of(
        conn: &mut AnyConnection,
        sender: Option<&Sender>,
        request_id: i64,
    ) -> AppResult<FirstStep> {
        let Some(sender) = sender.filter(|it| it.mailbox_at.is_none()) else {
            return Ok(FirstStep::Confirmed);
        };
        let agent = agents::queries::find(conn, request_id)?;
        Ok(if agent.is_some_and(|it| !it.basis.is_confirmed()) {
            FirstStep::Power
        } else if sender.email.is_none() {
            FirstStep::Call
        } else {
            FirstStep::Mail
        })
    }

    const fn in_words(self) -> &'static str {
        match self {
            FirstStep::Confirmed => {
                "The person has followed the link in our mail. We find out whether it is them."
            }
            FirstStep::Mail => {
                "We have written to the person, who confirms the request by the link in that mail."
            }
            FirstStep::Call => "Our staff reach the person by the number that you sent.",
            FirstStep::Power => {
                "Our staff look at the power of attorney. The person need not confirm anything."
            }
        }
    }
}

/// A sentence for the agent, without anything of the person but whether they have confirmed the request.
fn details(request: &Request, step: FirstStep) -> Option<String> {
    let sentence = match request.state {
        State::Received | State::Acknowledged | State::Verifying => step.in_words(),
        State::WaitingForPerson => "We have asked the person something.",
        State::Denied => "We have told the person why, and what they can do.",
        State::Completed | State::Withdrawn => return None,
        _ if request.extended_to.is_some() => "We need more time, and have told the person why.",
        State::Approved | State::PartlyApproved | State::Executing | State::ExecutionFailed => {
            "It was decided, and is being carried out."
        }
        State::InReview => "Our staff look at it.",
    };
    Some(sentence.to_owned())
}

/// Milliseconds and a numeric offset, which every reader of ISO 8601 takes.
pub fn moment(at: NaiveDateTime) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string()
}
