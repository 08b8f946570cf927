//! Corrections that a person has written and not sent yet, to be asked for in one request. They are kept sealed, one for
//! each value, until they are sent, or a day is over.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::evidence::File;
use crate::app::App;
use crate::db::schema::{collected_corrections as table, people};
use crate::db::{AnyConnection, both};
use crate::error::{AppError, AppResult};
use crate::keys::Keys;
use crate::my_data::redactions::Cell;
use crate::register::CollectionKey;

/// Who comes back later writes them again: nothing about a person is kept that nobody has asked for.
const LASTS: TimeDelta = TimeDelta::days(1);

/// So many may be collected; each may have a file.
pub const MOST: usize = 10;

/// What is proposed in place of one value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    dataset: String,
    collection: String,
    record: String,
    field: String,
    /// The value as it was held when it was written.
    pub old: String,
    /// As typed; empty where nothing should stand there.
    pub value: String,
    /// How they know; may be empty.
    pub reason: String,
    /// What is new since the same was denied; may be empty.
    pub news: String,
}

impl Draft {
    /// For that value, with nothing said of it yet.
    pub fn of(cell: &Cell) -> Self {
        Draft {
            dataset: cell.key.dataset.clone(),
            collection: cell.key.collection.clone(),
            record: cell.record.clone(),
            field: cell.field.clone(),
            old: String::new(),
            value: String::new(),
            reason: String::new(),
            news: String::new(),
        }
    }

    /// Which value it is about.
    pub fn cell(&self) -> Cell {
        Cell {
            key: CollectionKey::new(&self.dataset, &self.collection),
            record: self.record.clone(),
            field: self.field.clone(),
        }
    }
}

/// One that is kept.
#[derive(Debug, Clone)]
pub struct Collected {
    /// Internal.
    pub id: i64,
    /// What it says.
    pub draft: Draft,
    /// What backs it.
    pub file: Option<File>,
}

fn context(person_id: i64) -> String {
    format!("collected correction of {person_id}")
}

/// No more than a hash of which value it is stands open.
fn hash(keys: &Keys, draft: &Draft) -> AppResult<String> {
    let cell = (
        &draft.dataset,
        &draft.collection,
        &draft.record,
        &draft.field,
    );
    Ok(keys.hash("collected correction", &serde_json::to_vec(&cell)?))
}

/// Keeps one, in place of what was written of the same value before.
///
/// # Errors
/// [`AppError::Full`] where there are too many.
pub fn add(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    (draft, file): (&Draft, Option<&File>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let cell = hash(&app.keys, draft)?;
    let of_person = table::table.filter(table::person_id.eq(person_id));
    diesel::delete(of_person.filter(table::cell.eq(&cell))).execute(conn)?;
    let count: i64 = of_person.count().get_result(conn)?;
    if usize::try_from(count).is_ok_and(|count| count >= MOST) {
        return Err(AppError::Full(format!(
            "There are {MOST} corrections in your list already. Send them, and begin a new list."
        )));
    }
    let seal = |plain: &[u8]| app.keys.seal(&context(person_id), plain);
    diesel::insert_into(table::table)
        .values((
            table::person_id.eq(person_id),
            table::cell.eq(cell),
            table::content.eq(seal(&serde_json::to_vec(draft)?)),
            table::file.eq(file.map(|it| seal(&it.content))),
            table::added_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// All that a person has collected, in the order in which they wrote them.
pub fn list(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    now: NaiveDateTime,
) -> AppResult<Vec<Collected>> {
    let mut rows: Vec<(i64, Vec<u8>, Option<Vec<u8>>)> = table::table
        .filter(table::person_id.eq(person_id))
        .filter(table::added_at.gt(now - LASTS))
        .select((table::id, table::content, table::file))
        .load(conn)?;
    // Few, and without an index that would be kept for this alone.
    rows.sort_unstable_by_key(|(id, ..)| *id);
    let open = |sealed: &[u8]| app.keys.open(&context(person_id), sealed);
    let opened = rows.into_iter().map(|(id, content, file)| {
        let file = file.map(|sealed| open(&sealed)).transpose()?;
        Ok(Collected {
            id,
            draft: serde_json::from_slice(&open(&content)?)?,
            file: file.and_then(File::recognise),
        })
    });
    opened.collect()
}

/// Where a person lives, and how many there are: both stand beside every list of requests.
pub fn residence_and_count(
    conn: &mut AnyConnection,
    person_id: i64,
    now: NaiveDateTime,
) -> QueryResult<(String, i64)> {
    let waiting = || {
        let own = table::table.filter(table::person_id.eq(people::id));
        let waiting = own.filter(table::added_at.gt(now - LASTS)).count();
        waiting.single_value().assume_not_null()
    };
    both!(conn, |conn| people::table
        .find(person_id)
        .select((people::residence, waiting()))
        .first(conn))
}

/// Takes these of a person's out of their list; gives how many were there.
pub fn remove(conn: &mut AnyConnection, person_id: i64, ids: &[i64]) -> QueryResult<usize> {
    let own = table::table.filter(table::person_id.eq(person_id));
    diesel::delete(own.filter(table::id.eq_any(ids.to_vec()))).execute(conn)
}

/// What they are about is erased.
pub(super) fn forget(conn: &mut AnyConnection, person_id: i64) -> QueryResult<()> {
    let own = table::table.filter(table::person_id.eq(person_id));
    diesel::delete(own).execute(conn).map(drop)
}

/// Removes what nobody came back for.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let old = table::table.filter(table::added_at.le(now - LASTS));
    diesel::delete(old).execute(conn)
}
