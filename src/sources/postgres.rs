//! PostgreSQL, through a small pool of connections.

use std::{sync::Arc, time::Duration};

use tokio_postgres::Row;

use super::{
    Change, ColumnKind, EachOf, EachRow, Fault, Query, Schema, Select, Source, SourceError,
    Transaction, Usage, Value,
    pool::{Pool, Pooled},
    postgres_link::{Link, cell},
    postgres_schema,
    postgres_server::Server,
    sql::{self, Statement},
    value::number,
};

/// A PostgreSQL database.
pub(super) struct Postgres {
    pub key: String,
    server: Server,
    pool: Pool<Link>,
    usage: Usage,
}

impl Postgres {
    /// See [`Server::parse`].
    pub fn open(key: &str, url: &str, usage: &Usage) -> Result<Self, String> {
        let server = Server::parse(url).map_err(|fault| format!("source `{key}`: {fault}"))?;
        Ok(Self {
            key: key.to_owned(),
            server,
            pool: Pool::new(key, usage.connections()),
            usage: *usage,
        })
    }

    /// See [`Pool::take_started`].
    fn with_link<T>(
        &self,
        wait: Duration,
        start: impl FnMut(&Link) -> Result<T, SourceError>,
    ) -> Result<(Pooled<'_, Link>, T), SourceError> {
        let connect =
            || Link::open((&self.server, &self.usage), wait).map_err(|fault| self.error(fault));
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

    /// Hands over the rows of several answers, each read to its end.
    fn hand_over_all(
        &self,
        link: &Link,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        let kinds: Vec<_> = selects.iter().map(Select::kinds).collect();
        let statements = selects.iter().map(|select| sql::select(self, select));
        let (mut sent, mut done) = (Vec::with_capacity(selects.len()), Vec::new());
        for (at, statement) in statements.enumerate() {
            done.push(statement.map(|statement| sent.push((at, statement))));
        }
        let read = link.query_all(&sent, wait, &mut |at, row| {
            each(at, values_of(row, &kinds[at])?);
            Ok(())
        });
        for ((at, _), read) in sent.iter().zip(read) {
            done[*at] = read.map_err(|fault| self.error(fault));
        }
        done
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
        self.answer(link, (&statement, &select.kinds()), wait, each)
    }

    fn answer(
        &self,
        link: &Link,
        (statement, kinds): (&Statement, &[Option<ColumnKind>]),
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<Answer, SourceError> {
        let mut handed = 0;
        let mut read = || {
            let mut rows = link.query(statement, wait)?;
            while let Some(row) = rows.next(wait)? {
                handed += 1;
                if each(values_of(&row, kinds)?).is_break() {
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

    /// All are sent before the first is answered: one way to the server and back.
    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        let all_of = |error: SourceError| vec![Err(error); selects.len()];
        if selects.is_empty() {
            return Vec::new();
        }
        let mut handed = false;
        let asked = self.with_link(wait, |link| {
            let mut each = |at, row| {
                handed = true;
                each(at, row);
            };
            let read = self.hand_over_all(link, selects, wait, &mut each);
            // A connection that was lent before may have been closed since.
            match &read[0] {
                Err(error) if !handed && error.is_temporary() => Err(error.clone()),
                _ => Ok(read),
            }
        });
        match asked {
            Ok((mut link, read)) => {
                let is_lost = |it: &Result<(), SourceError>| {
                    it.as_ref().is_err_and(SourceError::is_temporary)
                };
                if read.iter().any(is_lost) {
                    link.discard();
                }
                read
            }
            Err(error) => all_of(error),
        }
    }

    fn query(
        &self,
        query: &Query<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let (statement, kinds) = (query.statement(self)?, query.kinds());
        let read = |link: &Link| self.answer(link, (&statement, &kinds), wait, &mut *each);
        let (mut link, answer) = self.with_link(wait, read)?;
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
        let met = self.link.execute(&statement, self.wait);
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
