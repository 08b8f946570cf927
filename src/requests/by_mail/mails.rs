//! The answer to a mail that does not say clearly what it asks for.

use chrono::NaiveDate;

use super::invitation;
use crate::config::Site;
use crate::mail::messages::message;
use crate::web::words;

/// Says how the mail becomes a request. It repeats nothing of the mail, which somebody else may have written.
#[derive(Debug)]
pub struct MailReceived {
    /// The day on which it was received.
    pub received_on: NaiveDate,
    /// Whether it seems to be about sale or sharing, for which no request is needed.
    pub is_opt_out: bool,
    /// The end of the link.
    pub token: String,
}
message!(
    MailReceived,
    "mail_received",
    "mail/mail_received/subject.txt",
    "mail/mail_received/body.txt",
    "mail/mail_received/body.html"
);

impl MailReceived {
    fn received(&self) -> String {
        words::day(self.received_on)
    }

    fn link(&self, site: &Site) -> String {
        invitation::link(site, &self.token)
    }
}
