//! The mails to somebody who sent a request without an account. They say nothing that was typed into the form.

use chrono::NaiveDate;

use super::model::Wants;
use crate::config::Site;
use crate::mail::messages::message;
use crate::requests::denial::Denial;
use crate::requests::model::Kind;
use crate::requests::words;

/// Confirms a request, and has the link to go on.
#[derive(Debug)]
pub struct RequestToConfirm {
    /// As people quote it.
    pub reference: String,
    /// What is asked for.
    pub wants: Wants,
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
    /// The authorised agent who asks for them, by the name under which staff admitted it.
    pub agent: Option<String>,
    /// Whether that agent may act no more.
    pub is_stopped: bool,
}
message!(
    RequestToConfirm,
    "request_to_confirm",
    "mail/request_to_confirm/subject.txt",
    "mail/request_to_confirm/body.txt",
    "mail/request_to_confirm/body.html"
);

/// Answers what names or comes from an address that was taken away from its account: there is no link, and what can be
/// done instead.
#[derive(Debug)]
pub struct FromClosed {
    /// What is on record of it, if it is more than a question.
    pub request: Option<OnRecord>,
}

/// What was put on record for a closed address.
#[derive(Debug)]
pub struct OnRecord {
    /// As people quote it.
    pub reference: String,
    /// What is asked for.
    pub wants: Wants,
    /// When it was received.
    pub received_on: NaiveDate,
}
message!(
    FromClosed,
    "request_from_closed",
    "mail/request_from_closed/subject.txt",
    "mail/request_from_closed/body.txt",
    "mail/request_from_closed/body.html"
);

/// It was denied, because nobody knows who asks.
#[derive(Debug)]
pub struct RequestUnverified {
    /// As people quote it.
    pub reference: String,
    /// Which right.
    pub kind: Kind,
    /// What the law wants said of it.
    pub denial: Denial,
}
message!(
    RequestUnverified,
    "request_unverified",
    "mail/request_unverified/subject.txt",
    "mail/request_unverified/body.txt",
    "mail/request_unverified/body.html"
);

impl RequestToConfirm {
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

impl OnRecord {
    fn received(&self) -> String {
        words::day(self.received_on)
    }
}

impl RequestUnverified {
    /// What staff wrote of the case, where it is more than the ground says. No page shows it to somebody whom nobody knows.
    fn reason(&self) -> Option<&str> {
        let whole = self.denial.whole().filter(|it| it.facts != it.says);
        let facts = whole.map(|it| it.facts.as_str());
        facts.filter(|it| !it.is_empty())
    }

    fn is_access(&self) -> bool {
        self.kind == Kind::Access
    }
}
