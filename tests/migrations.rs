//! The schema's history: the same on both databases, and each step can be taken back.

use std::collections::BTreeSet;
use std::path::PathBuf;

use candor::db::{AnyConnection, Db};
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

use crate::support::database::{TestDatabase, postgres_server};

/// Everything that a migration can make. What it says of itself is compared as text.
const SQLITE_SCHEMA: &str = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_master
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name <> '__diesel_schema_migrations' ORDER BY 1";
const POSTGRES_SCHEMA: &str = "
    SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'
    UNION ALL SELECT 'index ' || indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'
    UNION ALL SELECT 'trigger ' || event_object_table || ' ' || trigger_name || ' ' || event_manipulation FROM information_schema.triggers
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        AND proname NOT IN ('diesel_manage_updated_at', 'diesel_set_updated_at')
    UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> '__diesel_schema_migrations'
    ORDER BY 1";

/// Table, column, and whether it may be empty: what both databases must have in common.
const SQLITE_COLUMNS: &str = "SELECT m.name || '.' || c.name || ' ' || CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN 'NO' ELSE 'YES' END AS line
    FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND m.name <> '__diesel_schema_migrations'";
const POSTGRES_COLUMNS: &str = "SELECT table_name || '.' || column_name || ' ' || is_nullable AS line
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '__diesel_schema_migrations'";

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(db: &Db, sqlite: &str, postgres: &str) -> BTreeSet<String> {
    let read = db.read_now(|conn| {
        let query = match conn {
            AnyConnection::Sqlite(_) => sqlite,
            AnyConnection::Postgres(_) => postgres,
        };
        let lines: Vec<Line> = diesel::sql_query(query).load(conn)?;
        Ok(lines.into_iter().map(|it| it.line).collect())
    });
    read.unwrap()
}

fn schema(db: &Db) -> BTreeSet<String> {
    lines(db, SQLITE_SCHEMA, POSTGRES_SCHEMA)
}

fn folder(kind: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(kind)
}

fn history(kind: &str) -> FileBasedMigrations {
    FileBasedMigrations::from_path(folder(kind)).unwrap()
}

fn names(kind: &str) -> Vec<String> {
    let all: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = history(kind).migrations().unwrap();
    let mut names: Vec<_> = all.iter().map(|it| it.name().to_string()).collect();
    names.sort();
    names
}

/// Takes one step back, or forth again.
fn step(db: &Db, is_back: bool) {
    let taken = db.read_now(|conn| {
        let taken = match (conn, is_back) {
            (AnyConnection::Sqlite(conn), true) => {
                conn.revert_last_migration(history("sqlite")).map(drop)
            }
            (AnyConnection::Postgres(conn), true) => {
                conn.revert_last_migration(history("postgres")).map(drop)
            }
            (AnyConnection::Sqlite(conn), false) => {
                conn.run_next_migration(history("sqlite")).map(drop)
            }
            (AnyConnection::Postgres(conn), false) => {
                conn.run_next_migration(history("postgres")).map(drop)
            }
        };
        taken.unwrap();
        Ok(())
    });
    taken.unwrap();
}

#[test]
fn both_databases_have_the_same_migrations_in_the_same_order() {
    let names = names("sqlite");
    assert!(names.len() > 10);
    assert_eq!(names, self::names("postgres"));
}

#[test]
fn each_migration_can_be_taken_back_and_run_again() {
    let database = TestDatabase::create();
    let db = database.open();
    let whole = schema(&db);
    let count = names("sqlite").len();
    let mut after_each = vec![whole.clone()];
    for _ in 0..count {
        step(&db, true);
        after_each.push(schema(&db));
    }
    assert_eq!(after_each.last().unwrap(), &BTreeSet::new());
    for before in after_each.iter().rev().skip(1) {
        step(&db, false);
        assert_eq!(&schema(&db), before);
    }
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let Some(_) = postgres_server() else {
        return;
    };
    let database = TestDatabase::create();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("portal.db");
    let sqlite = Db::open(&format!("sqlite://{}", file.display()), 1).unwrap();
    candor::db::migrate(&sqlite).unwrap();
    let columns = |db: &Db| lines(db, SQLITE_COLUMNS, POSTGRES_COLUMNS);
    assert_eq!(columns(&sqlite), columns(&database.open()));
}
