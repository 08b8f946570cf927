//! The clock of a request stands still while the person is asked something, under the few laws that let it: the date of
//! the answer then moves by as many days. California's never does.

use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Kind, Request, State};
use super::{dates, reminders};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::request_steps;
use crate::error::AppResult;
use crate::law::Laws;

/// Whether the law of a request lets its clock stand still.
pub fn is_allowed(laws: &Laws, request: &Request) -> bool {
    may_pause(laws, (request.kind, &request.law, request.received_on))
}

fn may_pause(laws: &Laws, (kind, law, received_on): (Kind, &str, NaiveDate)) -> bool {
    let row = laws.row(law, dates::right(kind), received_on);
    row.is_some_and(|row| row.may_pause)
}

/// Whether the clock stands still now: the person is asked something, or who they are, and the law allows it.
pub fn is_on(laws: &Laws, request: &Request) -> bool {
    let of = (request.kind, &*request.law, request.received_on);
    stands_still(laws, request.state, of)
}

/// The same of a request of which no more is known than its state, kind, law and day of receipt.
pub fn stands_still(laws: &Laws, state: State, of: (Kind, &str, NaiveDate)) -> bool {
    let asks = matches!(state, State::WaitingForPerson | State::Verifying);
    asks && may_pause(laws, of)
}

/// The day since when the clock of a request stands still, where the person is; none while it runs.
pub(super) fn since(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> QueryResult<Option<NaiveDate>> {
    if !is_on(&app.laws, request) {
        return Ok(None);
    }
    let since: NaiveDateTime = request_steps::table
        .filter(request_steps::request_id.eq(request.id))
        .filter(request_steps::kind.eq(request.state.step().as_str()))
        .order(request_steps::id.desc())
        .select(request_steps::at)
        .first(conn)?;
    Ok(Some(dates::today(&app.laws, request, since)))
}

/// The date of the answer, and the day of the next notice, of a request whose clock goes on now; nothing where it did
/// not stand still for a day.
pub(super) fn ended(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
    now: NaiveDateTime,
) -> AppResult<Option<(NaiveDate, Option<NaiveDate>)>> {
    let Some(since) = since(conn, app, request)? else {
        return Ok(None);
    };
    let today = dates::today(&app.laws, request, now);
    let stood = today - since;
    let days = u64::try_from(stood.num_days()).unwrap_or_default();
    let until = request.due_on + Days::new(days);
    let notice = reminders::next(&app.laws, (request.received_on, until), today);
    Ok((days > 0).then_some((until, notice)))
}
