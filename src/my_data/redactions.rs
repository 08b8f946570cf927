//! What staff marked as being about somebody else: it is left out of pages and packages alike, since both are made of
//! record cards ([`Redactions::apply`]).
//!
//! A passage is left out wherever it stands in its cell, in whatever letters and spaces. One that is no longer in its cell cannot be found any more, so the whole cell is left out then.
//!
//! One staff member leaves a passage out: what is the person's own stays. A whole cell is denied to the person, which takes
//! two as every denial does: until a supervisor agrees it is proposed, and nothing is left out.

use std::ops::Range;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use regex::RegexBuilder;

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
    /// Why, for the person to read; empty for a passage.
    pub reason: String,
    /// Who marked it.
    pub placed_by: i64,
    /// Whether it holds; else it waits for a supervisor.
    pub holds: bool,
}

/// All that is left out of a person's data.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redactions(pub Vec<Redaction>);

#[derive(HasQuery)]
#[diesel(table_name = redactions)]
struct Row {
    id: i64,
    dataset: String,
    collection: String,
    record: String,
    field: String,
    passage: Option<Vec<u8>>,
    reason: Option<Vec<u8>>,
    placed_by: i64,
    approved_at: Option<NaiveDateTime>,
}

fn context(person_id: i64) -> String {
    format!("redaction {person_id}")
}

impl Redactions {
    /// Reads those of a person, proposed ones among them.
    pub fn load(conn: &mut AnyConnection, keys: &Keys, person_id: i64) -> AppResult<Self> {
        let rows: Vec<Row> = Row::query()
            .filter(redactions::person_id.eq(person_id))
            .order(redactions::id)
            .load(conn)?;
        let text = |sealed: Option<Vec<u8>>| {
            let opened = sealed.map(|sealed| keys.open(&context(person_id), &sealed));
            let text = opened.transpose()?.map(String::from_utf8).transpose();
            AppResult::Ok(text.map_err(anyhow::Error::from)?)
        };
        let open = |row: Row| {
            let key = CollectionKey::new(&row.dataset, &row.collection);
            AppResult::Ok(Redaction {
                id: row.id,
                cell: Cell {
                    key,
                    record: row.record,
                    field: row.field,
                },
                passage: text(row.passage)?,
                reason: text(row.reason)?.unwrap_or_default(),
                placed_by: row.placed_by,
                holds: row.approved_at.is_some(),
            })
        };
        rows.into_iter()
            .map(open)
            .collect::<AppResult<_>>()
            .map(Redactions)
    }

    /// Whether nothing that can be read would be left of a cell without one more passage.
    pub fn leave_nothing(&self, cell: &Cell, (value, passage): (&str, &str)) -> bool {
        let here = self.0.iter().filter(|it| it.cell == *cell);
        let known = here.filter_map(|it| it.passage.as_deref());
        let mut rest = value.to_owned();
        for passage in known.chain([passage, PASSAGE]) {
            // From behind, so that the places before stay where they are.
            for place in places(&rest, passage).into_iter().rev() {
                rest.replace_range(place, " ");
            }
        }
        !rest.chars().any(char::is_alphanumeric)
    }

    /// Whether anything of that cell is left out.
    pub fn is_about(&self, cell: &Cell) -> bool {
        self.0.iter().any(|it| it.holds && it.cell == *cell)
    }

    /// Whether it is proposed to leave all of that cell out.
    pub fn is_proposed(&self, cell: &Cell) -> bool {
        self.0.iter().any(|it| !it.holds && it.cell == *cell)
    }

    /// Leaves it out of a record.
    pub fn apply(&self, key: &CollectionKey, record: &mut RecordCard) {
        let here = |it: &&Redaction| it.holds && it.cell.key == *key && it.cell.record == record.id;
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
        let found = places(text, passage);
        if found.is_empty() {
            return None;
        }
        left_out.extend(found);
    }
    let mut rest = text.to_owned();
    for place in joined(left_out).into_iter().rev() {
        rest.replace_range(place, PASSAGE);
    }
    Some(rest)
}

