//! The outbox: one row per mail per recipient, written with its cause.

use std::sync::Arc;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::Message;
use crate::config::Site;
use crate::db::AnyConnection;
use crate::db::schema::outbox;
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

    /// Writes a mail to one recipient; call it in the transaction of its cause.
    pub fn enqueue<M: Message>(
        &self,
        conn: &mut AnyConnection,
        recipient: &str,
        message: &M,
        now: NaiveDateTime,
    ) -> AppResult<()> {
        let mail = message.render(&self.site)?;
        let message_id = format!("<{}@{}>", random_token(), self.site.mail_domain());
        diesel::insert_into(outbox::table)
            .values((
                outbox::message_id.eq(message_id),
                outbox::kind.eq(M::NAME),
                outbox::recipient.eq(recipient),
                outbox::subject.eq(mail.subject),
                outbox::body_text.eq(mail.text),
                outbox::body_html.eq(mail.html),
                outbox::created_at.eq(now),
                outbox::attempts.eq(0),
                outbox::next_attempt_at.eq(now),
            ))
            .execute(conn)?;
        Ok(())
    }
}
