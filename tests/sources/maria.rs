//! The back door to MariaDB, where the suite has a server: `CANDOR_TEST_MARIADB=mysql://user:password@host:port/`.

use std::collections::BTreeMap;

use mysql_async::{Conn, OptsBuilder, Row, Value, prelude::Queryable};
use tokio::runtime::{Builder, Runtime};

use super::database::Dump;

/// The server's address, which ends in a slash.
#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
pub fn server() -> Option<String> {
    std::env::var("CANDOR_TEST_MARIADB")
        .ok()
        .map(|url| format!("{}/", url.trim_end_matches('/')))
}

/// Runs statements in the database of a URL, or on the server; names may stand in double quotes.
pub fn run(url: &str, sql: &str) {
    open(url, async |conn| conn.query_drop(sql).await.unwrap());
}

/// Ends every connection to a database.
pub fn cut(server: &str, name: &str) {
    open(server, async |conn| {
        let ids = "SELECT id FROM information_schema.processlist WHERE db = ?";
        let ids: Vec<u64> = conn.exec(ids, (name,)).await.unwrap();
        for id in ids {
            conn.query_drop(format!("KILL {id}")).await.unwrap();
        }
    });
}

/// Every cell of a database, by table.
pub fn dump(url: &str) -> Dump {
    open(url, async |conn| {
        let tables = "SELECT table_name FROM information_schema.tables
                      WHERE table_schema = DATABASE() AND table_type <> 'VIEW'";
        let tables: Vec<String> = conn.query(tables).await.unwrap();
        let mut dump = Dump::new();
        for table in tables {
            let sql = format!("SELECT * FROM `{}`", table.replace('`', "``"));
            let rows: Vec<Row> = conn.query(sql).await.unwrap();
            let mut rows: Vec<_> = rows.iter().map(cells).collect();
            rows.sort();
            dump.insert(table, rows);
        }
        dump
    })
}

fn cells(row: &Row) -> BTreeMap<String, String> {
    let columns = row.columns_ref().iter().enumerate();
    columns
        .map(|(at, column)| {
            let is_number = column.column_type().is_numeric_type();
            let shown = match &row[at] {
                Value::NULL => "NULL".to_owned(),
                Value::Bytes(text) if is_number => String::from_utf8_lossy(text).into_owned(),
                Value::Bytes(text) => format!("'{}'", String::from_utf8_lossy(text)),
                other => other.as_sql(true),
            };
            (column.name_str().into_owned(), shown)
        })
        .collect()
}

/// A connection for a while, with which something is done.
fn open<T>(url: &str, work: impl AsyncFnOnce(&mut Conn) -> T) -> T {
    let Session { runtime, mut conn } = Session::new(url);
    runtime.block_on(async { work(&mut conn).await })
}

/// A connection that stays.
pub struct Session {
    // Closed before the runtime ends.
    conn: Conn,
    runtime: Runtime,
}

impl Session {
    pub fn new(url: &str) -> Self {
        let opts = mysql_async::Opts::from_url(url).unwrap();
        let names = "SET NAMES utf8mb4, SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,STRICT_ALL_TABLES', time_zone = '+00:00'";
        let opts = OptsBuilder::from_opts(opts)
            .prefer_socket(false)
            .init(vec![names]);
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let conn = runtime.block_on(Conn::new(opts)).unwrap();
        Self { conn, runtime }
    }

    pub fn run(&mut self, sql: &str) {
        self.runtime.block_on(self.conn.query_drop(sql)).unwrap();
    }

    /// The first cell of an answer.
    pub fn ask(&mut self, sql: &str) -> String {
        let cell = self.runtime.block_on(self.conn.query_first(sql));
        cell.unwrap().unwrap()
    }
}
