//! Causes and notices.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::schema::{causes, notices};
use crate::db::text_enum;
use crate::register::Recipient;
use crate::web::words;

text_enum! {
    /// What recipients are told of.
    pub enum CauseKind {
        /// An activity is off for a person.
        OptOut = "opt-out",
        /// It is on again.
        OptIn = "opt-in",
        /// A person's data were put right.
        Correction = "correction",
        /// A person's data were erased.
        Deletion = "deletion",
        /// A person's data are kept and not used for now.
        Restriction = "restriction",
        /// They may be used again.
        RestrictionLifted = "restriction-lifted",
        /// A person's objection was granted: a use of their data has ended for good.
        Objection = "objection",
        /// A person says something of a datum that was not put right.
        Statement = "statement",
        /// They no longer say it, or no longer want it passed on.
        StatementWithdrawn = "statement-withdrawn",
    }
}

impl CauseKind {
    /// As a recipient reads it: what it must do.
    pub fn asks(self) -> &'static str {
        match self {
            CauseKind::OptOut => {
                "Stop using this person's data for the purposes below, and tell everybody to whom you gave them to stop too."
            }
            CauseKind::OptIn => {
                "This person allows it: you may use their data for the purposes below. Nothing has to be done by a certain day."
            }
            CauseKind::Correction => {
                "This person's data were put right. Put right what you hold, and make sure that it stays so."
            }
            CauseKind::Deletion => {
                "This person's data were erased. Erase what you got from us, and tell everybody to whom you gave them to erase it too."
            }
            CauseKind::Restriction => {
                "This person's data are in dispute. Keep what you got from us as far as it is named below, do not use it, and tell everybody to whom you gave it to do the same. We tell you when it may be used again."
            }
            CauseKind::RestrictionLifted => {
                "The restriction that we told you of has ended. You may use this person's data that are named below again."
            }
            CauseKind::Objection => {
                "This person has objected to a use of their data, and we have granted it. What we told you to keep and not to use meanwhile is not to be used for it any more, as it is named below. Tell everybody to whom you gave it to do the same."
            }
            CauseKind::Statement => {
                "This person says that something that you got from us is not right. Keep what they say with it, and hand it on to everybody to whom you gave it."
            }
            CauseKind::StatementWithdrawn => {
                "This person has taken back a statement that we passed on to you. Remove it, and tell everybody to whom you handed it on to remove it too."
            }
        }
    }

    /// Whether there is something that must be done until a certain day. What is allowed need not be done at all.
    pub fn has_last_day(self) -> bool {
        !matches!(self, CauseKind::OptIn | CauseKind::RestrictionLifted)
    }

    /// What it is, in a word or two, for everybody.
    pub fn in_short(self) -> &'static str {
        match self {
            CauseKind::OptOut => "The opt-out",
            CauseKind::OptIn => "That it is allowed",
            CauseKind::Correction => "The correction",
            CauseKind::Deletion => "The deletion",
            CauseKind::Restriction => "The restriction",
            CauseKind::RestrictionLifted => "The end of the restriction",
            CauseKind::Objection => "The objection",
            CauseKind::Statement => "The statement",
            CauseKind::StatementWithdrawn => "That the statement is taken back",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            CauseKind::OptOut => "That a use of your data is off",
            CauseKind::OptIn => "That you allow it",
            CauseKind::Correction => "Your correction",
            CauseKind::Deletion => "Your deletion",
            CauseKind::Restriction => "To keep your data and not to use them",
            CauseKind::RestrictionLifted => "That your data may be used again",
            CauseKind::Objection => "Your objection, which we granted",
            CauseKind::Statement => "Your statement",
            CauseKind::StatementWithdrawn => "That you take your statement back",
        }
    }
}

/// What a notice is of, as people and staff read it.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// What.
    pub kind: CauseKind,
    /// Whether nothing was erased: of a deletion that was denied, recipients hear what stays.
    pub is_denied: bool,
}

impl About {
    /// In a word or two, for everybody.
    pub fn in_short(self) -> &'static str {
        if self.is_denied {
            return "What stays, and for what alone";
        }
        self.kind.in_short()
    }

    /// As the person reads it.
    pub fn title(self) -> &'static str {
        if self.is_denied {
            return "What stays of your data, and for what alone";
        }
        self.kind.title()
    }
}

text_enum! {
    /// How a recipient is told.
    pub enum Channel {
        /// By a signed call to its URL.
        Webhook = "webhook",
        /// By mail.
        Mail = "mail",
        /// It fetches what concerns it.
        Feed = "feed",
        /// By staff: the register names no contact.
        Desk = "desk",
    }
}

