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
        let here = |it: &&Redaction| it.cell.key == *key && it.cell.record == record.id;
        let here: Vec<_> = self.0.iter().filter(here).collect();
        for line in &mut record.data {
            let of_line = here.iter().filter(|it| it.cell.field == line.path);
            let passages: Vec<_> = of_line.map(|it| it.passage.as_deref()).collect();
            if !passages.is_empty() {
                leave_out(line, &passages);
            }
        }
    }
}

/// Leaves passages out, or the whole where one of them is no passage or is not there any more.
fn leave_out(line: &mut DatumLine, passages: &[Option<&str>]) {
    // What is left out can be neither corrected nor checked: the form would tell of it.
    line.correction = None;
    line.check = None;
    let rest = passages.iter().copied().collect::<Option<Vec<_>>>();
    let rest =
        rest.and_then(|all| Some((without(&line.value, &all)?, without(&line.plain, &all)?)));
    match rest {
        Some((value, plain)) => {
            line.value = value;
            line.plain = plain;
        }
        None if line.is_empty => {}
        None => {
            CELL.clone_into(&mut line.value);
            CELL.clone_into(&mut line.plain);
            line.is_masked = true;
        }
    }
}

/// A text without any of these passages; `None` where one of them is not in it. Those that touch or overlap are left out as
/// one.
fn without(text: &str, passages: &[&str]) -> Option<String> {
    let mut left_out = Vec::new();
    for passage in passages {
        let before = left_out.len();
        let found = text.match_indices(passage);
        left_out.extend(found.map(|(at, _)| (at, at + passage.len())));
        if left_out.len() == before {
            return None;
        }
    }
    left_out.sort_unstable();
    let (mut rest, mut end) = (String::new(), 0);
    for (from, to) in left_out {
        if from > end || rest.is_empty() {
            rest.push_str(&text[end..from]);
            rest.push_str(PASSAGE);
        }
        end = end.max(to);
    }
    rest.push_str(&text[end..]);
    Some(rest)
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

#[cfg(test)]
mod tests {
    use super::{PASSAGE, without};

    #[test]
    fn passages_are_left_out_of_the_text_as_it_was_and_not_of_each_other() {
        let text = "Thank you, Anna. A person like you is rare.";
        let rest = without(text, &["Anna", "person", "a"]).unwrap();
        let left = text.replace("person", PASSAGE);
        assert!(!rest.contains("Anna") && !rest.contains("like you is rare"));
        assert_eq!(without(text, &["person"]), Some(left));
        assert_eq!(rest.matches(PASSAGE).count(), 4, "{rest}");
        assert_eq!(without("Anna", &["Ann", "nna"]), Some(PASSAGE.to_owned()));
        assert_eq!(without(text, &["Anna", "Bert"]), None);
    }
}
