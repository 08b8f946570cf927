//! Uses of a person's data that rest or have ended: by an objection, or as the data may not be used at all (GDPR Art. 18
//! and 21). Ask it beside the choices, which know of neither.

use std::collections::HashSet;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::Outcome;
use super::words;
use crate::db::AnyConnection;
use crate::db::schema::{requests, restrictions};
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
}

impl Resting {
    /// Whether all of the use rests, and not a part of it.
    pub fn is_whole(&self) -> bool {
        self.outcome != Some(Outcome::PartlyApproved)
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

fn list(conn: &mut AnyConnection, whose: Option<i64>) -> QueryResult<Vec<Resting>> {
    type Row = (
        i64,
        String,
        Option<String>,
        Option<String>,
        Option<NaiveDate>,
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
        ));
    let rows: Vec<Row> = match whose {
        Some(id) => in_force
            .filter(requests::person_id.eq(id))
            .order(requests::id)
            .load(conn)?,
        None => in_force.load(conn)?,
    };
    let resting =
        rows.into_iter().map(
            |(person_id, reference, outcome, activity, ends_on)| Resting {
                person_id,
                activity,
                reference,
                outcome: outcome.and_then(|it| it.parse().ok()),
                ends_on,
            },
        );
    Ok(resting.collect())
}
