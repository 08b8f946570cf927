//! Linking events into the chain, and signing where it stands.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::json;

use crate::db::AnyConnection;
use crate::db::schema::{checkpoints, events};
use crate::keys::Keys;

/// So many events are linked in one transaction at most.
const BATCH: i64 = 500;
/// A checkpoint is signed after so many events …
const CHECKPOINT_EVERY: i64 = 1000;
/// … or after so long, whichever comes first.
const CHECKPOINT_AFTER: TimeDelta = TimeDelta::hours(1);

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

/// The position and hash of the newest linked event.
pub fn head(conn: &mut AnyConnection) -> QueryResult<(i64, String)> {
    let newest = events::table
        .filter(events::position.is_not_null())
        .order(events::position.desc())
        .select((
            events::position.assume_not_null(),
            events::hash.assume_not_null(),
        ))
        .first(conn)
        .optional()?;
    Ok(newest.unwrap_or((0, GENESIS.to_owned())))
}

/// Whether any event is not yet in the chain.
pub fn is_any_unlinked(conn: &mut AnyConnection) -> QueryResult<bool> {
    let unlinked = events::table.filter(events::position.is_null());
    diesel::select(diesel::dsl::exists(unlinked)).get_result(conn)
}

/// Links the oldest events that are not yet in the chain; returns how many. Safe to repeat, and safe beside
/// another worker: positions are unique, so the slower of two is refused as a whole.
pub fn link(conn: &mut AnyConnection, keys: &Keys, now: NaiveDateTime) -> QueryResult<usize> {
    let unlinked: Vec<StoredEvent> = StoredEvent::query()
        .filter(events::position.is_null())
        .order(events::id)
        .limit(BATCH)
        .load(conn)?;
    if unlinked.is_empty() {
        return Ok(0);
    }
    let (mut position, mut hash) = head(conn)?;
    for event in &unlinked {
        position += 1;
        hash = event.chained(keys, position, &hash);
        diesel::update(events::table.filter(events::id.eq(event.id)))
            .set((events::position.eq(position), events::hash.eq(&hash)))
            .execute(conn)?;
    }
    sign_checkpoint(conn, keys, position, &hash, now)?;
    Ok(unlinked.len())
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
                checkpoints::signature.eq(keys.sign(signed_text(position, hash).as_bytes())),
                checkpoints::at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The text whose signature a checkpoint holds.
pub(super) fn signed_text(position: i64, hash: &str) -> String {
    format!("candor audit checkpoint {position} {hash}")
}
