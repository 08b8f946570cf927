//! The mails about requests for somebody else. What an agent typed is not in them: it could be anything.

use chrono::NaiveDate;

use super::model::Basis;
use crate::config::Site;
use crate::mail::messages::message;
use crate::requests::model::State;
use crate::requests::senders::model::Wants;
use crate::requests::words;

/// Tells the person that somebody asks for them, with the link to confirm or stop it.
#[derive(Debug)]
pub struct AgentAsks {
    /// As people quote it.
    pub reference: String,
    /// What is asked for.
    pub wants: Wants,
    /// On what ground.
    pub basis: Basis,
    /// The name of the law whose dates it has.
    pub law: String,
    /// When it was received.
    pub received_on: NaiveDate,
    /// When to expect an answer.
    pub due_on: NaiveDate,
    /// Whether that has passed.
    pub is_late: bool,
    /// The end of the link.
    pub token: String,
}
message!(
    AgentAsks,
    "agent_asks",
    "mail/agent_asks/subject.txt",
    "mail/agent_asks/body.txt",
    "mail/agent_asks/body.html"
);

/// Confirms a request to who made it for somebody else.
#[derive(Debug)]
pub struct AgentReceived {
    /// As people quote it.
    pub reference: String,
    /// What is asked for.
    pub wants: Wants,
    /// On what ground.
    pub basis: Basis,
    /// When it was received.
    pub received_on: NaiveDate,
    /// When the person can expect an answer.
    pub due_on: NaiveDate,
}
message!(
    AgentReceived,
    "agent_received",
    "mail/agent_received/subject.txt",
    "mail/agent_received/body.txt",
    "mail/agent_received/body.html"
);

/// Tells who made a request for somebody else how it ended.
#[derive(Debug)]
pub struct AgentClosed {
    /// As people quote it.
    pub reference: String,
    /// How.
    pub state: State,
}
message!(
    AgentClosed,
    "agent_closed",
    "mail/agent_closed/subject.txt",
    "mail/agent_closed/body.txt",
    "mail/agent_closed/body.html"
);

impl AgentAsks {
    fn asks(&self) -> &'static str {
        match self.basis {
            // Whoever reads it may be the parent.
            Basis::Parent => self.wants.in_words_of_person(),
            Basis::Permission | Basis::PowerOfAttorney => self.wants.in_words(),
        }
    }

    fn received(&self) -> String {
        words::day(self.received_on)
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }

    fn link(&self, site: &Site) -> String {
        site.url(&format!("/request/link/{}", self.token))
    }
}

impl AgentReceived {
    fn received(&self) -> String {
        words::day(self.received_on)
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }
}

impl AgentClosed {
    fn says(&self) -> &'static str {
        match self.state {
            State::Completed => "We have carried it out, in whole or in part.",
            State::Denied => "We could not do what was asked.",
            _ => "It was taken back. The person may have told us that you do not act for them.",
        }
    }
}
