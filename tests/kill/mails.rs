//! What people were told, read once: there are many claims, and all of them are looked for in all mails.

use candor::db::schema::outbox;
use diesel::prelude::*;

use super::count;
use crate::support::TestApp;

/// All mails.
pub struct Mails(Vec<Mail>);

struct Mail {
    kind: String,
    recipient: String,
    text: String,
}

impl Mails {
    pub fn of(app: &TestApp) -> Self {
        let all: Vec<(String, String, String)> = count(app, |conn| {
            let all = outbox::table.select((outbox::kind, outbox::recipient, outbox::body_text));
            all.load(conn)
        });
        let mails = all.into_iter().map(|(kind, recipient, text)| Mail {
            kind,
            recipient,
            text,
        });
        Mails(mails.collect())
    }

    /// How many of a kind hold a word.
    pub fn about(&self, kind: &str, word: &str) -> usize {
        self.count(|it| it.kind == kind && it.text.contains(word))
    }

    /// How many of a kind, which may be one of several that begin alike, went to somebody and hold all of these words.
    pub fn to(&self, recipient: &str, kind: &str, words: &[&str]) -> usize {
        let is_it = |it: &Mail| it.recipient == recipient && it.kind.starts_with(kind);
        self.count(|it| is_it(it) && words.iter().all(|word| it.text.contains(word)))
    }

    fn count(&self, is_it: impl Fn(&Mail) -> bool) -> usize {
        self.0.iter().filter(|mail| is_it(mail)).count()
    }
}
