//! Reading a mail that anybody may have written: who it says it is from, when it was received, what it says; and
//! whether a program wrote it, which is never answered (RFC 3834).

use std::panic::catch_unwind;

use chrono::{DateTime, NaiveDateTime};
use mail_parser::{Header, Message, MessageParser, MimeHeaders};

use crate::accounts::queries::{is_email, normal_email};

/// So much of a mail is looked at, in bytes. What follows are attachments, or somebody's mischief.
pub const LOOKED_AT: usize = 256 * 1024;

/// So much of its text is kept, in characters.
const KEPT: usize = 4000;

/// What is ours, so that we never answer ourselves.
#[derive(Debug, Clone)]
pub struct Own {
    /// The addresses that mail comes to and goes out from, in their normal form.
    pub addresses: Vec<String>,
    /// What stands behind the `@` of our message ids.
    pub domain: String,
}

impl Own {
    /// What message ids of ours end with.
    fn end_of_ids(&self) -> String {
        format!("@{}>", self.domain.to_lowercase())
    }
}

/// What was read of a mail that a person seems to have written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// The address that it says it is from, in its normal form.
    pub from: String,
    /// The same for every delivery of this mail.
    pub id: String,
    /// When our mail server received it, in UTC, as it wrote itself.
    pub received_at: Option<NaiveDateTime>,
    /// One line; may be empty.
    pub subject: String,
    /// Its text, without control characters, cut to 4,000 characters.
    pub text: String,
    /// Whether it answers a mail of ours.
    pub is_reply: bool,
}

/// What a mail turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// To be answered.
    Letter(Box<Incoming>),
    /// Written by a program, a list or ourselves; the reason is for the log.
    Automatic(&'static str),
    /// No mail that could be answered; the reason is for the log.
    Unreadable(&'static str),
}

/// Reads a mail. The envelope's sender is what the mail server was told, if it says so.
pub fn read(bytes: &[u8], envelope_sender: Option<&str>, own: &Own) -> Reading {
    let bytes = &bytes[..bytes.len().min(LOOKED_AT)];
    // Whoever finds a mail that the parser stumbles over must not stop the mails of others.
    let parsed = catch_unwind(|| {
        MessageParser::default()
            .parse(bytes)
            .map(Message::into_owned)
    });
    let Ok(Some(message)) = parsed else {
        return Reading::Unreadable("it is no mail");
    };
    if let Some(why) = why_automatic(&message, envelope_sender, own) {
        return Reading::Automatic(why);
    }
    let Some(from) = sender(&message) else {
        return Reading::Unreadable("it does not say from which one address it is");
    };
    if own.addresses.contains(&from) {
        return Reading::Automatic("it is from our own address");
    }
    if is_program(&from) {
        return Reading::Automatic("it is from the address of a program");
    }
    let subject = plain(message.subject().unwrap_or_default()).replace('\n', " ");
    let text = plain(&message.body_text(0).unwrap_or_default());
    let date = message.header_raw("Date").unwrap_or_default();
    let id = message
        .message_id()
        .map_or_else(|| format!("{date}\n{subject}\n{text}"), str::to_owned);
    Reading::Letter(Box::new(Incoming {
        id: format!("{from}\n{id}"),
        from,
        received_at: received_at(&message),
        is_reply: is_reply(&message, own),
        subject,
        text,
    }))
}

/// The one address in the one `From`.
fn sender(message: &Message<'_>) -> Option<String> {
    let is_from = |it: &&Header<'_>| it.name().eq_ignore_ascii_case("from");
    if message.headers().iter().filter(is_from).count() != 1 {
        return None;
    }
    let mut all = message.from()?.iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return None;
    };
    let address = normal_email(one.address()?);
    is_email(&address).then_some(address)
}

/// Why nobody waits for an answer to it.
fn why_automatic(message: &Message<'_>, envelope: Option<&str>, own: &Own) -> Option<&'static str> {
    let is_null = |it: &str| {
        let it = it.trim().trim_matches(['<', '>']).to_lowercase();
        it.is_empty() || it.starts_with("mailer-daemon")
    };
    if envelope.is_some_and(is_null) {
        return Some("its sender is empty, as a bounce's is");
    }
    let kind = message.content_type();
    if kind.is_some_and(|it| it.ctype() == "multipart" && it.subtype() == Some("report")) {
        return Some("it is a report about a delivery");
    }
    let our_id = own.end_of_ids();
    // Each header by itself: one that stands twice must not hide behind the other.
    message.headers().iter().find_map(|header| {
        let value = raw(message, header);
        let is_any = |of: &[&str]| of.iter().any(|it| value.starts_with(it));
        match header.name().to_lowercase().as_str() {
            "return-path" => {
                is_null(&value).then_some("its return path is empty, as a bounce's is")
            }
            "message-id" => value.contains(&our_id).then_some("its id is one of ours"),
            "auto-submitted" => (!value.starts_with("no")).then_some(BY_PROGRAM),
            "precedence" => is_any(&["bulk", "junk", "list", "auto"]).then_some(BY_PROGRAM),
            "x-auto-response-suppress" => {
                (value.contains("all") || value.contains("autoreply")).then_some(BY_PROGRAM)
            }
            "x-autoreply" | "x-autorespond" | "x-autoresponder" | "x-auto-reply" | "x-loop" => {
                Some(BY_PROGRAM)
            }
            name => name.starts_with("list-").then_some("a list sent it"),
        }
    })
}

const BY_PROGRAM: &str = "a program sent it";

/// The value of one header, in small letters.
fn raw(message: &Message<'_>, header: &Header<'_>) -> String {
    let (from, to) = (header.offset_start() as usize, header.offset_end() as usize);
    let bytes = message.raw_message.get(from..to).unwrap_or_default();
    String::from_utf8_lossy(bytes).trim().to_lowercase()
}

fn is_program(address: &str) -> bool {
    let name = address.split('@').next().unwrap_or_default();
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    ["mailerdaemon", "noreply", "donotreply", "bounce"]
        .iter()
        .any(|it| name.starts_with(it))
}

fn is_reply(message: &Message<'_>, own: &Own) -> bool {
    let ours = own.end_of_ids();
    let names_ours = |header| {
        let raw = message.header_raw(header).unwrap_or_default();
        raw.to_lowercase().contains(&ours)
    };
    names_ours("In-Reply-To") || names_ours("References")
}

/// The topmost `Received` is our own server's; it is written before any queue.
fn received_at(message: &Message<'_>) -> Option<NaiveDateTime> {
    let date = message.received()?.date()?;
    let time = DateTime::from_timestamp(date.to_timestamp(), 0)?;
    Some(time.naive_utc())
}

/// A text that cannot do anything to whoever reads it.
fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let letters = text.chars().filter(|it| !it.is_control() || *it == '\n');
    letters.take(KEPT).collect::<String>().trim().to_owned()
}
