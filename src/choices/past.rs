//! What a person had chosen at some time before.

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::defaults::Defaults;
use super::minors;
use super::model::{Choice, State, Subject};
use super::queries::list_history;
use super::refusable::keys_of;
use crate::accounts::queries::find_residence;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::{choices, identities, minors as young, people};
use crate::law::Laws;
use crate::register::Activity;
use crate::requests::resting::{self, Rest};

/// Of somebody who changed their mind more often than this, the oldest changes are not looked at.
const CHANGES: i64 = 500;

/// A person's changes, and what holds by law where they live.
#[derive(Debug, Default)]
pub struct Past {
    newest_first: Vec<Choice>,
    defaults: Defaults,
    /// What rested by an objection, and when.
    rests: Vec<Rest>,
}

/// How something with a switch stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stood {
    /// The person had allowed it.
    Allowed,
    /// The person had stopped it.
    Stopped,
    /// The person had objected to it, and that was granted or was being looked at.
    Objected,
    /// They had not chosen, and where they live it is on until they stop it.
    NotStopped,
    /// They had not chosen, and where they live it takes their consent.
    NotAllowed,
}

impl Past {
    /// What is on record of a person.
    pub fn load(conn: &mut AnyConnection, app: &App, person_id: i64) -> QueryResult<Self> {
        let residence = find_residence(conn, person_id)?;
        let sixteen_on = minors::sixteen_on(conn, person_id)?;
        Ok(Past {
            newest_first: list_history(conn, person_id, None, CHANGES)?,
            defaults: Defaults::at(app, &residence, sixteen_on),
            rests: resting::rests_of(conn, &[person_id])?,
        })
    }

    /// How an activity stood at that moment: stopped, if one of the choices that turn it off said so.
    pub fn at(&self, activity: &Activity, at: NaiveDateTime) -> Stood {
        if self.rests.iter().any(|it| it.covers(activity, at)) {
            return Stood::Objected;
        }
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
        } else if self.defaults.take_consent(activity) {
            Stood::NotAllowed
        } else {
            Stood::NotStopped
        }
    }
}

/// A use of the data of whoever has an identity, by its kind and keyed hash with a colon between them.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// Of whose data.
    pub subject: &'a str,
    /// What for.
    pub activity: &'a Activity,
    /// When.
    pub at: NaiveDateTime,
}

/// How each of these uses stood when it was made; with three queries for all. Where nobody has signed in with an identity, it
/// is not known where they live, and what was not stopped is taken for allowed.
pub fn stood(
    conn: &mut AnyConnection,
    (laws, today): (&Laws, NaiveDate),
    uses: &[Use<'_>],
) -> QueryResult<Vec<Stood>> {
    let people = people_with(conn, uses)?;
    let whose = |it: &Use<'_>| match people.get(it.subject) {
        Some((id, ..)) => Subject::Person(*id).to_string(),
        None => it.subject.to_owned(),
    };
    let subjects: BTreeSet<_> = uses.iter().map(whose).collect();
    let keys: BTreeSet<_> = uses.iter().flat_map(|it| keys_of(it.activity)).collect();
    let newest_first: Vec<Choice> = Choice::query()
        .filter(choices::subject.eq_any(subjects))
        .filter(choices::activity.eq_any(keys))
        .order(choices::id.desc())
        .load(conn)?;
    let mut pasts = HashMap::<String, Past>::new();
    for choice in newest_first {
        let past = pasts.entry(choice.subject.clone()).or_default();
        past.newest_first.push(choice);
    }
    let ids: BTreeSet<_> = people.values().map(|(id, ..)| *id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    for rest in resting::rests_of(conn, &ids)? {
        let whose = Subject::Person(rest.person_id).to_string();
        pasts.entry(whose).or_default().rests.push(rest);
    }
    for (id, residence, sixteen_on) in people.values() {
        let past = pasts.entry(Subject::Person(*id).to_string()).or_default();
        past.defaults = Defaults::on(laws, (residence, *sixteen_on), today);
    }
    let stood = |it: &Use<'_>| {
        let past = pasts.get(&whose(it));
        past.map_or(Stood::NotStopped, |past| past.at(it.activity, it.at))
    };
    Ok(uses.iter().map(stood).collect())
}

/// Somebody: by id, where they live, and the 16th birthday of who is or was known to be under 16.
type Somebody = (i64, String, Option<NaiveDate>);

/// Who has the identities in question, as far as somebody has.
fn people_with(
    conn: &mut AnyConnection,
    uses: &[Use<'_>],
) -> QueryResult<HashMap<String, Somebody>> {
    let hashes = uses.iter().filter_map(|it| it.subject.split_once(':'));
    let hashes: BTreeSet<_> = hashes.map(|(_, hash)| hash).collect();
    let found: Vec<(String, String, i64, String, Option<NaiveDate>)> = identities::table
        .inner_join(people::table)
        .left_join(young::table.on(young::person_id.eq(people::id)))
        .filter(identities::hash.eq_any(hashes))
        .select((
            identities::kind,
            identities::hash,
            people::id,
            people::residence,
            young::sixteen_on.nullable(),
        ))
        .load(conn)?;
    let named = found.into_iter();
    let named =
        named.map(|(kind, hash, id, home, age)| (format!("{kind}:{hash}"), (id, home, age)));
    Ok(named.collect())
}
