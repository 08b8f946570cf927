//! What staff marked as being about somebody else: it is left out of pages and packages alike, since both are made of
//! record cards ([`Redactions::apply`]).
//!
//! A passage that is no longer in its cell cannot be found any more, so the whole cell is left out then.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::export::queries::expire_all;
use super::ledger::{DatumLine, RecordCard};
use crate::db::AnyConnection;
use crate::db::schema::redactions;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::CollectionKey;

/// What stands in the place of a cell.
const CELL: &str = "Left out, because it is about another person.";

/// What stands in the place of a passage.
const PASSAGE: &str = "[left out: about another person]";

/// A cell of a person's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The collection.
    pub key: CollectionKey,
    /// The sealed id of the record.
    pub record: String,
    /// Path of the field.
    pub field: String,
}

/// What is left out of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redaction {
    /// Internal.
    pub id: i64,
    /// Where.
    pub cell: Cell,
    /// Which words; the whole cell if none.
    pub passage: Option<String>,
}

/// All that is left out of a person's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactions(pub Vec<Redaction>);

type Row = (i64, String, String, String, String, Option<Vec<u8>>);

fn context(person_id: i64) -> String {
    format!("redaction {person_id}")
}

impl Redactions {
    /// Reads those of a person.
    pub fn load(conn: &mut AnyConnection, keys: &Keys, person_id: i64) -> AppResult<Self> {
        let rows: Vec<Row> = redactions::table
            .filter(redactions::person_id.eq(person_id))
            .order(redactions::id)
            .select((
                redactions::id,
                redactions::dataset,
                redactions::collection,
                redactions::record,
                redactions::field,
                redactions::passage,
            ))
            .load(conn)?;
        let open = |(id, dataset, collection, record, field, passage): Row| {
            let opened = passage.map(|sealed| keys.open(&context(person_id), &sealed));
            let passage = opened.transpose()?.map(String::from_utf8).transpose();
            let key = CollectionKey::new(&dataset, &collection);
            AppResult::Ok(Redaction {
                id,
                cell: Cell { key, record, field },
                passage: passage.map_err(anyhow::Error::from)?,
            })
        };
        rows.into_iter()
            .map(open)
            .collect::<AppResult<_>>()
            .map(Redactions)
    }

    /// Whether anything of that cell is left out.
    pub fn is_about(&self, cell: &Cell) -> bool {
        self.0.iter().any(|it| it.cell == *cell)
    }

    /// Leaves it out of a record.
    pub fn apply(&self, key: &CollectionKey, record: &mut RecordCard) {
        for redaction in &self.0 {
            let cell = &redaction.cell;
            if cell.key != *key || cell.record != record.id {
                continue;
            }
            let lines = record.data.iter_mut();
            for line in lines.filter(|line| line.path == cell.field) {
                leave_out(line, redaction.passage.as_deref());
            }
        }
    }
}

fn leave_out(line: &mut DatumLine, passage: Option<&str>) {
    // What is left out can be neither corrected nor checked: the form would tell of it.
    line.correction = None;
    line.check = None;
    match passage {
        Some(passage) if line.value.contains(passage) && line.plain.contains(passage) => {
            line.value = line.value.replace(passage, PASSAGE);
            line.plain = line.plain.replace(passage, PASSAGE);
        }
        _ if line.is_empty => {}
        _ => {
            CELL.clone_into(&mut line.value);
            CELL.clone_into(&mut line.plain);
            line.is_masked = true;
        }
    }
}

/// Leaves a cell, or a passage of it, out of a person's data from now on. Packages that were made before end.
pub fn place(
    conn: &mut AnyConnection,
    keys: &Keys,
    person_id: i64,
    (cell, passage): (&Cell, Option<&str>),
    (by, now): (i64, NaiveDateTime),
) -> AppResult<()> {
    let sealed = passage.map(|text| keys.seal(&context(person_id), text.as_bytes()));
    diesel::insert_into(redactions::table)
        .values((
            redactions::person_id.eq(person_id),
            redactions::dataset.eq(&cell.key.dataset),
            redactions::collection.eq(&cell.key.collection),
            redactions::record.eq(&cell.record),
            redactions::field.eq(&cell.field),
            redactions::passage.eq(sealed),
            redactions::placed_by.eq(by),
            redactions::placed_at.eq(now),
        ))
        .execute(conn)?;
    expire_all(conn, person_id, now)?;
    Ok(())
}

/// Shows it again; `false` when there is no such redaction of that person.
pub fn remove(conn: &mut AnyConnection, person_id: i64, id: i64) -> QueryResult<bool> {
    let row = redactions::table
        .filter(redactions::person_id.eq(person_id))
        .filter(redactions::id.eq(id));
    Ok(diesel::delete(row).execute(conn)? == 1)
}
