//! Noting what was found, and what is to become of it; each with its audit event, in the caller's transaction.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::model::{Origin, Returned, Sighting, State};
use super::queries;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::returned_erasures as returned;
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};

/// Notes what a night's search found. What staff left on purpose stays left; what was erased and is found once more
/// is a task again.
pub fn note(conn: &mut AnyConnection, found: &Sighting, now: NaiveDateTime) -> AppResult<()> {
    let again = Besides {
        records: Some(found.records),
        collections: Some(serde_json::to_string(&found.collections)?),
        signed_in_since: Some(found.signed_in_since),
        is_customer: Some(found.is_customer),
        found_at: Some(now),
        seen_at: Some(now),
        ..Besides::default()
    };
    let Some(known) = queries::find_of(conn, &found.erasure)? else {
        diesel::insert_into(returned::table)
            .values((
                returned::erasure.eq(&found.erasure),
                returned::erased_at.eq(found.erased_at),
                returned::state.eq(State::Found.as_str()),
                returned::request_id.eq(found.request_id),
                again,
            ))
            .execute(conn)?;
        let known = queries::find_of(conn, &found.erasure)?.ok_or(AppError::NotFound)?;
        return record(conn, &known, found_as(&known), Actor::System, now);
    };
    if !matches!(known.state, State::Erased | State::Gone) {
        let seen = Besides {
            found_at: None,
            ..again
        };
        return advance(conn, &known, (known.state, seen), now);
    }
    advance(conn, &known, (State::Found, again), now)?;
    record(conn, &known, found_as(&known), Actor::System, now)
}

/// What changes beside the state; what is `None` stays.
#[derive(Default, AsChangeset, Insertable)]
#[diesel(table_name = returned)]
#[expect(
    clippy::option_option,
    reason = "of a change, that nothing is written differs from an empty value"
)]
struct Besides {
    records: Option<i64>,
    collections: Option<String>,
    signed_in_since: Option<bool>,
    is_customer: Option<bool>,
    found_at: Option<NaiveDateTime>,
    seen_at: Option<NaiveDateTime>,
    proposed_by: Option<i64>,
    failure: Option<Option<String>>,
}

fn found_as(known: &Returned) -> &'static str {
    match known.origin() {
        Origin::RestOf(_) => "erasure.rest_due",
        Origin::CameBack => "erasure.undone",
    }
}

/// Settles what a whole search that began at that time has not found any more.
pub fn note_gone(
    conn: &mut AnyConnection,
    began: NaiveDateTime,
    now: NaiveDateTime,
) -> AppResult<()> {
    let unseen: Vec<Returned> = Returned::query()
        .filter(returned::settled_at.is_null())
        .filter(returned::request_id.is_null())
        .filter(returned::seen_at.lt(began))
        .filter(returned::state.ne(State::Erasing.as_str()))
        .load(conn)?;
    for known in unseen {
        settle_gone(conn, &known, now)?;
    }
    Ok(())
}

/// Settles one of which nothing is to be erased any more.
pub fn settle_gone(
    conn: &mut AnyConnection,
    known: &Returned,
    now: NaiveDateTime,
) -> AppResult<()> {
    advance(conn, known, (State::Gone, Besides::default()), now)?;
    record(conn, known, "erasure.mended", Actor::System, now)
}

/// Settles what was listed and has been erased again after a backup was restored.
pub fn settle_replayed(
    conn: &mut AnyConnection,
    erasure: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let known = queries::find_of(conn, erasure)?;
    let listed = known.filter(|it| matches!(it.state, State::Found | State::Proposed));
    match listed {
        Some(known) => end(conn, &known, None, now),
        None => Ok(()),
    }
}

/// Proposes to erase it again.
pub fn propose(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let known = in_state(conn, id, State::Found)?;
    let proposed = Besides {
        proposed_by: Some(by),
        failure: Some(None),
        ..Besides::default()
    };
    advance(conn, &known, (State::Proposed, proposed), now)?;
    record(
        conn,
        &known,
        "erasure.again_proposed",
        Actor::Staff(by),
        now,
    )
}

/// A supervisor who did not propose it approves, and it is carried out.
pub fn approve(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let known = in_state(conn, id, State::Proposed)?;
    if known.proposed_by == Some(by) {
        let sentence = "You proposed this. Another supervisor has to approve it.";
        return Err(AppError::conflict(sentence));
    }
    advance(conn, &known, (State::Erasing, Besides::default()), now)?;
    record(
        conn,
        &known,
        "erasure.again_approved",
        Actor::Staff(by),
        now,
    )?;
    jobs::enqueue(conn, &Job::EraseAgain { id }, now)
}

/// A supervisor does not agree.
pub fn send_back(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let known = in_state(conn, id, State::Proposed)?;
    advance(conn, &known, (State::Found, Besides::default()), now)?;
    record(conn, &known, "erasure.again_refused", Actor::Staff(by), now)
}

/// The person came back on purpose: their data stay, and are no task any more.
pub fn leave(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let known = in_state(conn, id, State::Found)?;
    if !known.came_back() {
        return Err(AppError::conflict(
            "These data never went. Place a hold if they have to stay.",
        ));
    }
    advance(conn, &known, (State::Left, Besides::default()), now)?;
    record(conn, &known, "erasure.left", Actor::Staff(by), now)
}

/// A supervisor doubts that they did: it is a task again.
pub fn look_again(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let known = in_state(conn, id, State::Left)?;
    advance(conn, &known, (State::Found, Besides::default()), now)?;
    record(conn, &known, "erasure.doubted", Actor::Staff(by), now)
}

/// Notes how erasing again ended: with nothing left, or why it could not be done.
pub fn end(
    conn: &mut AnyConnection,
    known: &Returned,
    failure: Option<&str>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let to = match failure {
        Some(_) => State::Found,
        None => State::Erased,
    };
    let told = Besides {
        failure: Some(failure.map(str::to_owned)),
        ..Besides::default()
    };
    advance(conn, known, (to, told), now)?;
    let action = match failure {
        Some(_) => "erasure.again_failed",
        None => "erasure.again_done",
    };
    record(conn, known, action, Actor::System, now)
}

fn in_state(conn: &mut AnyConnection, id: i64, state: State) -> AppResult<Returned> {
    let known = queries::find(conn, id)?;
    if known.state == state {
        Ok(known)
    } else {
        Err(changed())
    }
}

/// From one state to the next or to the same, unless somebody else was faster.
fn advance(
    conn: &mut AnyConnection,
    known: &Returned,
    (to, besides): (State, Besides),
    now: NaiveDateTime,
) -> AppResult<()> {
    let unchanged = returned::table
        .filter(returned::id.eq(known.id))
        .filter(returned::state.eq(known.state.as_str()));
    let settled_at = match to {
        _ if to == known.state => known.settled_at,
        State::Erased | State::Left | State::Gone => Some(now),
        State::Found | State::Proposed | State::Erasing => None,
    };
    let moved = diesel::update(unchanged)
        .set((
            returned::state.eq(to.as_str()),
            returned::settled_at.eq(settled_at),
            besides,
        ))
        .execute(conn)?;
    if moved == 0 {
        return Err(changed());
    }
    Ok(())
}

fn changed() -> AppError {
    AppError::conflict("Somebody else has settled this. Look at the list again.")
}

fn record(
    conn: &mut AnyConnection,
    known: &Returned,
    action: &str,
    actor: Actor<'_>,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor,
        action,
        person: None,
        object: &format!("erasure {}", known.erasure),
        detail: json!({ "records": known.records }),
    };
    Ok(audit::record(conn, &event, now)?)
}
