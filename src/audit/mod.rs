//! Who did what: append-only, pseudonymous, chained by keyed hashes, with signed checkpoints.
//!
//! A change writes its event in its own transaction ([`record`]), without touching the chain: a chain that
//! every transaction had to lock would let one commit at a time through. Moments later a worker links new
//! events in the order of their ids ([`chain::link`]); from then on the database refuses to change them,
//! and [`verify`](verify::verify) finds whatever was changed behind its back. It is called every
//! night ([`nightly`]) and by `candor audit verify`.
//!
//! An event names people by a pseudonym and never holds personal data, so that erasing a person does not
//! break the chain.

pub mod access_log;
pub mod chain;
pub mod command;
pub mod nightly;
pub mod queries;
pub mod receipt_check;
pub mod receipt_pages;
mod receipt_words;
pub mod receipts;
pub mod staff_pages;
pub mod verify;
pub mod views;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::Value;

use crate::db::schema::events;
use crate::db::{AnyConnection, both};

/// Who caused an event.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// A person, by pseudonym.
    Person(&'a str),
    /// A staff member, by id.
    Staff(i64),
    /// Somebody who is not signed in.
    Visitor,
    /// Candor itself: a worker, or a command.
    System,
}

impl std::fmt::Display for Actor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Actor::Person(pseudonym) => write!(f, "person:{pseudonym}"),
            Actor::Staff(id) => write!(f, "staff:{id}"),
            Actor::Visitor => f.write_str("visitor"),
            Actor::System => f.write_str("system"),
        }
    }
}

/// One entry of the audit log, as it is recorded.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// Who caused it.
    pub actor: Actor<'a>,
    /// What happened, in the past tense: `request.filed`.
    pub action: &'a str,
    /// The pseudonym of the person whom it concerns.
    pub person: Option<&'a str>,
    /// What it happened to: the reference of a request, the key of an activity, the id of a receipt.
    pub object: &'a str,
    /// Facts that are not personal data.
    pub detail: Value,
}

/// Writes an event; call it in the transaction of the change that it tells of.
pub fn record(conn: &mut AnyConnection, event: &Event<'_>, now: NaiveDateTime) -> QueryResult<()> {
    let row = (
        events::at.eq(now),
        events::actor.eq(event.actor.to_string()),
        events::action.eq(event.action),
        events::person.eq(event.person),
        events::object.eq(event.object),
        events::detail.eq(event.detail.to_string()),
    );
    both!(conn, |conn| diesel::insert_into(events::table)
        .values(row)
        .execute(conn))?;
    Ok(())
}
