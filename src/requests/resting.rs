//! Uses of a person's data that rest or have ended: by an objection, or as the data may not be used at all (GDPR Art. 18
//! and 21). Ask it beside the choices, which know of neither.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Outcome, State};
use super::sealed::{self, What};
use super::words;
use crate::db::schema::{requests, restrictions};
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::Activity;

/// One that is in force.
#[derive(Debug, Clone)]
pub struct Resting {
    /// Whose data.
    pub person_id: i64,
    /// The key of the one use that it is about; none where data may not be used at all.
    pub activity: Option<String>,
    /// Of the request.
    pub reference: String,
    /// How that was decided, if it is.
    pub outcome: Option<Outcome>,
    /// When the use goes on, where that is announced.
    pub ends_on: Option<NaiveDate>,
    /// Sealed: which part of the use stops, where not all of it does.
    part: Option<Vec<u8>>,
}

impl Resting {
    /// Whether all of the use rests, and not a part of it.
    pub fn is_whole(&self) -> bool {
        self.outcome != Some(Outcome::PartlyApproved)
    }

    /// In a word or two: whether all of the use rests.
    pub fn word(&self) -> &'static str {
        if self.is_whole() {
            "Not done"
        } else {
            "Partly not done"
        }
    }

    /// Which part of the use stops, where the rest of it goes on.
    pub fn part(&self, keys: &Keys) -> AppResult<Option<String>> {
        let Some(part) = self.part.as_deref().filter(|_| !self.is_whole()) else {
            return Ok(None);
        };
        let opened = sealed::open_text(keys, &self.reference, What::Restricted, Some(part))?;
        Ok(Some(opened))
    }

    /// How it stands, for the person.
    pub fn in_words(&self) -> String {
        let reference = &self.reference;
        match (self.ends_on, self.outcome) {
            (Some(day), _) => format!(
                "This rests until {}, since you objected to it ({reference}).",
                words::day(day)
            ),
            (None, None) => format!("This rests while we look at your objection ({reference})."),
            (None, Some(Outcome::PartlyApproved)) => format!(
                "We do not do a part of this any more, since you objected to it ({reference})."
            ),
            (None, Some(_)) => {
                format!("We do not do this any more, since you objected to it ({reference}).")
            }
        }
    }
}

/// What rests of one use.
pub fn find<'a>(all: &'a [Resting], activity: &Activity) -> Option<&'a Resting> {
    let mut all = all.iter();
    all.find(|it| it.activity.as_ref() == Some(&activity.key))
}

/// Whether some data are kept and not used for anything, whatever becomes of single uses.
pub fn is_restricted(all: &[Resting]) -> bool {
    all.iter().any(|it| it.activity.is_none())
}

/// What rests of one person's.
pub fn of_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<Resting>> {
    list(conn, Some(person_id))
}

/// The people whose data are not to be used for something: as they may not be used at all, or as that rests.
pub fn people_without(conn: &mut AnyConnection, activity: &Activity) -> QueryResult<HashSet<i64>> {
    let all = list(conn, None)?.into_iter();
    let without = all.filter(|it| it.activity.as_ref().is_none_or(|key| *key == activity.key));
    Ok(without.map(|it| it.person_id).collect())
}

/// For how long a use rested or has rested, by an objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// Whose data.
    pub person_id: i64,
    /// The key of the use.
    pub activity: String,
    from: NaiveDateTime,
    until: Option<NaiveDateTime>,
}

impl Rest {
    /// Whether all of the use rested at that moment.
    pub fn covers(&self, activity: &Activity, at: NaiveDateTime) -> bool {
        let is_over = self.until.is_some_and(|until| until <= at);
        self.activity == activity.key && self.from <= at && !is_over
    }
}

/// All that rested of these people's data, from the day of each objection on: while it is looked at, and for good where it
/// is granted. Where a part of it is, the rest goes on then.
pub fn rests_of(conn: &mut AnyConnection, people: &[i64]) -> QueryResult<Vec<Rest>> {
    type Row = (
        i64,
        Option<String>,
        NaiveDateTime,
        Option<String>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
    );
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = restrictions::table
        .inner_join(requests::table)
        .filter(requests::person_id.eq_any(people))
        .filter(restrictions::activity.is_not_null())
        .select((
            requests::person_id,
            restrictions::activity,
            requests::created_at,
            requests::outcome,
            requests::closed_at,
            restrictions::ended_at,
        ))
        .load(conn)?;
    let rests = rows.into_iter().filter_map(|row| {
        let (person_id, activity, from, outcome, closed_at, ended_at) = row;
        let is_part = outcome.as_deref() == Some(Outcome::PartlyApproved.as_str());
        Some(Rest {
            person_id,
            activity: activity?,
            from,
            until: ended_at.or(closed_at.filter(|_| is_part)),
        })
    });
    Ok(rests.collect())
}

fn list(conn: &mut AnyConnection, whose: Option<i64>) -> QueryResult<Vec<Resting>> {
    type Row = (
        i64,
        String,
        Option<String>,
        Option<String>,
        Option<NaiveDate>,
        Option<Vec<u8>>,
        String,
    );
    let in_force = restrictions::table
        .inner_join(requests::table)
        .filter(restrictions::ended_at.is_null())
        .select((
            requests::person_id,
            requests::reference,
            requests::outcome,
            restrictions::activity,
            restrictions::ends_on,
            restrictions::part,
            requests::state,
        ));
    let rows: Vec<Row> = match whose {
        // With every page of choices.
        Some(id) => both!(conn, |conn| in_force
            .filter(requests::person_id.eq(id))
            .order(requests::id)
            .load(conn))?,
        None => in_force.load(conn)?,
    };
    let resting = rows.into_iter().map(
        |(person_id, reference, outcome, activity, ends_on, part, state)| Resting {
            part,
            person_id,
            activity,
            reference,
            // What is only proposed is for staff alone.
            outcome: outcome
                .filter(|_| state.parse().is_ok_and(|it: State| !it.is_undecided()))
                .and_then(|it| it.parse().ok()),
            ends_on,
        },
    );
    Ok(resting.collect())
}
