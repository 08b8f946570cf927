//! What a granted restriction is about, and its end. Recipients are told of both by themselves (GDPR Art. 19), and the
//! person some days before the end (Art. 18(3)), in which they can object.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};
use diesel::dsl::max;
use diesel::prelude::*;
use serde_json::json;

use super::handling::write_message;
use super::life::{By, add_step, changed, record, touch};
use super::model::{Kind, Outcome, Party, Request, State, StepKind};
use super::notices::{self, RestrictionEnds};
use super::sealed::{self, What};
use super::words::day;
use super::{dates, queries, restricted};
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::{request_messages, request_steps, requests, restrictions};
use crate::disclosures::causes::{self, Whose};
use crate::disclosures::model::CauseKind;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::register::Activity;

/// So many days before its end the person is told.
const TOLD_BEFORE: u32 = 7;

/// A restriction that was granted.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = restrictions)]
pub struct Restriction {
    /// Of which request.
    pub request_id: i64,
    /// Sealed: which data are kept and not used; of an objection, how its use was called when it was filed.
    pub what: Vec<u8>,
    /// Of an objection: the key of the use that rests.
    pub activity: Option<String>,
    /// The first day on which they may be used again, once that is announced.
    pub ends_on: Option<NaiveDate>,
    /// When it ended.
    pub ended_at: Option<NaiveDateTime>,
    /// Sealed: of an objection that is granted in part, which part of the use stops, for recipients to read.
    pub part: Option<Vec<u8>>,
}

impl Restriction {
    /// How it stands, for the person whose request was answered.
    pub fn in_words(&self, request: &Request) -> String {
        let is_final = request.kind == Kind::Objection && self.ends_on.is_none();
        match self.ends_on {
            _ if is_final && request.outcome == Some(Outcome::PartlyApproved) => {
                "We do not use your data any more for a part of what you objected to. What goes on, and why, we say in our answer below.".to_owned()
            }
            _ if is_final => "We do not use your data any more for what you objected to.".to_owned(),
            _ if self.ended_at.is_some() => {
                "The restriction has ended. Nothing more is to be done.".to_owned()
            }
            Some(ends_on) => format!(
                "We will use the data again from {} on. If you do not agree, write to us below before that day.",
                day(ends_on)
            ),
            None => "We keep the data, and do not use them. We tell you before we use them again."
                .to_owned(),
        }
    }
}

/// Keeps what recipients are to be told of, with the decision that grants it; of what is denied there is nothing to tell.
///
/// # Errors
/// [`AppError::Conflict`] for a grant of which nothing can be told.
pub(super) fn state(
    conn: &mut AnyConnection,
    request: &Request,
    (outcome, what): (Outcome, &str),
    by: &By<'_>,
) -> AppResult<()> {
    match request.kind {
        Kind::Restriction => {}
        Kind::Objection => return restricted::state_part(conn, request, (outcome, what), by),
        _ => return Ok(()),
    }
    let old = restrictions::table.filter(restrictions::request_id.eq(request.id));
    diesel::delete(old).execute(conn)?;
    if outcome == Outcome::Denied {
        return Ok(());
    }
    if what.is_empty() {
        return Err(AppError::conflict(
            "Recipients have to be told which data are kept and not used.",
        ));
    }
    write(conn, request, (what, None), by)?;
    Ok(())
}

