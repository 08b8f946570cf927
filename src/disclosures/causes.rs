//! Writing down what recipients are to be told of, in the transaction that brings it about.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::model::{Cause, CauseKind};
use super::{statements, untold};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::identity_hash;
use crate::app::App;
use crate::choices::{Subject, refusable};
use crate::db::schema::{causes, notices};
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::jobs::{self, Job};
use crate::keys::Keys;
use crate::law::Right;
use crate::register::{Activity, Recipient, Register};

/// Whose data it is about.
#[derive(Debug, Clone)]
pub enum Whose {
    /// A person, by id.
    Person(i64),
    /// Somebody who is not known, by what was typed: an e-mail address, or a number in E.164.
    Handle(String),
}

/// The sealing context of addresses and numbers.
pub(super) const HANDLE: &str = "handle of a cause";

impl Whose {
    /// Of what kind a handle is that was typed: numbers in E.164 have no such sign.
    pub fn kind_of(typed: &str) -> IdentityKind {
        if typed.contains('@') {
            IdentityKind::Email
        } else {
            IdentityKind::Phone
        }
    }
}

/// So long a recipient has in any case: what was decided late is not to blame on who is told late.
const LEAST: TimeDelta = TimeDelta::days(5);

/// A cause that is not written yet.
#[derive(Debug, Insertable)]
#[diesel(table_name = causes, treat_none_as_default_value = false)]
pub struct Prepared {
    kind: &'static str,
    person_id: Option<i64>,
    object: String,
    handle: Option<Vec<u8>>,
    due_on: NaiveDate,
    at: NaiveDateTime,
    subject: Option<String>,
    known_for: Option<String>,
}

/// Seals a cause without writing it, for callers that do so before their transaction: [`Prepared::write`] it there.
/// None when it concerns no recipient.
pub fn prepare(
    app: &App,
    (kind, whose): (CauseKind, &Whose),
    object: String,
    due_on: NaiveDate,
    now: NaiveDateTime,
) -> Option<Prepared> {
    concerned(&app.register, (kind, &object), true).next()?;
    let (person_id, handle, subject) = match whose {
        Whose::Person(id) => (Some(*id), None, None),
        Whose::Handle(typed) => {
            let kind = Whose::kind_of(typed);
            let subject = Subject::Identity(kind, identity_hash(&app.keys, kind, typed));
            let sealed = app.keys.seal(HANDLE, typed.as_bytes());
            (None, Some(sealed), Some(subject.to_string()))
        }
    };
    let least = now.date() + LEAST;
    Some(Prepared {
        kind: kind.as_str(),
        person_id,
        object,
        handle,
        due_on: due_on.max(least),
        at: now,
        subject,
        known_for: None,
    })
}

/// The opt-outs from a choice, made at that moment, of which recipients were or are told for an identity without a
/// person; call it when it has turned out whose it is.
pub fn of_identity(
    conn: &mut AnyConnection,
    subject: &str,
    (key, at): (&str, NaiveDateTime),
) -> QueryResult<Vec<i64>> {
    let found: Vec<(i64, String)> = causes::table
        .filter(causes::subject.eq(subject))
        .filter(causes::kind.eq(CauseKind::OptOut.as_str()))
        .filter(causes::at.eq(at))
        .select((causes::id, causes::object))
        .load(conn)?;
    let about = found.into_iter();
    let about = about.filter(|(_, object)| object.split(' ').any(|it| it == key));
    Ok(about.map(|(id, _)| id).collect())
}

/// Notes that these causes, and the notices of them, are about that person.
pub fn adopt(conn: &mut AnyConnection, ids: &[i64], person_id: i64) -> QueryResult<()> {
    diesel::update(causes::table.filter(causes::id.eq_any(ids)))
        .set(causes::person_id.eq(person_id))
        .execute(conn)?;
    diesel::update(notices::table.filter(notices::cause_id.eq_any(ids)))
        .set(notices::person_id.eq(person_id))
        .execute(conn)
        .map(drop)
}

impl Prepared {
    /// Whether it is about somebody who is not known, and stands for that subject.
    pub fn is_about(&self, subject: &str) -> bool {
        self.subject.as_deref() == Some(subject)
    }

    /// The same, not told for these identities, of which recipients know it already.
    #[must_use]
    pub fn known_for(self, subjects: &[String]) -> Self {
        Prepared {
            known_for: (!subjects.is_empty()).then(|| subjects.join(" ")),
            ..self
        }
    }

    /// Writes it, and the job that spreads it; call it in the transaction that brings it about.
    pub fn write(&self, conn: &mut AnyConnection) -> AppResult<()> {
        let cause_id = both!(conn, |conn| diesel::insert_into(causes::table)
            .values(self)
            .returning(causes::id)
            .get_result(conn))?;
        jobs::enqueue(conn, &Job::TellRecipients { cause_id }, self.at)
    }
}

/// Writes a cause, and the job that spreads it; nothing when it concerns no recipient.
pub fn record(
    conn: &mut AnyConnection,
    app: &App,
    about: (CauseKind, &Whose),
    object: &str,
    due_on: NaiveDate,
    now: NaiveDateTime,
) -> AppResult<()> {
    match prepare(app, about, object.to_owned(), due_on, now) {
        Some(cause) => cause.write(conn),
        None => Ok(()),
    }
}

