//! The mails about a request. None says what the request is about beyond its kind.

use chrono::{NaiveDate, NaiveDateTime};

use super::denial::Denial;
use super::four_eyes::has_account;
use super::model::{Channel, Kind, Outcome, Request};
use super::{queries, senders, words};
use crate::app::App;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::disclosures::untold::Untold;
use crate::error::AppResult;
use crate::mail::Message;
use crate::mail::messages::message;
use crate::manual::unsearched;

/// Confirms a filed request: what happens now, and by when.
#[derive(Debug)]
pub struct RequestReceived {
    /// As people quote it.
    pub reference: String,
    /// Which right.
    pub kind: Kind,
    /// How it came: whoever gets the mail may not have sent it.
    pub channel: Channel,
    /// The name of the law whose dates it has; none where no law sets them.
    pub law: Option<String>,
    /// When it was received.
    pub received_on: NaiveDate,
    /// When to expect an answer.
    pub due_on: NaiveDate,
    /// Whether that has passed.
    pub is_late: bool,
}
message!(
    RequestReceived,
    "request_received",
    "mail/request_received/subject.txt",
    "mail/request_received/body.txt",
    "mail/request_received/body.html"
);

/// There is a message on the portal; its text stays there.
#[derive(Debug)]
pub struct RequestMessage {
    /// As people quote it.
    pub reference: String,
    /// Whether staff wait for an answer.
    pub is_question: bool,
    /// Whether the date of our own answer moves by the days until then.
    pub pauses: bool,
    /// The path of the page that they can open: see [`page_of`].
    pub page: String,
}
message!(
    RequestMessage,
    "request_message",
    "mail/request_message/subject.txt",
    "mail/request_message/body.txt",
    "mail/request_message/body.html"
);

/// The answer will take longer; why stands on the portal.
#[derive(Debug)]
pub struct RequestExtended {
    /// As people quote it.
    pub reference: String,
    /// The new date of the answer.
    pub due_on: NaiveDate,
    /// The path of the page that they can open: see [`page_of`].
    pub page: String,
}
message!(
    RequestExtended,
    "request_extended",
    "mail/request_extended/subject.txt",
    "mail/request_extended/body.txt",
    "mail/request_extended/body.html"
);

/// It was decided.
#[derive(Debug)]
pub struct RequestDecided {
    /// As people quote it.
    pub reference: String,
    /// Which right.
    pub kind: Kind,
    /// How.
    pub outcome: Outcome,
    /// What the law wants said of what is not granted.
    pub denial: Option<Denial>,
}
message!(
    RequestDecided,
    "request_decided",
    "mail/request_decided/subject.txt",
    "mail/request_decided/body.txt",
    "mail/request_decided/body.html"
);

/// It was carried out.
#[derive(Debug)]
pub struct RequestCompleted {
    /// As people quote it.
    pub reference: String,
    /// Which right.
    pub kind: Kind,
    /// Whether all of it was granted.
    pub outcome: Option<Outcome>,
    /// Whether nothing was held that could be erased.
    pub found_nothing: bool,
    /// The id of its receipt.
    pub receipt: String,
    /// Who got the data and is not told of it.
    pub untold: Vec<Untold>,
    /// The systems in which nobody could look it up.
    pub unsearched: Vec<String>,
}
message!(
    RequestCompleted,
    "request_completed",
    "mail/request_completed/subject.txt",
    "mail/request_completed/body.txt",
    "mail/request_completed/body.html"
);

/// Some of what a deletion had to leave was erased, since the reason has ended.
#[derive(Debug)]
pub struct RestErased {
    /// Of the deletion, as people quote it.
    pub reference: String,
    /// How many records.
    pub records: usize,
    /// How many stay still, for reasons that end later.
    pub left: usize,
    /// The id of its receipt.
    pub receipt: String,
}
message!(
    RestErased,
    "rest_erased",
    "mail/rest_erased/subject.txt",
    "mail/rest_erased/body.txt",
    "mail/rest_erased/body.html"
);

/// An appeal succeeded, and the request that it was against is open again.
#[derive(Debug)]
pub struct RequestReopened {
    /// Of the request, as people quote it.
    pub reference: String,
    /// Of the appeal.
    pub appeal: String,
    /// Which right.
    pub kind: Kind,
    /// The date of the answer.
    pub due_on: NaiveDate,
    /// Whether that has passed.
    pub is_late: bool,
    /// The id of the receipt of the appeal.
    pub receipt: String,
}
message!(
    RequestReopened,
    "request_reopened",
    "mail/request_reopened/subject.txt",
    "mail/request_reopened/body.txt",
    "mail/request_reopened/body.html"
);

/// Data that were kept and not used will be used again, or will not after all.
#[derive(Debug)]
pub struct RestrictionEnds {
    /// As people quote it.
    pub reference: String,
    /// From which day on; none when it was called off.
    pub ends_on: Option<NaiveDate>,
    /// The path of the page that they can open: see [`page_of`].
    pub page: String,
}
message!(
    RestrictionEnds,
    "restriction_ends",
    "mail/restriction_ends/subject.txt",
    "mail/restriction_ends/body.txt",
    "mail/restriction_ends/body.html"
);

