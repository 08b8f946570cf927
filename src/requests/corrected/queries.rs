//! Remembering, finding and settling corrected values.

use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::json;

use super::beside::Beside;
use super::model::{CorrectedValue, Seen, record_hash, value_hash};
use crate::audit::{self, Event};
use crate::db::schema::{corrected_values as values, people, requests};
use crate::db::{AnyConnection, Count, count_up_to};
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::CollectionKey;
use crate::requests::life::By;
use crate::requests::model::Request;
use crate::requests::sealed::{self, What};
use crate::sources::{Correction, Plan, Work};

/// So many records are named in one statement.
const AT_ONCE: usize = 500;

/// Notes what a correction wrote, in the transaction that notes that it did. It takes the place of an earlier correction
/// of the same datum.
pub fn remember(
    conn: &mut AnyConnection,
    request: &Request,
    (change, beside): (&Correction, Option<Beside>),
    by: &By<'_>,
) -> AppResult<()> {
    let keys = &by.app.keys;
    let sealed = serde_json::to_string(change)?;
    let sealed = sealed::seal(keys, &request.reference, What::Change, sealed);
    let key = CollectionKey::new(&change.dataset, &change.collection);
    let record = record_hash(keys, &key, &change.record);
    let hash = |fingerprint: &str| value_hash(keys, &record, &change.field, fingerprint);
    let earlier = values::table
        .filter(values::person_id.eq(request.person_id))
        .filter(values::record.eq(&record))
        .filter(values::field.eq(&change.field));
    diesel::delete(earlier).execute(conn)?;
    diesel::insert_into(values::table)
        .values((
            (
                values::person_id.eq(request.person_id),
                values::reference.eq(&request.reference),
                values::change.eq(sealed),
                values::source.eq(&change.source),
                values::dataset.eq(&change.dataset),
                values::collection.eq(&change.collection),
                values::field.eq(&change.field),
            ),
            values::corrected.eq(hash(&by.app.sources.fingerprint(&change.value))),
            values::replaced.eq(hash(&change.before)),
            values::record.eq(&record),
            values::written_at.eq(by.now),
            values::looked_at.eq(by.now),
            values::repairs.eq(0),
            values::beside.eq(beside.as_ref().map(|it| &it.records)),
            values::rest.eq(beside.as_ref().and_then(|it| it.rest.as_ref())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Lets go of what was written into records of which something is erased now: nobody is to write it once more.
pub fn forget_erased(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
    keys: &Keys,
) -> QueryResult<()> {
    let is_erasing = |work: &&Work| work.set.as_ref().is_none_or(|set| !set.is_empty());
    let erased = plan.work.iter().filter(is_erasing);
    let records: Vec<_> = erased
        .flat_map(|work| {
            let ids = work.targets.iter().map(|it| &it.id);
            ids.map(move |id| record_hash(keys, &work.key(), id))
        })
        .collect();
    for some in records.chunks(AT_ONCE) {
        let of_them = values::table
            .filter(values::person_id.eq(request.person_id))
            .filter(values::record.eq_any(some.to_vec()));
        diesel::delete(of_them).execute(conn)?;
    }
    Ok(())
}

/// What was corrected of a person's data.
pub fn list_of_person(
    conn: &mut AnyConnection,
    person_id: i64,
) -> QueryResult<Vec<CorrectedValue>> {
    CorrectedValue::query()
        .filter(values::person_id.eq(person_id))
        .order(values::id)
        .load(conn)
}

/// A corrected value by id.
pub fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<CorrectedValue> {
    CorrectedValue::query()
        .filter(values::id.eq(id))
        .first(conn)
}

/// Those that were last compared before that time, longest ago first.
pub fn list_to_look_at(
    conn: &mut AnyConnection,
    before: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<CorrectedValue>> {
    CorrectedValue::query()
        .filter(values::looked_at.lt(before))
        .order((values::looked_at, values::id))
        .limit(limit)
        .load(conn)
}

/// Those after that id, in the order of their ids.
pub fn list_after(
    conn: &mut AnyConnection,
    id: i64,
    limit: i64,
) -> QueryResult<Vec<CorrectedValue>> {
    CorrectedValue::query()
        .filter(values::id.gt(id))
        .order(values::id)
        .limit(limit)
        .load(conn)
}

/// When the one was compared that was not compared for the longest time; `None` where there is none.
pub fn all_looked_at_since(conn: &mut AnyConnection) -> QueryResult<Option<NaiveDateTime>> {
    values::table
        .order((values::looked_at, values::id))
        .select(values::looked_at)
        .first(conn)
        .optional()
}

/// Those whose replaced value is held again, and whether their request is there still: newest first, before that id.
pub fn list_returned(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(CorrectedValue, bool)>> {
    let is_kept = requests::table.filter(requests::reference.eq(values::reference));
    values::table
        .filter(values::returned_at.is_not_null())
        .filter(values::id.lt(before.unwrap_or(i64::MAX)))
        .order(values::id.desc())
        .limit(limit)
        .select((values::all_columns, exists(is_kept)))
        .load(conn)
}

/// How many there are of these.
pub fn count_returned(conn: &mut AnyConnection) -> QueryResult<Count> {
    let returned = values::table.filter(values::returned_at.is_not_null());
    count_up_to(conn, returned.select(values::id))
}

/// Notes that they were compared.
pub fn mark_looked_at(
    conn: &mut AnyConnection,
    ids: &[i64],
    now: NaiveDateTime,
) -> QueryResult<()> {
    diesel::update(values::table.filter(values::id.eq_any(ids)))
        .set(values::looked_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// Notes that the replaced values of some are held again, which makes them a task for staff; each with its event. What was
/// written again while it was compared holds the corrected value by now.
pub fn mark_returned(conn: &mut AnyConnection, undone: &[Seen], by: &By<'_>) -> QueryResult<()> {
    for (id, repairs) in undone {
        let quiet = values::table
            .filter(values::id.eq(id))
            .filter(values::repairs.eq(repairs))
            .filter(
                values::returned_at
                    .is_null()
                    .or(values::moved_on_at.is_not_null()),
            );
        let marked = diesel::update(quiet)
            .set((
                values::returned_at.eq(by.now),
                values::moved_on_at.eq(None::<NaiveDateTime>),
                values::failure.eq(None::<String>),
            ))
            .execute(conn)?;
        if marked == 1 {
            let value = find(conn, *id)?;
            record(conn, &value, "correction.undone", by)?;
        }
    }
    Ok(())
}

/// Notes that the corrected values of some are held again by themselves, which ends the task.
pub fn mark_mended(conn: &mut AnyConnection, ids: &[i64], by: &By<'_>) -> QueryResult<()> {
    for id in ids {
        let open = values::table
            .filter(values::id.eq(id))
            .filter(values::returned_at.is_not_null())
            .filter(values::repair_asked_at.is_null());
        let mended = diesel::update(open)
            .set((
                values::returned_at.eq(None::<NaiveDateTime>),
                values::moved_on_at.eq(None::<NaiveDateTime>),
                values::failure.eq(None::<String>),
            ))
            .execute(conn)?;
        if mended == 1 {
            let value = find(conn, *id)?;
            record(conn, &value, "correction.mended", by)?;
        }
    }
    Ok(())
}

/// Notes that staff want it written again; `false` when that was asked already, or there is nothing to repair.
pub fn ask_for_repair(conn: &mut AnyConnection, id: i64, by: &By<'_>) -> QueryResult<bool> {
    let open = values::table
        .filter(values::id.eq(id))
        .filter(values::returned_at.is_not_null())
        .filter(values::repair_asked_at.is_null());
    let asked = diesel::update(open)
        .set((
            values::repair_asked_at.eq(by.now),
            values::moved_on_at.eq(None::<NaiveDateTime>),
            values::failure.eq(None::<String>),
        ))
        .execute(conn)?;
    if asked == 1 {
        let value = find(conn, id)?;
        record(conn, &value, "correction.repair_asked", by)?;
    }
    Ok(asked == 1)
}

/// How a repair ended.
#[derive(Debug, Clone, Copy)]
pub enum Ended<'a> {
    /// The right value stands there again.
    Written,
    /// Something else stands there by now: what that is, in a sentence for staff. Nothing was written.
    MovedOn(&'a str),
    /// Why it could not be written.
    Failed(&'a str),
}

/// Ends a repair that was asked for; `false` when another worker has.
pub fn end_repair(
    conn: &mut AnyConnection,
    value: &CorrectedValue,
    ended: Ended<'_>,
    by: &By<'_>,
) -> QueryResult<bool> {
    let asked = values::table
        .filter(values::id.eq(value.id))
        .filter(values::repair_asked_at.is_not_null());
    let (failure, moved_on_at) = match ended {
        Ended::Written => (None, None),
        Ended::MovedOn(why) => (Some(why), Some(by.now)),
        Ended::Failed(why) => (Some(why), None),
    };
    let is_written = matches!(ended, Ended::Written);
    let written_at = if is_written { by.now } else { value.written_at };
    let ended = diesel::update(asked).set((
        values::repair_asked_at.eq(None::<NaiveDateTime>),
        values::returned_at.eq(value.returned_at.filter(|_| !is_written)),
        values::moved_on_at.eq(moved_on_at),
        values::failure.eq(failure),
        values::written_at.eq(written_at),
        values::repairs.eq(value.repairs + i32::from(is_written)),
    ));
    Ok(ended.execute(conn)? == 1)
}

/// Takes what has moved on off the list. It is looked after as before; `false` when it has not, or is settled already.
pub fn settle(conn: &mut AnyConnection, id: i64, by: &By<'_>) -> QueryResult<bool> {
    let moved_on = values::table
        .filter(values::id.eq(id))
        .filter(values::moved_on_at.is_not_null());
    let settled = diesel::update(moved_on)
        .set((
            values::returned_at.eq(None::<NaiveDateTime>),
            values::moved_on_at.eq(None::<NaiveDateTime>),
            values::failure.eq(None::<String>),
        ))
        .execute(conn)?;
    if settled == 1 {
        let value = find(conn, id)?;
        record(conn, &value, "correction.settled", by)?;
    }
    Ok(settled == 1)
}

/// Forgets it: what is held now is right, and is no longer looked after. `false` when a repair is under way.
pub fn let_go(conn: &mut AnyConnection, id: i64, by: &By<'_>) -> QueryResult<bool> {
    let value = find(conn, id)?;
    let open = values::table
        .filter(values::id.eq(id))
        .filter(values::returned_at.is_not_null())
        .filter(values::repair_asked_at.is_null());
    let gone = diesel::delete(open).execute(conn)? == 1;
    if gone {
        record(conn, &value, "correction.let_go", by)?;
    }
    Ok(gone)
}

/// Forgets those whose record is gone, and whose request has been purged.
pub fn forget_gone(conn: &mut AnyConnection, ids: &[i64], by: &By<'_>) -> QueryResult<()> {
    let is_kept = requests::table.filter(requests::reference.eq(values::reference));
    let gone: Vec<CorrectedValue> = CorrectedValue::query()
        .filter(values::id.eq_any(ids))
        .filter(not(exists(is_kept)))
        .load(conn)?;
    for value in &gone {
        diesel::delete(values::table.find(value.id)).execute(conn)?;
        record(conn, value, "correction.let_go", by)?;
    }
    Ok(())
}

/// Writes the event of what became of one.
pub(super) fn record(
    conn: &mut AnyConnection,
    value: &CorrectedValue,
    action: &str,
    by: &By<'_>,
) -> QueryResult<()> {
    let pseudonym: String = people::table
        .find(value.person_id)
        .select(people::pseudonym)
        .first(conn)?;
    let event = Event {
        actor: by.who.actor(),
        action,
        person: Some(&pseudonym),
        object: &value.reference,
        detail: json!({
            "dataset": value.dataset, "collection": value.collection, "field": value.field,
        }),
    };
    audit::record(conn, &event, by.now)
}
