//! The mail to staff that a request waits for them. What the person wrote stays on the portal.

use super::life::By;
use super::model::{Kind, Request};
use super::reminders::{addresses, list_working};
use super::words;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::mail::messages::message;

/// Why it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// The person wrote a message.
    Message,
    /// The person sent a document.
    Document,
    /// A decision is proposed that a supervisor has to approve.
    Proposal,
    /// It is proposed to leave something out of the person's data.
    LeftOut,
}

/// Tells a staff member that a request waits for them.
#[derive(Debug)]
pub struct RequestWaits {
    reference: String,
    kind: Kind,
    why: Why,
    /// The date of the answer; none once it is closed.
    due_on: Option<chrono::NaiveDate>,
}
message!(
    RequestWaits,
    "request_waits",
    "mail/request_waits/subject.txt",
    "mail/request_waits/body.txt",
    "mail/request_waits/body.html"
);

impl RequestWaits {
    fn title(&self) -> &'static str {
        match self.why {
            Why::Message => "A person wrote to us about a request",
            Why::Document => "A person sent a document to a request",
            Why::Proposal | Why::LeftOut => "A decision waits for a supervisor",
        }
    }

    fn says(&self) -> &'static str {
        match (self.why, self.due_on) {
            (Why::Message, Some(_)) => "The person wrote a message.",
            (Why::Document, _) => "The person sent a document.",
            (Why::Message, None) => "The request is closed, and the person wrote a message.",
            (Why::LeftOut, _) => {
                "It is proposed to leave something out of the person's data for somebody else's sake. A supervisor has to approve it, or take it back, on the page of the data."
            }
            (Why::Proposal, _) => {
                "A decision is proposed. A supervisor has to approve it, or send it back."
            }
        }
    }

    fn due(&self) -> Option<String> {
        self.due_on.map(words::day)
    }

    fn link(&self, site: &Site) -> String {
        site.url(&format!("/staff/requests/{}", self.reference))
    }
}

/// Tells whoever works on a request, or supervisors where that is nobody or only they can go on; never who acts.
pub(super) fn tell(
    conn: &mut AnyConnection,
    request: &Request,
    why: Why,
    by: &By<'_>,
) -> AppResult<()> {
    let working = list_working(conn)?;
    let others: Vec<_> = working
        .into_iter()
        .filter(|(id, ..)| Some(*id) != by.who.staff_id())
        .collect();
    let assigned = match why {
        Why::Message | Why::Document => [request.assignee_id],
        Why::Proposal | Why::LeftOut => [None],
    };
    let is_for_supervisors = matches!(why, Why::Proposal | Why::LeftOut);
    for address in addresses(&others, &assigned, is_for_supervisors) {
        let mail = RequestWaits {
            reference: request.reference.clone(),
            kind: request.kind,
            why,
            due_on: (!request.state.is_closed()).then_some(request.due_on),
        };
        by.app.mailer.enqueue(conn, address, &mail, by.now)?;
    }
    Ok(())
}

/// Tells supervisors that it is proposed to leave something out of the person's data.
pub fn tell_supervisors(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    tell(conn, request, Why::LeftOut, by)
}
