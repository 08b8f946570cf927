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
    /// The end of the link.
    pub token: String,
    /// The authorised agent who asks for them, by the name under which staff admitted it.
    pub agent: Option<String>,
}
message!(
    RequestToConfirm,
    "request_to_confirm",
    "mail/request_to_confirm/subject.txt",
    "mail/request_to_confirm/body.txt",
    "mail/request_to_confirm/body.html"
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

impl RequestUnverified {
    fn is_access(&self) -> bool {
        self.kind == Kind::Access
    }
}
