//! Of which time a request for access asks for data; of all, where nobody has said (11 CCR 7020).

use diesel::prelude::*;

use crate::db::AnyConnection;
use crate::db::schema::request_periods;
use crate::sources::Dates;

/// Puts on record what was chosen.
pub(super) fn insert(conn: &mut AnyConnection, request_id: i64, dates: Dates) -> QueryResult<()> {
    if dates.is_all() {
        return Ok(());
    }
    diesel::insert_into(request_periods::table)
        .values((
            request_periods::request_id.eq(request_id),
            request_periods::from_on.eq(dates.from),
            request_periods::to_on.eq(dates.to),
        ))
        .execute(conn)
        .map(drop)
}

/// What was chosen.
pub fn find(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Dates> {
    let found: Option<(Option<chrono::NaiveDate>, Option<chrono::NaiveDate>)> =
        request_periods::table
            .filter(request_periods::request_id.eq(request_id))
            .select((request_periods::from_on, request_periods::to_on))
            .first(conn)
            .optional()?;
    let (from, to) = found.unwrap_or_default();
    Ok(Dates { from, to })
}
