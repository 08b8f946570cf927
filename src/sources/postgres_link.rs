//! One connection to PostgreSQL, which blocks, and never longer than it may.

use std::{
    cell::RefCell,
    collections::HashMap,
    future::Future,
    pin::{Pin, pin},
    time::{Duration, Instant},
};

use futures_util::{StreamExt, future::join_all};
use tokio_postgres::{
    Client, Error, Row, RowStream, Statement,
    error::SqlState,
    types::{FromSql, ToSql, Type},
};

use super::{
    Fault, Rule, Usage,
    error::{BROKEN_OFF, DISK_FULL, NO_CONNECTION, NO_DATABASE, NOT_LET_IN, WRONG_PASSWORD},
    postgres_server::Server,
    sql::{self, Param},
    value::Value,
    waiter::Waiter,
};

/// How long a statement that took too long is asked to stop.
const CANCEL: Duration = Duration::from_secs(1);
const STATEMENTS: usize = 256;

/// A connection with a runtime of its own, so that a call can be given up when its time is over.
pub(super) struct Link {
    runtime: Waiter,
    server: Server,
    client: Client,
    prepared: RefCell<HashMap<String, Statement>>,
}

/// Rows on their way.
pub(super) struct Rows<'a> {
    link: &'a Link,
    stream: Pin<Box<RowStream>>,
}

impl Link {
    pub fn open((server, usage): (&Server, &Usage), wait: Duration) -> Result<Self, Fault> {
        let runtime = Waiter::start()?;
        let client = runtime.block_on(async {
            let connecting = tokio::time::timeout(wait, server.connect()).await;
            let client = connecting.map_err(|_| Fault::TimedOut)?;
            client.map_err(|it| fault_of(&it).of_opening())
        })?;
        let link = Self {
            runtime,
            server: server.clone(),
            client,
            prepared: RefCell::default(),
        };
        // Rows that are hidden from the account would count as not there; like this, it may not read their table.
        let limit = usage.statement_millis();
        let setup = format!(
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET datestyle = ISO; SET timezone = 'UTC';
             SET bytea_output = hex; SET standard_conforming_strings = on; SET client_encoding = 'UTF8';
             SET row_security = off; SET intervalstyle = postgres;
             SET statement_timeout = {limit}"
        );
        link.run(&setup, wait)?;
        Ok(link)
    }

    /// Runs statements without parameters.
    pub fn run(&self, text: &str, wait: Duration) -> Result<(), Fault> {
        self.wait(wait, self.client.batch_execute(text))
    }

    /// Starts a query.
    pub fn query(&self, statement: &sql::Statement, wait: Duration) -> Result<Rows<'_>, Fault> {
        let prepared = self.prepare(&statement.text, wait);
        let prepared = prepared.map_err(Fault::of_reading)?;
        let params: Vec<_> = statement.params.iter().map(Bound).collect();
        let stream = self.wait(wait, self.client.query_raw(&prepared, &params));
        let stream = stream.inspect_err(|_| self.forget(&statement.text));
        let stream = stream.map_err(Fault::of_reading)?;
        Ok(Rows {
            link: self,
            stream: Box::pin(stream),
        })
    }

    /// Runs several queries, each of which may fail alone. They are sent together and answered in turn.
    pub fn query_all(
        &self,
        statements: &[(usize, sql::Statement)],
        wait: Duration,
        each: &mut dyn FnMut(usize, &Row) -> Result<(), Fault>,
    ) -> Vec<Result<(), Fault>> {
        let ends = Instant::now() + wait;
        let left = || ends.saturating_duration_since(Instant::now());
        let prepared = statements
            .iter()
            .map(|(_, it)| self.prepare(&it.text, left()));
        let prepared: Vec<_> = prepared.collect();
        let each = RefCell::new(each);
        let answers = statements
            .iter()
            .zip(&prepared)
            .map(async |((at, statement), prepared)| {
                let prepared = prepared.as_ref().map_err(|it| it.clone().of_reading())?;
                let params: Vec<_> = statement.params.iter().map(Bound).collect();
                let rows = self.client.query_raw(prepared, &params).await;
                let fault = |error: Error| fault_of(&error).of_reading();
                let mut rows = pin!(rows.map_err(fault)?);
                while let Some(row) = rows.next().await {
                    (each.borrow_mut())(*at, &row.map_err(fault)?)?;
                }
                Ok(())
            });
        let answers = self.wait_for(left(), async { Ok(join_all(answers).await) });
        let answers = answers.unwrap_or_else(|fault| vec![Err(fault); statements.len()]);
        for ((_, statement), answer) in statements.iter().zip(&answers) {
            if answer.is_err() {
                self.forget(&statement.text);
            }
        }
        answers
    }

    /// Runs a statement that gives no rows and tells how many it met.
    pub fn execute(&self, statement: &sql::Statement, wait: Duration) -> Result<usize, Fault> {
        let prepared = self.prepare(&statement.text, wait)?;
        let params: Vec<_> = statement.params.iter().map(Bound).collect();
        let rows = self.wait(wait, self.client.execute_raw(&prepared, &params));
        let rows = rows.inspect_err(|_| self.forget(&statement.text))?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    fn prepare(&self, text: &str, wait: Duration) -> Result<Statement, Fault> {
        if let Some(known) = self.prepared.borrow().get(text) {
            return Ok(known.clone());
        }
        let statement = self.wait(wait, self.client.prepare(text))?;
        let mut prepared = self.prepared.borrow_mut();
        if prepared.len() >= STATEMENTS {
            prepared.clear();
        }
        prepared.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    /// A statement that failed may have been prepared for tables that are otherwise by now.
    fn forget(&self, text: &str) {
        self.prepared.borrow_mut().remove(text);
    }

    /// Waits for an answer; what does not come in time is asked to stop.
    fn wait<T>(
        &self,
        wait: Duration,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Fault> {
        self.wait_for(wait, async {
            answer.await.map_err(|error| fault_of(&error))
        })
    }

    fn wait_for<T>(
        &self,
        wait: Duration,
        answer: impl Future<Output = Result<T, Fault>>,
    ) -> Result<T, Fault> {
        self.runtime.block_on(async {
            if let Ok(answer) = tokio::time::timeout(wait, pin!(answer)).await {
                return answer;
            }
            let cancel = self.client.cancel_token();
            let _ = tokio::time::timeout(CANCEL, self.server.cancel(cancel)).await;
            Err(Fault::TimedOut)
        })
    }
}

impl Rows<'_> {
    /// The next row, if it comes in time.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Row>, Fault> {
        let stream = &mut self.stream;
        let next = async { stream.next().await.transpose() };
        self.link.wait(wait, next).map_err(Fault::of_reading)
    }
}

