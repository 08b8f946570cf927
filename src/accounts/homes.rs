//! The day where somebody lives, for lists of several people: a date without a time is always that of the person.

use std::collections::{BTreeSet, HashMap};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::AnyConnection;
use crate::db::schema::people;
use crate::law::Laws;

/// Where these people live, by their ids.
#[derive(Debug, Default)]
pub struct Homes(HashMap<i64, String>);

impl Homes {
    /// Looks them up with one query.
    pub fn of(
        conn: &mut AnyConnection,
        people: impl IntoIterator<Item = Option<i64>>,
    ) -> QueryResult<Homes> {
        let ids: BTreeSet<_> = people.into_iter().flatten().collect();
        if ids.is_empty() {
            return Ok(Homes::default());
        }
        let homes: Vec<(i64, String)> = people::table
            .filter(people::id.eq_any(ids))
            .select((people::id, people::residence))
            .load(conn)?;
        Ok(Homes(homes.into_iter().collect()))
    }

    /// The day that it was for one of them; of who is not known, as of who does not say where they live.
    pub fn day(&self, laws: &Laws, person_id: Option<i64>, at: NaiveDateTime) -> NaiveDate {
        let home = person_id.and_then(|id| self.0.get(&id));
        laws.day_in(home.map_or("", String::as_str), at)
    }
}
