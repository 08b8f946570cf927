//! Which master secret the database was made with. Under another one nobody would be found by their address, and so
//! nobody's opt-out.

use diesel::prelude::*;

use super::schema::master_secrets;
use super::{Db, both};
use crate::error::AppResult;

/// The one row.
const ROW: i32 = 1;

/// Whether the database was made with the master secret of that fingerprint. One that knows none takes it; of several
/// that start at once, one is first.
pub fn claim(db: &Db, fingerprint: &str) -> AppResult<bool> {
    let kept = || {
        master_secrets::table
            .find(ROW)
            .select(master_secrets::fingerprint)
    };
    let known: Option<String> = db.read_now(|conn| Ok(kept().first(conn).optional()?))?;
    if let Some(known) = known {
        return Ok(known == fingerprint);
    }
    let own = fingerprint.to_owned();
    db.write_now(move |conn| {
        let row = (
            master_secrets::id.eq(ROW),
            master_secrets::fingerprint.eq(&own),
        );
        both!(conn, |conn| diesel::insert_into(master_secrets::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(kept().first::<String>(conn)? == own)
    })
}
