//! PostgreSQL's advisory locks. They share one space of numbers, so they stand in one place; the compiler refuses two
//! with the same.

use diesel::prelude::*;

use super::AnyConnection;

// They return nothing, and what they return is not read: any type may stand there.
diesel::define_sql_function! {
    fn pg_advisory_xact_lock(key: diesel::sql_types::BigInt) -> diesel::sql_types::Text;
}
diesel::define_sql_function! {
    fn pg_advisory_xact_lock_shared(key: diesel::sql_types::BigInt) -> diesel::sql_types::Text;
}

/// What is locked. The numbers are any that nobody else uses in this database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i64)]
pub enum AdvisoryLock {
    /// Instances that start together migrate one after the other.
    Migrations = 0x0043_414e_444f_5231,
    /// One worker links events into the audit chain at a time.
    AuditChain = 0x0043_414e_444f_5232,
    /// Readers of the feed of choices wait for those who write: a trigger of the table shares it.
    ChoiceFeed = 0x0043_414e_444f_5233,
    /// Recipients that fetch notices wait for those who write them.
    NoticeFeed = 0x0043_414e_444f_5234,
    /// Who keeps what was found by hand waits for others who do, so that a key names one record.
    ManualDesk = 0x0043_414e_444f_5235,
    /// Who puts a letter on record that came without an address waits for others who do, so that it is filed once.
    Letters = 0x0043_414e_444f_5236,
    /// Staff who enter something wait for others who do, so that what was sent twice is entered once.
    Desk = 0x0043_414e_444f_5237,
    /// Who takes an address away from an account waits for others who do, so that it is seen which was the last.
    Addresses = 0x0043_414e_444f_5238,
}

impl AdvisoryLock {
    /// Its number.
    pub const fn key(self) -> i64 {
        self as i64
    }

    /// Has it together with others until the end of the transaction. SQLite has one writer and needs none.
    pub fn share(self, conn: &mut AnyConnection) -> QueryResult<()> {
        if let AnyConnection::Postgres(conn) = conn {
            diesel::select(pg_advisory_xact_lock_shared(self.key())).execute(conn)?;
        }
        Ok(())
    }

    /// Has it alone until the end of the transaction.
    pub fn take(self, conn: &mut AnyConnection) -> QueryResult<()> {
        if let AnyConnection::Postgres(conn) = conn {
            diesel::select(pg_advisory_xact_lock(self.key())).execute(conn)?;
        }
        Ok(())
    }
}