/// It was taken back, by the person or by who asked for them.
#[derive(Debug)]
pub struct RequestWithdrawn {
    /// As people quote it.
    pub reference: String,
    /// Which right.
    pub kind: Kind,
    /// Whether that was an agent who had asked for them.
    pub is_by_agent: bool,
    /// Whether the person has stopped what somebody else asked for in their name.
    pub is_stopped: bool,
}
message!(
    RequestWithdrawn,
    "request_withdrawn",
    "mail/request_withdrawn/subject.txt",
    "mail/request_withdrawn/body.txt",
    "mail/request_withdrawn/body.html"
);

/// Mails the person whose request it is; somebody without an address reads it on the portal.
pub(crate) fn send(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    message: &impl Message,
    now: NaiveDateTime,
) -> AppResult<()> {
    match find_reader(conn, app, request)? {
        Some(address) => app.mailer.enqueue(conn, &address, message, now),
        None => Ok(()),
    }
}

/// Where mails about a request are read: at the newest address that opens the account, or, while nobody knows whose
/// account it is, where it came from.
fn find_reader(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<String>> {
    let known = queries::find_address(conn, request.person_id)?;
    if known.is_some() || has_account(conn, request.person_id)? {
        return Ok(known);
    }
    senders::address(conn, &app.keys, request)
}

/// Whether a mail about a request reaches anybody; whoever wrote a letter is told by staff.
pub fn reaches(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<bool> {
    Ok(find_reader(conn, app, request)?.is_some())
}

/// The path under which the person sees a request: its page, or for who has not yet followed the link of one without
/// an account that link, since nothing else is open to them.
pub(super) fn page_of(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<String> {
    let link = senders::link_to_follow(conn, app, request)?;
    Ok(link.unwrap_or_else(|| format!("/requests/{}", request.reference)))
}

pub(super) fn link(site: &Site, reference: &str) -> String {
    site.url(&format!("/requests/{reference}"))
}

macro_rules! linked {
    ($($mail:ty),+) => {
        $(impl $mail {
            fn link(&self, site: &Site) -> String {
                link(site, &self.reference)
            }
        })+
    };
}

linked!(
    RequestReceived,
    RequestDecided,
    RequestCompleted,
    RequestReopened,
    RestErased
);

impl RestErased {
    fn erased(&self) -> String {
        match self.records {
            1 => "1 record".to_owned(),
            records => format!("{} records", words::number(records)),
        }
    }

    fn still(&self) -> Option<String> {
        match self.left {
            0 => None,
            1 => Some("1 record stays".to_owned()),
            left => Some(format!("{left} records stay")),
        }
    }

    fn receipt_link(&self, site: &Site) -> String {
        site.url(&format!("/receipts/{}", self.receipt))
    }
}

impl RequestReopened {
    fn due(&self) -> String {
        words::day(self.due_on)
    }

    fn receipt_link(&self, site: &Site) -> String {
        site.url(&format!("/receipts/{}", self.receipt))
    }
}

impl RequestMessage {
    fn link(&self, site: &Site) -> String {
        site.url(&self.page)
    }
}

impl RequestReceived {
    /// How it came, where nobody was signed in.
    fn came(&self) -> Option<String> {
        (self.channel != Channel::Portal).then(|| self.channel.title().to_lowercase())
    }

    /// Whether nobody need show who they are for it.
    fn needs_no_proof(&self) -> bool {
        self.kind == Kind::Complaint
    }

    fn received(&self) -> String {
        words::day(self.received_on)
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }
}

impl RestrictionEnds {
    fn link(&self, site: &Site) -> String {
        site.url(&self.page)
    }

    fn ends_on(&self) -> Option<String> {
        self.ends_on.map(words::day)
    }
}

impl RequestExtended {
    fn link(&self, site: &Site) -> String {
        site.url(&self.page)
    }

    fn due(&self) -> String {
        words::day(self.due_on)
    }
}

impl RequestDecided {
    fn is_denied(&self) -> bool {
        self.outcome == Outcome::Denied
    }
}

impl RequestCompleted {
    fn unsearched(&self) -> Option<String> {
        unsearched::in_words(&self.unsearched)
    }

    fn receipt_link(&self, site: &Site) -> String {
        site.url(&format!("/receipts/{}", self.receipt))
    }

    fn is_over(&self) -> &'static str {
        match (self.kind, self.outcome) {
            (Kind::Objection, Some(Outcome::PartlyApproved)) => "is granted in part",
            (kind, _) => kind.is_over(),
        }
    }

    /// What was done. Of what people see to by hand nobody says that it was read back.
    fn what_was_done(&self) -> &'static str {
        match self.kind {
            Kind::Access | Kind::Decision | Kind::MarketingList => {
                "We have answered your request. The answer is on its page."
            }
            Kind::Contest => {
                "A person has looked at it again, and the result is changed. What they found, and why, stands on its page."
            }
            Kind::Complaint => "We have answered your complaint. The answer is on its page.",
            Kind::Restriction => {
                "We keep the data that it names, and do not use them until the question is settled. Whoever got them from us is told to do the same, but for those who are named below, if any. We tell you before we use them again."
            }
            Kind::Objection if self.outcome == Some(Outcome::PartlyApproved) => {
                "We do not use your data any more for a part of what you objected to. What goes on, and why, stands on its page."
            }
            Kind::Objection => {
                "We do not use your data any more for what you objected to. Whoever got them from us for it is told to do the same, but for those who are named below, if any."
            }
            Kind::Deletion if self.found_nothing => {
                "We looked for your data and hold none that could be erased. Nothing was changed."
            }
            Kind::Correction | Kind::Deletion | Kind::Appeal => {
                "We have carried out your request and checked the result."
            }
        }
    }
}
