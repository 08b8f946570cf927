//! Finding tasks. Each list walks an index in the order of due dates.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use serde::Deserialize;

use super::model::{Outcome, Purpose, State, Task};
use crate::db::schema::{manual_tasks as tasks, requests};
use crate::db::{AnyConnection, Count, count_up_to};
use crate::web::paging;

/// The filters of the list, as its address has them. Empty texts filter nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// `open` (when empty), or `closed`.
    pub state: String,
    /// Key of a source.
    pub source: String,
    /// A purpose.
    pub purpose: String,
    /// `me`, or `nobody`.
    pub assignee: String,
    /// `late`.
    pub due: String,
    /// Where the list goes on: `DATE_ID` of the last task before it.
    pub after: String,
}

impl Filters {
    fn position(&self) -> Option<(NaiveDate, i64)> {
        paging::position(&self.after)
    }

    /// Whether anything is filtered.
    pub fn is_any(&self) -> bool {
        !self.query().is_empty()
    }

    /// The filters as the query of an address.
    pub fn query(&self) -> String {
        paging::query(&[
            ("state", &self.state),
            ("source", &self.source),
            ("purpose", &self.purpose),
            ("assignee", &self.assignee),
            ("due", &self.due),
        ])
    }
}

/// The tasks that the filters let through with the references of their requests, due soonest first.
pub fn list(
    conn: &mut AnyConnection,
    filters: &Filters,
    (today, me): (NaiveDate, i64),
    limit: i64,
) -> QueryResult<Vec<(Task, String)>> {
    let mut query = tasks::table
        .inner_join(requests::table)
        .select((Task::as_select(), requests::reference))
        .into_boxed();
    query = match filters.state.as_str() {
        "closed" => query.filter(tasks::closed_at.is_not_null()),
        _ => query.filter(tasks::closed_at.is_null()),
    };
    if !filters.source.is_empty() {
        query = query.filter(tasks::source.eq(filters.source.clone()));
    }
    if let Ok(purpose) = filters.purpose.parse::<Purpose>() {
        query = query.filter(tasks::purpose.eq(purpose.as_str()));
    }
    query = match filters.assignee.as_str() {
        "me" => query.filter(tasks::assignee_id.eq(me)),
        "nobody" => query.filter(tasks::assignee_id.is_null()),
        _ => query,
    };
    if filters.due == "late" {
        query = query.filter(tasks::due_on.le(today - Days::new(1)));
    }
    if let Some((date, id)) = filters.position() {
        let later = tasks::due_on.gt(date);
        let same_day = tasks::due_on.eq(date).and(tasks::id.gt(id));
        query = query
            .filter(tasks::due_on.ge(date))
            .filter(later.or(same_day));
    }
    query
        .order((tasks::due_on, tasks::id))
        .limit(limit)
        .load(conn)
}

/// How many are late.
pub fn count_late(conn: &mut AnyConnection, today: NaiveDate) -> QueryResult<Count> {
    let late = tasks::table
        .filter(tasks::closed_at.is_null())
        .filter(tasks::due_on.lt(today));
    count_up_to(conn, late.select(tasks::id))
}

/// A task by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<Task> {
    Task::query().filter(tasks::id.eq(id)).first(conn)
}

/// All tasks of a request, oldest first.
pub fn list_of_request(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::request_id.eq(request_id))
        .order(tasks::id)
        .load(conn)
}

/// Those of them that are open.
pub fn list_open_of_request(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<Task>> {
    Task::query()
        .filter(tasks::request_id.eq(request_id))
        .filter(tasks::closed_at.is_null())
        .order(tasks::id)
        .load(conn)
}

/// The newest lookup of a person's in a source that is needed still, or was answered.
pub fn find_last_lookup(
    conn: &mut AnyConnection,
    person_id: i64,
    source: &str,
) -> QueryResult<Option<(Task, String)>> {
    tasks::table
        .inner_join(requests::table)
        .filter(tasks::person_id.eq(person_id))
        .filter(tasks::source.eq(source))
        .filter(tasks::purpose.eq(Purpose::Find.as_str()))
        .filter(tasks::state.ne(State::Cancelled.as_str()))
        .order(tasks::id.desc())
        .select((Task::as_select(), requests::reference))
        .first(conn)
        .optional()
}

/// Whether a change in a source was confirmed for a person and has not been applied to its end.
pub fn is_confirmed(conn: &mut AnyConnection, person_id: i64, source: &str) -> QueryResult<bool> {
    let confirmed = tasks::table
        .filter(tasks::person_id.eq(person_id))
        .filter(tasks::source.eq(source))
        .filter(tasks::outcome.eq(Outcome::CarriedOut.as_str()))
        .filter(tasks::applied_at.is_null());
    diesel::select(diesel::dsl::exists(confirmed)).get_result(conn)
}
