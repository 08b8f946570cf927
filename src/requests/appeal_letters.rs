//! Appeals that come by letter, telephone or mail, from somebody without an account: staff enter them, and their clock
//! runs from the day on which they came. Whoever has no address with us is told the way that the appeal came; how to
//! reach them is kept until they have been told how it ended.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::asked::NewRequest;
use super::dates::LegalDates;
use super::filing::{acknowledge, put_on_record};
use super::life::{By, advance, changed, record, touch};
use super::model::{Channel, Kind, Request, State};
use super::sealed::{self, What};
use super::{appeals, queries};
use crate::db::AnyConnection;
use crate::db::schema::{appeal_contacts, requests};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;

/// An appeal as it came in.
#[derive(Debug, Clone)]
pub struct AppealLetter {
    /// How it came.
    pub channel: Channel,
    /// The day on which it came, where the person lives.
    pub received_on: NaiveDate,
    /// What they said.
    pub words: String,
    /// How they can be reached without e-mail; may be empty where we have an address.
    pub contact: String,
}

/// How to reach somebody who appealed by letter.
#[derive(Debug)]
pub struct Reach {
    /// The appeal whose contact it is.
    appeal: Request,
    /// As staff wrote it down.
    pub contact: String,
    /// Whether nothing more is to be told, so that it can go.
    pub is_over: bool,
    /// Since when.
    over_at: Option<NaiveDateTime>,
}

/// Puts an appeal on record. Whoever has an address gets the mail that confirms it; to all others staff confirm it.
///
/// # Errors
/// [`AppError::Conflict`] for what is not denied, and where there is an appeal already.
pub fn enter(
    conn: &mut AnyConnection,
    denied: &Request,
    letter: &AppealLetter,
    by: &By<'_>,
) -> AppResult<Request> {
    if !appeals::is_possible(denied) {
        return Err(changed());
    }
    if let Some(reference) = queries::find_appeal(conn, denied.id)? {
        return Err(AppError::Conflict(format!(
            "There is an appeal already: {reference}."
        )));
    }
    // Whoever enters it at the same moment does so for a request that has changed by this.
    touch!(conn, denied);
    let new = NewRequest {
        note: letter.words.clone(),
        appeal_of: Some(denied.id),
        channel: letter.channel,
        ..NewRequest::of(Kind::Appeal)
    };
    let dates = LegalDates::of_appeal(&by.app.laws, denied, letter.received_on);
    let filed = put_on_record(conn, denied.person_id, &new, &dates, by)?;
    let address = queries::find_address(conn, denied.person_id)?;
    // Who is mailed is reached by that alone.
    if address.is_none() && !letter.contact.is_empty() {
        let sealed = sealed::seal(
            &by.app.keys,
            &filed.reference,
            What::Contact,
            &letter.contact,
        );
        diesel::insert_into(appeal_contacts::table)
            .values((
                appeal_contacts::request_id.eq(filed.id),
                appeal_contacts::contact.eq(sealed),
            ))
            .execute(conn)?;
    }
    match address {
        Some(_) => acknowledge(conn, &filed, by),
        None => Ok(filed),
    }
}

/// They have been told that it arrived, and by when they are answered. An appeal shows nothing of anybody's data, so
/// that nobody has to find out first who makes it.
pub fn confirmed(conn: &mut AnyConnection, appeal: &Request, by: &By<'_>) -> AppResult<Request> {
    advance(conn, appeal, State::Acknowledged, by)
}

/// How to reach whoever made that appeal, or the one against that request.
pub fn reach(conn: &mut AnyConnection, keys: &Keys, request: &Request) -> AppResult<Option<Reach>> {
    let newest = if request.kind == Kind::Appeal {
        Some(request.clone())
    } else {
        let against = Request::query().filter(requests::appeal_of.eq(request.id));
        against.order(requests::id.desc()).first(conn).optional()?
    };
    let Some(appeal) = newest else {
        return Ok(None);
    };
    let sealed: Option<Vec<u8>> = appeal_contacts::table
        .filter(appeal_contacts::request_id.eq(appeal.id))
        .select(appeal_contacts::contact)
        .first(conn)
        .optional()?;
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    let denied = queries::find(conn, appeal.appeal_of.unwrap_or(appeal.id))?;
    Ok(Some(Reach {
        contact: sealed::open_text(keys, &appeal.reference, What::Contact, Some(&sealed))?,
        is_over: appeal.state.is_closed() && denied.state.is_closed(),
        over_at: appeal.closed_at.max(denied.closed_at),
        appeal,
    }))
}

/// They have been told how it ended: how to reach them is kept no longer.
pub fn told(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let reach = reach(conn, &by.app.keys, request)?.ok_or_else(changed)?;
    if !reach.is_over {
        return Err(changed());
    }
    // Sent twice at once it is said once.
    if !erase(conn, &reach.appeal, by)? {
        return Err(changed());
    }
    Ok(())
}

/// Erases how to reach them when nobody has told them within that time of its end. Until when it is kept, if it is.
pub(super) fn forget(
    conn: &mut AnyConnection,
    request: &Request,
    told_within: TimeDelta,
    by: &By<'_>,
) -> AppResult<Option<NaiveDateTime>> {
    let over = reach(conn, &by.app.keys, request)?.filter(|it| it.is_over);
    let Some((reach, over_at)) = over.and_then(|it| it.over_at.map(|at| (it, at))) else {
        return Ok(None);
    };
    let until = over_at + told_within;
    if by.now < until {
        return Ok(Some(until));
    }
    erase(conn, &reach.appeal, by)?;
    Ok(None)
}

/// Whether there was something to erase.
fn erase(conn: &mut AnyConnection, appeal: &Request, by: &By<'_>) -> AppResult<bool> {
    let kept = appeal_contacts::table.filter(appeal_contacts::request_id.eq(appeal.id));
    if diesel::delete(kept).execute(conn)? == 0 {
        return Ok(false);
    }
    record(conn, appeal, "request.sender_forgotten", json!({}), by)?;
    Ok(true)
}
