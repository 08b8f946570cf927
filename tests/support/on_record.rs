//! What is on record: events of the audit log, and mails.

use candor::db::schema::{events, outbox};
use diesel::prelude::*;

use super::{Mail, TestApp};

impl TestApp {
    /// How many audit events there are of that action on that object.
    pub fn events(&self, action: &str, object: &str) -> i64 {
        let (action, object) = (action.to_owned(), object.to_owned());
        let count = self.app.db.read_now(move |conn| {
            Ok(events::table
                .filter(events::action.eq(action))
                .filter(events::object.eq(object))
                .count()
                .get_result(conn)?)
        });
        count.unwrap()
    }

    /// The mails to `<name>@example.org`, oldest first, delivered or not.
    pub fn mails_to(&self, name: &str) -> Vec<Mail> {
        let address = if name.contains('@') {
            name.to_owned()
        } else {
            format!("{name}@example.org")
        };
        let mails = self.app.db.read_now(|conn| {
            Ok(outbox::table
                .filter(outbox::recipient.eq(address))
                .order(outbox::id)
                .select((
                    outbox::kind,
                    outbox::subject,
                    outbox::body_text,
                    outbox::body_html,
                ))
                .load(conn)?)
        });
        mails.unwrap()
    }
}
