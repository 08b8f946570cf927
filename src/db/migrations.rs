//! The schema's history, embedded; the same names for both databases.

use anyhow::{Context, anyhow};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{AdvisoryLock, AnyConnection, Db};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Brings the database up to date; returns the names of what was run. Safe to repeat.
pub fn migrate(db: &Db) -> anyhow::Result<Vec<String>> {
    let mut conn = db.0.pool.get().context("no database connection")?;
    let run = match &mut *conn {
        AnyConnection::Sqlite(conn) => conn
            .run_pending_migrations(SQLITE)
            .map(|run| run.iter().map(ToString::to_string).collect()),
        AnyConnection::Postgres(conn) => {
            let lock = AdvisoryLock::Migrations.key();
            diesel::sql_query(format!("SELECT pg_advisory_lock({lock})")).execute(conn)?;
            let run = conn
                .run_pending_migrations(POSTGRES)
                .map(|run| run.iter().map(ToString::to_string).collect());
            diesel::sql_query(format!("SELECT pg_advisory_unlock({lock})")).execute(conn)?;
            run
        }
    };
    run.map_err(|error| anyhow!("migration failed: {error}"))
}

/// How many migrations have yet to be run.
pub fn pending_migrations(conn: &mut AnyConnection) -> anyhow::Result<usize> {
    let pending = match conn {
        AnyConnection::Sqlite(conn) => conn.pending_migrations(SQLITE).map(|list| list.len()),
        AnyConnection::Postgres(conn) => conn.pending_migrations(POSTGRES).map(|list| list.len()),
    };
    pending.map_err(|error| anyhow!("the list of migrations cannot be read: {error}"))
}
