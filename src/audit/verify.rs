//! Reading the whole chain again, to find any change, gap or reordering.

use diesel::prelude::*;

use super::chain::{GENESIS, StoredEvent, signed_text};
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
}

/// A place where the chain does not hold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    /// Events are missing from here on, up to where the chain goes on.
    #[error("position {0} is missing: an event was removed")]
    Missing(i64),
    /// The event does not have the hash that its content gives.
    #[error(
        "position {0} (event {1}) does not have its hash: it was changed, or put in another place"
    )]
    Changed(i64, i64),
    /// A signed checkpoint says otherwise, or its signature is not ours.
    #[error("the checkpoint at position {0} does not agree with the chain")]
    Checkpoint(i64),
}

/// Reads all events in the order of the chain, a page at a time.
pub fn verify(conn: &mut AnyConnection, keys: &Keys) -> QueryResult<Verdict> {
    let waiting = events::table
        .filter(events::position.is_null())
        .count()
        .get_result(conn)?;
    let (mut position, mut hash) = (0, GENESIS.to_owned());
    loop {
        let page: Vec<StoredEvent> = StoredEvent::query()
            .filter(events::position.gt(position))
            .order(events::position)
            .limit(PAGE)
            .load(conn)?;
        if page.is_empty() {
            let first_break = first_bad_checkpoint(conn, keys, position)?;
            return Ok(Verdict {
                whole: position,
                waiting,
                first_break,
            });
        }
        for event in page {
            match follow(&event, keys, position, &hash) {
                Ok(next) => (position, hash) = (position + 1, next),
                Err(found) => {
                    return Ok(Verdict {
                        whole: position,
                        waiting,
                        first_break: Some(found),
                    });
                }
            }
        }
    }
}

fn follow(event: &StoredEvent, keys: &Keys, position: i64, hash: &str) -> Result<String, Break> {
    let expected = position + 1;
    if event.position != Some(expected) {
        return Err(Break::Missing(expected));
    }
    let chained = event.chained(keys, expected, hash);
    if event.hash.as_deref() == Some(&chained) {
        Ok(chained)
    } else {
        Err(Break::Changed(expected, event.id))
    }
}

/// The first checkpoint whose signature is not ours, whose hash is not the event's, or that lies beyond the end.
fn first_bad_checkpoint(
    conn: &mut AnyConnection,
    keys: &Keys,
    end: i64,
) -> QueryResult<Option<Break>> {
    let all: Vec<(i64, String, String)> = checkpoints::table
        .order(checkpoints::position)
        .select((
            checkpoints::position,
            checkpoints::hash,
            checkpoints::signature,
        ))
        .load(conn)?;
    for (position, hash, signature) in all {
        let signed = signature_holds(
            &keys.public_key(),
            signed_text(position, &hash).as_bytes(),
            &signature,
        );
        let agrees = events::table
            .filter(events::position.eq(position))
            .filter(events::hash.eq(&hash))
            .count()
            .get_result::<i64>(conn)?
            == 1;
        if position > end || !signed || !agrees {
            return Ok(Some(Break::Checkpoint(position)));
        }
    }
    Ok(None)
}
