mod aiosmtpd;
mod command;
mod dkim;
mod folder;
mod outbox;
mod settings;
mod smtp;
mod smtp_server;
mod staff;

use candor::config::Site;
use candor::db::schema::outbox as table;
use candor::mail::delivery::{self, Outcome};
use candor::mail::transport::Transport;
use candor::mail::{Message, Rendered};
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::support::TestApp;

/// A mail with what is hard to carry: letters of many alphabets, a lone dot, a long line.
struct Note;

impl Message for Note {
    const NAME: &'static str = "note";

    fn render(&self, _: &Site) -> askama::Result<Rendered> {
        Ok(Rendered {
            subject: "Ihre Anfrage wurde erledigt: 請求 ✓".to_owned(),
            text: format!("Grüße\r\n.\r\n{}\r\nEnde", "long ".repeat(300)),
            html: "<p>Grüße</p>".to_owned(),
        })
    }
}

/// A mail with a code that is of use for ten minutes.
struct Code;

impl Message for Code {
    const NAME: &'static str = "code";
    const EXPIRES_AFTER: Option<TimeDelta> = Some(TimeDelta::minutes(10));

    fn render(&self, _: &Site) -> askama::Result<Rendered> {
        Ok(Rendered {
            subject: "Your code".to_owned(),
            text: "123456".to_owned(),
            html: "<p>123456</p>".to_owned(),
        })
    }
}

/// How a mail stands in the outbox.
#[derive(Debug, Queryable, PartialEq)]
struct State {
    recipient: String,
    text: String,
    attempts: i32,
    sent_at: Option<NaiveDateTime>,
    failed_at: Option<NaiveDateTime>,
    error: Option<String>,
}

impl TestApp {
    async fn enqueue_mail(&self, recipient: &str, message: impl Message + Send + 'static) {
        let (mailer, now) = (self.app.mailer.clone(), self.app.clock.now());
        let recipient = recipient.to_owned();
        let enqueued = self
            .app
            .db
            .write(move |conn| mailer.enqueue(conn, &recipient, &message, now));
        enqueued.await.unwrap();
    }

    async fn deliver_by(&self, transport: &Transport) -> Vec<Outcome> {
        delivery::deliver_due(&self.app, transport).await.unwrap()
    }

    /// All mails, oldest first.
    fn outbox(&self) -> Vec<State> {
        let mails = self.app.db.read_now(|conn| {
            Ok(table::table
                .order(table::id)
                .select((
                    table::recipient,
                    table::body_text,
                    table::attempts,
                    table::sent_at,
                    table::failed_at,
                    table::last_error,
                ))
                .load(conn)?)
        });
        mails.unwrap()
    }
}
