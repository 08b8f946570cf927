//! The address or number of somebody without an account who opted out of what no recipient had to be told of: of all others it
//! stands with what recipients were told. It is kept sealed, so that a company that takes over the business can find them, and
//! only until it is known whose it is.

use diesel::prelude::*;

use super::model::{NewChoice, Subject};
use crate::db::schema::kept_handles;
use crate::db::{AnyConnection, both};
use crate::disclosures::causes::Prepared;
use crate::error::AppResult;
use crate::keys::Keys;

/// The sealing context.
const HANDLE: &str = "handle of a choice";

/// One that is not written yet.
#[derive(Debug, Insertable)]
#[diesel(table_name = kept_handles)]
pub(super) struct Kept {
    subject: String,
    handle: Vec<u8>,
}

/// What was typed for those of these changes that no cause is about, sealed.
pub(super) fn to_keep(
    keys: &Keys,
    typed: &[(Subject, String)],
    (changes, causes): (&[NewChoice], &[Prepared]),
) -> Vec<Kept> {
    let typed = typed
        .iter()
        .map(|(whose, typed)| (whose.to_string(), typed));
    let kept = typed.filter(|(subject, _)| {
        let is_theirs = |it: &NewChoice| it.person_id.is_none() && it.subject == *subject;
        changes.iter().any(is_theirs) && !causes.iter().any(|it| it.is_about(subject))
    });
    let sealed = kept.map(|(subject, typed)| Kept {
        subject,
        handle: keys.seal(HANDLE, typed.as_bytes()),
    });
    sealed.collect()
}

/// Keeps them; what is kept already stays.
pub(super) fn keep(conn: &mut AnyConnection, kept: &[Kept]) -> QueryResult<()> {
    for one in kept {
        both!(conn, |conn| diesel::insert_into(kept_handles::table)
            .values(one)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(())
}

/// Forgets those of whom it is known by now who they are.
pub(super) fn forget(conn: &mut AnyConnection, subjects: &[String]) -> QueryResult<()> {
    diesel::delete(kept_handles::table.filter(kept_handles::subject.eq_any(subjects)))
        .execute(conn)
        .map(drop)
}

/// What is kept, by subject: so many, after that one.
pub(super) fn list_after(
    conn: &mut AnyConnection,
    keys: &Keys,
    after: &str,
    limit: i64,
) -> AppResult<Vec<(String, String)>> {
    let rows: Vec<(String, Vec<u8>)> = kept_handles::table
        .filter(kept_handles::subject.gt(after))
        .order(kept_handles::subject)
        .limit(limit)
        .load(conn)?;
    let opened = rows.into_iter().map(|(subject, sealed)| {
        let opened = keys.open(HANDLE, &sealed)?;
        Ok((subject, String::from_utf8_lossy(&opened).into_owned()))
    });
    opened.collect()
}
