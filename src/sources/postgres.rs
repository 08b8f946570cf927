//! PostgreSQL, through a small pool of connections. Every value travels as text and is cast to its column's type.

use std::{fmt::Write, sync::Arc, time::Duration};

use tokio_postgres::Row;

use super::{
    Change, Column, ColumnKind, EachRow, Fault, Inside, Schema, Select, Source, SourceError, Table,
    Transaction, Value,
    pool::{Pool, Pooled},
    postgres_link::{Link, cell},
    postgres_schema,
    postgres_server::Server,
    sql::{self, Dialect, quoted},
    value::number,
};

const CONNECTIONS: usize = 4;

/// A PostgreSQL database.
pub(super) struct Postgres {
    key: String,
    server: Server,
    pool: Pool<Link>,
}

impl Postgres {
    /// See [`Server::parse`].
    pub fn open(key: &str, url: &str) -> Result<Self, String> {
        let server = Server::parse(url).map_err(|fault| format!("source `{key}`: {fault}"))?;
        Ok(Self {
            key: key.to_owned(),
            server,
            pool: Pool::new(key, CONNECTIONS),
        })
    }

    /// See [`Pool::take_started`].
    fn with_link<T>(
        &self,
        wait: Duration,
        start: impl FnMut(&Link) -> Result<T, SourceError>,
    ) -> Result<(Pooled<'_, Link>, T), SourceError> {
        let connect = || Link::open(&self.server, wait).map_err(|fault| self.error(fault));
        self.pool.take_started(wait, connect, start)
    }

    fn run(&self, link: &Link, text: &str, wait: Duration) -> Result<(), SourceError> {
        link.run(text, wait).map_err(|fault| self.error(fault))
    }

    /// Throws a connection away on which the rest of an answer is still on its way.
    fn finish(&self, link: &mut Pooled<'_, Link>, answer: Answer) -> Result<(), SourceError> {
        if !matches!(answer, Answer::Whole) {
            link.discard();
        }
        match answer {
            Answer::Lost(fault) => Err(self.error(fault)),
            Answer::Whole | Answer::BrokenOff => Ok(()),
        }
    }

    fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    /// Hands over rows. The answer is not to be used further unless it was read to the end.
    fn hand_over(
        &self,
        link: &Link,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<Answer, SourceError> {
        let statement = sql::select(self, select)?;
        let columns = select.columns.iter();
        let kinds = columns.map(|name| select.table.column(name).map(|it| it.kind));
        let kinds: Vec<_> = kinds.collect();
        let mut handed = 0;
        let read = || {
            let mut rows = link.query(statement, wait)?;
            while let Some(row) = rows.next(wait)? {
                handed += 1;
                if each(values_of(&row, &kinds)?).is_break() {
                    return Ok(Answer::BrokenOff);
                }
            }
            Ok(Answer::Whole)
        };
        match read() {
            Err(fault) if handed > 0 => Ok(Answer::Lost(fault)),
            answer => answer.map_err(|fault| self.error(fault)),
        }
    }
}

/// How an answer was read.
enum Answer {
    Whole,
    BrokenOff,
    /// It broke after some rows were handed over, so it cannot be asked for again.
    Lost(Fault),
}

impl Source for Postgres {
    fn key(&self) -> &str {
        &self.key
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        let asked = self.with_link(wait, |link| self.run(link, "SELECT 1", wait));
        asked.map(drop)
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let read = |link: &Link| postgres_schema::read(link, wait).map_err(|it| self.error(it));
        let (_, schema) = self.with_link(wait, read)?;
        Ok(Arc::new(schema))
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let (mut link, answer) =
            self.with_link(wait, |link| self.hand_over(link, select, wait, &mut *each))?;
        self.finish(&mut link, answer)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        let limit = wait.as_millis();
        let begin = format!(
            "BEGIN READ WRITE; SET LOCAL lock_timeout = {limit}; SET LOCAL statement_timeout = {limit};
             SET CONSTRAINTS ALL DEFERRED"
        );
        let (link, ()) = self.with_link(wait, |link| self.run(link, &begin, wait))?;
        Ok(Box::new(Writing {
            source: self,
            link,
            wait,
            is_open: true,
        }))
    }
}

struct Writing<'a> {
    source: &'a Postgres,
    link: Pooled<'a, Link>,
    wait: Duration,
    is_open: bool,
}

impl Transaction for Writing<'_> {
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let answer = self.source.hand_over(&self.link, select, wait, each)?;
        self.source.finish(&mut self.link, answer)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        let statement = sql::change(self.source, change)?;
        let met = self.link.execute(statement, self.wait);
        met.map_err(|fault| self.source.error(fault))
    }

    fn commit(mut self: Box<Self>) -> Result<(), SourceError> {
        let committed = self.link.run("COMMIT", self.wait);
        self.is_open = committed.is_err();
        committed.map_err(|fault| self.source.error(fault))
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if self.is_open && self.link.run("ROLLBACK", self.wait).is_err() {
            self.link.discard();
        }
    }
}

