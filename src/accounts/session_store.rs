//! Sessions in the portal's database, for actix-session. A cookie holds a token; the database its hash.

use std::collections::HashMap;

use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use anyhow::anyhow;
use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use super::guard::Account;
use super::model::Role;
use crate::app::App;
use crate::db::schema::{sessions, staff};
use crate::db::{AnyConnection, both};
use crate::error::AppResult;
use crate::keys::random_token;

type State = HashMap<String, String>;

/// The session's key under which the account stands.
pub const ACCOUNT: &str = "account";

/// The session's key under which the device stands, in plain words.
pub const DEVICE: &str = "device";

/// The session's key under which the mark stands by which an account tells its sessions apart. It stays when
/// the token changes, and opens nothing.
pub const MARK: &str = "mark";

/// Looks are written down at most this often: a page need not cost a write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(5);

/// See the module.
pub struct DbSessions(pub App);

impl SessionStore for DbSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let hash = self.token_hash(key);
        let now = self.0.clock.now();
        let found = self
            .0
            .db
            .look_up(move |conn| Ok(find(conn, &hash, now)?))
            .await;
        let Some((id, state, seen_at)) = found.map_err(|error| LoadError::Other(anyhow!(error)))?
        else {
            return Ok(None);
        };
        if now - seen_at > SEEN_EVERY {
            let seen = self
                .0
                .db
                .write(move |conn| Ok(mark_seen(conn, id, now)?))
                .await;
            seen.map_err(|error| LoadError::Other(anyhow!(error)))?;
        }
        serde_json::from_str(&state).map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(&self, state: State, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let token = format!("{}{}", random_token(), random_token());
        let key = SessionKey::try_from(token).map_err(|error| SaveError::Other(anyhow!(error)))?;
        let row = self
            .row(&key, &state, ttl)
            .map_err(|error| SaveError::Serialization(anyhow!(error)))?;
        let insert = move |conn: &mut AnyConnection| {
            let row = row.looked_at_now(conn)?;
            Ok(insert(conn, &row)?)
        };
        let saved = self.0.db.write(insert).await;
        saved.map_err(|error| SaveError::Other(anyhow!(error)))?;
        Ok(key)
    }

    async fn update(
        &self,
        key: SessionKey,
        state: State,
        ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let row = self
            .row(&key, &state, ttl)
            .map_err(|error| UpdateError::Serialization(anyhow!(error)))?;
        let update = move |conn: &mut AnyConnection| {
            let row = row.looked_at_now(conn)?;
            Ok(update(conn, &row)?)
        };
        let updated = self.0.db.write(update).await;
        // No row means that it was ended while this request ran; it stays ended.
        updated
            .map(|_| key)
            .map_err(|error| UpdateError::Other(anyhow!(error)))
    }

    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let hash = self.token_hash(key);
        let gone = self.0.db.write(move |conn| {
            Ok(
                diesel::delete(sessions::table.filter(sessions::token_hash.eq(hash)))
                    .execute(conn)?,
            )
        });
        gone.await.map(drop).map_err(|error| anyhow!(error))
    }
}

struct Row {
    token_hash: String,
    state: String,
    person_id: Option<i64>,
    staff_id: Option<i64>,
    role: Option<Role>,
    device: String,
    mark: String,
    now: NaiveDateTime,
    expires_at: NaiveDateTime,
}

impl DbSessions {
    fn token_hash(&self, key: &SessionKey) -> String {
        token_hash(&self.0, key.as_ref())
    }

