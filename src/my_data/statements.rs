//! What a person says of a datum that was not put right (11 CCR 7023(f)): it stands beside the datum on pages and in
//! packages, and goes when the datum is put right or erased.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::ledger::RecordCard;
use super::redactions::Cell;
use crate::db::AnyConnection;
use crate::db::schema::statements;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::CollectionKey;

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Internal.
    pub id: i64,
    /// About which datum.
    pub cell: Cell,
    /// In the person's own words.
    pub text: String,
    /// Whether the recipients of the datum are told of it.
    pub is_passed_on: bool,
    /// When it was given.
    pub given_at: NaiveDateTime,
}

/// All statements of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statements(pub Vec<Statement>);

#[derive(HasQuery)]
#[diesel(table_name = statements)]
struct Row {
    id: i64,
    person_id: i64,
    dataset: String,
    collection: String,
    record: String,
    field: String,
    body: Vec<u8>,
    is_passed_on: bool,
    given_at: NaiveDateTime,
}

fn context(person_id: i64) -> String {
    format!("statement {person_id}")
}

impl Row {
    fn open(self, keys: &Keys) -> AppResult<Statement> {
        let text = keys.open(&context(self.person_id), &self.body)?;
        let cell = Cell {
            key: CollectionKey::new(&self.dataset, &self.collection),
            record: self.record,
            field: self.field,
        };
        Ok(Statement {
            id: self.id,
            cell,
            text: String::from_utf8(text).map_err(anyhow::Error::from)?,
            is_passed_on: self.is_passed_on,
            given_at: self.given_at,
        })
    }
}

impl Statements {
    /// Reads those of a person.
    pub fn load(conn: &mut AnyConnection, keys: &Keys, person_id: i64) -> AppResult<Self> {
        let rows: Vec<Row> = Row::query()
            .filter(statements::person_id.eq(person_id))
            .load(conn)?;
        let opened = rows.into_iter().map(|row| row.open(keys));
        opened.collect::<AppResult<_>>().map(Statements)
    }

    /// That about a datum, if it is passed on.
    pub fn passed_on(&self, cell: &Cell) -> Option<&Statement> {
        self.about(cell).filter(|it| it.is_passed_on)
    }

    /// The one about a datum.
    pub fn about(&self, cell: &Cell) -> Option<&Statement> {
        self.0.iter().find(|it| it.cell == *cell)
    }

    /// Puts them beside the data of a record.
    pub fn apply(&self, key: &CollectionKey, record: &mut RecordCard) {
        for statement in &self.0 {
            let cell = &statement.cell;
            if cell.key != *key || cell.record != record.id {
                continue;
            }
            let lines = record.data.iter_mut();
            for line in lines.filter(|line| line.path == cell.field) {
                line.statement = Some(statement.text.clone());
            }
        }
    }
}

/// A statement by id, unless it has gone.
pub fn find(conn: &mut AnyConnection, keys: &Keys, id: i64) -> AppResult<Option<Statement>> {
    let row = Row::query().filter(statements::id.eq(id));
    let row: Option<Row> = row.first(conn).optional()?;
    row.map(|row| row.open(keys)).transpose()
}

/// Keeps what a person says of a datum, in the place of what they said before; its id. Packages that were made before
/// stay as they are: they say of which day they are, and the law asks for no more.
pub fn keep(
    conn: &mut AnyConnection,
    keys: &Keys,
    person_id: i64,
    (cell, text, is_passed_on): (&Cell, &str, bool),
    now: NaiveDateTime,
) -> AppResult<i64> {
    remove(conn, person_id, cell)?;
    let id = diesel::insert_into(statements::table)
        .values((
            statements::person_id.eq(person_id),
            statements::dataset.eq(&cell.key.dataset),
            statements::collection.eq(&cell.key.collection),
            statements::record.eq(&cell.record),
            statements::field.eq(&cell.field),
            statements::body.eq(keys.seal(&context(person_id), text.as_bytes())),
            statements::is_passed_on.eq(is_passed_on),
            statements::given_at.eq(now),
        ))
        .returning(statements::id)
        .get_result(conn)?;
    Ok(id)
}

/// The datum was put right: nothing is left to be said of it.
pub fn remove(conn: &mut AnyConnection, person_id: i64, cell: &Cell) -> QueryResult<()> {
    let row = statements::table
        .filter(statements::person_id.eq(person_id))
        .filter(statements::dataset.eq(&cell.key.dataset))
        .filter(statements::collection.eq(&cell.key.collection))
        .filter(statements::record.eq(&cell.record))
        .filter(statements::field.eq(&cell.field));
    diesel::delete(row).execute(conn).map(drop)
}

/// A record was erased, and with it what was said of its data.
pub fn remove_of(
    conn: &mut AnyConnection,
    person_id: i64,
    key: &CollectionKey,
    record: &str,
) -> QueryResult<()> {
    let rows = statements::table
        .filter(statements::person_id.eq(person_id))
        .filter(statements::dataset.eq(&key.dataset))
        .filter(statements::collection.eq(&key.collection))
        .filter(statements::record.eq(record));
    diesel::delete(rows).execute(conn).map(drop)
}

/// All records of a collection were erased, and with them what was said of their data.
pub fn remove_all(
    conn: &mut AnyConnection,
    person_id: i64,
    key: &CollectionKey,
) -> QueryResult<()> {
    let rows = statements::table
        .filter(statements::person_id.eq(person_id))
        .filter(statements::dataset.eq(&key.dataset))
        .filter(statements::collection.eq(&key.collection));
    diesel::delete(rows).execute(conn).map(drop)
}
