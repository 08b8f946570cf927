//! Placing, renewing and lifting a hold, each with its audit event, in the caller's transaction.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{AGENCY_PERIOD, HoldKind, HoldRow, NewHold, NewKind};
use super::queries;
use crate::audit::{self, Actor, Event};
use crate::db::schema::{holds, people};
use crate::db::{AdvisoryLock, AnyConnection};
use crate::error::{AppError, AppResult};

/// Places a hold; gives its id. The same once more, as by a form that was sent twice, is the one that is in force.
pub fn place(
    conn: &mut AnyConnection,
    new: &NewHold,
    by: i64,
    now: NaiveDateTime,
) -> AppResult<i64> {
    let (kind, until, case) = match &new.kind {
        NewKind::Legal { until } => (HoldKind::Legal, *until, None),
        NewKind::LawEnforcement {
            agency,
            case_number,
        } => {
            let until = now.date() + AGENCY_PERIOD;
            let case = Some((agency, case_number));
            (HoldKind::LawEnforcement, Some(until), case)
        }
    };
    AdvisoryLock::Desk.take(conn)?;
    let in_force = queries::list_held(conn, new.person_id, now.date())?;
    if let Some(same) = in_force.iter().find(|it| it.is_as(new, (kind, until), by)) {
        return Ok(same.id);
    }
    let (dataset, collection) = new
        .collection
        .as_ref()
        .map_or((None, None), |(dataset, collection)| {
            (Some(dataset), Some(collection))
        });
    let (agency, case_number) = case.unzip();
    let id: i64 = diesel::insert_into(holds::table)
        .values((
            holds::kind.eq(kind.as_str()),
            holds::person_id.eq(new.person_id),
            holds::dataset.eq(dataset),
            holds::collection.eq(collection),
            holds::reason.eq(&new.reason),
            holds::basis.eq(&new.basis),
            holds::agency.eq(agency),
            holds::case_number.eq(case_number),
            holds::until.eq(until),
            holds::renewals.eq(0),
            holds::placed_by.eq(by),
            holds::placed_at.eq(now),
            holds::request.eq(&new.request),
        ))
        .returning(holds::id)
        .get_result(conn)?;
    let hold = queries::find(conn, id)?;
    let detail = json!({ "kind": hold.kind, "what": hold.what(), "until": hold.until });
    record(conn, &hold, "hold.placed", detail, (by, now))?;
    Ok(id)
}

/// Renews a law-enforcement hold for another 90 days, while it is in force.
pub fn renew(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let hold = queries::find(conn, id)?;
    let until = match hold.until {
        Some(until) if hold.kind == HoldKind::LawEnforcement => until,
        _ => {
            return Err(AppError::conflict(
                "Only a law-enforcement hold is renewed.",
            ));
        }
    };
    if !hold.is_in_force(now.date()) {
        return Err(AppError::conflict(
            "This hold has ended. If the agency asks again, place a new one.",
        ));
    }
    let renewed = until + AGENCY_PERIOD;
    let unchanged = holds::table
        .filter(holds::id.eq(id))
        .filter(holds::lifted_at.is_null())
        .filter(holds::until.eq(until));
    let set = diesel::update(unchanged).set((
        holds::until.eq(renewed),
        holds::renewals.eq(hold.renewals + 1),
    ));
    if set.execute(conn)? == 0 {
        return Err(changed());
    }
    let detail = json!({ "from": until, "until": renewed });
    record(conn, &hold, "hold.renewed", detail, (by, now))
}

/// Lifts a hold: from now on it keeps nothing.
pub fn lift(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let hold = queries::find(conn, id)?;
    let unlifted = holds::table
        .filter(holds::id.eq(id))
        .filter(holds::lifted_at.is_null());
    let set = diesel::update(unlifted).set((holds::lifted_at.eq(now), holds::lifted_by.eq(by)));
    if set.execute(conn)? == 0 {
        return Err(changed());
    }
    record(conn, &hold, "hold.lifted", json!({}), (by, now))
}

fn changed() -> AppError {
    AppError::conflict("Somebody else has changed this hold. Look at the list again.")
}

fn record(
    conn: &mut AnyConnection,
    hold: &HoldRow,
    action: &str,
    detail: Value,
    (by, now): (i64, NaiveDateTime),
) -> AppResult<()> {
    let pseudonym: Option<String> = match hold.person_id {
        None => None,
        Some(id) => people::table
            .filter(people::id.eq(id))
            .select(people::pseudonym)
            .first(conn)
            .optional()?,
    };
    let event = Event {
        actor: Actor::Staff(by),
        action,
        person: pseudonym.as_deref(),
        object: &format!("hold {}", hold.id),
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
