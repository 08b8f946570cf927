//! Keeping what a comparison found.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{Check, Drifted};
use crate::db::schema::{drift_checks as checks, drift_findings as findings};
use crate::db::{AnyConnection, both};
use crate::register::Finding;

/// Lists what a source differs in now: what is new from now on, what was known with its own date, and what is mended
/// no longer.
pub fn note(
    conn: &mut AnyConnection,
    source: &str,
    found: &[Finding],
    now: NaiveDateTime,
) -> QueryResult<()> {
    let known: Vec<Drifted> = Drifted::query()
        .filter(findings::source.eq(source))
        .load(conn)?;
    let known = known.into_iter();
    let mut known: BTreeMap<_, _> = known
        .map(|it| ((it.file.clone(), it.path.clone(), it.wrong.clone()), it.id))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    for finding in found {
        let place = &finding.place;
        let what = (
            place.file.to_string(),
            place.path.clone(),
            finding.wrong.clone(),
        );
        if !seen.insert(what.clone()) {
            continue;
        }
        let line = i32::try_from(place.line).unwrap_or(i32::MAX);
        let now_told = (
            findings::line.eq(line),
            findings::expected.eq(&finding.expected),
        );
        match known.remove(&what) {
            Some(id) => diesel::update(findings::table.filter(findings::id.eq(id)))
                .set(now_told)
                .execute(conn)?,
            None => diesel::insert_into(findings::table)
                .values((
                    findings::source.eq(source),
                    findings::file.eq(&*place.file),
                    findings::path.eq(&place.path),
                    findings::wrong.eq(&finding.wrong),
                    findings::found_at.eq(now),
                    now_told,
                ))
                .execute(conn)?,
        };
    }
    let mended: Vec<i64> = known.into_values().collect();
    diesel::delete(findings::table.filter(findings::id.eq_any(mended))).execute(conn)?;
    note_check(conn, source, (Some(now), None), now)
}

/// Notes that a source could not be compared.
pub fn note_silent(
    conn: &mut AnyConnection,
    source: &str,
    why: &str,
    now: NaiveDateTime,
) -> QueryResult<()> {
    note_check(conn, source, (None, Some(why)), now)
}

fn note_check(
    conn: &mut AnyConnection,
    source: &str,
    (answered_at, failure): (Option<NaiveDateTime>, Option<&str>),
    now: NaiveDateTime,
) -> QueryResult<()> {
    let asked = (checks::asked_at.eq(now), checks::failure.eq(failure));
    // Who does not answer now has answered when they did.
    let answered = answered_at.map(|at| checks::answered_at.eq(at));
    both!(conn, |conn| diesel::insert_into(checks::table)
        .values((
            checks::source.eq(source),
            asked,
            checks::answered_at.eq(answered_at)
        ))
        .on_conflict(checks::source)
        .do_update()
        .set((asked, answered))
        .execute(conn))?;
    Ok(())
}

/// All differences, those of a source together, in the order of its manifests.
pub fn list(conn: &mut AnyConnection) -> QueryResult<Vec<Drifted>> {
    Drifted::query()
        .order((
            findings::source,
            findings::file,
            findings::path,
            findings::wrong,
        ))
        .load(conn)
}

/// When each source was last compared.
pub fn list_checks(conn: &mut AnyConnection) -> QueryResult<Vec<Check>> {
    Check::query().order(checks::source).load(conn)
}
