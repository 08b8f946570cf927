//! The outbox: one row per mail per recipient, written with its cause.

use std::sync::Arc;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Message, Rendered};
use crate::config::Site;
use crate::db::schema::outbox;
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::keys::token_in_order;

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
    pub fn prepare<M: Message>(
        &self,
        recipient: &str,
        message: &M,
        now: NaiveDateTime,
    ) -> AppResult<Prepared> {
        let token = token_in_order(now);
        Ok(Prepared {
            message_id: format!("<{token}@{}>", self.site.mail_domain()),
            kind: M::NAME,
            created_at: now,
            expires_at: M::EXPIRES_AFTER.map(|life| now + life),
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
        Ok(self.prepare(recipient, message, now)?.write(conn)?)
    }
}

/// A mail that is rendered but not yet in the outbox.
#[derive(Debug)]
pub struct Prepared {
    message_id: String,
    kind: &'static str,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    recipient: String,
    mail: Rendered,
}

impl Prepared {
    /// Writes it into the outbox; call it in the transaction of its cause.
    pub fn write(&self, conn: &mut AnyConnection) -> QueryResult<()> {
        let row = (
            outbox::message_id.eq(&self.message_id),
            outbox::kind.eq(self.kind),
            outbox::recipient.eq(&self.recipient),
            outbox::subject.eq(&self.mail.subject),
            outbox::body_text.eq(&self.mail.text),
            outbox::body_html.eq(&self.mail.html),
            outbox::created_at.eq(self.created_at),
            outbox::expires_at.eq(self.expires_at),
            outbox::attempts.eq(0),
            outbox::next_attempt_at.eq(self.created_at),
        );
        both!(conn, |conn| diesel::insert_into(outbox::table)
            .values(row)
            .execute(conn))?;
        Ok(())
    }
}
