//! `candor mail test`: one mail, sent at once, so that an operator sees whether the settings work.

use super::claims::Claim;
use super::messages::{Message, message};
use super::transport::Transport;
use crate::app::App;
use crate::keys::random_token;
use crate::web::words;

/// A mail that says that mail arrives.
struct MailTest {
    /// When it was sent, for the reader.
    sent_at: String,
}

message!(
    MailTest,
    "mail_test",
    "mail/mail_test/subject.txt",
    "mail/mail_test/body.txt",
    "mail/mail_test/body.html"
);

/// Sends a mail to that address, past the outbox.
pub async fn test(app: &App, transport: &Transport, address: &str) -> anyhow::Result<()> {
    let now = app.clock.now();
    let message = MailTest {
        sent_at: words::moment(now, app.site.time_zone),
    };
    let rendered = message.render(&app.site)?;
    let mail = Claim {
        id: 0,
        attempts: 1,
        message_id: format!("<{}@{}>", random_token(), app.site.mail_domain()),
        kind: MailTest::NAME.to_owned(),
        recipient: address.to_owned(),
        subject: rendered.subject,
        body_text: rendered.text,
        body_html: rendered.html,
        created_at: now,
        expires_at: None,
    };
    let sent = transport.send(&mail).await;
    sent.map_err(|refusal| anyhow::anyhow!("{}", refusal.words))
}
