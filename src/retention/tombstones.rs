//! Tombstones: what was erased stays erased, also when a source is restored from an older backup.
//!
//! A stone holds a keyed hash of a handle, what of it was erased, and which holds were honoured. It names nobody; only
//! who meets the handle again, in a restored source, can tell that it is the same.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::AnyConnection;
use crate::db::schema::{erased_traces, tombstones};
use crate::error::{AppError, AppResult};
use crate::keys::{Keys, random_token};
use crate::sources::{Hold, Identities, Plan, Scope};

/// An erasure that was carried out.
#[derive(Debug)]
pub struct Erasure {
    /// Its own random name.
    pub key: String,
    /// What was erased.
    pub scope: Scope,
    /// The person's law, whose reasons to keep were honoured.
    pub law: String,
    /// What it left, and why.
    pub holds: Vec<Hold>,
    /// When it was erased.
    pub erased_at: NaiveDateTime,
    /// Kind and keyed hash of each handle of the person.
    pub handles: Vec<(String, String)>,
}

/// Sets stones for a person's handles; call it in the transaction that notes the erasure.
pub fn set(
    conn: &mut AnyConnection,
    keys: &Keys,
    (person, plan): (&Identities, &Plan),
    now: NaiveDateTime,
) -> AppResult<()> {
    let erasure = random_token();
    let (scope, holds) = (
        serde_json::to_string(&plan.scope)?,
        serde_json::to_string(&plan.holds)?,
    );
    for (kind, value) in person.handles() {
        diesel::insert_into(tombstones::table)
            .values((
                tombstones::erasure.eq(&erasure),
                tombstones::kind.eq(kind),
                tombstones::digest.eq(digest(keys, kind, value)),
                tombstones::scope.eq(&scope),
                tombstones::law.eq(&plan.law),
                tombstones::holds.eq(&holds),
                tombstones::erased_at.eq(now),
            ))
            .execute(conn)?;
    }
    if !plan.traces.is_empty() {
        let traces: Vec<u8> = plan.traces.iter().flat_map(|it| it.to_be_bytes()).collect();
        diesel::insert_into(erased_traces::table)
            .values((
                erased_traces::erasure.eq(&erasure),
                erased_traces::traces.eq(traces),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// By what the rows are known again that an erasure has erased.
pub fn traces(conn: &mut AnyConnection, erasure: &str) -> QueryResult<BTreeSet<u64>> {
    let traces: Option<Vec<u8>> = erased_traces::table
        .find(erasure)
        .select(erased_traces::traces)
        .first(conn)
        .optional()?;
    let traces = traces.unwrap_or_default();
    let (traces, _) = traces.as_chunks();
    Ok(traces.iter().map(|it| u64::from_be_bytes(*it)).collect())
}

/// The erasures since a time, oldest first.
pub fn list_since(conn: &mut AnyConnection, since: NaiveDateTime) -> AppResult<Vec<Erasure>> {
    let stones: Vec<Stone> = Stone::query()
        .filter(tombstones::erased_at.ge(since))
        .order((tombstones::erased_at, tombstones::id))
        .load(conn)?;
    gather(stones)
}

/// Erasures with about so many stones after that one, and the last of their stones; `None` when there are none.
pub fn list_after(
    conn: &mut AnyConnection,
    after_id: i64,
    stones: i64,
) -> AppResult<Option<(Vec<Erasure>, i64)>> {
    let mut found: Vec<Stone> = Stone::query()
        .filter(tombstones::id.gt(after_id))
        .order(tombstones::id)
        .limit(stones)
        .load(conn)?;
    let Some(last) = found.last() else {
        return Ok(None);
    };
    // An erasure is looked for by all of its handles at once.
    let rest: Vec<Stone> = Stone::query()
        .filter(tombstones::erasure.eq(&last.erasure))
        .filter(tombstones::id.gt(last.id))
        .order(tombstones::id)
        .load(conn)?;
    found.extend(rest);
    let last = found.last().map_or(after_id, |stone| stone.id);
    Ok(Some((gather(found)?, last)))
}

/// One erasure by its name.
pub fn find(conn: &mut AnyConnection, erasure: &str) -> AppResult<Erasure> {
    let stones: Vec<Stone> = Stone::query()
        .filter(tombstones::erasure.eq(erasure))
        .order(tombstones::id)
        .load(conn)?;
    gather(stones)?.pop().ok_or(AppError::NotFound)
}

#[derive(HasQuery)]
#[diesel(table_name = tombstones)]
struct Stone {
    id: i64,
    erasure: String,
    kind: String,
    digest: String,
    scope: String,
    law: String,
    holds: String,
    erased_at: NaiveDateTime,
}

fn gather(stones: Vec<Stone>) -> AppResult<Vec<Erasure>> {
    let (mut erasures, mut places) = (Vec::<Erasure>::new(), BTreeMap::new());
    for stone in stones {
        let known: Option<&usize> = places.get(&stone.erasure);
        let at = known.copied().unwrap_or(erasures.len());
        if at == erasures.len() {
            erasures.push(Erasure {
                key: stone.erasure.clone(),
                scope: serde_json::from_str(&stone.scope)?,
                law: stone.law,
                holds: serde_json::from_str(&stone.holds)?,
                erased_at: stone.erased_at,
                handles: Vec::new(),
            });
            places.insert(stone.erasure, at);
        }
        erasures[at].handles.push((stone.kind, stone.digest));
    }
    Ok(erasures)
}

/// The keyed hash of a handle; that of an e-mail address whatever its letters' case.
pub fn digest(keys: &Keys, kind: &str, value: &str) -> String {
    let value = if kind == "email" {
        value.to_lowercase()
    } else {
        value.to_owned()
    };
    keys.hash("tombstone", format!("{kind}\0{value}").as_bytes())
}
