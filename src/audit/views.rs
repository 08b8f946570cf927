//! Who of the staff looked at what of a person's: recorded with each look, and shown to the person.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::{Actor, Event};
use crate::accounts::guard::StaffMember;
use crate::app::App;
use crate::db::schema::events;
use crate::db::{AnyConnection, text_enum};
use crate::error::AppResult;

/// The name of the event.
pub const ACTION: &str = "person.viewed";

text_enum! {
    /// What was looked at.
    pub enum Seen {
        /// That there is an account, by an identity that was typed as a whole.
        Account = "account",
        /// The list of all requests.
        Requests = "requests",
        /// A request with its messages.
        Request = "request",
        /// A file that was sent with a request.
        Evidence = "evidence",
        /// Data in the sources.
        Data = "data",
        /// All data, in one file.
        Package = "package",
        /// By what they are known, to look them up by hand.
        Identities = "identities",
        /// Another address that was proposed for an account.
        Offer = "offer",
        /// What staff entered of an age.
        Age = "age",
    }
}

impl Seen {
    /// As the person reads it.
    pub fn in_words(self) -> &'static str {
        match self {
            Seen::Account => "That we know you, by an address or number of yours",
            Seen::Requests => "The list of your requests",
            Seen::Request => "A request of yours, with its messages",
            Seen::Evidence => "A file that you sent",
            Seen::Data => "Data about you",
            Seen::Package => "A copy of your data, saved to be sent to you",
            Seen::Offer => {
                "Another address that was proposed for your account, with those that it has"
            }
            Seen::Age => "What our staff entered of your age, with the reason",
            Seen::Identities => "By what we know you, to look up or change data about you by hand",
        }
    }
}

/// Records that a staff member looks at something, in a transaction of its own. `object` is the reference of the
/// request, or empty.
pub async fn record(
    app: &App,
    member: &StaffMember,
    seen: Seen,
    pseudonym: String,
    object: &str,
) -> AppResult<()> {
    let (member, object, now) = (member.clone(), object.to_owned(), app.clock.now());
    let recorded = app
        .db
        .write(move |conn| note(conn, &member, seen, (&pseudonym, &object), now));
    recorded.await
}

/// The same in the caller's transaction.
pub fn note(
    conn: &mut AnyConnection,
    member: &StaffMember,
    seen: Seen,
    (pseudonym, object): (&str, &str),
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor: Actor::Staff(member.id),
        action: ACTION,
        person: Some(pseudonym),
        object,
        detail: json!({ "what": seen, "role": member.role }),
    };
    Ok(super::record(conn, &event, now)?)
}

/// One look.
#[derive(Debug, Clone, Queryable)]
pub struct View {
    /// Internal.
    pub id: i64,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// As [`Actor`] writes it.
    pub actor: String,
    /// The reference of the request, or empty.
    pub object: String,
    /// What was seen and in which role, as JSON.
    pub detail: String,
}

impl View {
    /// A text of the detail.
    pub fn detail(&self, name: &str) -> String {
        let detail: serde_json::Value = serde_json::from_str(&self.detail).unwrap_or_default();
        detail[name].as_str().unwrap_or_default().to_owned()
    }
}

/// The looks at what is a person's, newest first, at most `limit` of those before the one with that id.
pub fn list_of_person(
    conn: &mut AnyConnection,
    pseudonym: &str,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<View>> {
    events::table
        .filter(events::person.eq(pseudonym))
        .filter(events::action.eq(ACTION))
        .filter(events::id.lt(before.unwrap_or(i64::MAX)))
        .order(events::id.desc())
        .limit(limit)
        .select((
            events::id,
            events::at,
            events::actor,
            events::object,
            events::detail,
        ))
        .load(conn)
}
