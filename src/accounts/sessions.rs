//! The sessions of an account: listed, and ended by taking away the row.

use actix_session::Session;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::guard::Account;
use super::session_store::MARK;
use crate::app::App;
use crate::audit::{self, Event};
use crate::db::AnyConnection;
use crate::db::schema::sessions;
use crate::error::{AppError, AppResult};

/// A session, as its owner sees it.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = sessions)]
pub struct OwnSession {
    /// Internal.
    pub id: i64,
    /// In plain words.
    pub device: String,
    /// Tells it from the account's other ones.
    pub mark: String,
    /// When the account signed in.
    pub created_at: NaiveDateTime,
    /// The last look, to a few minutes.
    pub last_seen_at: NaiveDateTime,
}

/// The account's sessions, the latest first.
pub fn list(
    conn: &mut AnyConnection,
    account: &Account,
    now: NaiveDateTime,
) -> QueryResult<Vec<OwnSession>> {
    // One of the two ids is null, and equal to nothing.
    let is_own = sessions::person_id.eq(account.person_id());
    OwnSession::query()
        .filter(is_own.or(sessions::staff_id.eq(account.staff_id())))
        .filter(sessions::expires_at.gt(now))
        .order(sessions::last_seen_at.desc())
        .then_order_by(sessions::id.desc())
        .limit(100)
        .load(conn)
}

/// Ends one of the account's sessions; somebody else's is not found.
pub fn end(
    conn: &mut AnyConnection,
    account: &Account,
    id: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    let is_own = sessions::person_id.eq(account.person_id());
    let own = sessions::table
        .filter(is_own.or(sessions::staff_id.eq(account.staff_id())))
        .filter(sessions::id.eq(id));
    if diesel::delete(own).execute(conn)? == 0 {
        return Err(AppError::NotFound);
    }
    record(conn, account, "one", 1, now)
}

/// Ends all of the account's sessions but the one with that mark.
pub fn end_others(
    conn: &mut AnyConnection,
    account: &Account,
    mark: &str,
    now: NaiveDateTime,
) -> AppResult<usize> {
    let is_own = sessions::person_id.eq(account.person_id());
    let others = sessions::table
        .filter(is_own.or(sessions::staff_id.eq(account.staff_id())))
        .filter(sessions::mark.ne(mark));
    let ended = diesel::delete(others).execute(conn)?;
    record(conn, account, "others", ended, now)?;
    Ok(ended)
}

/// Ends every session of a person, one of whose addresses opens the account no more.
pub fn end_all_of_person(conn: &mut AnyConnection, person_id: i64) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::person_id.eq(person_id))).execute(conn)
}

/// Ends every session of a staff member, whose rights have changed.
pub fn end_all_of_staff(conn: &mut AnyConnection, staff_id: i64) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::staff_id.eq(staff_id))).execute(conn)
}

/// Removes sessions that have passed their end.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(conn)
}

/// Ends the session that asks for it.
pub(super) async fn sign_out(app: &App, account: Account, session: &Session) -> AppResult<()> {
    let mark: String = session.get(MARK)?.unwrap_or_default();
    let now = app.clock.now();
    let ended = app.db.write(move |conn| {
        let is_own = sessions::person_id.eq(account.person_id());
        let this = sessions::table
            .filter(is_own.or(sessions::staff_id.eq(account.staff_id())))
            .filter(sessions::mark.eq(mark));
        diesel::delete(this).execute(conn)?;
        record(conn, &account, "own", 1, now)
    });
    ended.await
}

fn record(
    conn: &mut AnyConnection,
    account: &Account,
    which: &str,
    ended: usize,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor: account.actor(),
        action: "session.ended",
        person: account.pseudonym(),
        object: "session",
        detail: json!({ "which": which, "ended": ended }),
    };
    Ok(audit::record(conn, &event, now)?)
}
