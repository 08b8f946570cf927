//! The mails to recipients, and about them.

use chrono::NaiveDate;

use super::content::Told;
use super::ledger::model::Alarm;
use super::model::CauseKind;
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
    /// What there is to say of it.
    pub told: Told,
    /// The last day.
    pub due_on: NaiveDate,
    /// Within how many business days its contract has it say that it can no longer comply.
    pub warns_within: Option<u32>,
    /// The path of the page to answer on.
    pub answer: String,
}

impl RecipientNotice {
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "templates call it by the message, with what they have"
    )]
    fn day(&self, day: &NaiveDate) -> String {
        words::day(*day)
    }

    /// What it is about, in a few words, and until when it is to be done.
    pub fn subject(&self) -> String {
        match self.kind {
            CauseKind::OptIn => "a person allows a use".to_owned(),
            CauseKind::RestrictionLifted => "end of a restriction for a person".to_owned(),
            CauseKind::StatementWithdrawn => {
                format!(
                    "a statement of a person is taken back, to be done by {}",
                    self.due()
                )
            }
            CauseKind::Deletion if self.told.is_of_what_stays() => format!(
                "what stays of a person's data, and for what alone, to be done by {}",
                self.due()
            ),
            CauseKind::Correction | CauseKind::Deletion => {
                let what = self.kind;
                format!("{what} of a person's data, to be done by {}", self.due())
            }
            kind => format!("{kind} of a person, to be done by {}", self.due()),
        }
    }

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

/// What one recipient has not done.
#[derive(Debug, Default)]
pub struct Unsettled {
    /// The recipient's name.
    pub name: String,
    /// Notices that it has not answered in time.
    pub silent: u64,
    /// Notices that it has refused.
    pub refused: u64,
    /// Notices that could not be delivered, and were given up.
    pub failed: u64,
}

/// Tells supervisors that recipients were silent or refused.
#[derive(Debug)]
pub struct NoticesEscalated {
    /// Each of them.
    pub recipients: Vec<Unsettled>,
}

impl Unsettled {
    /// What it has not done, in words.
    pub fn in_words(&self) -> String {
        let count = |number: u64, done: &str| match number {
            0 => None,
            1 => Some(format!("1 notice {done}")),
            number => Some(format!("{number} notices {done}")),
        };
        let parts = [
            count(self.silent, "not answered in time"),
            count(self.refused, "refused"),
            count(self.failed, "given up"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

message!(
    NoticesEscalated,
    "notices_escalated",
    "mail/notices_escalated/subject.txt",
    "mail/notices_escalated/body.txt",
    "mail/notices_escalated/body.html"
);

/// Tells supervisors that data were disclosed though the people had stopped it.
#[derive(Debug)]
pub struct DisclosedAfterStop {
    /// Each recipient, by its name, and day.
    pub alarms: Vec<Alarm>,
}

message!(
    DisclosedAfterStop,
    "disclosed_after_stop",
    "mail/disclosed_after_stop/subject.txt",
    "mail/disclosed_after_stop/body.txt",
    "mail/disclosed_after_stop/body.html"
);