/// Where a passage stands in a text, in order and apart from each other: as it was typed, also within a word; as words of
/// their own, in whatever letters and with whatever spaces between them.
pub fn places(text: &str, passage: &str) -> Vec<Range<usize>> {
    let exact = text.match_indices(passage);
    let mut found: Vec<_> = exact.map(|(at, it)| at..at + it.len()).collect();
    let words: Vec<_> = passage.split_whitespace().map(regex::escape).collect();
    let edge = |letter: Option<char>| match letter {
        Some(letter) if letter.is_alphanumeric() => r"\b",
        _ => "",
    };
    let (first, last) = (passage.chars().next(), passage.chars().next_back());
    let pattern = format!("{}{}{}", edge(first), words.join(r"\s+"), edge(last));
    let anyhow = RegexBuilder::new(&pattern).case_insensitive(true).build();
    // What is too long to be looked for so is found as it was typed.
    if let Ok(anyhow) = anyhow {
        found.extend(anyhow.find_iter(text).map(|it| it.range()));
    }
    joined(found)
}

/// In order; those that touch or overlap as one.
fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_unstable_by_key(|it| it.start);
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places.into_iter().filter(|it| !it.is_empty()) {
        match joined.last_mut() {
            Some(before) if place.start <= before.end => before.end = before.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

/// What is to be left out of a cell.
#[derive(Debug, Clone, Copy)]
pub enum Part<'a> {
    /// These words.
    Passage(&'a str),
    /// All of it, for a reason that the person reads.
    Whole(&'a str),
}

/// Leaves a passage of a cell out of a person's data from now on, so that packages that were made before end; or proposes
/// to leave all of it out.
pub fn place(
    conn: &mut AnyConnection,
    keys: &Keys,
    person_id: i64,
    (cell, part): (&Cell, Part<'_>),
    (by, now): (i64, NaiveDateTime),
) -> AppResult<()> {
    let seal = |text: &str| keys.seal(&context(person_id), text.as_bytes());
    let (passage, reason) = match part {
        Part::Passage(words) => (Some(seal(words)), None),
        Part::Whole(reason) => (None, Some(seal(reason))),
    };
    let holds = passage.is_some();
    diesel::insert_into(redactions::table)
        .values((
            redactions::person_id.eq(person_id),
            redactions::dataset.eq(&cell.key.dataset),
            redactions::collection.eq(&cell.key.collection),
            redactions::record.eq(&cell.record),
            redactions::field.eq(&cell.field),
            redactions::passage.eq(passage),
            redactions::reason.eq(reason),
            redactions::placed_by.eq(by),
            redactions::placed_at.eq(now),
            redactions::approved_at.eq(holds.then_some(now)),
        ))
        .execute(conn)?;
    if holds {
        expire_all(conn, person_id, now)?;
    }
    Ok(())
}

/// A supervisor, who did not propose it, agrees: it is left out from now on. Packages that were made before end. `false`
/// when nothing is proposed there that somebody else proposed.
pub fn approve(
    conn: &mut AnyConnection,
    (person_id, id): (i64, i64),
    (by, now): (i64, NaiveDateTime),
) -> QueryResult<bool> {
    let proposed = redactions::table
        .filter(redactions::person_id.eq(person_id))
        .filter(redactions::id.eq(id))
        .filter(redactions::placed_by.ne(by))
        .filter(redactions::approved_at.is_null());
    let approved = diesel::update(proposed)
        .set((
            redactions::approved_by.eq(by),
            redactions::approved_at.eq(now),
        ))
        .execute(conn)?;
    if approved == 1 {
        expire_all(conn, person_id, now)?;
    }
    Ok(approved == 1)
}

/// How many wait for a supervisor.
pub fn count_proposed(conn: &mut AnyConnection, person_id: i64) -> QueryResult<i64> {
    redactions::table
        .filter(redactions::person_id.eq(person_id))
        .filter(redactions::approved_at.is_null())
        .count()
        .get_result(conn)
}

/// Shows it again; `false` when there is no such redaction of that person.
pub fn remove(conn: &mut AnyConnection, person_id: i64, id: i64) -> QueryResult<bool> {
    let row = redactions::table
        .filter(redactions::person_id.eq(person_id))
        .filter(redactions::id.eq(id));
    Ok(diesel::delete(row).execute(conn)? == 1)
}
