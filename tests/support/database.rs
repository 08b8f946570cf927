//! A migrated database for each test: a copy of a template that is made once per process.
//!
//! `CANDOR_TEST_DATABASE=postgres://…/postgres` runs the suite on PostgreSQL (15 or later, where a template's files can
//! be copied without writing them to the log); by default it runs on SQLite.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use candor::db::{self, Db};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

static NEXT: AtomicU32 = AtomicU32::new(0);

pub enum TestDatabase {
    Sqlite {
        _folder: tempfile::TempDir,
        url: String,
    },
    Postgres {
        server: String,
        name: String,
        url: String,
    },
}

/// The server to test on, if not SQLite.
#[expect(clippy::disallowed_methods, reason = "a test has no settings")]
pub fn postgres_server() -> Option<String> {
    std::env::var("CANDOR_TEST_DATABASE")
        .ok()
        .filter(|url| url.starts_with("postgres"))
}

impl TestDatabase {
    pub fn create() -> Self {
        match postgres_server() {
            Some(server) => postgres_copy(server),
            None => sqlite_copy(),
        }
    }

    pub fn url(&self) -> &str {
        match self {
            TestDatabase::Sqlite { url, .. } | TestDatabase::Postgres { url, .. } => url,
        }
    }

    pub fn open(&self) -> Db {
        Db::open(self.url(), 4).unwrap()
    }
}

fn sqlite_copy() -> TestDatabase {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("template.db");
        let db = Db::open(&format!("sqlite://{}", path.display()), 1).unwrap();
        db::migrate(&db).unwrap();
        let whole = folder.path().join("whole.db");
        db.read_now(|conn| {
            Ok(diesel::sql_query(format!("VACUUM INTO '{}'", whole.display())).execute(conn)?)
        })
        .unwrap();
        std::fs::read(whole).unwrap()
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.db");
    std::fs::write(&path, template).unwrap();
    TestDatabase::Sqlite {
        url: format!("sqlite://{}", path.display()),
        _folder: folder,
    }
}

fn postgres_copy(server: String) -> TestDatabase {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    let template = TEMPLATE.get_or_init(|| {
        let name = format!("candor_template_{}", std::process::id());
        on_server(&server, &format!("CREATE DATABASE {name}"));
        let db = Db::open(&with_name(&server, &name), 1).unwrap();
        db::migrate(&db).unwrap();
        name
    });
    let name = format!(
        "candor_test_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    on_server(
        &server,
        &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"),
    );
    TestDatabase::Postgres {
        url: with_name(&server, &name),
        server,
        name,
    }
}

fn on_server(server: &str, sql: &str) {
    // Two tests cannot copy one template at the same moment; the server says so, and a retry helps.
    for _ in 0..200 {
        let mut conn = PgConnection::establish(server).unwrap();
        match conn.batch_execute(sql) {
            Ok(()) => return,
            Err(error) if error.to_string().contains("being accessed by other users") => {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err(error) => panic!("{sql}: {error}"),
        }
    }
    panic!("{sql}: the template was in use for 10 seconds");
}

/// The URL of another database on the same server.
pub fn with_name(server: &str, name: &str) -> String {
    let (start, query) = server
        .split_once('?')
        .map_or((server, String::new()), |(s, q)| (s, format!("?{q}")));
    let (host, _) = start.rsplit_once('/').unwrap();
    format!("{host}/{name}{query}")
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let TestDatabase::Postgres { server, name, .. } = self {
            on_server(
                server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            );
        }
    }
}
