//! The file that a person had chosen for a form when they were asked to confirm that it is them, or when the form came
//! back. It is kept for that page and for them, sealed, until the form is filed; of one person the latest alone.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;

use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::kept_files;
use crate::error::AppResult;
use crate::keys::Keys;

/// Confirming takes minutes; who comes later chooses the file again.
const LASTS: TimeDelta = TimeDelta::hours(1);

/// Of which form: whose, and its path and query.
#[derive(Debug, Clone)]
pub struct Place {
    /// Whose.
    pub person_id: i64,
    /// Where the form stands.
    pub page: String,
}

impl Place {
    /// What the file is sealed for.
    fn context(&self) -> String {
        format!("kept file of {}", self.person_id)
    }

    /// Paths name records of people's data, so that no more than a hash of one is kept.
    fn hash(&self, keys: &Keys) -> String {
        keys.hash("page of a kept file", self.page.as_bytes())
    }
}

/// Keeps a file in place of whatever was kept of that person.
pub fn keep(
    conn: &mut AnyConnection,
    app: &App,
    place: &Place,
    content: &[u8],
    now: NaiveDateTime,
) -> QueryResult<()> {
    forget(conn, place.person_id)?;
    diesel::insert_into(kept_files::table)
        .values((
            kept_files::person_id.eq(place.person_id),
            kept_files::page.eq(place.hash(&app.keys)),
            kept_files::content.eq(app.keys.seal(&place.context(), content)),
            kept_files::kept_at.eq(now),
        ))
        .execute(conn)
        .map(drop)
}

/// What is kept for that form.
pub fn find(
    conn: &mut AnyConnection,
    app: &App,
    place: &Place,
    now: NaiveDateTime,
) -> AppResult<Option<Vec<u8>>> {
    let sealed: Option<Vec<u8>> = kept_files::table
        .filter(kept_files::person_id.eq(place.person_id))
        .filter(kept_files::page.eq(place.hash(&app.keys)))
        .filter(kept_files::kept_at.gt(now - LASTS))
        .select(kept_files::content)
        .first(conn)
        .optional()?;
    let opened = sealed.map(|sealed| app.keys.open(&place.context(), &sealed));
    Ok(opened.transpose()?)
}

/// Its form was sent, or another file takes its place.
pub fn forget(conn: &mut AnyConnection, person_id: i64) -> QueryResult<()> {
    diesel::delete(kept_files::table.filter(kept_files::person_id.eq(person_id)))
        .execute(conn)
        .map(drop)
}

/// Removes what nobody came back for.
pub fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let old = kept_files::table.filter(kept_files::kept_at.le(now - LASTS));
    diesel::delete(old).execute(conn)
}