/// A parameter in the two forms that statements use: text, which they cast, and bytes.
#[derive(Debug)]
struct Bound<'a>(&'a Param);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut tokio_postgres::types::private::BytesMut,
    ) -> Result<tokio_postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Param::One(Value::Bytes(bytes)) => bytes.to_sql(ty, out),
            Param::One(value) => text_of(value).to_sql(ty, out),
            Param::List(values) if *ty == Type::BYTEA_ARRAY => {
                let bytes = values.iter().map(|value| match value {
                    Value::Bytes(bytes) => Some(bytes.as_slice()),
                    _ => None,
                });
                bytes.collect::<Vec<_>>().to_sql(ty, out)
            }
            Param::List(values) => values
                .iter()
                .map(text_of)
                .collect::<Vec<_>>()
                .to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::TEXT | Type::TEXT_ARRAY | Type::BYTEA | Type::BYTEA_ARRAY
        )
    }

    tokio_postgres::types::to_sql_checked!();
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        other => Some(other.to_string()),
    }
}

/// A cell of a kind that the driver gives as it is; its column may be of another by now.
pub(super) fn cell<'a, T: FromSql<'a>>(row: &'a Row, at: usize) -> Result<Option<T>, Fault> {
    let cell = row.try_get(at);
    cell.map_err(|_| Fault::Failed("type".to_owned()))
}

/// The fault without the server's text, which may quote values.
fn fault_of(error: &Error) -> Fault {
    let Some(state) = error.code() else {
        let told = if error.is_closed() {
            BROKEN_OFF
        } else {
            NO_CONNECTION
        };
        return Fault::Unavailable(told.to_owned());
    };
    let code = state.code().to_owned();
    match *state {
        SqlState::QUERY_CANCELED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::OBJECT_IN_USE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE => Fault::TimedOut,
        SqlState::NOT_NULL_VIOLATION => Fault::Refused(Rule::NotNull),
        SqlState::UNIQUE_VIOLATION => Fault::Refused(Rule::Unique),
        SqlState::FOREIGN_KEY_VIOLATION | SqlState::RESTRICT_VIOLATION => {
            Fault::Refused(Rule::ForeignKey)
        }
        SqlState::CHECK_VIOLATION => Fault::Refused(Rule::Check),
        SqlState::RAISE_EXCEPTION | SqlState::EXCLUSION_VIOLATION => Fault::Refused(Rule::Other),
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_COLUMN => {
            Fault::Missing("such table or column".to_owned())
        }
        SqlState::READ_ONLY_SQL_TRANSACTION | SqlState::INSUFFICIENT_PRIVILEGE => Fault::ReadOnly,
        SqlState::INVALID_PASSWORD => Fault::Unavailable(WRONG_PASSWORD.to_owned()),
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => Fault::Unavailable(NOT_LET_IN.to_owned()),
        SqlState::DISK_FULL => Fault::Unavailable(DISK_FULL.to_owned()),
        SqlState::INVALID_CATALOG_NAME => Fault::Unavailable(NO_DATABASE.to_owned()),
        // Connection, authorisation, resources, shutdown, input and output.
        _ if ["08", "28", "3D", "53", "57", "58"].contains(&&code[..2]) => Fault::Unavailable(code),
        _ => Fault::Failed(code),
    }
}
