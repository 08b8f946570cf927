//! The schema's history, embedded; the same names for both databases.

use std::collections::BTreeSet;

use anyhow::{anyhow, bail};
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{AdvisoryLock, AnyConnection, Db};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings the database up to date; returns the names of what was run. Safe to repeat.
pub fn migrate(db: &Db) -> anyhow::Result<Vec<String>> {
    // With this connection, what is set on it and the lock end too.
    let opened = db.0.opener.open();
    let mut conn = opened.map_err(|error| anyhow!("no database connection: {error}"))?;
    if let AnyConnection::Postgres(conn) = &mut conn {
        // However long an index takes, and an instance that was sooner.
        let lock = AdvisoryLock::Migrations.key();
        let alone = format!("SET statement_timeout = 0; SELECT pg_advisory_lock({lock})");
        conn.batch_execute(&alone)?;
    }
    let history = history(&mut conn)?;
    if let Some(fault) = history.fault().filter(|_| history.unknown.is_some()) {
        bail!(fault);
    }
    let run = match &mut conn {
        AnyConnection::Sqlite(conn) => conn
            .run_pending_migrations(SQLITE)
            .map(|run| run.iter().map(ToString::to_string).collect()),
        AnyConnection::Postgres(conn) => conn
            .run_pending_migrations(POSTGRES)
            .map(|run| run.iter().map(ToString::to_string).collect()),
    };
    run.map_err(|error| anyhow!("migration failed: {error}"))
}

/// What a database has gone through, beside what this program knows.
#[derive(Debug)]
pub struct History {
    /// So many migrations have yet to be run.
    pub pending: usize,
    /// The newest migration that this program does not know.
    pub unknown: Option<String>,
}

impl History {
    /// Why this program cannot work on that database, with the way out.
    pub fn fault(&self) -> Option<String> {
        match (&self.unknown, self.pending) {
            (Some(newest), _) => Some(format!(
                "the portal's database was made by a newer version of candor (it has migration {newest}); use that \
                 version, or a backup from before"
            )),
            (None, 0) => None,
            (None, pending) => Some(format!(
                "the portal's database is not up to date, {pending} migrations have not been run; run `candor migrate` \
                 with the same settings"
            )),
        }
    }
}

/// Holds the database's history against the program's.
pub fn history(conn: &mut AnyConnection) -> anyhow::Result<History> {
    let own: Vec<Box<dyn Migration<Sqlite>>> = SQLITE.migrations().map_err(unreadable)?;
    let own: BTreeSet<_> = own
        .iter()
        .map(|it| it.name().version().as_owned())
        .collect();
    let run = match conn {
        AnyConnection::Sqlite(conn) => conn.applied_migrations(),
        AnyConnection::Postgres(conn) => {
            if is_new(conn)? {
                Ok(Vec::new())
            } else {
                conn.applied_migrations()
            }
        }
    };
    let run: BTreeSet<_> = run.map_err(unreadable)?.into_iter().collect();
    Ok(History {
        pending: own.difference(&run).count(),
        unknown: run.difference(&own).last().map(ToString::to_string),
    })
}

diesel::define_sql_function! {
    /// Whether there is such a table, as its name is looked up.
    #[sql_name = "to_regclass"]
    fn to_regclass(name: diesel::sql_types::Text) -> diesel::sql_types::Nullable<diesel::sql_types::Oid>;
}

/// Whether there is no list of migrations yet. To ask for it makes one, which takes rights that only who migrates needs.
fn is_new(conn: &mut PgConnection) -> QueryResult<bool> {
    let list = to_regclass("__diesel_schema_migrations").is_null();
    diesel::select(list.into_sql::<Bool>()).get_result(conn)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "`map_err` hands the error over"
)]
fn unreadable(error: Box<dyn std::error::Error + Send + Sync>) -> anyhow::Error {
    anyhow!("the list of migrations cannot be read: {error}")
}