/// Writes down which data are kept and not used, or for which use.
fn write(
    conn: &mut AnyConnection,
    request: &Request,
    (what, activity): (&str, Option<&str>),
    by: &By<'_>,
) -> QueryResult<()> {
    let sealed = sealed::seal(&by.app.keys, &request.reference, What::Restricted, what);
    let row = (
        restrictions::request_id.eq(request.id),
        restrictions::what.eq(sealed),
        restrictions::activity.eq(activity),
    );
    diesel::insert_into(restrictions::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// The restriction that a request brought about.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Restriction>> {
    Restriction::query()
        .filter(restrictions::request_id.eq(request_id))
        .first(conn)
        .optional()
}

/// While an objection is looked at, the data are not used for it, and whoever gets them for it is told (GDPR Art.
/// 18(1)(d), 19). The same sent twice rests once.
pub(super) fn begin_meanwhile(
    conn: &mut AnyConnection,
    request: &Request,
    activity: &Activity,
    by: &By<'_>,
) -> AppResult<()> {
    if find(conn, request.id)?.is_some() {
        return Ok(());
    }
    write(conn, request, (&activity.title, Some(&activity.key)), by)?;
    began(conn, request, by)
}

/// The same for one that is looked at again, after it was denied.
pub(super) fn begin_again(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    if request.kind != Kind::Objection {
        return Ok(());
    }
    let row = restrictions::table.filter(restrictions::request_id.eq(request.id));
    let again = diesel::update(row).set((
        restrictions::ends_on.eq(None::<NaiveDate>),
        restrictions::ended_at.eq(None::<NaiveDateTime>),
    ));
    match again.execute(conn)? {
        0 => Ok(()),
        _ => began(conn, request, by),
    }
}

fn began(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let by = By::system_at(by);
    tell(conn, request, StepKind::RestrictionBegan, json!({}), &by)?;
    let whose = Whose::Person(request.person_id);
    let about = (CauseKind::Restriction, &whose);
    let object = &request.reference;
    causes::record(conn, by.app, about, object, request.due_on, by.now)
}

/// An objection was granted: whoever was told that the use rests is told that it stops for good, or which part of it
/// (GDPR Art. 21(1), 19). Who was told nothing has nothing to stop.
pub(super) fn make_final(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let Some(row) = find(conn, request.id)? else {
        return Ok(());
    };
    match request.outcome {
        Some(Outcome::Approved) => {}
        Some(Outcome::PartlyApproved) if row.part.is_some() => {}
        _ => return Ok(()),
    }
    let whose = Whose::Person(request.person_id);
    let about = (CauseKind::Objection, &whose);
    let object = &request.reference;
    causes::record(conn, by.app, about, object, request.due_on, by.now)
}

/// An objection was denied: the person is told when the use goes on, some days before (GDPR Art. 18(3)).
pub(super) fn end_meanwhile(
    conn: &mut AnyConnection,
    request: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let ends_on = soonest_end(request, by);
    if end_on(conn, request, ends_on, by)? {
        let detail = json!({ "on": ends_on });
        tell(conn, request, StepKind::RestrictionEnds, detail, by)?;
        mail(conn, request, Some(ends_on), by)?;
    }
    Ok(())
}

/// An objection was taken back: the use goes on at once, whatever was announced or written before.
pub(super) fn end_with(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    if request.kind != Kind::Objection {
        return Ok(());
    }
    let today = dates::today(&by.app.laws, request, by.now);
    let stands = restrictions::table
        .filter(restrictions::request_id.eq(request.id))
        .filter(restrictions::ended_at.is_null());
    let ended = diesel::update(stands).set((
        restrictions::ends_on.eq(today),
        restrictions::ended_at.eq(by.now),
    ));
    match ended.execute(conn)? {
        0 => Ok(()),
        _ => ended_on(conn, request, today, &By::system_at(by)),
    }
}

/// The person is told so long before that they can still object.
fn soonest_end(request: &Request, by: &By<'_>) -> NaiveDate {
    let days = Days::new(u64::from(TOLD_BEFORE));
    dates::today(&by.app.laws, request, by.now) + days
}

/// Announces the end of a restriction that has none, on the day of [`soonest_end`]; whether there is one.
fn end_on(
    conn: &mut AnyConnection,
    request: &Request,
    ends_on: NaiveDate,
    by: &By<'_>,
) -> AppResult<bool> {
    let stands = restrictions::table
        .filter(restrictions::request_id.eq(request.id))
        .filter(restrictions::ends_on.is_null())
        .filter(restrictions::ended_at.is_null());
    let announced = diesel::update(stands).set(restrictions::ends_on.eq(ends_on));
    if announced.execute(conn)? == 0 {
        return Ok(false);
    }
    let job = Job::EndRestriction {
        request_id: request.id,
        ends_on,
    };
    let at = by.now + TimeDelta::days(TOLD_BEFORE.into());
    jobs::enqueue_at(conn, &job, at, by.now)?;
    Ok(true)
}

/// Tells the person that their data will be used again, and why; recipients are told on that day.
pub fn announce_end(
    conn: &mut AnyConnection,
    request: &Request,
    why: &str,
    by: &By<'_>,
) -> AppResult<NaiveDate> {
    if request.state != State::Completed || why.trim().is_empty() {
        return Err(changed());
    }
    let ends_on = soonest_end(request, by);
    if !end_on(conn, request, ends_on, by)? {
        return Err(changed());
    }
    // The same page sent twice says it once.
    touch!(conn, request);
    write_message(conn, request, why.trim(), by)?;
    let detail = json!({ "on": ends_on });
    tell(conn, request, StepKind::RestrictionEnds, detail, by)?;
    mail(conn, request, Some(ends_on), by)?;
    Ok(ends_on)
}

/// The end that was announced does not come: the person has objected, or there is another reason.
pub fn call_off_end(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let ending = restrictions::table
        .filter(restrictions::request_id.eq(request.id))
        .filter(restrictions::ends_on.is_not_null())
        .filter(restrictions::ended_at.is_null());
    let stays = diesel::update(ending).set(restrictions::ends_on.eq(None::<NaiveDate>));
    one(stays.execute(conn)?)?;
    touch!(conn, request);
    tell(conn, request, StepKind::RestrictionStays, json!({}), by)?;
    mail(conn, request, None, by)
}

/// Whether the person wrote since the end was announced, and nobody has answered: they were told that they can.
fn is_contested(conn: &mut AnyConnection, request: &Request) -> QueryResult<bool> {
    let announced: Option<NaiveDateTime> = request_steps::table
        .filter(request_steps::request_id.eq(request.id))
        .filter(request_steps::kind.eq(StepKind::RestrictionEnds.as_str()))
        .select(max(request_steps::at))
        .first(conn)?;
    let newest: Option<(String, NaiveDateTime)> = request_messages::table
        .filter(request_messages::request_id.eq(request.id))
        .order(request_messages::id.desc())
        .select((request_messages::author, request_messages::at))
        .first(conn)
        .optional()?;
    let is_theirs = |(author, at): (String, NaiveDateTime)| {
        author == Party::Person.as_str() && announced.is_some_and(|announced| at >= announced)
    };
    Ok(newest.is_some_and(is_theirs))
}

/// The job: the end has come, unless it was called off or is contested. Then it has to be announced again.
pub fn end(app: &App, request_id: i64, ends_on: NaiveDate) -> AppResult<()> {
    let own = app.clone();
    app.db.write_now(move |conn| {
        let by = By::system(&own);
        let request = queries::find(conn, request_id)?;
        let is_due = find(conn, request_id)?
            .is_some_and(|it| it.ends_on == Some(ends_on) && it.ended_at.is_none());
        if is_due && is_contested(conn, &request)? {
            return call_off_end(conn, &request, &by);
        }
        let ending = restrictions::table
            .filter(restrictions::request_id.eq(request_id))
            .filter(restrictions::ends_on.eq(ends_on))
            .filter(restrictions::ended_at.is_null());
        let ended = diesel::update(ending).set(restrictions::ended_at.eq(by.now));
        if ended.execute(conn)? == 0 {
            return Ok(());
        }
        ended_on(conn, &request, ends_on, &by)
    })?;
    app.wake.notify_one();
    Ok(())
}

/// The data may be used again from that day on; recipients are told.
fn ended_on(
    conn: &mut AnyConnection,
    request: &Request,
    ends_on: NaiveDate,
    by: &By<'_>,
) -> AppResult<()> {
    tell(conn, request, StepKind::RestrictionEnded, json!({}), by)?;
    let whose = Whose::Person(request.person_id);
    let about = (CauseKind::RestrictionLifted, &whose);
    causes::record(conn, by.app, about, &request.reference, ends_on, by.now)
}

fn one(changed_rows: usize) -> AppResult<()> {
    if changed_rows == 1 {
        Ok(())
    } else {
        Err(changed())
    }
}

fn tell(
    conn: &mut AnyConnection,
    request: &Request,
    kind: StepKind,
    detail: serde_json::Value,
    by: &By<'_>,
) -> AppResult<()> {
    add_step(conn, request, kind, &detail, by)?;
    Ok(record(
        conn,
        request,
        &format!("request.{kind}"),
        detail,
        by,
    )?)
}

fn mail(
    conn: &mut AnyConnection,
    request: &Request,
    ends_on: Option<NaiveDate>,
    by: &By<'_>,
) -> AppResult<()> {
    let mail = RestrictionEnds {
        reference: request.reference.clone(),
        ends_on,
        page: notices::page_of(conn, by.app, request)?,
    };
    notices::send(conn, by.app, request, &mail, by.now)
}
