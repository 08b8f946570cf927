//! Tokens: making, finding, taking back.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use super::model::{NewToken, Token, new_secret, secret_hash};
use crate::audit::{self, Actor, Event};
use crate::db::schema::api_tokens;
use crate::db::{AdvisoryLock, AnyConnection};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;

/// So soon nobody makes a second token of one name but by a form that was sent twice.
const AT_ONCE: TimeDelta = TimeDelta::minutes(1);

/// Makes a token; gives its secret, which is kept nowhere.
///
/// # Errors
/// [`AppError::Conflict`] for a second one of the same name and maker in the same minute.
pub fn make(
    conn: &mut AnyConnection,
    keys: &Keys,
    by: Actor<'_>,
    new: &NewToken,
    now: NaiveDateTime,
) -> AppResult<String> {
    let secret = new_secret();
    let scopes: Vec<_> = new.scopes.iter().map(|it| it.as_str()).collect();
    let staff_id = match by {
        Actor::Staff(id) => Some(id),
        _ => None,
    };
    if staff_id.is_some() {
        AdvisoryLock::Desk.take(conn)?;
        let twin = api_tokens::table
            .filter(api_tokens::created_at.gt(now - AT_ONCE))
            .filter(api_tokens::name.eq(&new.name))
            .filter(api_tokens::created_by.eq(staff_id))
            .filter(api_tokens::revoked_at.is_null())
            .select(api_tokens::id);
        if twin.first::<i64>(conn).optional()?.is_some() {
            return Err(AppError::conflict(
                "You made this token a moment ago, and its secret was shown then. If you have not seen it, take the token back and make another.",
            ));
        }
    }
    let id: i64 = diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::name.eq(&new.name),
            api_tokens::token_hash.eq(secret_hash(keys, &secret)),
            api_tokens::scopes.eq(scopes.join(" ")),
            api_tokens::created_at.eq(now),
            api_tokens::created_by.eq(staff_id),
            api_tokens::expires_at.eq(new.expires_at),
            api_tokens::recipient.eq(&new.recipient),
        ))
        .returning(api_tokens::id)
        .get_result(conn)?;
    let detail = json!({
        "scopes": scopes,
        "expires_at": new.expires_at.and_utc(),
        "recipient": new.recipient,
    });
    record(conn, by, "token.made", id, detail, now)?;
    Ok(secret)
}

/// Takes a token back. Every process knows it within [`super::gate::REMEMBERED`].
pub fn revoke(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let good = api_tokens::table
        .filter(api_tokens::id.eq(id))
        .filter(api_tokens::revoked_at.is_null());
    let revoked = diesel::update(good)
        .set(api_tokens::revoked_at.eq(now))
        .execute(conn)?;
    if revoked == 0 {
        return Err(AppError::NotFound);
    }
    record(conn, by, "token.revoked", id, json!({}), now)
}

fn record(
    conn: &mut AnyConnection,
    by: Actor<'_>,
    action: &str,
    id: i64,
    detail: serde_json::Value,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor: by,
        action,
        person: None,
        object: &format!("token:{id}"),
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}

/// The token with that secret, good or not.
pub fn find(conn: &mut AnyConnection, secret_hash: &str) -> QueryResult<Option<Token>> {
    Token::query()
        .filter(api_tokens::token_hash.eq(secret_hash))
        .first(conn)
        .optional()
}

/// Tokens, newest first: so many, older than that one.
pub fn list(conn: &mut AnyConnection, before: Option<i64>, limit: i64) -> QueryResult<Vec<Token>> {
    Token::query()
        .filter(api_tokens::id.lt(before.unwrap_or(i64::MAX)))
        .order(api_tokens::id.desc())
        .limit(limit)
        .load(conn)
}

/// Notes that a token was used on that day.
pub fn note_use(conn: &mut AnyConnection, id: i64, today: NaiveDate) -> QueryResult<()> {
    diesel::update(api_tokens::table.filter(api_tokens::id.eq(id)))
        .set(api_tokens::last_used_on.eq(today))
        .execute(conn)
        .map(drop)
}
