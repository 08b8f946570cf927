//! Noting that the replaced value is held again in another record, which took the place of the corrected one.

use chrono::NaiveDateTime;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::beside::Beside;
use super::model::{CorrectedValue, Seen, record_hash, value_hash};
use super::queries::{find, record};
use crate::db::AnyConnection;
use crate::db::schema::corrected_values as values;
use crate::error::AppResult;
use crate::requests::life::By;
use crate::requests::sealed::{self, What};
use crate::sources::Correction;

/// What staff read where nobody can tell which record it is.
pub(super) const SEVERAL: &str = "Its record is gone, and several others hold the old value again. Nobody can tell which of them took its place, so nothing is written.";

/// Looks after that record from now on. `false` where another correction does already.
pub(super) fn follow(
    conn: &mut AnyConnection,
    value: &CorrectedValue,
    change: &Correction,
    by: &By<'_>,
) -> AppResult<bool> {
    let keys = &by.app.keys;
    let hash = record_hash(keys, &value.key(), &change.record);
    let taken = values::table
        .filter(values::person_id.eq(value.person_id))
        .filter(values::record.eq(&hash))
        .filter(values::field.eq(&value.field))
        .filter(values::id.ne(value.id));
    if diesel::select(exists(taken)).get_result(conn)? {
        return Ok(false);
    }
    let held = |fingerprint: &str| value_hash(keys, &hash, &value.field, fingerprint);
    let sealed = serde_json::to_string(change)?;
    diesel::update(values::table.find(value.id))
        .set((
            values::change.eq(sealed::seal(keys, &value.reference, What::Change, sealed)),
            values::corrected.eq(held(&by.app.sources.fingerprint(&change.value))),
            values::replaced.eq(held(&change.before)),
            values::record.eq(&hash),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Follows some, which makes them a task for staff, unless they are being written again, or were meanwhile.
pub(super) fn mark_moved(
    conn: &mut AnyConnection,
    moved: &[(Seen, Correction)],
    by: &By<'_>,
) -> AppResult<()> {
    for ((id, repairs), change) in moved {
        let value = find(conn, *id)?;
        let is_settled = value.repairs != *repairs || value.repair_asked_at.is_some();
        if !is_settled && follow(conn, &value, change, by)? {
            raise(conn, &value, None, by)?;
        }
    }
    Ok(())
}

/// Makes those a task of which nobody can tell where they went.
pub(super) fn mark_lost(conn: &mut AnyConnection, lost: &[Seen], by: &By<'_>) -> QueryResult<()> {
    for (id, repairs) in lost {
        let value = find(conn, *id)?;
        if value.repairs == *repairs && value.repair_asked_at.is_none() {
            raise(conn, &value, Some(SEVERAL), by)?;
        }
    }
    Ok(())
}

fn raise(
    conn: &mut AnyConnection,
    value: &CorrectedValue,
    failure: Option<&str>,
    by: &By<'_>,
) -> QueryResult<()> {
    let since = value.returned_at.filter(|_| !value.is_quiet());
    diesel::update(values::table.find(value.id))
        .set((
            values::returned_at.eq(since.unwrap_or(by.now)),
            values::moved_on_at.eq(None::<NaiveDateTime>),
            values::failure.eq(failure),
        ))
        .execute(conn)?;
    match since {
        Some(_) => Ok(()),
        None => record(conn, value, "correction.undone", by),
    }
}

/// Keeps what is held beside some of which that was not known.
pub(super) fn keep_beside(conn: &mut AnyConnection, found: &[(i64, Beside)]) -> QueryResult<()> {
    for (id, beside) in found {
        let unknown = values::table
            .filter(values::id.eq(id))
            .filter(values::beside.is_null());
        diesel::update(unknown)
            .set((
                values::beside.eq(&beside.records),
                values::rest.eq(beside.rest.as_ref()),
            ))
            .execute(conn)?;
    }
    Ok(())
}
