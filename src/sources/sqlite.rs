//! SQLite: a file on this machine, through a small pool of connections.

use std::{
    ops::ControlFlow,
    path::PathBuf,
    rc::Rc,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{
    Connection, OpenFlags,
    config::DbConfig,
    types::{Value as Raw, ValueRef},
    vtab::array,
};

use super::{
    Change, Column, ColumnKind, EachOf, EachRow, Fault, Inside, Query, Schema, Select, Source,
    SourceError, Table, Transaction, Usage, Value,
    connector::one_by_one,
    pool::{Pool, Pooled},
    sql::{self, Dialect, Param, Statement, quoted},
    sqlite_faults::fault_of,
    sqlite_schema,
};

/// Steps of SQLite's machine between two looks at the clock: some hundred microseconds.
const STEPS: i32 = 10_000;

/// A SQLite file.
pub(super) struct Sqlite {
    key: String,
    path: PathBuf,
    pool: Pool<Timed>,
}

/// A connection that interrupts itself when its time is over.
pub(super) struct Timed {
    pub connection: Connection,
    ends: Arc<Mutex<Instant>>,
}

impl Timed {
    fn allow(&self, wait: Duration) {
        *lock(&self.ends) = Instant::now() + wait;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sqlite {
    /// `sqlite:path` or `sqlite:///absolute/path`. The file must exist when it is first read.
    pub fn open(key: &str, url: &str, usage: &Usage) -> Result<Self, String> {
        let path = url.trim_start_matches("sqlite:");
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(format!(
                "source `{key}`: the URL names no file, as in sqlite:company.db"
            ));
        }
        Ok(Self {
            key: key.to_owned(),
            path: PathBuf::from(path),
            pool: Pool::new(key, usage.connections()),
        })
    }

    fn connection(&self, wait: Duration) -> Result<Pooled<'_, Timed>, SourceError> {
        // A file that was taken away lives on for those who have it open.
        if !self.path.exists() {
            return Err(self.error(Fault::Unavailable("no such file".to_owned())));
        }
        let connection = self.pool.take(wait, || self.connect())?;
        connection.allow(wait);
        let busy = connection.connection.busy_timeout(wait);
        busy.map_err(|error| self.fault(&error))?;
        Ok(connection)
    }

    fn connect(&self) -> Result<Timed, SourceError> {
        let open = || {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let connection = Connection::open_with_flags(&self.path, flags)?;
            // What is erased leaves no bytes behind in the file.
            connection.execute_batch(
                "PRAGMA query_only = ON; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON",
            )?;
            // A name that is no column any more is an error, not a text in quotes that no row holds.
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
            connection.set_prepared_statement_cache_capacity(128);
            array::load_module(&connection)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| self.fault(&error))?;
        let ends = Arc::new(Mutex::new(Instant::now()));
        let seen = ends.clone();
        let is_over = move || Instant::now() > *lock(&seen);
        let watched = connection.progress_handler(STEPS, Some(is_over));
        watched.map_err(|error| self.fault(&error))?;
        Ok(Timed { connection, ends })
    }

    fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    fn fault(&self, error: &rusqlite::Error) -> SourceError {
        self.error(fault_of(error))
    }

    fn read(
        &self,
        timed: &Timed,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let statement = sql::select(self, select)?;
        self.run(timed, (statement, &select.kinds()), wait, each)
    }

    fn run(
        &self,
        timed: &Timed,
        (statement, kinds): (Statement, &[Option<ColumnKind>]),
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let read = || {
            timed.allow(wait);
            let mut prepared = timed.connection.prepare_cached(&statement.text)?;
            bind(&mut prepared, statement.params)?;
            let width = prepared.column_count();
            let mut rows = prepared.raw_query();
            while let Some(row) = rows.next()? {
                let mut values = Vec::with_capacity(width);
                for at in 0..width {
                    values.push(value_of(row.get_ref(at)?, kinds.get(at)));
                }
                if each(values).is_break() {
                    break;
                }
                timed.allow(wait);
            }
            Ok(())
        };
        read().map_err(|error| self.fault(&error))
    }
}

impl Source for Sqlite {
    fn key(&self) -> &str {
        &self.key
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        let timed = self.connection(wait)?;
        let answer = timed
            .connection
            .query_row("SELECT COUNT(*) FROM sqlite_schema", [], |_| Ok(()));
        answer.map_err(|error| self.fault(&error))
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let timed = self.connection(wait)?;
        let schema = sqlite_schema::read(&timed.connection);
        schema.map(Arc::new).map_err(|error| self.fault(&error))
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let timed = self.connection(wait)?;
        self.read(&timed, select, wait, each)
    }

    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        if selects.is_empty() {
            return Vec::new();
        }
        let mut read = |timed: &Timed| {
            one_by_one(selects.len(), wait, |at, wait| {
                self.read(timed, &selects[at], wait, &mut |row| {
                    each(at, row);
                    ControlFlow::Continue(())
                })
            })
        };
        let all_of = |error: SourceError| vec![Err(error); selects.len()];
        let mut timed = match self.connection(wait) {
            Ok(timed) if selects.len() > 1 => timed,
            Ok(timed) => return read(&timed),
            Err(error) => return all_of(error),
        };
        // Begun by the first of them, and as of that moment; else each would lock the file for itself.
        let run = |timed: &Timed, text| {
            let prepared = timed.connection.prepare_cached(text);
            prepared.and_then(|mut it| it.execute([]))
        };
        if let Err(error) = run(&timed, "BEGIN") {
            return all_of(self.fault(&error));
        }
        let done = read(&timed);
        if run(&timed, "COMMIT").is_err() {
            timed.discard();
        }
        done
    }

    fn query(
        &self,
        query: &Query<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let timed = self.connection(wait)?;
        let statement = query.statement(self)?;
        self.run(&timed, (statement, &query.kinds()), wait, each)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        let timed = self.connection(wait)?;
        let begun = timed.connection.execute_batch(
            // Rows that refer to each other may go in any order: the commit looks at the whole.
            "PRAGMA query_only = OFF; BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON",
        );
        let transaction = Writing {
            source: self,
            timed,
            wait,
        };
        begun.map_err(|error| self.fault(&error))?;
        Ok(Box::new(transaction))
    }
}

