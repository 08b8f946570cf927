//! One connection to MariaDB or MySQL, which blocks, and never longer than it may.

use std::{
    cell::{Cell, RefCell},
    future::Future,
    ops::ControlFlow,
    pin::pin,
    time::Duration,
};

use mysql_async::{Conn, DriverError, Error, Opts, Row, Value as Raw, prelude::Queryable};

use super::{
    Fault, Rule, Usage,
    error::{
        BROKEN_OFF, DISK_FULL, NO_CONNECTION, NO_DATABASE, NO_RIGHT, NOT_LET_IN, WRONG_PASSWORD,
    },
    mariadb_sql,
    sql::Statement,
    waiter::Waiter,
};

/// How long a statement that took too long is asked to stop.
const CANCEL: Duration = Duration::from_secs(1);

/// What a session starts with: it reads only, compares and writes as we expect, and what does not fit is an error. MariaDB
/// and MySQL have names of their own for how long a statement may take, and each reads its own alone.
fn setup(usage: &Usage) -> String {
    let millis = usage.statement_millis();
    let (seconds, rest) = (millis / 1_000, millis % 1_000);
    format!(
        "SET NAMES utf8mb4;
         SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00',
             foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0, sql_select_limit = DEFAULT
             /*M!100101 , max_statement_time = {seconds}.{rest:03} */ /*!50708 , max_execution_time = {millis} */;
         SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    )
}

/// A connection with a runtime of its own, so that a call can be given up when its time is over.
pub(super) struct Link {
    runtime: Waiter,
    conn: RefCell<Conn>,
    opts: Opts,
    /// The server's number of the connection.
    id: u32,
    /// It was left in the middle of an answer.
    broken: Cell<bool>,
}

impl Link {
    pub fn open((opts, usage): (&Opts, &Usage), wait: Duration) -> Result<Self, Fault> {
        let runtime = Waiter::start()?;
        let conn = runtime.block_on(async {
            let connecting = tokio::time::timeout(wait, Conn::new(opts.clone())).await;
            let conn = connecting.map_err(|_| Fault::TimedOut)?;
            conn.map_err(|it| fault_of(&it).of_opening())
        })?;
        let link = Self {
            id: conn.id(),
            runtime,
            conn: RefCell::new(conn),
            opts: opts.clone(),
            broken: Cell::new(false),
        };
        link.run(&setup(usage), wait)?;
        Ok(link)
    }

    /// Runs statements without parameters.
    pub fn run(&self, text: &str, wait: Duration) -> Result<(), Fault> {
        let mut conn = self.conn.borrow_mut();
        self.wait(wait, conn.query_drop(text))
    }

    /// Hands over rows until `each` breaks off; gives whether the answer was read to its end.
    pub fn query(
        &self,
        statement: &Statement,
        wait: Duration,
        each: &mut dyn FnMut(Row) -> Result<ControlFlow<()>, Fault>,
    ) -> Result<bool, Fault> {
        let (text, params) = mariadb_sql::bound(statement);
        let mut conn = self.conn.borrow_mut();
        let rows = self.wait(wait, conn.exec_iter(text, positional(params)));
        let mut rows = rows.map_err(Fault::of_reading)?;
        while let Some(row) = self.wait(wait, rows.next())? {
            if each(row)?.is_break() {
                self.broken.set(true);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Runs a statement that gives no rows and tells how many it met, changed or not.
    pub fn execute(&self, statement: &Statement, wait: Duration) -> Result<usize, Fault> {
        let (text, params) = mariadb_sql::bound(statement);
        let mut conn = self.conn.borrow_mut();
        let rows = self.wait(wait, async {
            let done = conn.exec_iter(text, positional(params)).await?;
            let rows = done.affected_rows();
            done.drop_result().await?;
            Ok(rows)
        })?;
        Ok(usize::try_from(rows).unwrap_or(usize::MAX))
    }

    /// The database, quoted.
    pub fn database(&self) -> String {
        mariadb_sql::quoted(self.opts.db_name().unwrap_or_default())
    }

    /// Whether it is of no more use.
    pub const fn is_broken(&self) -> bool {
        self.broken.get()
    }

    /// Waits for an answer; what does not come in time is asked to stop.
    fn wait<T>(
        &self,
        wait: Duration,
        answer: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Fault> {
        if self.broken.get() {
            return Err(Fault::Unavailable(BROKEN_OFF.to_owned()));
        }
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(wait, pin!(answer)).await });
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                self.broken.set(error.is_fatal());
                Err(fault_of(&error))
            }
            Err(_) => {
                self.broken.set(true);
                self.cancel();
                Err(Fault::TimedOut)
            }
        }
    }

    /// Asks the server to stop what this connection has started and no longer waits for.
    fn cancel(&self) {
        let kill = async {
            let mut other = Conn::new(self.opts.clone()).await?;
            other.query_drop(format!("KILL QUERY {}", self.id)).await?;
            other.disconnect().await
        };
        let _ = self
            .runtime
            .block_on(async { tokio::time::timeout(CANCEL, kill).await });
    }
}

fn positional(params: Vec<Raw>) -> mysql_async::Params {
    if params.is_empty() {
        mysql_async::Params::Empty
    } else {
        mysql_async::Params::Positional(params)
    }
}

/// The fault without the server's text, which may quote values. The numbers are those of MariaDB and MySQL, where they
/// agree as far as they go.
fn fault_of(error: &Error) -> Fault {
    let error = match error {
        Error::Server(error) => error,
        Error::Io(_) => return Fault::Unavailable(NO_CONNECTION.to_owned()),
        Error::Driver(DriverError::ConnectionClosed) => {
            return Fault::Unavailable(BROKEN_OFF.to_owned());
        }
        _ => return Fault::Failed("driver".to_owned()),
    };
    let code = error.code.to_string();
    match error.code {
        // Locks, deadlocks, rows that changed since the transaction began, statements that took too long.
        1205 | 1206 | 1213 | 1020 | 1317 | 1969 | 3024 | 3572 => Fault::TimedOut,
        1048 | 1263 => Fault::Refused(Rule::NotNull),
        1022 | 1062 | 1169 | 1586 => Fault::Refused(Rule::Unique),
        1216 | 1217 | 1451 | 1452 => Fault::Refused(Rule::ForeignKey),
        3819 | 4025 => Fault::Refused(Rule::Check),
        1644 => Fault::Refused(Rule::Other),
        1054 | 1146 | 1356 | 1932 => Fault::Missing("such table or column".to_owned()),
        1142 | 1143 | 1227 | 1290 | 1792 | 1836 => Fault::ReadOnly,
        1045 | 1698 => Fault::Unavailable(WRONG_PASSWORD.to_owned()),
        1130 => Fault::Unavailable(NOT_LET_IN.to_owned()),
        1044 => Fault::Unavailable(NO_RIGHT.to_owned()),
        1049 => Fault::Unavailable(NO_DATABASE.to_owned()),
        1021 | 1114 => Fault::Unavailable(DISK_FULL.to_owned()),
        // Connections, files, a server that goes.
        1026
        | 1030
        | 1040
        | 1042
        | 1043
        | 1053
        | 1129
        | 1152..=1161
        | 1180
        | 1184
        | 1203
        | 1226
        | 1927
        | 3159
        | 4031 => Fault::Unavailable(code),
        _ if error.state.starts_with("45") => Fault::Refused(Rule::Other),
        _ => Fault::Failed(code),
    }
}
