//! The mail to a recipient.

use chrono::NaiveDate;

use super::model::CauseKind;
use super::statements::Said;
use crate::mail::messages::message;
use crate::web::words;

/// Tells a recipient what it must do, for whom and until when, with a link to answer by.
#[derive(Debug)]
pub struct RecipientNotice {
    /// The recipient's name.
    pub recipient: String,
    /// What it is told of.
    pub kind: CauseKind,
    /// Addresses and numbers by which it knows the person.
    pub people: Vec<String>,
    /// Titles of activities.
    pub purposes: Vec<String>,
    /// What the person says of a datum, if that is what it is told of.
    pub said: Option<Said>,
    /// The last day.
    pub due_on: NaiveDate,
    /// Within how many business days its contract has it say that it can no longer comply.
    pub warns_within: Option<u32>,
    /// The path of the page to answer on.
    pub answer: String,
}

impl RecipientNotice {
    /// The last day, in words.
    pub fn due(&self) -> String {
        words::day(self.due_on)
    }
}

message!(
    RecipientNotice,
    "recipient_notice",
    "mail/recipient_notice/subject.txt",
    "mail/recipient_notice/body.txt",
    "mail/recipient_notice/body.html"
);
