//! What staff entered of somebody's age: by whom, on whose word and how that was made sure of. It stays on record beside
//! the choices that followed.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::json;

use super::approvals::Outcome;
use super::consent::TurnedOn;
use super::messages::AgePutRight;
use super::{Age, Whose, ages, put_right};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::change::Received;
use crate::choices::model::{Choice, State};
use crate::choices::{refusable, standing};
use crate::db::schema::{age_entries, parent_approvals, people, staff};
use crate::db::{AnyConnection, OptionalText, text_enum};
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::Register;
use crate::requests::model::Channel;
use crate::web::words;

text_enum! {
    /// What was entered.
    pub enum Kind {
        /// What is known of the age was put right.
        Age = "age",
        /// A parent or guardian allowed something.
        Parent = "parent",
    }
}

text_enum! {
    /// How it was made sure that it is a parent or guardian: the ways of 11 CCR 7070(a)(2) and 16 CFR 312.5(b).
    pub enum VerifiedBy {
        /// In writing.
        SignedForm = "signed-form",
        /// With a card or another payment that tells its holder of each use.
        Payment = "payment",
        /// By telephone.
        Call = "call",
        /// By video.
        Video = "video",
        /// Face to face.
        InPerson = "in-person",
        /// By a document, which is not kept.
        Document = "document",
    }
}

impl VerifiedBy {
    /// What staff choose from.
    pub const fn title(self) -> &'static str {
        match self {
            VerifiedBy::SignedForm => {
                "A consent form that the parent signed, under penalty of perjury, and sent back"
            }
            VerifiedBy::Payment => {
                "A payment with a card of the parent, who is told of each use of it"
            }
            VerifiedBy::Call => "A call of the parent with one of us who is trained for it",
            VerifiedBy::Video => "A video call of the parent with one of us who is trained for it",
            VerifiedBy::InPerson => "The parent was here, with one of us who is trained for it",
            VerifiedBy::Document => {
                "A government document of the parent, compared and then deleted"
            }
        }
    }

    /// Completes "We made sure of it by …".
    pub const fn in_words(self) -> &'static str {
        match self {
            VerifiedBy::SignedForm => "a signed form",
            VerifiedBy::Payment => "a payment with a card of theirs",
            VerifiedBy::Call => "a call with one of us who is trained for it",
            VerifiedBy::Video => "a video call with one of us who is trained for it",
            VerifiedBy::InPerson => "meeting them in person",
            VerifiedBy::Document => "a government document, which we have not kept",
        }
    }
}

/// On whose word staff act.
#[derive(Debug, Clone)]
pub struct Word {
    /// How it came.
    pub channel: Channel,
    /// On which day.
    pub received_on: NaiveDate,
    /// What they asked for.
    pub reason: String,
    /// What shows that it is so.
    pub evidence: String,
}

/// An entry as it is kept.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = age_entries)]
pub struct Entry {
    /// In the order of recording.
    pub id: i64,
    /// Whose age.
    pub person_id: i64,
    /// Which of the two.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Of an age: the 16th birthday; none of who is older.
    pub sixteen_on: Option<NaiveDate>,
    /// Of a parent's word: how it was made sure that it is one.
    #[diesel(deserialize_as = OptionalText<VerifiedBy>)]
    pub verified_by: Option<VerifiedBy>,
    allowed: Option<String>,
    /// How the word came.
    #[diesel(deserialize_as = String)]
    pub channel: Channel,
    /// On which day.
    pub received_on: NaiveDate,
    reason: Vec<u8>,
    evidence: Vec<u8>,
    /// Who entered it.
    pub staff_id: i64,
    /// When it was entered, in UTC.
    pub at: NaiveDateTime,
}

impl Entry {
    /// What the person reads of it.
    pub fn in_words(&self, register: &Register) -> String {
        let day = words::day(self.received_on);
        let came = self.channel.title().to_lowercase();
        match (self.kind, self.sixteen_on) {
            (Kind::Age, Some(sixteen)) => format!(
                "Our staff put your age right, as they were asked to {came} on {day}: you will be 16 on {}.",
                words::day(sixteen)
            ),
            (Kind::Age, None) => format!(
                "Our staff put your age right, as they were asked to {came} on {day}: you are 16 or older."
            ),
            (Kind::Parent, _) => format!(
                "Your parent or guardian allowed this {came} on {day}: {}. We made sure that it was them by {}.",
                self.allowed(register),
                self.verified_by.map_or("other means", VerifiedBy::in_words)
            ),
        }
    }