    fn row(&self, key: &SessionKey, state: &State, ttl: &Duration) -> AppResult<Row> {
        let now = self.0.clock.now();
        let account = state
            .get(ACCOUNT)
            .map(|json| serde_json::from_str(json))
            .transpose()?;
        let (person_id, staff_id, role) = match account {
            Some(Account::Person(person)) => (Some(person.id), None, None),
            Some(Account::Staff(member)) => (None, Some(member.id), Some(member.role)),
            None => (None, None, None),
        };
        let text = |name| {
            let json = state.get(name).map(|json| serde_json::from_str(json));
            json.transpose().map(Option::unwrap_or_default)
        };
        Ok(Row {
            token_hash: self.token_hash(key),
            state: serde_json::to_string(state)?,
            person_id,
            staff_id,
            role,
            device: text(DEVICE)?,
            mark: text(MARK)?,
            now,
            expires_at: now + TimeDelta::seconds(ttl.whole_seconds()),
        })
    }
}

impl Row {
    /// Without its account when that is a staff member who has lost the role, or left, while the request ran: the
    /// sessions of before were ended then, and this one must not come after.
    fn looked_at_now(self, conn: &mut AnyConnection) -> QueryResult<Row> {
        let (Some(id), Some(role)) = (self.staff_id, self.role) else {
            return Ok(self);
        };
        let member = staff::table
            .filter(staff::id.eq(id))
            .filter(staff::role.eq(role.as_str()))
            .filter(staff::disabled_at.is_null());
        // Written rather than read, so that whoever takes the role away ends this session, too.
        let has_it = diesel::update(member)
            .set(staff::role.eq(role.as_str()))
            .execute(conn)?;
        if has_it == 1 {
            return Ok(self);
        }
        Ok(Row {
            state: "{}".to_owned(),
            staff_id: None,
            ..self
        })
    }
}

/// What the database keeps of a session's token.
pub fn token_hash(app: &App, token: &str) -> String {
    app.keys.hash("session", token.as_bytes())
}

fn find(
    conn: &mut AnyConnection,
    hash: &str,
    now: NaiveDateTime,
) -> QueryResult<Option<(i64, String, NaiveDateTime)>> {
    // With every page: as the backend's own query it is not written anew each time.
    both!(conn, |conn| sessions::table
        .filter(sessions::token_hash.eq(hash))
        .filter(sessions::expires_at.gt(now))
        .select((sessions::id, sessions::state, sessions::last_seen_at))
        .first(conn)
        .optional())
}

fn mark_seen(conn: &mut AnyConnection, id: i64, now: NaiveDateTime) -> QueryResult<usize> {
    diesel::update(sessions::table.filter(sessions::id.eq(id)))
        .set(sessions::last_seen_at.eq(now))
        .execute(conn)
}

fn insert(conn: &mut AnyConnection, row: &Row) -> QueryResult<usize> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(&row.token_hash),
            sessions::state.eq(&row.state),
            sessions::person_id.eq(row.person_id),
            sessions::staff_id.eq(row.staff_id),
            sessions::device.eq(&row.device),
            sessions::mark.eq(&row.mark),
            sessions::created_at.eq(row.now),
            sessions::last_seen_at.eq(row.now),
            sessions::expires_at.eq(row.expires_at),
        ))
        .execute(conn)
}

fn update(conn: &mut AnyConnection, row: &Row) -> QueryResult<usize> {
    diesel::update(sessions::table.filter(sessions::token_hash.eq(&row.token_hash)))
        .set((
            sessions::state.eq(&row.state),
            sessions::person_id.eq(row.person_id),
            sessions::staff_id.eq(row.staff_id),
            sessions::last_seen_at.eq(row.now),
        ))
        .execute(conn)
}

/// Takes a value out of all sessions of a person.
pub fn forget(conn: &mut AnyConnection, person_id: i64, name: &str) -> AppResult<()> {
    let all: Vec<(i64, String)> = sessions::table
        .filter(sessions::person_id.eq(person_id))
        .select((sessions::id, sessions::state))
        .load(conn)?;
    for (id, text) in all {
        let mut state: State = serde_json::from_str(&text)?;
        if state.remove(name).is_some() {
            diesel::update(sessions::table.filter(sessions::id.eq(id)))
                .set(sessions::state.eq(serde_json::to_string(&state)?))
                .execute(conn)?;
        }
    }
    Ok(())
}