impl Channel {
    /// What the register says of a recipient.
    pub fn of(recipient: &Recipient) -> Channel {
        match recipient.contact.as_deref() {
            Some("feed") => Channel::Feed,
            Some(contact) if contact.contains("://") => Channel::Webhook,
            Some(contact) if contact.contains('@') => Channel::Mail,
            _ => Channel::Desk,
        }
    }

    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Channel::Webhook => "Call",
            Channel::Mail => "Mail",
            Channel::Feed => "It fetches them",
            Channel::Desk => "By you",
        }
    }
}

text_enum! {
    /// How a notice stands.
    pub enum NoticeState {
        /// It has yet to be sent.
        Waiting = "waiting",
        /// It was sent, and no answer has come.
        Sent = "sent",
        /// The recipient says that it has done it.
        Acknowledged = "acknowledged",
        /// The recipient says that it will not.
        Refused = "refused",
        /// It could not be sent; staff can try again.
        Failed = "failed",
        /// It need not be done any more: the person has chosen otherwise since.
        Replaced = "replaced",
    }
}

impl NoticeState {
    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            NoticeState::Waiting => "On its way",
            NoticeState::Sent => "Told, no answer yet",
            NoticeState::Acknowledged => "Confirmed",
            NoticeState::Refused => "Refused",
            NoticeState::Failed => "Could not be reached",
            NoticeState::Replaced => "A later choice took its place",
        }
    }

    /// The tone of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            NoticeState::Waiting | NoticeState::Sent | NoticeState::Replaced => "info",
            NoticeState::Acknowledged => "success",
            NoticeState::Refused | NoticeState::Failed => "warning",
        }
    }
}

/// Something that recipients are told of.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = causes)]
pub struct Cause {
    /// Internal.
    pub id: i64,
    /// What.
    #[diesel(deserialize_as = String)]
    pub kind: CauseKind,
    /// Whose data, if a person is known.
    pub person_id: Option<i64>,
    /// Keys of choices, with spaces between them, or the reference of a request.
    pub object: String,
    /// Sealed: an e-mail address or number, where no person was known. It is about that one alone.
    pub handle: Option<Vec<u8>>,
    /// The last day for recipients to have done it.
    pub due_on: NaiveDate,
    /// When it came about.
    pub at: NaiveDateTime,
    /// Of a person: for which of their identities recipients know of it already, as kinds and keyed hashes with spaces
    /// between them.
    pub known_for: Option<String>,
}

/// One recipient who is told of it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Internal.
    pub id: i64,
    /// Of what.
    pub cause_id: i64,
    /// Whose data it is about, if a person is known.
    pub person_id: Option<i64>,
    /// Key of the recipient in the register.
    pub recipient: String,
    /// How it is told.
    #[diesel(deserialize_as = String)]
    pub channel: Channel,
    /// Unguessable: the end of the link to answer by, and what makes two calls one.
    pub key: String,
    /// How it stands.
    #[diesel(deserialize_as = String)]
    pub state: NoticeState,
    /// The last day for having done it: see [`Notice::last_day`].
    pub due_on: NaiveDate,
    /// Whether there is something that must be done.
    pub has_last_day: bool,
    /// So often a call was tried.
    pub attempts: i32,
    /// When it was written.
    pub created_at: NaiveDateTime,
    /// When it was sent.
    pub sent_at: Option<NaiveDateTime>,
    /// When the recipient answered.
    pub answered_at: Option<NaiveDateTime>,
    /// Why it refused, or why it could not be reached.
    pub words: Option<String>,
}

impl Notice {
    /// Whether it may be settled so: it was not before, or what was refused, or need not be done any more, is done after all.
    pub fn may_become(&self, to: NoticeState) -> bool {
        let is_open_to_it = matches!(self.state, NoticeState::Refused | NoticeState::Replaced);
        let is_done_after_all = is_open_to_it && to == NoticeState::Acknowledged;
        self.answered_at.is_none() || is_done_after_all
    }

    /// Whether staff can have it called again.
    pub fn can_be_called_again(&self) -> bool {
        self.channel == Channel::Webhook
            && matches!(self.state, NoticeState::Failed | NoticeState::Refused)
    }

    /// The last day for having done it; none where there is nothing that must be done.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.has_last_day.then_some(self.due_on)
    }

    /// The same in words.
    pub fn due(&self) -> String {
        self.last_day().map_or("No day".to_owned(), words::day)
    }

    /// Whether the day has passed without an answer.
    pub fn is_silent(&self, today: &NaiveDate) -> bool {
        self.answered_at.is_none() && self.last_day().is_some_and(|it| it < *today)
    }
}
