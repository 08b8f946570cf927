//! Tombstones: what was erased stays erased, also when a source is restored from an older backup.
//!
//! A stone holds a keyed hash of a handle, what of it was erased, and which holds were honoured. It names nobody; only
//! who meets the handle again, in a restored source, can tell that it is the same.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::AnyConnection;
use crate::db::schema::tombstones;
use crate::error::AppResult;
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
    Ok(())
}

/// The erasures since a time, oldest first.
pub fn list_since(conn: &mut AnyConnection, since: NaiveDateTime) -> AppResult<Vec<Erasure>> {
    let rows: Vec<(String, String, String, String, String, String)> = tombstones::table
        .filter(tombstones::erased_at.ge(since))
        .order((tombstones::erased_at, tombstones::id))
        .select((
            tombstones::erasure,
            tombstones::kind,
            tombstones::digest,
            tombstones::scope,
            tombstones::law,
            tombstones::holds,
        ))
        .load(conn)?;
    let (mut erasures, mut places) = (Vec::<Erasure>::new(), BTreeMap::new());
    for (key, kind, digest, scope, law, holds) in rows {
        let known: Option<&usize> = places.get(&key);
        let at = known.copied().unwrap_or(erasures.len());
        if at == erasures.len() {
            erasures.push(Erasure {
                key: key.clone(),
                scope: serde_json::from_str(&scope)?,
                law,
                holds: serde_json::from_str(&holds)?,
                handles: Vec::new(),
            });
            places.insert(key, at);
        }
        erasures[at].handles.push((kind, digest));
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
