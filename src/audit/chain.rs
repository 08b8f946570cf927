//! Linking events into the chain, and signing where it stands.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use crate::db::schema::{chain_head, checkpoints, events};
use crate::db::{AdvisoryLock, AnyConnection, both};
use crate::error::{AppError, AppResult};
use crate::keys::{Keys, signature_holds};

/// So many events are linked in one transaction at most.
const BATCH: i64 = 500;
/// A checkpoint is signed after so many events …
const CHECKPOINT_EVERY: i64 = 1000;
/// … or after so long, whichever comes first.
const CHECKPOINT_AFTER: TimeDelta = TimeDelta::hours(1);

diesel::define_sql_function! {
    /// PostgreSQL's lock that ends with the transaction; `false` when somebody else has it.
    fn pg_try_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Bool;
}

/// What the first event is chained to.
pub(super) const GENESIS: &str = "candor";

/// An event as it is stored.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = events)]
pub struct StoredEvent {
    /// In the order of recording.
    pub id: i64,
    /// When, in UTC.
    pub at: NaiveDateTime,
    /// See [`super::Actor`].
    pub actor: String,
    /// What happened, in the past tense.
    pub action: String,
    /// The pseudonym of the person whom it concerns.
    pub person: Option<String>,
    /// What it happened to.
    pub object: String,
    /// Facts, as JSON.
    pub detail: String,
    /// Its place in the chain, from 1; none until it is linked.
    pub position: Option<i64>,
    /// The chain's hash up to and including it.
    pub hash: Option<String>,
}

impl StoredEvent {
    /// The keyed hash of the chain up to this event, at that position after that hash.
    pub(super) fn chained(&self, keys: &Keys, position: i64, previous: &str) -> String {
        let content = json!([
            previous,
            position,
            self.id,
            self.at.and_utc().timestamp_micros(),
            self.actor,
            self.action,
            self.person,
            self.object,
            self.detail,
        ]);
        keys.hash("audit chain", content.to_string().as_bytes())
    }
}

/// How far the chain reaches.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = chain_head)]
pub struct Head {
    /// Of the newest linked event.
    pub position: i64,
    /// Of the chain up to and including it.
    pub hash: String,
    /// Over both, in base64.
    pub signature: String,
}

impl Head {
    fn signed(keys: &Keys, position: i64, hash: String) -> Self {
        Head {
            signature: keys.sign(signed_text("head", position, &hash).as_bytes()),
            position,
            hash,
        }
    }

    /// Whether it was signed with the portal's key.
    pub fn is_ours(&self, keys: &Keys) -> bool {
        let text = signed_text("head", self.position, &self.hash);
        signature_holds(&keys.public_key(), text.as_bytes(), &self.signature)
    }
}

/// How far the chain reaches, as the database says; none before the first event is linked.
pub fn head(conn: &mut AnyConnection) -> QueryResult<Option<Head>> {
    Head::query().first(conn).optional()
}

/// Whether any event is not yet in the chain.
pub fn is_any_unlinked(conn: &mut AnyConnection) -> QueryResult<bool> {
    let unlinked = events::table.filter(events::position.is_null());
    let any = diesel::select(diesel::dsl::exists(unlinked));
    both!(conn, |conn| any.get_result(conn))
}

/// Links the oldest events that are not yet in the chain; returns how many. Safe to repeat, and safe beside
/// another worker. It fails when the signed head is not ours: to go on from a false one would hide what was
/// cut off.
pub fn link(conn: &mut AnyConnection, keys: &Keys, now: NaiveDateTime) -> AppResult<usize> {
    if !is_our_turn(conn)? {
        return Ok(0);
    }
    let unlinked: Vec<StoredEvent> = StoredEvent::query()
        .filter(events::position.is_null())
        .order(events::id)
        .limit(BATCH)
        .load(conn)?;
    if unlinked.is_empty() {
        return Ok(0);
    }
    let old = head(conn)?;
    let (mut position, mut hash) = match &old {
        None => (0, GENESIS.to_owned()),
        Some(head) if head.is_ours(keys) => (head.position, head.hash.clone()),
        Some(_) => {
            let words = "the head of the audit chain was altered; see `candor audit verify`";
            return Err(AppError::Internal(anyhow::anyhow!(words)));
        }
    };
    for event in &unlinked {
        position += 1;
        hash = event.chained(keys, position, &hash);
        diesel::update(events::table.filter(events::id.eq(event.id)))
            .set((events::position.eq(position), events::hash.eq(&hash)))
            .execute(conn)?;
    }
    sign_checkpoint(conn, keys, position, &hash, now)?;
    let new = Head::signed(keys, position, hash);
    if !move_head(conn, old.as_ref(), &new)? {
        return Err(AppError::conflict(
            "Another worker has linked these events.",
        ));
    }
    Ok(unlinked.len())
}

/// On PostgreSQL one worker links at a time; the others need not wait. On SQLite writes take turns anyway.
fn is_our_turn(conn: &mut AnyConnection) -> QueryResult<bool> {
    match conn {
        AnyConnection::Sqlite(_) => Ok(true),
        AnyConnection::Postgres(conn) => {
            let lock = AdvisoryLock::AuditChain.key();
            diesel::select(pg_try_advisory_xact_lock(lock)).get_result(conn)
        }
    }
}

fn move_head(conn: &mut AnyConnection, old: Option<&Head>, new: &Head) -> QueryResult<bool> {
    let values = (
        chain_head::position.eq(new.position),
        chain_head::hash.eq(&new.hash),
        chain_head::signature.eq(&new.signature),
    );
    let moved = match old {
        None => diesel::insert_into(chain_head::table)
            .values((chain_head::id.eq(1), values))
            .execute(conn)?,
        Some(old) => diesel::update(chain_head::table)
            .filter(chain_head::position.eq(old.position))
            .set(values)
            .execute(conn)?,
    };
    Ok(moved == 1)
}

fn sign_checkpoint(
    conn: &mut AnyConnection,
    keys: &Keys,
    position: i64,
    hash: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    let newest: Option<(i64, NaiveDateTime)> = checkpoints::table
        .order(checkpoints::position.desc())
        .select((checkpoints::position, checkpoints::at))
        .first(conn)
        .optional()?;
    let is_due = newest.is_none_or(|(last, at)| {
        position - last >= CHECKPOINT_EVERY || now - at >= CHECKPOINT_AFTER
    });
    if is_due {
        diesel::insert_into(checkpoints::table)
            .values((
                checkpoints::position.eq(position),
                checkpoints::hash.eq(hash),
                checkpoints::signature
                    .eq(keys.sign(signed_text("checkpoint", position, hash).as_bytes())),
                checkpoints::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The text whose signature a checkpoint or the head holds.
pub(super) fn signed_text(what: &str, position: i64, hash: &str) -> String {
    format!("candor audit {what} {position} {hash}")
}