impl Dialect for Postgres {
    fn key(&self) -> &str {
        &self.key
    }

    fn table(&self, table: &Table) -> String {
        let schema = table.name.schema.as_deref().unwrap_or("public");
        format!("{}.{}", quoted(schema), quoted(&table.name.name))
    }

    fn single(&self) -> &'static str {
        "1::bigint"
    }

    fn read(&self, column: &Column) -> String {
        let held = column.inside.as_ref().map_or(&column.name, |it| &it.column);
        let name = quoted(held);
        match column.kind {
            ColumnKind::Integer => format!("{name}::int8"),
            ColumnKind::Bool | ColumnKind::Bytes => name,
            _ if column.is_packed() => format!("to_jsonb({name})::text"),
            _ => format!("{name}::text"),
        }
    }

    fn group(&self, column: &Column) -> String {
        self.read(column)
    }

    fn guard(&self, position: usize, column: &Column) -> String {
        // Some types, such as json, have no equality of their own; their text has.
        let (held, value) = match column.kind {
            ColumnKind::Integer => (self.read(column), format!("${position}::text::int8")),
            ColumnKind::Bool => (self.read(column), format!("${position}::text::bool")),
            ColumnKind::Bytes => (self.read(column), format!("${position}::bytea")),
            // 12.5 and 12.50 are one number.
            ColumnKind::Number => (quoted(&column.name), self.one(position, column)),
            _ => (self.read(column), format!("${position}::text")),
        };
        format!("{held} IS NOT DISTINCT FROM {value}")
    }

    fn one(&self, position: usize, column: &Column) -> String {
        match column.kind {
            ColumnKind::Bytes => format!("${position}::bytea"),
            _ => format!("${position}::text::{}", key_type(column)),
        }
    }

    fn list(&self, position: usize, column: &Column) -> String {
        match column.kind {
            ColumnKind::Bytes => format!("= ANY(${position}::bytea[])"),
            _ => format!("= ANY(${position}::text[]::{}[])", key_type(column)),
        }
    }

    fn holds(&self, position: usize, column: &Column, inside: &Inside, any_case: bool) -> String {
        let name = quoted(&inside.column);
        let json = if column.is_packed() {
            format!("to_jsonb({name})")
        } else {
            format!("{name}::jsonb")
        };
        let mut path = "$".to_owned();
        for key in &inside.keys {
            let _ = write!(path, ".{}", serde_json::Value::from(key.as_str()));
        }
        let path = path.replace('\'', "''");
        let held = if any_case {
            "lower(held #>> '{}')"
        } else {
            "held #>> '{}'"
        };
        format!(
            "EXISTS (SELECT FROM jsonb_path_query({json}, '{path}[*]') AS held \
             WHERE {held} = ANY(${position}::text[]))"
        )
    }

    fn any_case(&self, column: &Column) -> String {
        let name = quoted(&column.name);
        let is_blind = column.sql_type.ends_with("citext");
        match column.kind {
            ColumnKind::Text if !is_blind => format!("lower({name}::text)"),
            _ => name,
        }
    }
}

impl Column {
    /// A list or an object of the database's own kind, which is read as JSON and cannot be written as such.
    fn is_packed(&self) -> bool {
        let is_json = matches!(&*self.sql_type, "json" | "jsonb");
        let is_text = matches!(
            &*self.sql_type,
            "text" | "character varying" | "bpchar" | "citext" | "name"
        );
        !is_json && (self.kind == ColumnKind::Json || (self.inside.is_some() && !is_text))
    }
}

/// The type to compare with: whole numbers by the largest, so that a key that is too large finds nothing.
fn key_type(column: &Column) -> &str {
    match column.kind {
        ColumnKind::Integer => "int8",
        _ => &column.sql_type,
    }
}

fn values_of(row: &Row, kinds: &[Option<ColumnKind>]) -> Result<Vec<Value>, Fault> {
    let value = |at: usize| {
        // Behind the columns stands the number of rows of a group.
        Ok(match kinds
            .get(at)
            .copied()
            .flatten()
            .unwrap_or(ColumnKind::Integer)
        {
            ColumnKind::Integer => cell(row, at)?.map(Value::Integer),
            ColumnKind::Bool => cell(row, at)?.map(Value::Bool),
            ColumnKind::Bytes => cell(row, at)?.map(Value::Bytes),
            ColumnKind::Number => cell::<String>(row, at)?.map(number),
            _ => cell(row, at)?.map(Value::Text),
        }
        .unwrap_or(Value::Null))
    };
    (0..row.len()).map(value).collect()
}