    /// The keys of what a parent allowed.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let keys = self.allowed.as_deref().unwrap_or_default();
        keys.split(' ').filter(|it| !it.is_empty())
    }

    /// The titles of what a parent allowed, in one line.
    fn allowed(&self, register: &Register) -> String {
        let titles = self.keys().map(|key| refusable::title(register, key));
        titles.collect::<Vec<_>>().join(", ")
    }

    /// What is to be turned on by it.
    pub(super) fn word(&self, knows_refusal: bool) -> TurnedOn {
        TurnedOn {
            keys: self.keys().map(str::to_owned).collect(),
            knows_refusal,
            received: Received {
                channel: self.channel,
                on: self.received_on,
            },
        }
    }

    /// The titles of what a parent allowed and that is off by now, in one line; empty where nothing is.
    pub fn off_by_now(&self, register: &Register, current: &[Choice]) -> String {
        let is_off = |key: &&str| {
            let mut choices = current.iter();
            choices.any(|it| it.activity == *key && it.state == State::OptedOut)
        };
        let off = self.keys().filter(is_off);
        let titles = off.map(|key| refusable::title(register, key));
        titles.collect::<Vec<_>>().join(", ")
    }

    /// What was asked for, and what shows that it is so.
    pub fn open(&self, keys: &Keys) -> AppResult<(String, String)> {
        let open = |what, sealed: &[u8]| {
            let plain = keys.open(&context(self.person_id, what), sealed)?;
            AppResult::Ok(String::from_utf8(plain).map_err(anyhow::Error::from)?)
        };
        Ok((
            open("reason", &self.reason)?,
            open("evidence", &self.evidence)?,
        ))
    }
}

fn context(person_id: i64, what: &str) -> String {
    format!("age entry of person {person_id}: {what}")
}

/// A person's entries that had an effect, newest first.
pub fn list_of_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Entry>> {
    let approved = parent_approvals::outcome.eq(Outcome::Approved.as_str());
    age_entries::table
        .left_join(parent_approvals::table)
        .filter(age_entries::person_id.eq(person_id))
        .filter(
            parent_approvals::entry_id
                .nullable()
                .is_null()
                .or(approved.nullable().assume_not_null()),
        )
        .order(age_entries::id.desc())
        .limit(50)
        .select(Entry::as_select())
        .load(conn)
}

/// All entries, newest first: so many, older than that one; with who entered them.
pub fn list(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Entry, String)>> {
    age_entries::table
        .inner_join(staff::table)
        .filter(age_entries::id.lt(before.unwrap_or(i64::MAX)))
        .order(age_entries::id.desc())
        .limit(limit)
        .select((Entry::as_select(), staff::name))
        .load(conn)
}

/// One entry, with who entered it and the pseudonym of the person.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<(Entry, String, String)> {
    age_entries::table
        .inner_join(staff::table)
        .inner_join(people::table)
        .filter(age_entries::id.eq(id))
        .select((Entry::as_select(), staff::name, people::pseudonym))
        .first(conn)
}

/// What is kept, and under which name it stands in the audit log.
pub(super) struct What<'a> {
    pub action: &'static str,
    pub kind: Kind,
    pub sixteen_on: Option<NaiveDate>,
    pub allowed: Option<(&'a [String], VerifiedBy)>,
}

/// Keeps an entry, and gives its id.
pub(super) fn keep(
    conn: &mut AnyConnection,
    app: &App,
    (whose, staff_id): (Whose<'_>, i64),
    what: &What<'_>,
    word: &Word,
    now: NaiveDateTime,
) -> AppResult<i64> {
    let seal = |of, text: &str| {
        app.keys
            .seal(&context(whose.person_id, of), text.as_bytes())
    };
    let row = (
        age_entries::person_id.eq(whose.person_id),
        age_entries::kind.eq(what.kind.as_str()),
        age_entries::sixteen_on.eq(what.sixteen_on),
        age_entries::verified_by.eq(what.allowed.map(|it| it.1.as_str())),
        age_entries::allowed.eq(what.allowed.map(|it| it.0.join(" "))),
        age_entries::channel.eq(word.channel.as_str()),
        age_entries::received_on.eq(word.received_on),
        age_entries::reason.eq(seal("reason", &word.reason)),
        age_entries::evidence.eq(seal("evidence", &word.evidence)),
        age_entries::staff_id.eq(staff_id),
        age_entries::at.eq(now),
    );
    let id = diesel::insert_into(age_entries::table)
        .values(row)
        .returning(age_entries::id)
        .get_result(conn)?;
    let event = Event {
        actor: Actor::Staff(staff_id),
        action: what.action,
        person: Some(whose.pseudonym),
        object: "account",
        // Not the day: how old somebody is stands nowhere but with their account.
        detail: json!({
            "under": what.sixteen_on.map(|_| 16),
            "choices": what.allowed.map(|it| it.0),
            "verified_by": what.allowed.map(|it| it.1),
            "channel": word.channel,
            "received_on": word.received_on,
        }),
    };
    audit::record(conn, &event, now)?;
    Ok(id)
}

/// Puts right what is known of somebody's age, on their word or that of a parent; see [`put_right`].
pub fn enter_age(
    conn: &mut AnyConnection,
    app: &App,
    (whose, staff_id): (Whose<'_>, i64),
    age: Age,
    word: &Word,
    now: NaiveDateTime,
) -> AppResult<()> {
    put_right(conn, app, whose, age, now)?;
    let (residence, _) = standing::told_by(conn, whose.person_id)?;
    let what = What {
        action: "age.put_right",
        kind: Kind::Age,
        sixteen_on: age.sixteen_on(),
        allowed: None,
    };
    keep(conn, app, (whose, staff_id), &what, word, now)?;
    if let Some(address) = whose.mail_to {
        let mail = AgePutRight {
            is_by_correction: false,
            sixteen_on: age.sixteen_on().map(words::day),
            who_decides: ages(app, &residence).in_words(),
        };
        app.mailer.enqueue(conn, address, &mail, now)?;
    }
    Ok(())
}
