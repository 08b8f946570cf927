//! Who is told of a request's dates, and when: staff at half of the time, at four fifths of it and one business day
//! before its end; supervisors at the end; the person when it is late, and when they have not answered a question for
//! which the clock stands still. Each is told once.
//!
//! A request knows the day of its next notice, and an index finds the requests whose day has come. A notice is a row
//! that only one transaction can write, with the mails in it.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use diesel::Connection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Timestamp};
use serde_json::json;

use super::life::{By, add_step, changed, record};
use super::model::{Request, State, StepKind};
use super::reminder_mails::{DatesNear, Near, RequestLate};
use super::{dates, notices, pause, unanswered};
use crate::accounts::model::Role;
use crate::app::App;
use crate::db::schema::{requests, staff};
use crate::db::{AnyConnection, text_enum};
use crate::error::{AppError, AppResult};
use crate::law::{Laws, Reading};

/// So many requests are looked at in one transaction; a mail to a staff member lists them.
const BATCH: i64 = 100;

/// So many days before its date a request whose sender is not verified is put to staff.
pub const UNVERIFIED_BEFORE: u64 = 5;

/// So many days after its receipt a request that is not confirmed is put to staff; the law allows ten business days.
const UNCONFIRMED_AFTER: u64 = 5;

text_enum! {
    /// What somebody is told.
    pub enum Notice {
        /// Half of the time is over.
        Half = "half",
        /// Four fifths of the time are over.
        FourFifths = "four_fifths",
        /// Some days are over, and nobody has confirmed the receipt.
        Unconfirmed = "unconfirmed",
        /// One business day is left.
        LastDay = "last_day",
        /// Soon over, and nobody knows who asks: staff may deny it for that.
        Unverified = "unverified",
        /// The date has passed.
        Late = "late",
        /// The clock stands still for some days, since the person has not answered; it is for them.
        Unanswered = "unanswered",
        /// The same for more days: for staff.
        StillUnanswered = "still_unanswered",
    }
}

impl Notice {
    /// Whether supervisors are told too, whoever works on it.
    fn escalates(self) -> bool {
        matches!(
            self,
            Notice::Unconfirmed
                | Notice::LastDay
                | Notice::Unverified
                | Notice::Late
                | Notice::StillUnanswered
        )
    }
}

/// Every notice about a request with its day.
fn schedule(laws: &Laws, received: NaiveDate, due: NaiveDate) -> [(Notice, NaiveDate); 6] {
    let days = u64::try_from((due - received).num_days()).unwrap_or_default();
    let after = |days| received + Days::new(days);
    [
        (Notice::Unconfirmed, after(UNCONFIRMED_AFTER)),
        (Notice::Half, after(days / 2)),
        (Notice::FourFifths, after(days * 4 / 5)),
        (Notice::LastDay, business_day_before(laws, due)),
        (Notice::Unverified, due - Days::new(UNVERIFIED_BEFORE)),
        (Notice::Late, due + Days::new(1)),
    ]
}

/// The last business day before a date.
pub fn business_day_before(laws: &Laws, date: NaiveDate) -> NaiveDate {
    let is_business_day = |day: &NaiveDate| {
        let calendar = laws.calendar();
        calendar.is_business_day(*day, Reading::GovernmentCode6700)
    };
    let mut earlier = std::iter::successors(date.pred_opt(), NaiveDate::pred_opt);
    earlier.find(is_business_day).unwrap_or(date)
}

/// The day of the first notice after a day.
pub fn next(
    laws: &Laws,
    (received, due): (NaiveDate, NaiveDate),
    after: NaiveDate,
) -> Option<NaiveDate> {
    let days = schedule(laws, received, due).map(|(_, day)| day);
    days.into_iter().filter(|day| *day > after).min()
}

/// Where a pass over the requests stands: the day and the id of the last one.
type Mark = (NaiveDate, i64);

/// The job: tells whoever is to be told by now.
pub fn watch(app: &App) -> AppResult<()> {
    let mut mark = Some((NaiveDate::default(), 0));
    while let Some(after) = mark {
        let own = app.clone();
        mark = app
            .db
            .write_now(move |conn| batch(conn, after, &By::system(&own)))?;
        app.wake.notify_one();
    }
    Ok(())
}

