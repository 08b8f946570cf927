//! What people found: sealed record by record, and found again by keyed hashes of what leads to a record.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::KEPT_FOR;
use super::model::Task;
use super::queries;
use crate::db::schema::{manual_links as links, manual_records as records, requests};
use crate::db::{AdvisoryLock, AnyConnection, both};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::register::Register;
use crate::sources::{Cells, Drawers, Found, KeptChange, Mark};

/// So many are purged in one transaction at most.
const PURGED_AT_ONCE: i64 = 500;

/// A record in the database.
#[derive(HasQuery)]
#[diesel(table_name = records)]
pub(super) struct Row {
    pub id: i64,
    task_id: i64,
    person_id: i64,
    source: String,
    place: String,
    content: Vec<u8>,
}

impl Row {
    pub fn open(&self, keys: &Keys) -> AppResult<Cells> {
        let context = context((&self.source, &self.place), self.task_id);
        Ok(serde_json::from_slice(
            &keys.open(&context, &self.content)?,
        )?)
    }
}

/// A sealed record cannot be moved to another task or place.
fn context((source, place): (&str, &str), task_id: i64) -> String {
    format!("manual record {source} {place} {task_id}")
}

/// The hash of a value that leads to records of a place. Equal values in two places have unrelated hashes.
pub(super) fn hash(keys: &Keys, (source, place): (&str, &str), value: &str) -> String {
    keys.hash(
        "manual mark",
        format!("{source}\0{place}\0{value}").as_bytes(),
    )
}

/// The hashes of all marks; a number needs none.
fn hashes(keys: &Keys, place: (&str, &str), marks: &[Mark]) -> impl Iterator<Item = String> {
    marks.iter().filter_map(move |mark| match mark {
        Mark::Number(_) => None,
        Mark::Value(value) => Some(hash(keys, place, value)),
    })
}

/// Applies to a record what was changed in the system itself: an error when nobody has confirmed that it was, or when the
/// record no longer holds what it held.
pub(super) fn apply(
    conn: &mut AnyConnection,
    keys: &Keys,
    source: &str,
    change: &KeptChange,
) -> AppResult<()> {
    let place = (source, change.place.as_str());
    let (row, _) = candidates(conn, keys, place, &change.key)?
        .into_iter()
        .find(|(_, cells)| *cells == change.before)
        .ok_or_else(|| AppError::conflict("a record has changed"))?;
    if !queries::is_confirmed(conn, row.person_id, source)? {
        return Err(AppError::Forbidden);
    }
    let Some((cells, marks)) = &change.after else {
        let gone = diesel::delete(records::table.filter(records::id.eq(row.id))).execute(conn)?;
        return met(gone);
    };
    let written = diesel::update(records::table.filter(records::id.eq(row.id)))
        .set(records::content.eq(seal(keys, place, row.task_id, cells)?))
        .execute(conn)?;
    met(written)?;
    diesel::delete(links::table.filter(links::record_id.eq(row.id))).execute(conn)?;
    link(conn, keys, place, (row.id, marks))
}

fn met(rows: usize) -> AppResult<()> {
    match rows {
        1 => Ok(()),
        _ => Err(AppError::conflict("a record has changed")),
    }
}

/// The records that a mark leads to, opened.
fn candidates(
    conn: &mut AnyConnection,
    keys: &Keys,
    place: (&str, &str),
    mark: &Mark,
) -> AppResult<Vec<(Row, Cells)>> {
    let ids = match mark {
        Mark::Number(number) => vec![*number],
        Mark::Value(value) => links::table
            .filter(links::mark.eq(hash(keys, place, value)))
            .select(links::record_id)
            .load(conn)?,
    };
    let rows: Vec<Row> = Row::query()
        .filter(records::id.eq_any(ids))
        .filter(records::source.eq(place.0))
        .filter(records::place.eq(place.1))
        .load(conn)?;
    opened(keys, rows)
}

fn opened(keys: &Keys, rows: Vec<Row>) -> AppResult<Vec<(Row, Cells)>> {
    let open = |row: Row| row.open(keys).map(|cells| (row, cells));
    rows.into_iter().map(open).collect()
}

fn seal(keys: &Keys, place: (&str, &str), task_id: i64, cells: &Cells) -> AppResult<Vec<u8>> {
    let plain = serde_json::to_vec(cells)?;
    Ok(keys.seal(&context(place, task_id), &plain))
}

fn link(
    conn: &mut AnyConnection,
    keys: &Keys,
    place: (&str, &str),
    (record_id, marks): (i64, &[Mark]),
) -> AppResult<()> {
    let row = |hash| (links::mark.eq(hash), links::record_id.eq(record_id));
    let rows: Vec<_> = hashes(keys, place, marks).map(row).collect();
    both!(conn, |conn| diesel::insert_into(links::table)
        .values(&rows)
        .execute(conn))?;
    Ok(())
}

