//! A source's database and the back door to it: SQLite in a folder, or PostgreSQL or MariaDB where the suite has a server.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection,
    sql_types::Text,
};
use rusqlite::{Connection, types::Value};
use tempfile::TempDir;

use super::maria;
use crate::support::{postgres_server, with_name};

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Every cell of a database, by table.
pub type Dump = BTreeMap<String, Vec<BTreeMap<String, String>>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
    MariaDb,
}

pub enum Database {
    Sqlite { folder: TempDir },
    Postgres { server: String, name: String },
    MariaDb { server: String, name: String },
}

#[derive(QueryableByName)]
struct Cells {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    cells: String,
}

impl Kind {
    /// The kinds that can be tested here.
    pub fn all() -> Vec<Self> {
        let postgres = postgres_server().map(|_| Self::Postgres);
        let mariadb = maria::server().map(|_| Self::MariaDb);
        [Some(Self::Sqlite), postgres, mariadb]
            .into_iter()
            .flatten()
            .collect()
    }
}

impl Database {
    pub fn create(kind: Kind, sql: &str) -> Self {
        let database = match kind {
            Kind::Sqlite => Self::Sqlite {
                folder: tempfile::tempdir().unwrap(),
            },
            Kind::Postgres => return Self::on_postgres(postgres_server().unwrap(), sql),
            Kind::MariaDb => return Self::on_mariadb(maria::server().unwrap(), sql),
        };
        database.run(&format!("BEGIN; {sql}; COMMIT"));
        database
    }

    pub fn on_mariadb(server: String, sql: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("candor_source_{}_{number}", std::process::id());
        let create = format!("CREATE DATABASE {name} CHARACTER SET utf8mb4");
        maria::run(&server, &create);
        let database = Self::MariaDb { server, name };
        database.run(sql);
        database
    }

    pub fn on_postgres(server: String, sql: &str) -> Self {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("candor_source_{}_{number}", std::process::id());
        on_server(&server, &format!("CREATE DATABASE {name}"));
        let database = Self::Postgres { server, name };
        database.run(sql);
        database
    }

    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { .. } => format!("sqlite:{}", self.path().display()),
            Self::Postgres { server, name } => with_name(server, name),
            Self::MariaDb { server, name } => format!("{server}{name}"),
        }
    }

    pub fn run(&self, sql: &str) {
        match self {
            Self::Sqlite { .. } => self.connect().execute_batch(sql).unwrap(),
            Self::Postgres { .. } => on_server(&self.url(), sql),
            Self::MariaDb { .. } => maria::run(&self.url(), sql),
        }
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.path()).unwrap()
    }

    /// Cuts the portal's connections from the server's side.
    pub fn cut(&self) {
        match self {
            Self::Sqlite { .. } => panic!("there is no server"),
            Self::Postgres { .. } => self.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE application_name = 'candor' AND datname = current_database()",
            ),
            Self::MariaDb { server, name } => maria::cut(server, name),
        }
    }

    pub fn dump(&self) -> Dump {
        match self {
            Self::Sqlite { .. } => dump_sqlite(&self.connect()),
            Self::Postgres { .. } => dump_postgres(&self.url()),
            Self::MariaDb { .. } => maria::dump(&self.url()),
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::Sqlite { folder } => folder.path().join("source.db"),
            Self::Postgres { .. } | Self::MariaDb { .. } => panic!("this database is no file"),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        match self {
            Self::Sqlite { .. } => {}
            Self::Postgres { server, name } => on_server(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            ),
            Self::MariaDb { server, name } => {
                maria::run(server, &format!("DROP DATABASE IF EXISTS {name}"));
            }
        }
    }
}

pub fn on_server(url: &str, sql: &str) {
    PgConnection::establish(url)
        .unwrap()
        .batch_execute(sql)
        .unwrap();
}

fn dump_sqlite(connection: &Connection) -> Dump {
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap();
    let names = names.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let tables = names.map(|name| {
        let name = name.unwrap();
        let sql = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
        let mut all = connection.prepare(&sql).unwrap();
        let columns: Vec<_> = all.column_names().into_iter().map(str::to_owned).collect();
        let rows = all.query_map([], |row| {
            let cells = columns.iter().enumerate();
            Ok(cells
                .map(|(at, column)| (column.clone(), shown(row.get(at).unwrap())))
                .collect())
        });
        let rows = rows.unwrap().map(Result::unwrap).collect();
        (name, rows)
    });
    tables.collect()
}

fn dump_postgres(url: &str) -> Dump {
    let mut connection = PgConnection::establish(url).unwrap();
    let tables = "SELECT format('%I.%I', schemaname, tablename) AS name, '' AS cells FROM pg_tables
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let tables: Vec<Cells> = diesel::sql_query(tables).load(&mut connection).unwrap();
    let dump = tables.into_iter().map(|table| {
        let sql = format!(
            "SELECT '' AS name, row_to_json(t)::text AS cells FROM {} t",
            table.name
        );
        let rows: Vec<Cells> = diesel::sql_query(sql).load(&mut connection).unwrap();
        let rows = rows.into_iter().map(|row| {
            let cells: BTreeMap<String, serde_json::Value> =
                serde_json::from_str(&row.cells).unwrap();
            cells
                .into_iter()
                .map(|(column, cell)| (column, json_shown(&cell)))
                .collect()
        });
        let mut rows: Vec<BTreeMap<_, _>> = rows.collect();
        rows.sort();
        (table.name.trim_start_matches("public.").to_owned(), rows)
    });
    dump.collect()
}

fn shown(value: Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Real(real) => real.to_string(),
        Value::Text(text) => format!("'{text}'"),
        Value::Blob(bytes) => format!("{bytes:?}"),
    }
}

fn json_shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null => "NULL".to_owned(),
        serde_json::Value::String(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}