/// Addresses and numbers of people who are not known, of whom recipients were told, with the ids of the causes: so many,
/// after that one.
pub fn list_handles_after(
    conn: &mut AnyConnection,
    keys: &Keys,
    after: i64,
    limit: i64,
) -> AppResult<Vec<(i64, String)>> {
    let rows: Vec<(i64, Option<Vec<u8>>)> = causes::table
        .filter(causes::id.gt(after))
        .filter(causes::handle.is_not_null())
        .order(causes::id)
        .limit(limit)
        .select((causes::id, causes::handle))
        .load(conn)?;
    let opened = rows.into_iter().map(|(id, sealed)| {
        let opened = keys.open(HANDLE, &sealed.unwrap_or_default());
        Ok((id, String::from_utf8_lossy(&opened?).into_owned()))
    });
    opened.collect()
}

/// The last day for recipients to follow an opt-out that came now.
pub fn opt_out_due(app: &App, now: NaiveDateTime) -> NaiveDate {
    opt_out_due_from(app, app.laws.day_in("us-ca", now))
}

/// The same for one that was received on that day.
pub fn opt_out_due_from(app: &App, received_on: NaiveDate) -> NaiveDate {
    let row = app.laws.applying("us-ca", Right::OptOut, received_on).row;
    row.effect.map_or(received_on, |term| {
        term.after_or_sooner(received_on, app.laws.calendar())
    })
}

/// Keys of the activities that a cause turned on or off for a person, and a later one turned the other way.
pub(super) fn turned_since(
    conn: &mut AnyConnection,
    register: &Register,
    cause: &Cause,
) -> QueryResult<Vec<String>> {
    let other_way = match cause.kind {
        CauseKind::OptOut => CauseKind::OptIn,
        CauseKind::OptIn => CauseKind::OptOut,
        _ => return Ok(Vec::new()),
    };
    let Some(person_id) = cause.person_id else {
        return Ok(Vec::new());
    };
    let later: Vec<String> = causes::table
        .filter(causes::person_id.eq(person_id))
        .filter(causes::id.gt(cause.id))
        .filter(causes::kind.eq(other_way.as_str()))
        .select(causes::object)
        .load(conn)?;
    let turned = later
        .iter()
        .flat_map(|object| activities(register, other_way, object));
    Ok(turned.map(str::to_owned).collect())
}

/// Whether nothing is left for a recipient to do of a cause that turned activities on or off: a later one has turned each
/// of its own the other way.
pub(super) fn is_void(
    conn: &mut AnyConnection,
    register: &Register,
    cause: &Cause,
    recipient: &str,
) -> QueryResult<bool> {
    let turned = turned_since(conn, register, cause)?;
    let own = activities_of(register, cause, recipient);
    Ok(!turned.is_empty() && own.iter().all(|it| turned.contains(&it.key)))
}

/// The recipients whom it may concern, in the order of the register. Which of them get the data that were corrected or
/// erased is known when it is spread: see [`super::data`]. What becomes of data is told to everybody who got them where
/// the law wants that: see [`untold`].
pub(super) fn concerned<'a>(
    register: &'a Register,
    (kind, object): (CauseKind, &str),
    everybody: bool,
) -> impl Iterator<Item = &'a Recipient> {
    let turned = activities(register, kind, object);
    register.recipients.iter().filter(move |it| match kind {
        CauseKind::OptOut | CauseKind::OptIn => it
            .activities
            .iter()
            .any(|key| turned.contains(&key.as_str())),
        CauseKind::Correction
        | CauseKind::Deletion
        | CauseKind::Restriction
        | CauseKind::RestrictionLifted
        | CauseKind::Objection => it.not_told.is_none() && untold::is_due(register, it, everybody),
        CauseKind::Statement | CauseKind::StatementWithdrawn => {
            statements::concerns(register, it, object)
        }
    })
}

/// The activities of a recipient that are off or on again, in the order of the register. It gets nothing for the others.
pub(super) fn activities_of<'a>(
    register: &'a Register,
    cause: &Cause,
    recipient: &str,
) -> Vec<&'a Activity> {
    let Some(recipient) = register.recipient(recipient) else {
        return Vec::new();
    };
    activities(register, cause.kind, &cause.object)
        .into_iter()
        .filter(|key| recipient.activities.iter().any(|it| it == key))
        .filter_map(|key| register.activity(key))
        .collect()
}

/// The activities that are off or on again: those that the choices are about, whose keys the object names. None for
/// all other kinds, which are about data.
fn activities<'a>(register: &'a Register, kind: CauseKind, object: &str) -> Vec<&'a str> {
    if !matches!(kind, CauseKind::OptOut | CauseKind::OptIn) {
        return Vec::new();
    }
    let chosen: Vec<_> = object.split(' ').collect();
    let all = register.activities.iter().filter(|it| {
        let keys = refusable::keys_of(it);
        keys.iter().any(|key| chosen.contains(key))
    });
    all.map(|it| it.key.as_str()).collect()
}

/// Whether a recipient gets data by sale or sharing.
pub(super) fn sold_to(register: &Register, recipient: &Recipient) -> bool {
    let mut keys = recipient.activities.iter();
    keys.any(|key| register.activity(key).is_some_and(|it| it.sale_or_sharing))
}
