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
pub fn is_made_with(db: &Db, fingerprint: &str) -> AppResult<bool> {
    db.read_now(|conn| {
        let kept = master_secrets::table
            .find(ROW)
            .select(master_secrets::fingerprint);
        if let Some(known) = kept.first::<String>(conn).optional()? {
            return Ok(known == fingerprint);
        }
        let own = (
            master_secrets::id.eq(ROW),
            master_secrets::fingerprint.eq(fingerprint),
        );
        both!(conn, |conn| diesel::insert_into(master_secrets::table)
            .values(own)
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(kept.first::<String>(conn)? == fingerprint)
    })
}
