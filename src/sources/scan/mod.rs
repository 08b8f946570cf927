//! Drafts a dataset from a live database: its tables and keys, its foreign keys as references, and guessed categories.
//! Samples are looked at here and thrown away; no value is written or sent anywhere.

mod guess;
mod links;
mod untyped;
mod yaml;

use std::{
    collections::{BTreeSet, HashSet},
    time::Duration,
};

use super::{Fault, Filter, Form, Readable, Schema, Select, Source, SourceError, Table, Value};
use guess::Guess;

/// Rows of each table whose shape is looked at.
const SAMPLE: usize = 200;

/// A dataset as manifests write it, for a person to read and correct, and what of the source could not be read for it.
///
/// # Errors
/// When the source does not answer.
pub fn draft(source: &dyn Source, wait: Duration) -> Result<(String, Readable), SourceError> {
    let readable = source.readable(wait)?;
    let read = readable.schema.clone();
    let schema = &*read;
    let namespace = namespace(schema);
    let (tables, others): (Vec<_>, Vec<_>) = schema
        .tables
        .iter()
        .filter(|table| !schema.is_part_of(table, &|_| true))
        .partition(|table| table.name.schema.as_deref() == namespace);
    let mut drafts = Vec::with_capacity(tables.len());
    for table in tables {
        drafts.push(Draft::of(source, table, wait)?);
    }
    links::follow(&mut drafts, schema);
    let others: BTreeSet<_> = others
        .iter()
        .filter_map(|table| table.name.schema.as_deref())
        .collect();
    let text = yaml::write(source.key(), namespace, &others, &drafts);
    Ok((text, readable))
}

/// The schema that is drafted, as a dataset has one: the one that is meant where none is named.
fn namespace(schema: &Schema) -> Option<&str> {
    let first = schema.tables.first();
    first.and_then(|table| table.name.schema.as_deref())
}

/// One table.
struct Draft<'a> {
    table: &'a Table,
    /// For each column that the source has.
    columns: Vec<Drafted<'a>>,
    standing: Standing,
    /// Why no values were looked at.
    unread: Option<Fault>,
    /// The columns that name a row.
    key: Vec<String>,
    /// The source has no types and keys of its own, so that they are guessed from what it holds.
    is_untyped: bool,
}

/// How rows of a table stand to people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// Nothing leads here.
    Apart,
    /// People's rows point here, and several may point at one: what else does so is not theirs.
    Shared,
    /// Each is somebody's, or may be nobody's.
    Perhaps,
    /// Each is somebody's.
    Own,
    /// People themselves: it has their identities.
    People,
}

struct Drafted<'a> {
    column: &'a super::Column,
    guess: Option<Guess>,
    data_type: Option<&'static str>,
    /// Where it leads: a table, a column there, and the direction.
    references: Vec<(String, String, &'static str)>,
    /// Where it leads without saying whose a row is: a table and a column there.
    beside: Vec<(String, String)>,
}

impl<'a> Draft<'a> {
    fn of(source: &dyn Source, table: &'a Table, wait: Duration) -> Result<Self, SourceError> {
        let (samples, unread) = match sample(source, table, wait) {
            Ok(samples) => (samples, None),
            Err(error) if error.is_temporary() => return Err(error),
            Err(error) => (Vec::new(), Some(error.fault)),
        };
        let is_untyped = source.is_untyped();
        let columns = table
            .columns
            .iter()
            .enumerate()
            .filter(|(_, it)| !it.is_row_number());
        let columns = columns.map(|(at, column)| {
            let values: Vec<_> = samples.iter().filter_map(|row| row.get(at)).collect();
            let guess = guess::guess(table, column, &values);
            // Postcodes and numbers of telephones are no numbers to reckon with.
            let guessed = untyped::data_type(&values).map(|it| match it {
                "integer" | "float" if guess.is_some() => "string",
                it => it,
            });
            Drafted {
                column,
                data_type: yaml::data_type(column).or_else(|| guessed.filter(|_| is_untyped)),
                guess,
                references: Vec::new(),
                beside: Vec::new(),
            }
        });
        let columns = columns.collect();
        let found = || untyped::key(source, table, wait).into_iter().collect();
        Ok(Self {
            table,
            columns,
            standing: Standing::Apart,
            unread,
            key: if is_untyped {
                found()
            } else {
                table.row_key.clone()
            },
            is_untyped,
        })
    }

    fn names(&self) -> HashSet<&str> {
        self.columns
            .iter()
            .map(|it| it.column.name.as_str())
            .collect()
    }
}

fn sample(
    source: &dyn Source,
    table: &Table,
    wait: Duration,
) -> Result<Vec<Vec<Value>>, SourceError> {
    let columns: Vec<_> = table.columns.iter().map(|it| it.name.clone()).collect();
    let filter = Filter::default();
    let select = Select {
        table,
        columns: &columns,
        filter: &filter,
        form: Form::First(SAMPLE),
    };
    select.rows(source, wait)
}

/// The table that a foreign key leads to, as its position.
fn target(drafts: &[Draft<'_>], schema: &Schema, table: &super::TableName) -> Option<usize> {
    let target = schema.table(table)?;
    drafts.iter().position(|it| it.table.name == target.name)
}