/// Keeps what a task found, in the place of all that was found for the person there before: the newest answer holds. A
/// record without a key that was found before keeps its number, and with it what was marked in it.
pub(super) fn replace(
    conn: &mut AnyConnection,
    (keys, register): (&Keys, &Register),
    task: &Task,
    found: &[Found],
    now: NaiveDateTime,
) -> AppResult<()> {
    AdvisoryLock::ManualDesk.take(conn)?;
    let source = task.source.as_str();
    let mut earlier = earlier(conn, keys, task)?;
    let drawers = Drawers::of(register, source);
    for record in found {
        let (name, marks, key) = drawers.file(register, record);
        let place = (source, name.as_str());
        if let Some(key @ Mark::Value(_)) = key {
            // It may have been found for somebody else as well.
            for (same, _) in candidates(conn, keys, place, &key)? {
                diesel::delete(records::table.filter(records::id.eq(same.id))).execute(conn)?;
            }
        } else if let Some(at) = earlier
            .iter()
            .position(|(row, cells)| row.place == name && *cells == record.cells)
        {
            let (row, cells) = earlier.swap_remove(at);
            keep_on(conn, keys, (&row, &cells), task, now)?;
            continue;
        }
        let id = diesel::insert_into(records::table)
            .values((
                records::task_id.eq(task.id),
                records::person_id.eq(task.person_id),
                records::source.eq(source),
                records::place.eq(&name),
                records::content.eq(seal(keys, place, task.id, &record.cells)?),
                records::found_at.eq(now),
            ))
            .returning(records::id)
            .get_result(conn)?;
        link(conn, keys, place, (id, &marks))?;
    }
    let gone: Vec<i64> = earlier.into_iter().map(|(row, _)| row.id).collect();
    diesel::delete(records::table.filter(records::id.eq_any(gone))).execute(conn)?;
    Ok(())
}

/// Which of the records that a task found are kept already as somebody else's, and would not be theirs any more: a slip in
/// a key would take them away. The desk is locked from here on.
pub(super) fn taken_from_others<'a>(
    conn: &mut AnyConnection,
    (keys, register): (&Keys, &Register),
    task: &Task,
    found: &'a [Found],
) -> AppResult<Vec<&'a Found>> {
    AdvisoryLock::ManualDesk.take(conn)?;
    let drawers = Drawers::of(register, &task.source);
    let mut taken = Vec::new();
    for record in found {
        let (name, marks, key) = drawers.file(register, record);
        let place = (task.source.as_str(), name.as_str());
        let Some(key @ Mark::Value(_)) = key else {
            continue;
        };
        let now: HashSet<_> = hashes(keys, place, &marks).collect();
        for (same, _) in candidates(conn, keys, place, &key)? {
            let before = links::table.filter(links::record_id.eq(same.id));
            let before: Vec<String> = before.select(links::mark).load(conn)?;
            if same.person_id != task.person_id && before.iter().any(|mark| !now.contains(mark)) {
                taken.push(record);
            }
        }
    }
    Ok(taken)
}

/// What was found for the person of a task in its system before, opened.
fn earlier(conn: &mut AnyConnection, keys: &Keys, task: &Task) -> AppResult<Vec<(Row, Cells)>> {
    let rows: Vec<Row> = Row::query()
        .filter(records::person_id.eq(task.person_id))
        .filter(records::source.eq(&task.source))
        .load(conn)?;
    opened(keys, rows)
}

/// A record that was found again.
fn keep_on(
    conn: &mut AnyConnection,
    keys: &Keys,
    (row, cells): (&Row, &Cells),
    task: &Task,
    now: NaiveDateTime,
) -> AppResult<()> {
    let place = (row.source.as_str(), row.place.as_str());
    let kept = diesel::update(records::table.filter(records::id.eq(row.id)))
        .set((
            records::task_id.eq(task.id),
            records::content.eq(seal(keys, place, task.id, cells)?),
            records::found_at.eq(now),
        ))
        .execute(conn)?;
    met(kept)
}

/// Whether anything is kept of what was found for a person in a source.
pub(super) fn is_any(conn: &mut AnyConnection, person_id: i64, source: &str) -> QueryResult<bool> {
    let kept = records::table
        .filter(records::person_id.eq(person_id))
        .filter(records::source.eq(source));
    diesel::select(exists(kept)).get_result(conn)
}

/// Removes what was found too long ago, unless a request of the person is still open, which it may serve. Returns how
/// much.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let open = requests::table
        .filter(requests::person_id.eq(records::person_id))
        .filter(requests::closed_at.is_null());
    let old: Vec<i64> = records::table
        .filter(records::found_at.lt(now - KEPT_FOR))
        .filter(not(exists(open)))
        .order(records::found_at)
        .limit(PURGED_AT_ONCE)
        .select(records::id)
        .load(conn)?;
    if old.is_empty() {
        return Ok(0);
    }
    diesel::delete(records::table.filter(records::id.eq_any(old))).execute(conn)
}
