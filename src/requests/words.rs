//! How pages and mails put it.

pub use crate::web::words::{day, number};

use super::model::{Action, Channel, Decision, Kind, Line, Outcome, Request, State};

/// `1 record`, `3 records`.
pub fn records(count: i64) -> String {
    format!(
        "{} {}",
        number(count),
        if count == 1 { "record" } else { "records" }
    )
}

/// What a request asks for with so many records.
pub fn outlook(action: Action, count: i64) -> String {
    let records = records(count);
    let stay = if count == 1 { "stays" } else { "stay" };
    match action {
        Action::Correct => "Put one value right".to_owned(),
        Action::Delete => format!("Erase {records}"),
        Action::Mask => format!("Overwrite your details in {records}"),
        Action::Cut => format!("Cut the link to erased data in {records}, which {stay}"),
        Action::Follow if count == 1 => format!("{records} goes with what it shows"),
        Action::Follow => format!("{records} go with what they show"),
        Action::Keep | Action::Leave => format!("{records} {stay}"),
    }
}

impl Line {
    /// When it was received, in words.
    pub fn received(&self) -> String {
        day(self.received_on)
    }

    /// When the answer is due, in words.
    pub fn due(&self) -> String {
        day(self.due_on)
    }
}

impl Kind {
    /// Whether what was decided is made in the sources, and read back there.
    pub fn is_read_back(self) -> bool {
        matches!(self, Kind::Correction | Kind::Deletion)
    }

    /// As a title, for the person.
    pub fn title(self) -> &'static str {
        match self {
            Kind::Access => "Access to your data",
            Kind::Correction => "Correction of your data",
            Kind::Deletion => "Deletion of your data",
            Kind::Restriction => "Restriction of a use",
            Kind::Objection => "Objection to a use",
            Kind::Appeal => "Appeal",
            Kind::Decision => "How a decision was made",
            Kind::MarketingList => "Who got data for marketing",
            Kind::Contest => "A machine's decision, looked at again",
            Kind::Complaint => "Complaint",
        }
    }

    /// As a title, for staff, whose data it is not about.
    pub fn staff_title(self) -> &'static str {
        match self {
            Kind::Access => "Access to data",
            Kind::Correction => "Correction of data",
            Kind::Deletion => "Deletion of data",
            other => other.title(),
        }
    }

    /// In a sentence: "your …", "we have approved your …".
    pub fn noun(self) -> &'static str {
        match self {
            Kind::Access => "request for access",
            Kind::Correction => "request for correction",
            Kind::Deletion => "request for deletion",
            Kind::Restriction => "request for restriction",
            Kind::Objection => "objection",
            Kind::Appeal => "appeal",
            Kind::Decision => "request to know how a decision was made",
            Kind::MarketingList => "request to know who got data for marketing",
            Kind::Contest => "request to look again at a machine's decision",
            Kind::Complaint => "complaint",
        }
    }

    /// How it came to its end once it was approved: "your … ".
    pub fn is_over(self) -> &'static str {
        match self {
            Kind::Objection => "is granted",
            _ if self.is_answered_in_words() => "is answered",
            _ => "is done",
        }
    }
}

impl Channel {
    /// In a few words: the manner in which the request was made.
    pub fn title(self) -> &'static str {
        match self {
            Channel::Portal => "Through the portal",
            Channel::Form => "By the form without an account",
            Channel::Mail => "By e-mail",
            Channel::Phone => "By telephone",
            Channel::Letter => "By letter",
            Channel::Agent => "By an authorised agent",
        }
    }
}

impl State {
    /// In one or two words.
    pub fn title(self) -> &'static str {
        match self {
            State::Received => "Received",
            State::Acknowledged => "Confirmed",
            State::Verifying => "Checking who asks",
            State::InReview => "In review",
            State::WaitingForPerson => "Waiting for you",
            State::Approved => "Approved",
            State::PartlyApproved => "Partly approved",
            State::Denied => "Denied",
            State::Executing => "Being carried out",
            State::ExecutionFailed => "Delayed",
            State::Completed => "Done",
            State::Withdrawn => "Withdrawn",
        }
    }

    /// The tone of its tag, as `components/status.html` knows them.
    pub fn tone(self) -> &'static str {
        match self {
            State::Received | State::Acknowledged => "info",
            State::Verifying | State::InReview | State::Executing => "progress",
            State::WaitingForPerson | State::PartlyApproved | State::ExecutionFailed => "warning",
            State::Approved | State::Completed => "success",
            State::Denied => "danger",
            State::Withdrawn => "neutral",
        }
    }
}

