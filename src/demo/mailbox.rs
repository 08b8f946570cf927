//! The mails that have been sent: in a demonstration none leaves the machine.

use chrono::{NaiveDateTime, SecondsFormat};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::AnyConnection;
use crate::db::schema::outbox;

/// A mail that has been sent.
#[derive(HasQuery)]
#[diesel(table_name = outbox)]
pub struct SentMail {
    /// The newest has the highest.
    pub id: i64,
    /// The address that it went to.
    pub recipient: String,
    /// One line.
    pub subject: String,
    /// The plain text part.
    pub body_text: String,
    /// The HTML part: a whole page.
    pub body_html: String,
    /// Never none in what the queries give.
    pub sent_at: Option<NaiveDateTime>,
}

/// Which mails to show.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Wanted {
    /// Only mails older than the one with this id.
    pub before: Option<i64>,
    /// Only mails to this address; all when empty.
    #[serde(default)]
    pub to: String,
}

/// A mail as `/demo/mailbox.json` tells it.
#[derive(Serialize)]
pub struct MailEntry {
    to: String,
    subject: String,
    text: String,
    html: String,
    sent_at: Option<String>,
}

/// A piece of a text: words, or an address to follow.
pub struct Piece<'t> {
    /// As it stands in the text.
    pub text: &'t str,
    /// Whether it is an address.
    pub is_link: bool,
}

/// Sent mails, newest first.
pub fn list(conn: &mut AnyConnection, wanted: &Wanted, at_most: i64) -> QueryResult<Vec<SentMail>> {
    let mut query = SentMail::query()
        .filter(outbox::sent_at.is_not_null())
        .order(outbox::id.desc())
        .limit(at_most)
        .into_boxed();
    if let Some(before) = wanted.before {
        query = query.filter(outbox::id.lt(before));
    }
    if !wanted.to.is_empty() {
        query = query.filter(outbox::recipient.eq(wanted.to.to_lowercase()));
    }
    query.load(conn)
}

/// One sent mail.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<SentMail> {
    SentMail::query()
        .filter(outbox::id.eq(id))
        .filter(outbox::sent_at.is_not_null())
        .first(conn)
}

impl SentMail {
    /// The plain text part, cut where addresses begin and end.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let mut rest = self.body_text.as_str();
        while let Some((start, end)) = find_address(rest) {
            pieces.push(Piece {
                text: &rest[..start],
                is_link: false,
            });
            pieces.push(Piece {
                text: &rest[start..end],
                is_link: true,
            });
            rest = &rest[end..];
        }
        pieces.push(Piece {
            text: rest,
            is_link: false,
        });
        pieces
    }

    /// What stands in its `<style>`, if it has one.
    pub fn style(&self) -> Option<&str> {
        let (_, rest) = self.body_html.split_once("<style>")?;
        rest.split_once("</style>").map(|(style, _)| style)
    }
}

/// Where the first web address of a text begins and ends.
fn find_address(text: &str) -> Option<(usize, usize)> {
    let is_address = |rest: &str| rest.starts_with("http://") || rest.starts_with("https://");
    let (start, _) = text
        .match_indices("http")
        .find(|(at, _)| is_address(&text[*at..]))?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
    let end = text[start..]
        .find(ends)
        .map_or(text.len(), |length| start + length);
    let address = text[start..end].trim_end_matches(['.', ',', ')', ';', ':']);
    Some((start, start + address.len()))
}

impl From<SentMail> for MailEntry {
    fn from(mail: SentMail) -> Self {
        let sent_at = mail
            .sent_at
            .map(|at| at.and_utc().to_rfc3339_opts(SecondsFormat::Millis, true));
        MailEntry {
            to: mail.recipient,
            subject: mail.subject,
            text: mail.body_text,
            html: mail.body_html,
            sent_at,
        }
    }
}
