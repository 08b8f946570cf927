//! Reading the figures, and whether everybody may.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Figure, Line, Nature};
use crate::choices::Choice;
use crate::db::schema::{choices, request_figures, requests};
use crate::db::{AnyConnection, switches};
use crate::requests::model::Request;

/// The switch that shows the figures to everybody.
const PUBLIC_FIGURES: &str = "public figures";

/// The years of which there are figures, newest first, with the time at which each was counted.
pub fn list_years(conn: &mut AnyConnection) -> QueryResult<Vec<(i32, NaiveDateTime)>> {
    let years: Vec<(i32, Option<NaiveDateTime>)> = request_figures::table
        .group_by(request_figures::year)
        .select((
            request_figures::year,
            diesel::dsl::max(request_figures::counted_at),
        ))
        .order(request_figures::year.desc())
        .load(conn)?;
    Ok(years
        .into_iter()
        .filter_map(|(year, at)| Some((year, at?)))
        .collect())
}

/// What the report says of a year, nature by nature; natures without requests are among them.
pub fn report(conn: &mut AnyConnection, year: i32) -> QueryResult<Vec<(Nature, Line)>> {
    let figures: Vec<Figure> = Figure::query()
        .filter(request_figures::year.eq(year))
        .load(conn)?;
    let of = |nature: Nature| Line::of(figures.iter().filter(|it| it.nature == nature));
    Ok(Nature::ALL.iter().map(|it| (*it, of(*it))).collect())
}

/// Whether everybody may see the figures.
pub fn are_figures_public(conn: &mut AnyConnection) -> QueryResult<bool> {
    switches::is_on(conn, PUBLIC_FIGURES)
}

/// Shows the figures to everybody, or no longer; `false` when it was so already.
pub fn make_figures_public(
    conn: &mut AnyConnection,
    is_on: bool,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    switches::set(conn, PUBLIC_FIGURES, is_on, now)
}

/// Requests received in a period, in the order of their dates, at most `limit` after that one.
pub fn list_received(
    conn: &mut AnyConnection,
    (from, to): (NaiveDate, NaiveDate),
    after: (NaiveDate, i64),
    limit: i64,
) -> QueryResult<Vec<Request>> {
    let later = requests::received_on.gt(after.0);
    let same_day = requests::received_on
        .eq(after.0)
        .and(requests::id.gt(after.1));
    Request::query()
        .filter(requests::received_on.ge(from.max(after.0)))
        .filter(requests::received_on.lt(to))
        .filter(later.or(same_day))
        .order((requests::received_on, requests::id))
        .limit(limit)
        .load(conn)
}

/// Choices made in a period, in the order of their times, at most `limit` after that one.
pub fn list_choices(
    conn: &mut AnyConnection,
    (from, to): (NaiveDateTime, NaiveDateTime),
    after: (NaiveDateTime, i64),
    limit: i64,
) -> QueryResult<Vec<Choice>> {
    let later = choices::at.gt(after.0);
    let same_time = choices::at.eq(after.0).and(choices::id.gt(after.1));
    Choice::query()
        .filter(choices::at.ge(from.max(after.0)))
        .filter(choices::at.lt(to))
        .filter(later.or(same_time))
        .order((choices::at, choices::id))
        .limit(limit)
        .load(conn)
}

/// Choices that came by letter or telephone in a period, each with the day on which it came, in the order of these, at
/// most `limit` after that one.
pub fn list_choices_by_letter(
    conn: &mut AnyConnection,
    (from, to): (NaiveDate, NaiveDate),
    after: (NaiveDate, i64),
    limit: i64,
) -> QueryResult<Vec<(NaiveDate, Choice)>> {
    let same_day = choices::received_on
        .eq(after.0)
        .and(choices::id.gt(after.1));
    choices::table
        .filter(choices::received_on.ge(from.max(after.0)))
        .filter(choices::received_on.lt(to))
        .filter(choices::received_on.gt(after.0).or(same_day))
        .order((choices::received_on, choices::id))
        .limit(limit)
        .select((choices::received_on.assume_not_null(), Choice::as_select()))
        .load(conn)
}