struct Writing<'a> {
    source: &'a Sqlite,
    timed: Pooled<'a, Timed>,
    wait: Duration,
}

impl Transaction for Writing<'_> {
    fn select(
        &mut self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        self.source.read(&self.timed, select, wait, each)
    }

    fn change(&mut self, change: &Change<'_>) -> Result<usize, SourceError> {
        self.timed.allow(self.wait);
        let Statement { text, params } = sql::change(self.source, change)?;
        let run = || {
            let mut prepared = self.timed.connection.prepare_cached(&text)?;
            bind(&mut prepared, params)?;
            prepared.raw_execute()
        };
        run().map_err(|error| self.source.fault(&error))
    }

    fn commit(self: Box<Self>) -> Result<(), SourceError> {
        self.timed.allow(self.wait);
        let committed = self.timed.connection.execute_batch("COMMIT");
        committed.map_err(|error| self.source.fault(&error))
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.timed.allow(self.wait);
        let connection = &self.timed.connection;
        let undone = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        if !undone || connection.execute_batch("PRAGMA query_only = ON").is_err() {
            self.timed.discard();
        }
    }
}

impl Dialect for Sqlite {
    fn key(&self) -> &str {
        &self.key
    }

    fn table(&self, table: &Table) -> String {
        quoted(&table.name.name)
    }

    fn read(&self, column: &Column) -> String {
        let held = column.inside.as_ref().map_or(&column.name, |it| &it.column);
        quoted(held)
    }

    fn group(&self, column: &Column) -> String {
        format!("{} COLLATE BINARY", Dialect::read(self, column))
    }

    fn guard(&self, position: usize, column: &Column) -> String {
        format!("{} COLLATE BINARY IS ?{position}", quoted(&column.name))
    }

    fn one(&self, position: usize, _: &Column) -> String {
        format!("?{position}")
    }

    /// Its columns take values of other types as well.
    fn forms(&self, column: &Column, value: &Value) -> Vec<Value> {
        let forms = column.forms_of(value);
        // To SQLite the number 1 would be '01' as well.
        let text = value
            .as_text()
            .filter(|_| column.kind == ColumnKind::Integer);
        let is_number = text.is_some_and(|it| it.trim().parse::<f64>().is_ok());
        if forms.is_empty() && !is_number {
            return vec![value.clone()];
        }
        forms
    }

    fn list(&self, position: usize, _: &Column) -> String {
        format!("IN rarray(?{position})")
    }

    /// Anywhere in the column: whoever asks looks at the place.
    fn holds(&self, position: usize, _: &Column, inside: &Inside, any_case: bool) -> String {
        let name = quoted(&inside.column);
        let case = if any_case { "COLLATE NOCASE" } else { "" };
        format!(
            "EXISTS (SELECT 1 FROM json_tree(iif(json_valid({name}), {name}, json_array({name}))) \
             WHERE atom {case} IN rarray(?{position}))"
        )
    }

    fn any_case(&self, column: &Column) -> String {
        format!("{} COLLATE NOCASE", quoted(&column.name))
    }

    /// Days are kept as text or as numbers, whatever the column is called, and no number comes after a text.
    fn keeps_days_as_numbers(&self, column: &Column) -> Option<String> {
        let is_open = !matches!(
            column.kind,
            ColumnKind::Integer | ColumnKind::Number | ColumnKind::Text
        );
        is_open.then(|| format!("typeof({}) = 'integer'", quoted(&column.name)))
    }
}

fn value_of(raw: ValueRef<'_>, kind: Option<&Option<ColumnKind>>) -> Value {
    match raw {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number @ (0 | 1)) if kind == Some(&Some(ColumnKind::Bool)) => {
            Value::Bool(number == 1)
        }
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(real) => Value::Real(real),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Value::Text(text.to_owned()),
            Err(_) => Value::Bytes(text.to_vec()),
        },
        ValueRef::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    }
}

fn raw_of(value: Value) -> Raw {
    match value {
        // A link is never bound as such, only its keys.
        Value::Null | Value::Many(_) => Raw::Null,
        Value::Integer(number) => Raw::Integer(number),
        Value::Real(real) => Raw::Real(real),
        Value::Text(text) => Raw::Text(text),
        Value::Bytes(bytes) => Raw::Blob(bytes),
        Value::Bool(flag) => Raw::Integer(i64::from(flag)),
    }
}

fn bind(prepared: &mut rusqlite::CachedStatement<'_>, params: Vec<Param>) -> rusqlite::Result<()> {
    for (at, param) in params.into_iter().enumerate() {
        match param {
            Param::One(value) => prepared.raw_bind_parameter(at + 1, raw_of(value))?,
            Param::List(values) => {
                let list: Vec<_> = values.into_iter().map(raw_of).collect();
                prepared.raw_bind_parameter(at + 1, Rc::new(list))?;
            }
        }
    }
    Ok(())
}
