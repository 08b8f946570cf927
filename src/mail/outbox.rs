//! The outbox: one row per mail per recipient, written with its cause.

use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::{Message, Rendered};
use crate::config::Site;
use crate::db::schema::outbox;
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::keys::random_token;

/// Writes mails into the outbox.
#[derive(Debug, Clone)]
pub struct Mailer {
    site: Arc<Site>,
}

impl Mailer {
    /// A mailer for that portal.
    pub fn new(site: Arc<Site>) -> Self {
        Mailer { site }
    }

    /// Renders a mail without writing it, for callers that do so before their transaction: [`Prepared::write`] it there.
    pub fn prepare<M: Message>(&self, recipient: &str, message: &M) -> AppResult<Prepared> {
        Ok(Prepared {
            message_id: format!("<{}@{}>", random_token(), self.site.mail_domain()),
            kind: M::NAME,
            expires_after: M::EXPIRES_AFTER,
            recipient: recipient.to_owned(),
            mail: message.render(&self.site)?,
        })
    }

    /// Writes a mail to one recipient; call it in the transaction of its cause.
    pub fn enqueue<M: Message>(
        &self,
        conn: &mut AnyConnection,
        recipient: &str,
        message: &M,
        now: NaiveDateTime,
    ) -> AppResult<()> {
        Ok(self.prepare(recipient, message)?.write(conn, now)?)
    }
}

/// A mail that is rendered but not yet in the outbox.
#[derive(Debug)]
pub struct Prepared {
    message_id: String,
    kind: &'static str,
    expires_after: Option<TimeDelta>,
    recipient: String,
    mail: Rendered,
}

impl Prepared {
    /// Writes it into the outbox; call it in the transaction of its cause.
    pub fn write(&self, conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<()> {
        let row = (
            outbox::message_id.eq(&self.message_id),
            outbox::kind.eq(self.kind),
            outbox::recipient.eq(&self.recipient),
            outbox::subject.eq(&self.mail.subject),
            outbox::body_text.eq(&self.mail.text),
            outbox::body_html.eq(&self.mail.html),
            outbox::created_at.eq(now),
            outbox::expires_at.eq(self.expires_after.map(|life| now + life)),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(now),
        );
        both!(conn, |conn| diesel::insert_into(outbox::table)
            .values(row)
            .execute(conn))?;
        Ok(())
    }
}
