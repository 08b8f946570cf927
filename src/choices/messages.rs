//! The mail that confirms a change.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use super::model::{MadeBy, State};
use super::proof::Facts;
use crate::mail::messages::message;
use crate::web::words;

/// Tells what is in effect since when. It is a notice: nothing waits for an answer.
#[derive(Debug)]
pub struct ChoiceChanged {
    /// What holds now, one sentence for each choice.
    pub outcomes: Vec<String>,
    /// What brought it about.
    pub made_by: MadeBy,
    /// Whether it is on or off.
    pub state: State,
    /// Whether it is not for the person to turn it on, at their age.
    pub is_for_others: bool,
    /// Since when, in words.
    pub at: String,
    /// The path of the receipt.
    pub receipt: String,
}

impl ChoiceChanged {
    /// The mail about these changes.
    pub fn new(
        facts: Facts,
        is_for_others: bool,
        receipt_id: &str,
        (at, zone): (NaiveDateTime, Tz),
    ) -> Self {
        ChoiceChanged {
            outcomes: facts.outcome,
            made_by: facts.made_by,
            state: facts.state,
            is_for_others,
            at: words::moment(at, zone),
            receipt: format!("/receipts/{receipt_id}"),
        }
    }

    /// One line that says it all, if one choice was changed.
    pub fn headline(&self) -> &str {
        match &self.outcomes[..] {
            [one] => one,
            _ => "Your privacy choices are in effect",
        }
    }

    /// Whether the person cannot turn it on again.
    pub fn is_off_for_them(&self) -> bool {
        self.is_for_others && self.state == State::OptedOut
    }

    /// Whether a parent or guardian turned it on.
    pub fn is_by_parent(&self) -> bool {
        self.made_by == MadeBy::Parent
    }

    /// Whether somebody asked for it, who may have been somebody else.
    pub fn was_asked_for(&self) -> bool {
        self.made_by.is_request()
    }

    /// Whether the address was typed into a form by somebody who was not signed in.
    pub fn is_from_form(&self) -> bool {
        self.made_by == MadeBy::VisitorForm
    }
}

message!(
    ChoiceChanged,
    "choice_changed",
    "mail/choice_changed/subject.txt",
    "mail/choice_changed/body.txt",
    "mail/choice_changed/body.html"
);
