//! Finding senders: by the secret of their link, or together with their request.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Sender, Wants};
use crate::db::AnyConnection;
use crate::db::schema::{request_senders, requests};
use crate::keys::Keys;
use crate::requests::agents;
use crate::requests::model::{Request, State};
use crate::requests::periods;
use crate::sources::Dates;

/// The end of the link that goes to the sender of a request. It can be made again, so that a second mail has the same.
pub fn token(keys: &Keys, reference: &str) -> String {
    keys.hash("request link", reference.as_bytes())
}

/// As the database keeps the end of a link.
pub fn link_hash(keys: &Keys, token: &str) -> String {
    keys.hash("request link, kept", token.as_bytes())
}

/// As the database looks for an address.
pub fn email_hash(keys: &Keys, email: &str) -> String {
    keys.hash("request sender", email.as_bytes())
}

/// The sender of a request, if it came without an account.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Option<Sender>> {
    Sender::query()
        .filter(request_senders::request_id.eq(request_id))
        .first(conn)
        .optional()
}

/// What was entered since then of people without e-mail who have not been told yet that it came.
pub fn list_entered(
    conn: &mut AnyConnection,
    since: NaiveDateTime,
) -> QueryResult<Vec<(Request, Sender)>> {
    requests::table
        .inner_join(request_senders::table)
        .filter(requests::state.eq(State::Received.as_str()))
        .filter(requests::created_at.gt(since))
        .filter(request_senders::email.is_null())
        .select((Request::as_select(), Sender::as_select()))
        .load(conn)
}

/// The sealed addresses that these requests came from, with the request's id.
pub fn list_addresses(
    conn: &mut AnyConnection,
    request_ids: Vec<i64>,
) -> QueryResult<Vec<(i64, Vec<u8>)>> {
    request_senders::table
        .filter(request_senders::request_id.eq_any(request_ids))
        .filter(request_senders::email.is_not_null())
        .select((
            request_senders::request_id,
            request_senders::email.assume_not_null(),
        ))
        .load(conn)
}

/// The open request that a link is for, with its sender.
pub fn find_by_token(
    conn: &mut AnyConnection,
    keys: &Keys,
    token: &str,
) -> QueryResult<(Request, Sender)> {
    let sender = Sender::query()
        .filter(request_senders::link_hash.eq(link_hash(keys, token)))
        .first(conn)?;
    let request = Request::query()
        .filter(requests::id.eq(sender.request_id))
        .filter(requests::closed_at.is_null())
        .first(conn)?;
    Ok((request, sender))
}

/// The open requests of that kind that came from an address or were made for it, earliest first.
pub fn list_open(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
    wants: Wants,
) -> QueryResult<Vec<Request>> {
    let ids: Vec<i64> = request_senders::table
        .filter(request_senders::email_hash.eq(email_hash(keys, email)))
        .filter(request_senders::wants.eq(wants.as_str()))
        .select(request_senders::request_id)
        .load(conn)?;
    Request::query()
        .filter(requests::id.eq_any(ids))
        .filter(requests::closed_at.is_null())
        .order((requests::received_on, requests::id))
        .load(conn)
}

/// The earliest of them that came from the address itself, and is about that time, if one did. What an agent filed for it is not of the same
/// sender: whose agent that is nobody has said yet.
pub fn find_open(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
    (wants, dates): (Wants, Dates),
) -> QueryResult<Option<Request>> {
    let open = list_open(conn, keys, email, wants)?;
    for request in agents::queries::without_agent(conn, open)? {
        if periods::find(conn, request.id)? == dates {
            return Ok(Some(request));
        }
    }
    Ok(None)
}

/// The newest request that came from an address and is not forgotten yet, whether or not anybody has shown that it is theirs.
pub fn find_newest(
    conn: &mut AnyConnection,
    keys: &Keys,
    email: &str,
) -> QueryResult<Option<Request>> {
    let ids: Vec<i64> = request_senders::table
        .filter(request_senders::email_hash.eq(email_hash(keys, email)))
        .select(request_senders::request_id)
        .load(conn)?;
    let Some(newest) = ids.into_iter().max() else {
        return Ok(None);
    };
    Request::query()
        .filter(requests::id.eq(newest))
        .first(conn)
        .optional()
}
