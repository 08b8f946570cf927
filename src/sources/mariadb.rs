//! MariaDB and MySQL, through a small pool of connections.

use std::{ops::ControlFlow, path::PathBuf, sync::Arc, time::Duration};

use mysql_async::{Opts, OptsBuilder, Row, SslOpts, Value as Raw};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::{
    ColumnKind, EachOf, EachRow, Fault, Query, Schema, Select, Source, SourceError, Transaction,
    Usage, Value,
    connector::one_by_one,
    mariadb_link::Link,
    mariadb_schema,
    mariadb_write::Writing,
    pool::{Pool, Pooled},
    sql::{self, Statement},
    value::{number, without_zeros},
};
use crate::outbound::is_this_machine;

const STATEMENTS: usize = 256;
const PORT: u16 = 3306;
const ONE_MOMENT: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

/// A connection that was asked, and whether it answered to the end.
type Asked<'a> = (Pooled<'a, Link>, Result<(), Fault>);

/// A MariaDB or MySQL database.
pub(super) struct MariaDb {
    pub key: String,
    opts: Opts,
    pool: Pool<Link>,
    usage: Usage,
}

impl MariaDb {
    /// `mariadb://user:password@host:port/database` or the same with `mysql:`. To another machine the connection is
    /// encrypted, and its certificate checked against well-known authorities and the one of `?sslrootcert=FILE`;
    /// `?sslmode=disable` and `?sslmode=require` say otherwise.
    pub fn open(key: &str, url: &str, usage: &Usage) -> Result<Self, String> {
        let opts = options(url).map_err(|fault| format!("source `{key}`: {fault}"))?;
        Ok(Self {
            key: key.to_owned(),
            opts,
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
            || Link::open((&self.opts, &self.usage), wait).map_err(|fault| self.error(fault));
        self.pool.take_started(wait, connect, start)
    }

    fn finish(&self, asked: Asked<'_>) -> Result<(), SourceError> {
        let (mut link, answer) = asked;
        if link.is_broken() {
            link.discard();
        }
        answer.map_err(|fault| self.error(fault))
    }

    pub fn error(&self, fault: Fault) -> SourceError {
        SourceError::new(&self.key, fault)
    }

    /// Hands over rows. The fault inside is one that came after some of them, so that they cannot be asked for again.
    pub fn hand_over(
        &self,
        link: &Link,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<Result<(), Fault>, SourceError> {
        let statement = sql::select(self, select)?;
        self.answer(link, (&statement, &select.kinds()), wait, each)
    }

    fn answer(
        &self,
        link: &Link,
        (statement, kinds): (&Statement, &[Option<ColumnKind>]),
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<Result<(), Fault>, SourceError> {
        let mut is_started = false;
        let mut next = |row: Row| {
            is_started = true;
            Ok(each(values_of(row, kinds)))
        };
        match link.query(statement, wait, &mut next) {
            Ok(_) => Ok(Ok(())),
            Err(fault) if is_started => Ok(Err(fault)),
            Err(fault) => Err(self.error(fault)),
        }
    }
}

impl Source for MariaDb {
    fn key(&self) -> &str {
        &self.key
    }

    fn ping(&self, wait: Duration) -> Result<(), SourceError> {
        let ask = |link: &Link| link.run("SELECT 1", wait).map_err(|it| self.error(it));
        self.with_link(wait, ask).map(drop)
    }

    fn schema(&self, wait: Duration) -> Result<Arc<Schema>, SourceError> {
        let read = |link: &Link| mariadb_schema::read(link, wait).map_err(|it| self.error(it));
        let (_, schema) = self.with_link(wait, read)?;
        Ok(Arc::new(schema))
    }

    fn select(
        &self,
        select: &Select<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let read = |link: &Link| self.hand_over(link, select, wait, &mut *each);
        let asked = self.with_link(wait, read)?;
        self.finish(asked)
    }

    /// On one connection, and as of one moment where the tables keep to transactions.
    fn select_all(
        &self,
        selects: &[Select<'_>],
        wait: Duration,
        each: EachOf<'_>,
    ) -> Vec<Result<(), SourceError>> {
        let mut one = |link: Option<&Link>, at: usize, wait: Duration| {
            let mut each = |row| {
                each(at, row);
                ControlFlow::Continue(())
            };
            match link.filter(|link| !link.is_broken()) {
                Some(link) => {
                    let answer = self.hand_over(link, &selects[at], wait, &mut each)?;
                    answer.map_err(|fault| self.error(fault))
                }
                None => self.select(&selects[at], wait, &mut each),
            }
        };
        if selects.len() < 2 {
            return one_by_one(selects.len(), wait, |at, wait| one(None, at, wait));
        }
        let begin = |link: &Link| link.run(ONE_MOMENT, wait).map_err(|it| self.error(it));
        let mut link = match self.with_link(wait, begin) {
            Ok((link, ())) => link,
            Err(error) => return vec![Err(error); selects.len()],
        };
        let done = one_by_one(selects.len(), wait, |at, wait| one(Some(&link), at, wait));
        if link.is_broken() || link.run("COMMIT", wait).is_err() {
            link.discard();
        }
        done
    }

    fn query(
        &self,
        query: &Query<'_>,
        wait: Duration,
        each: EachRow<'_>,
    ) -> Result<(), SourceError> {
        let (statement, kinds) = (query.statement(self)?, query.kinds());
        let read = |link: &Link| self.answer(link, (&statement, &kinds), wait, &mut *each);
        let asked = self.with_link(wait, read)?;
        self.finish(asked)
    }

    fn begin(&self, wait: Duration) -> Result<Box<dyn Transaction + '_>, SourceError> {
        let begin = |link: &Link| Writing::start(link, wait).map_err(|it| self.error(it));
        let (link, ()) = self.with_link(wait, begin)?;
        Ok(Box::new(Writing::new(self, link, wait)))
    }
}

/// What the URL says. The sentences do not repeat it, as it may hold a password.
fn options(url: &str) -> Result<Opts, String> {
    let wrong = || "the URL is not of the form mysql://user@host/database".to_owned();
    let url = Url::parse(url).map_err(|_| wrong())?;
    let host = url.host().ok_or_else(wrong)?.to_owned();
    let database = decoded(url.path().trim_start_matches('/'));
    if database.is_empty() {
        return Err(wrong());
    }
    let (mut mode, mut root) = (None, None);
    for (name, value) in url.query_pairs() {
        match (&*name, &*value) {
            ("sslmode", "disable" | "require") => mode = Some(value == "require"),
            ("sslrootcert", _) => root = Some(PathBuf::from(value.into_owned())),
            _ => {
                return Err(
                    "the URL says something that is not known; it may say `sslmode=disable`, `sslmode=require` and \
                     `sslrootcert=FILE`"
                        .to_owned(),
                );
            }
        }
    }
    let roots = root.map(Into::into).into_iter().collect();
    let tls = SslOpts::default().with_root_certs(roots);
    let password = url.password().map(decoded);
    let opts = OptsBuilder::default()
        .ip_or_hostname(name_of(&host))
        .tcp_port(url.port().unwrap_or(PORT))
        .user(Some(decoded(url.username())))
        .pass(password)
        .db_name(Some(database))
        .prefer_socket(false)
        .stmt_cache_size(STATEMENTS)
        // A change that leaves a row as it was has met it all the same.
        .client_found_rows(true)
        .ssl_opts(
            mode.unwrap_or_else(|| !is_this_machine(&name_of(&host)))
                .then_some(tls),
        );
    Ok(opts.into())
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn name_of(host: &Host<String>) -> String {
    match host {
        Host::Domain(name) => name.clone(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

fn values_of(row: Row, kinds: &[Option<ColumnKind>]) -> Vec<Value> {
    let cells = row.unwrap_raw().into_iter().enumerate();
    // Behind the columns stands the number of rows of a group.
    let kind = |at: usize| kinds.get(at).copied().flatten();
    cells
        .map(|(at, cell)| cell.map_or(Value::Null, |cell| value_of(cell, kind(at))))
        .collect()
}

fn value_of(cell: Raw, kind: Option<ColumnKind>) -> Value {
    match cell {
        Raw::NULL => Value::Null,
        Raw::Int(flag @ (0 | 1)) if kind == Some(ColumnKind::Bool) => Value::Bool(flag == 1),
        Raw::Int(number) => Value::Integer(number),
        Raw::UInt(flag @ (0 | 1)) if kind == Some(ColumnKind::Bool) => Value::Bool(flag == 1),
        Raw::UInt(number) => {
            i64::try_from(number).map_or_else(|_| Value::Text(number.to_string()), Value::Integer)
        }
        Raw::Bytes(bytes) if kind == Some(ColumnKind::Bytes) => Value::Bytes(bytes),
        Raw::Bytes(bytes) => match String::from_utf8(bytes) {
            Ok(text) if kind == Some(ColumnKind::Number) => number(text),
            // The same time, in however small parts of a second a column keeps it.
            Ok(text) if kind == Some(ColumnKind::DateTime) => Value::Text(without_zeros(text)),
            Ok(text) => Value::Text(text),
            Err(error) => Value::Bytes(error.into_bytes()),
        },
        // Days and times are asked for as text.
        other => Value::Text(other.as_sql(true).trim_matches('\'').to_owned()),
    }
}
