//! A mail as it goes over the wire (RFC 5322).

use std::time::{Duration, SystemTime};

use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{DkimConfig, Mailbox, Message, MultiPart};

use super::claims::Claim;
use super::transport::Refusal;

/// The envelope and the bytes of a mail, signed if there is a key.
pub(super) fn compose(
    sender: &Mailbox,
    dkim: Option<&DkimConfig>,
    mail: &Claim,
) -> Result<(Envelope, Vec<u8>), Refusal> {
    let recipient = mail
        .recipient
        .parse()
        .map_err(|_| Refusal::lasting("This is no address that mail can be sent to."))?;
    let bodies = MultiPart::alternative_plain_html(mail.body_text.clone(), mail.body_html.clone());
    let composed = Message::builder()
        .from(sender.clone())
        .to(Mailbox::new(None, recipient))
        .subject(&mail.subject)
        .date(written_at(mail))
        .message_id(Some(mail.message_id.clone()))
        // Programs that answer by themselves leave such a mail alone (RFC 3834; the second is Exchange's).
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .multipart(bodies);
    let mut composed = composed
        .map_err(|error| Refusal::lasting(&format!("The mail cannot be composed: {error}.")))?;
    if let Some(dkim) = dkim {
        composed.sign(dkim);
    }
    Ok((composed.envelope().clone(), composed.formatted()))
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The time of writing and not of this try, so that a repetition is the same mail.
fn written_at(mail: &Claim) -> SystemTime {
    let micros = mail.created_at.and_utc().timestamp_micros();
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