impl Outcome {
    /// In a sentence: "we have … your request".
    pub fn verb(self) -> &'static str {
        match self {
            Outcome::Approved => "approved",
            Outcome::PartlyApproved => "approved a part of",
            Outcome::Denied => "denied",
        }
    }
}

impl Request {
    /// When it was received, in words.
    pub fn received(&self) -> String {
        day(self.received_on)
    }

    /// When the answer is due, in words.
    pub fn due(&self) -> String {
        day(self.due_on)
    }

    /// What happens next, in one or two sentences for the person.
    pub fn next_step(&self) -> String {
        match self.state {
            State::Received | State::Acknowledged | State::InReview if self.awaits_plan() => format!(
                "One of our systems did not answer when you asked. We look up what would be erased as soon as all do, and mail you. You will have our answer by {}.",
                day(self.due_on)
            ),
            State::Received | State::Acknowledged => format!(
                "A staff member will look at it. You will have our answer by {}.",
                day(self.due_on)
            ),
            State::Verifying => {
                "We make sure that the request comes from you. The date of our answer stays the same.".to_owned()
            }
            State::InReview => format!(
                "A staff member is looking at it. You will have our answer by {}.",
                day(self.due_on)
            ),
            State::WaitingForPerson => {
                "Please answer our question below. The date of our answer stays the same.".to_owned()
            }
            State::Approved | State::PartlyApproved => {
                "We will now carry it out, and mail you when it is done.".to_owned()
            }
            State::Executing => "It is being carried out now. This takes minutes.".to_owned(),
            State::ExecutionFailed => {
                "Staff have been told, and are looking after it. You need not do anything.".to_owned()
            }
            State::Completed => "Nothing more is to be done.".to_owned(),
            State::Denied => "Nothing more will happen.".to_owned(),
            State::Withdrawn => "Nothing more will happen. You can file a new request at any time.".to_owned(),
        }
    }

    /// Why there is no answer yet, as far as Candor can tell.
    pub fn why_late(&self) -> &'static str {
        match self.state {
            State::Received | State::Acknowledged => "Nobody has looked at it in time.",
            State::Verifying => "We could not yet make sure that it comes from you.",
            State::WaitingForPerson => "We have asked you something and have no answer yet.",
            State::InReview if self.outcome.is_some() => {
                "A decision is proposed, and a second person has yet to check it."
            }
            State::ExecutionFailed => {
                "It is decided, but one of our systems could not be changed yet."
            }
            State::Approved | State::PartlyApproved | State::Executing => {
                "It is decided, and is still being carried out."
            }
            State::InReview | State::Denied | State::Completed | State::Withdrawn => {
                "We have not finished looking at it."
            }
        }
    }
}

impl Decision {
    /// In one word.
    pub fn title(self) -> &'static str {
        match self {
            Decision::Accepted => "Accepted",
            Decision::Refused => "Refused",
        }
    }

    /// The tone of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            Decision::Accepted => "success",
            Decision::Refused => "danger",
        }
    }
}

impl State {
    /// In one or two words, as staff put it.
    pub fn staff_title(self) -> &'static str {
        match self {
            State::Acknowledged => "New",
            State::WaitingForPerson => "Waiting for the person",
            State::ExecutionFailed => "Failed",
            other => other.title(),
        }
    }

    /// The same of a request that may have a decision: one that is proposed waits for a second staff member.
    pub fn staff_title_with(self, outcome: Option<Outcome>) -> &'static str {
        match self {
            State::InReview if outcome.is_some() => "Needs approval",
            other => other.staff_title(),
        }
    }
}

impl Request {
    /// Its state in one or two words, as staff put it.
    pub fn staff_state(&self) -> &'static str {
        self.state.staff_title_with(self.outcome)
    }
}
