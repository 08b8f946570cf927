//! The mails about a request's dates.

use chrono::NaiveDate;

use super::model::{Kind, Request, State};
use super::reminders::Notice;
use super::words;
use crate::config::Site;
use crate::law::{Laws, Regulator};
use crate::mail::messages::message;

/// One request in a mail to staff.
#[derive(Debug)]
pub struct Near {
    reference: String,
    kind: Kind,
    due_on: NaiveDate,
    notice: Notice,
    /// Whether mails reach the person.
    is_reached: bool,
    state: &'static str,
}

/// Tells a staff member which requests' dates are near, or have passed.
#[derive(Debug)]
pub struct DatesNear {
    /// Oldest day first.
    pub requests: Vec<Near>,
}
message!(
    DatesNear,
    "dates_near",
    "mail/dates_near/subject.txt",
    "mail/dates_near/body.txt",
    "mail/dates_near/body.html"
);

/// Tells the person that the answer is late, and why.
#[derive(Debug)]
pub struct RequestLate {
    reference: String,
    kind: Kind,
    due_on: NaiveDate,
    reason: &'static str,
    authorities: Vec<Regulator>,
    page: String,
}
message!(
    RequestLate,
    "request_late",
    "mail/request_late/subject.txt",
    "mail/request_late/body.txt",
    "mail/request_late/body.html"
);

/// Reminds the person that they were asked something, or who they are, and that the clock stands still until they answer.
#[derive(Debug)]
pub struct QuestionWaits {
    reference: String,
    kind: Kind,
    asked_on: NaiveDate,
    /// Whether it is about who they are.
    is_of_identity: bool,
    page: String,
}
message!(
    QuestionWaits,
    "question_waits",
    "mail/question_waits/subject.txt",
    "mail/question_waits/body.txt",
    "mail/question_waits/body.html"
);

impl Near {
    pub(super) fn of(request: &Request, (notice, is_reached): (Notice, bool)) -> Self {
        Near {
            reference: request.reference.clone(),
            kind: request.kind,
            due_on: request.due_on,
            notice,
            is_reached,
            state: request.staff_state(),
        }
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }

    fn says(&self) -> &'static str {
        match self.notice {
            Notice::Half => "Half of the time is over.",
            Notice::FourFifths => "Four fifths of the time are over.",
            Notice::Unconfirmed => {
                "Nobody has confirmed its receipt yet. Tell the person the reference and the date."
            }
            Notice::LastDay => "This is the last business day before its date.",
            Notice::Unverified => {
                "Nobody knows yet who asks. It can be denied for that, and the answer must say so: the denial stands ready on its page, for you to propose, once they have had five days to show who they are. Nothing is sent or closed by itself."
            }
            Notice::Unanswered => "The person was reminded of our question.",
            Notice::StillUnanswered if self.is_reached => {
                "The clock has stood still for two weeks: the person has not answered, though they were reminded. Try another way, or answer with what you know. Nothing closes by itself."
            }
            Notice::StillUnanswered => {
                "The clock has stood still for two weeks, and no mail reaches the person: write or call them. Nothing closes by itself."
            }
            Notice::Late if self.is_reached => "It is late. The person has been told.",
            Notice::Late => {
                "It is late. No mail reaches the person: tell them that it is, and why."
            }
        }
    }

    fn link(&self, site: &Site) -> String {
        site.url(&format!("/staff/requests/{}", self.reference))
    }
}

impl DatesNear {
    fn which(&self) -> String {
        match &self.requests[..] {
            [only] => format!("the request {}, due by {}", only.reference, only.due()),
            all => format!("{} requests", all.len()),
        }
    }

    fn is_any_late(&self) -> bool {
        self.requests.iter().any(|it| it.notice == Notice::Late)
    }
}

impl QuestionWaits {
    pub(super) fn of(request: &Request, asked_on: NaiveDate, page: String) -> Self {
        QuestionWaits {
            page,
            asked_on,
            reference: request.reference.clone(),
            kind: request.kind,
            is_of_identity: request.state == State::Verifying,
        }
    }

    fn says(&self) -> String {
        let (noun, reference) = (self.kind.noun(), &self.reference);
        let day = words::day(self.asked_on);
        if self.is_of_identity {
            format!("Since {day} we wait to know that your {noun} ({reference}) comes from you.")
        } else {
            format!(
                "On {day} we asked you something about your {noun} ({reference}), and we need your answer to go on."
            )
        }
    }

    fn link(&self, site: &Site) -> String {
        site.url(&self.page)
    }
}

impl RequestLate {
    pub(super) fn of(laws: &Laws, request: &Request, page: String) -> Self {
        RequestLate {
            page,
            reference: request.reference.clone(),
            kind: request.kind,
            due_on: request.due_on,
            reason: request.why_late(),
            authorities: laws.regulators(&request.law),
        }
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }

    fn link(&self, site: &Site) -> String {
        site.url(&self.page)
    }
}
