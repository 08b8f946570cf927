//! The queue's queries: each walks an index in the order of due dates, a page at a time.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::queue::{Filters, SOON, States};
use crate::accounts::model::{Role, StaffRow};
use crate::db::schema::{people, requests, staff};
use crate::db::{AnyConnection, Count, OptionalText, count_up_to};
use crate::requests::model::{Kind, Outcome, State};
use crate::web::paging::one_more;

/// So many requests stand on one page.
pub const ON_A_PAGE: usize = 50;

/// What the queue shows of a request; the sealed parts are left in the database.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = requests)]
pub struct Row {
    /// Internal.
    pub id: i64,
    /// As people quote it.
    pub reference: String,
    /// Which right.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// How it was decided, or is proposed to be.
    #[diesel(deserialize_as = OptionalText<Outcome>)]
    pub outcome: Option<Outcome>,
    /// Key of the law whose dates it has.
    pub law: String,
    /// From which its days are counted.
    pub received_on: NaiveDate,
    /// The last day for the answer.
    pub due_on: NaiveDate,
    /// Where its days are counted.
    pub residence: String,
    /// The staff member who works on it.
    pub assignee_id: Option<i64>,
    /// Goes up with each change.
    pub version: i64,
}

/// Those of a query that wait for a supervisor, as the index of them has it.
macro_rules! proposed {
    ($query:expr) => {
        $query
            .filter(requests::state.eq(State::InReview.as_str()))
            .filter(requests::outcome.is_not_null())
            .filter(requests::closed_at.is_null())
    };
}

/// The requests that the filters let through, due soonest first; one more than a page, to know whether it goes on.
pub fn list(
    conn: &mut AnyConnection,
    filters: &Filters,
    (now, me): (NaiveDateTime, i64),
) -> QueryResult<Vec<Row>> {
    let mut query = Row::query().into_boxed();
    query = match filters.states() {
        // What runs out is open: the index of those alone is walked.
        States::Open if filters.late_by(now).is_some() => query,
        States::Open => query.filter(requests::closed_at.is_null()),
        States::Closed => query.filter(requests::closed_at.is_not_null()),
        States::All => query,
        States::Proposed => proposed!(query),
        States::One(state) => query.filter(requests::state.eq(state.as_str())),
    };
    if let Some(kind) = filters.kind() {
        query = query.filter(requests::kind.eq(kind.as_str()));
    }
    if !filters.law.is_empty() {
        query = query.filter(requests::law.eq(filters.law.clone()));
    }
    query = match filters.assignee.as_str() {
        "" => query,
        "me" => query.filter(requests::assignee_id.eq(me)),
        "nobody" => query.filter(requests::assignee_id.is_null()),
        id => query.filter(requests::assignee_id.eq(id.parse::<i64>().unwrap_or_default())),
    };
    if let Some(by) = filters.late_by(now) {
        // No day ends anywhere before noon of it in UTC, less two hours: so far the index of due dates is walked.
        query = query
            .filter(requests::late_at.le(by))
            .filter(requests::due_on.le(by.date()));
    }
    if !filters.person.is_empty() {
        let person = find_by_pseudonym(conn, &filters.person)?;
        query = query.filter(requests::person_id.eq(person.unwrap_or_default()));
    }
    if let Some((date, id)) = filters.position() {
        let later = requests::due_on.gt(date);
        let same_day = requests::due_on.eq(date).and(requests::id.gt(id));
        query = query
            .filter(requests::due_on.ge(date))
            .filter(later.or(same_day));
    }
    // PostgreSQL takes the order from the index of assignees only if it is asked for their column as well.
    if filters.assignee == "nobody" {
        query = query.order((requests::assignee_id, requests::due_on, requests::id));
    } else {
        query = query.order((requests::due_on, requests::id));
    }
    query.limit(one_more(ON_A_PAGE)).load(conn)
}

/// Whose pseudonym that is.
pub fn find_by_pseudonym(conn: &mut AnyConnection, pseudonym: &str) -> QueryResult<Option<i64>> {
    people::table
        .filter(people::pseudonym.eq(pseudonym))
        .select(people::id)
        .first(conn)
        .optional()
}

/// How many requests stand in each state, up to [`COUNTED`](crate::db::COUNTED) of each.
pub fn count_states(conn: &mut AnyConnection) -> QueryResult<Vec<(State, Count)>> {
    let each = State::ALL.iter().map(|state| {
        let found = requests::table.filter(requests::state.eq(state.as_str()));
        let count = count_up_to(conn, found.select(requests::id))?;
        Ok((*state, count))
    });
    each.collect()
}

/// How many requests wait for a supervisor to approve what is proposed, up to [`COUNTED`](crate::db::COUNTED).
pub fn count_proposed(conn: &mut AnyConnection) -> QueryResult<Count> {
    let proposed = proposed!(requests::table);
    count_up_to(conn, proposed.select(requests::id))
}

/// How many open requests are late, up to [`COUNTED`](crate::db::COUNTED).
pub fn count_late(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<Count> {
    let late = requests::table.filter(requests::late_at.le(now));
    count_up_to(conn, late.select(requests::id))
}

/// All staff members, for names and for choosing one.
pub fn list_staff(conn: &mut AnyConnection) -> QueryResult<Vec<StaffRow>> {
    StaffRow::query().order(staff::name).load(conn)
}

/// The name of one of them; empty for nobody.
pub fn name_of(staff: &[StaffRow], id: Option<i64>) -> &str {
    let member = staff.iter().find(|it| Some(it.id) == id);
    member.map_or("", |it| &it.name)
}

/// Those of them who work on requests and may sign in.
pub fn case_workers(staff: &[StaffRow]) -> impl Iterator<Item = &StaffRow> {
    staff
        .iter()
        .filter(|it| matches!(it.role, Role::Agent | Role::Supervisor) && it.disabled_at.is_none())
}

/// What one staff member works on, or nobody does: each up to [`COUNTED`](crate::db::COUNTED).
#[derive(Debug)]
pub struct Work {
    /// All of it.
    pub open: Count,
    /// Due within seven days, or late.
    pub soon: Count,
    /// Late.
    pub late: Count,
}

/// Counts the open requests of a staff member, or of nobody.
pub fn count_work(
    conn: &mut AnyConnection,
    assignee: Option<i64>,
    now: NaiveDateTime,
) -> QueryResult<Work> {
    macro_rules! count {
        ($whose:expr) => {{
            let own = requests::table.filter($whose);
            let open = own.filter(requests::closed_at.is_null());
            let soon = own.filter(requests::late_at.le(now + SOON));
            let late = own.filter(requests::late_at.le(now));
            Work {
                open: count_up_to(conn, open.select(requests::id))?,
                soon: count_up_to(conn, soon.select(requests::id))?,
                late: count_up_to(conn, late.select(requests::id))?,
            }
        }};
    }
    Ok(if let Some(id) = assignee {
        count!(requests::assignee_id.eq(id))
    } else {
        count!(requests::assignee_id.is_null())
    })
}
