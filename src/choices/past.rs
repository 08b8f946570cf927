//! What a person had chosen at some time before.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Choice, State};
use super::queries::list_history;
use super::refusable::{keys_of, takes_consent_in};
use crate::accounts::queries::find_residence;
use crate::db::AnyConnection;
use crate::register::Activity;

/// Of somebody who changed their mind more often than this, the oldest changes are not looked at.
const CHANGES: i64 = 500;

/// A person's changes, and where they live.
#[derive(Debug)]
pub struct Past {
    newest_first: Vec<Choice>,
    residence: String,
}

/// How something with a switch stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stood {
    /// The person had allowed it.
    Allowed,
    /// The person had stopped it.
    Stopped,
    /// They had not chosen, and where they live it is on until they stop it.
    NotStopped,
    /// They had not chosen, and where they live it takes their consent.
    NotAllowed,
}

impl Past {
    /// What is on record of a person.
    pub fn load(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Self> {
        Ok(Past {
            newest_first: list_history(conn, person_id, None, CHANGES)?,
            residence: find_residence(conn, person_id)?,
        })
    }

    /// How an activity stood at that moment: stopped, if one of the choices that turn it off said so.
    pub fn at(&self, activity: &Activity, at: NaiveDateTime) -> Stood {
        let of_key = |key: &str| {
            let mut changes = self.newest_first.iter();
            changes.find(|it| it.activity == key && it.at <= at)
        };
        let states: Vec<_> = keys_of(activity)
            .into_iter()
            .filter_map(of_key)
            .map(|it| it.state)
            .collect();
        if states.contains(&State::OptedOut) {
            Stood::Stopped
        } else if states.contains(&State::OptedIn) {
            Stood::Allowed
        } else if takes_consent_in(&self.residence) {
            Stood::NotAllowed
        } else {
            Stood::NotStopped
        }
    }
}
