//! Reading the whole chain again, to find any change, gap or reordering.
//!
//! Whoever can write to the database but does not have the master secret is found out: whatever they change,
//! remove or move among the linked events breaks a keyed hash, and the end is held by the signed head and
//! checkpoints. Two things only a note kept elsewhere can show (`--head`): that somebody put back an older
//! state of the whole database, and what was done to an event in the moments before it was linked.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;

use super::chain::{self, GENESIS, StoredEvent, signed_text};
use crate::db::AnyConnection;
use crate::db::schema::{checkpoints, events};
use crate::keys::{Keys, signature_holds};

const PAGE: i64 = 1000;

/// What a look at the whole chain found.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many events were read and found whole.
    pub whole: i64,
    /// How many events are recorded but not yet linked.
    pub waiting: i64,
    /// The first place where the chain does not hold.
    pub first_break: Option<Break>,
    /// Where the whole part ends, to be noted elsewhere.
    pub end: Mark,
}

/// A place in the chain and the hash that it has there, written `1234:9f86d0…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// From 1; 0 before the first event.
    pub position: i64,
    /// In hex.
    pub hash: String,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.position, self.hash)
    }
}

impl FromStr for Mark {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = || {
            let (position, hash) = text.split_once(':')?;
            Some(Mark {
                position: position.parse().ok()?,
                hash: hash.to_owned(),
            })
        };
        read().ok_or_else(|| "write it as POSITION:HASH, as an earlier look printed it".to_owned())
    }
}

/// A place where the chain does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// The event is missing, though a later one is there or a signature speaks of it.
    #[error("position {0} is missing: an event was removed")]
    Missing(i64),
    /// The event does not have the hash that its content gives.
    #[error(
        "position {0} (event {1}) does not have its hash: it was changed, or put in another place"
    )]
    Changed(i64, i64),
    /// A checkpoint says otherwise, or its signature is not ours.
    #[error("the checkpoint at position {0} does not agree with the chain")]
    Checkpoint(i64),
    /// The signed head was removed, or says otherwise, or its signature is not ours.
    #[error("the head, which should be at position {0} or later, does not agree with the chain")]
    Head(i64),
    /// The chain has another hash there than was noted.
    #[error("position {0} does not have the hash that was noted: the chain was made anew")]
    Noted(i64),
}

/// Reads all events in the order of the chain, a page at a time; `noted` is the end that an earlier look found.
/// It sees one moment of the database, however much is linked meanwhile, and changes nothing.
pub fn verify(conn: &mut AnyConnection, keys: &Keys, noted: Option<Mark>) -> QueryResult<Verdict> {
    conn.transaction(|conn| {
        if let AnyConnection::Postgres(conn) = conn {
            diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                .execute(conn)?;
        }
        look(conn, keys, noted)
    })
}

fn look(conn: &mut AnyConnection, keys: &Keys, noted: Option<Mark>) -> QueryResult<Verdict> {
    let waiting = events::table
        .filter(events::position.is_null())
        .count()
        .get_result(conn)?;
    let mut walk = Walk {
        keys,
        end: Mark {
            position: 0,
            hash: GENESIS.to_owned(),
        },
        head: chain::head(conn)?,
        newest_checkpoint: newest_checkpoint(conn)?,
        noted,
    };
    let first_break = walk.follow(conn)?;
    Ok(Verdict {
        whole: walk.end.position,
        waiting,
        first_break,
        end: walk.end,
    })
}

fn newest_checkpoint(conn: &mut AnyConnection) -> QueryResult<i64> {
    let newest: Option<i64> = checkpoints::table
        .order(checkpoints::position.desc())
        .select(checkpoints::position)
        .first(conn)
        .optional()?;
    Ok(newest.unwrap_or(0))
}

struct Walk<'k> {
    keys: &'k Keys,
    /// How far it has come.
    end: Mark,
    head: Option<chain::Head>,
    newest_checkpoint: i64,
    noted: Option<Mark>,
}

impl Walk<'_> {
    fn follow(&mut self, conn: &mut AnyConnection) -> QueryResult<Option<Break>> {
        loop {
            let page: Vec<StoredEvent> = StoredEvent::query()
                .filter(events::position.gt(self.end.position))
                .order(events::position)
                .limit(PAGE)
                .load(conn)?;
            if page.is_empty() {
                return Ok(self.at_the_end());
            }
            let checkpoints = checkpoints_of_page(conn, self.end.position)?;
            for event in &page {
                if let Err(found) = self.step(event, &checkpoints) {
                    return Ok(Some(found));
                }
            }
        }
    }

    fn step(
        &mut self,
        event: &StoredEvent,
        checkpoints: &HashMap<i64, (String, String)>,
    ) -> Result<(), Break> {
        let position = self.end.position + 1;
        if event.position != Some(position) {
            return Err(Break::Missing(position));
        }
        let hash = event.chained(self.keys, position, &self.end.hash);
        if event.hash.as_ref() != Some(&hash) {
            return Err(Break::Changed(position, event.id));
        }
        if let Some((signed, signature)) = checkpoints.get(&position) {
            let text = signed_text("checkpoint", position, &hash);
            let holds = signature_holds(&self.keys.public_key(), text.as_bytes(), signature);
            if *signed != hash || !holds {
                return Err(Break::Checkpoint(position));
            }
        }
        let differs = |at: i64, other: &str| at == position && other != hash;
        if self
            .head
            .as_ref()
            .is_some_and(|head| differs(head.position, &head.hash))
        {
            return Err(Break::Head(position));
        }
        if self
            .noted
            .as_ref()
            .is_some_and(|mark| differs(mark.position, &mark.hash))
        {
            return Err(Break::Noted(position));
        }
        self.end = Mark { position, hash };
        Ok(())
    }

    /// All events that are there have been read: does anything speak of more?
    fn at_the_end(&self) -> Option<Break> {
        let end = self.end.position;
        let head = self.head.as_ref();
        if head.is_some_and(|head| !head.is_ours(self.keys)) || (head.is_none() && end > 0) {
            return Some(Break::Head(end));
        }
        let promised = [
            head.map_or(0, |head| head.position),
            self.newest_checkpoint,
            self.noted.as_ref().map_or(0, |mark| mark.position),
        ];
        promised
            .iter()
            .any(|promised| *promised > end)
            .then_some(Break::Missing(end + 1))
    }
}

/// Hash and signature of the checkpoints in the next page, by position.
fn checkpoints_of_page(
    conn: &mut AnyConnection,
    after: i64,
) -> QueryResult<HashMap<i64, (String, String)>> {
    let found: Vec<(i64, String, String)> = checkpoints::table
        .filter(checkpoints::position.gt(after))
        .filter(checkpoints::position.le(after + PAGE))
        .select((
            checkpoints::position,
            checkpoints::hash,
            checkpoints::signature,
        ))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(position, hash, signature)| (position, (hash, signature)))
        .collect())
}