/// Looks at the next requests whose day has come somewhere; where to go on, if there may be more.
fn batch(conn: &mut AnyConnection, after: Mark, by: &By<'_>) -> AppResult<Option<Mark>> {
    let found = list_due(conn, after, by.now.date() + Days::new(1))?;
    let working = list_working(conn)?;
    let mut told = BTreeMap::<String, Vec<Near>>::new();
    for request in &found {
        // In a savepoint: one that is changed at this moment waits for the next time.
        match conn.transaction(|conn| tell(conn, request, &working, by)) {
            Ok(near) => near
                .into_iter()
                .for_each(|(address, line)| told.entry(address).or_default().push(line)),
            Err(AppError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    for (address, requests) in told {
        let mail = DatesNear { requests };
        by.app.mailer.enqueue(conn, &address, &mail, by.now)?;
    }
    let is_full = i64::try_from(found.len()) == Ok(BATCH);
    let last = found.last().filter(|_| is_full);
    Ok(last.and_then(|it| Some((it.next_notice_on?, it.id))))
}

fn list_due(
    conn: &mut AnyConnection,
    (day, id): Mark,
    until: NaiveDate,
) -> QueryResult<Vec<Request>> {
    let later = requests::next_notice_on.gt(day);
    let same_day = requests::next_notice_on.eq(day).and(requests::id.gt(id));
    Request::query()
        .filter(requests::closed_at.is_null())
        .filter(requests::next_notice_on.ge(day))
        .filter(requests::next_notice_on.le(until))
        .filter(later.or(same_day).assume_not_null())
        .order((requests::next_notice_on, requests::id))
        .limit(BATCH)
        .load(conn)
}

/// Writes what is due on one request, and gives the lines for staff with their addresses.
fn tell(
    conn: &mut AnyConnection,
    request: &Request,
    working: &[Working],
    by: &By<'_>,
) -> AppResult<Vec<(String, Near)>> {
    let laws = &by.app.laws;
    let today = dates::today(laws, request, by.now);
    if request.next_notice_on.is_none_or(|day| day > today) {
        return Ok(Vec::new());
    }
    book_next(conn, request, today, by)?;
    let mut newest = None;
    let asked_on = pause::since(conn, by.app, request)?;
    for (notice, day) in schedule(laws, request.received_on, request.due_on) {
        let applies = match notice {
            Notice::Unconfirmed => request.state == State::Received,
            Notice::Unverified => request.state == State::Verifying,
            Notice::Half | Notice::FourFifths | Notice::LastDay | Notice::Late => {
                asked_on.is_none()
            }
            // They have days of their own.
            Notice::Unanswered | Notice::StillUnanswered => false,
        };
        if day <= today && applies && is_first(conn, request, (notice, request.due_on), by)? {
            newest = Some(notice);
        }
    }
    if let Some(asked_on) = asked_on {
        let told = unanswered::remind(conn, request, (asked_on, today), by)?;
        newest = told.or(newest);
    }
    let Some(notice) = newest else {
        return Ok(Vec::new());
    };
    let is_reached = notices::reaches(conn, by.app, request)?;
    let detail = json!({ "notice": notice, "due_on": request.due_on });
    record(conn, request, "request.notice_sent", detail, by)?;
    if notice == Notice::Late {
        let detail = json!({ "due_on": request.due_on, "told": is_reached });
        add_step(conn, request, StepKind::Late, &detail, by)?;
        let page = notices::page_of(conn, by.app, request)?;
        let mail = RequestLate::of(laws, request, page);
        notices::send(conn, by.app, request, &mail, by.now)?;
    }
    let near = |address: &str| (address.to_owned(), Near::of(request, (notice, is_reached)));
    let assigned = [request.assignee_id];
    let told = addresses(working, &assigned, notice.escalates());
    Ok(told.map(near).collect())
}

/// Books the day of the next notice, unless the request has been changed since it was read.
fn book_next(
    conn: &mut AnyConnection,
    request: &Request,
    today: NaiveDate,
    by: &By<'_>,
) -> AppResult<()> {
    let dates = (request.received_on, request.due_on);
    let next = next(&by.app.laws, dates, today);
    let next = unanswered::sooner_of(conn, (by.app, request), next, today)?;
    let as_read = requests::table
        .filter(requests::id.eq(request.id))
        .filter(requests::version.eq(request.version))
        .filter(requests::next_notice_on.eq(request.next_notice_on));
    let booked = diesel::update(as_read)
        .set(requests::next_notice_on.eq(next))
        .execute(conn)?;
    if booked == 1 { Ok(()) } else { Err(changed()) }
}

/// Puts a notice about a day on record; `false` when it is there already.
pub(super) fn is_first(
    conn: &mut AnyConnection,
    request: &Request,
    (notice, day): (Notice, NaiveDate),
    by: &By<'_>,
) -> QueryResult<bool> {
    let written = diesel::sql_query(
        "INSERT INTO request_notices (request_id, kind, due_on, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind::<BigInt, _>(request.id)
    .bind::<Text, _>(notice.as_str())
    .bind::<Date, _>(day)
    .bind::<Timestamp, _>(by.now)
    .execute(conn)?;
    Ok(written == 1)
}

/// Somebody who works on requests: their id, role and address.
pub type Working = (i64, String, String);

/// Everybody who works on requests.
pub fn list_working(conn: &mut AnyConnection) -> QueryResult<Vec<Working>> {
    staff::table
        .filter(staff::disabled_at.is_null())
        .filter(staff::role.eq_any([Role::Agent.as_str(), Role::Supervisor.as_str()]))
        .order(staff::id)
        .select((staff::id, staff::role, staff::email))
        .load(conn)
}

/// Whom something concerns: whoever it is assigned to, and supervisors where it is urgent or nobody's.
pub fn addresses<'a>(
    working: &'a [Working],
    assigned: &[Option<i64>],
    is_urgent: bool,
) -> impl Iterator<Item = &'a str> {
    let is_assigned = |id: i64| assigned.contains(&Some(id));
    let is_anybodys = working.iter().any(|(id, ..)| is_assigned(*id));
    let told = working.iter().filter(move |(id, role, _)| {
        is_assigned(*id) || (is_urgent || !is_anybodys) && role == Role::Supervisor.as_str()
    });
    told.map(|(.., email)| email.as_str())
}
