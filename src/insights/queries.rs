//! Keeping releases. Exact counts are kept for the newest alone: the next one is held against them.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::model::{CellRow, Release};
use super::release::{Cell, Table};
use crate::db::AnyConnection;
use crate::db::schema::{insight_cells as cells, insight_releases as releases};

/// So many releases are listed.
const LISTED: i64 = 24;

/// The newest release.
pub fn newest(conn: &mut AnyConnection) -> QueryResult<Option<Release>> {
    let newest = Release::query().order(releases::number.desc());
    newest.first(conn).optional()
}

/// The newest releases, newest first.
pub fn list(conn: &mut AnyConnection) -> QueryResult<Vec<Release>> {
    let newest = Release::query().order(releases::number.desc());
    newest.limit(LISTED).load(conn)
}

/// The release of that number.
pub fn find(conn: &mut AnyConnection, number: i64) -> QueryResult<Release> {
    Release::query()
        .filter(releases::number.eq(number))
        .first(conn)
}

/// The groups of a release, in the order of the page.
pub fn rows(conn: &mut AnyConnection, number: i64) -> QueryResult<Vec<CellRow>> {
    CellRow::query()
        .filter(cells::release.eq(number))
        .order(cells::position)
        .load(conn)
}

/// The figures of the newest release with their exact counts, to hold the next one against.
pub fn tables(conn: &mut AnyConnection, number: i64) -> QueryResult<Vec<Table>> {
    let mut tables: Vec<Table> = Vec::new();
    for row in rows(conn, number)? {
        let exact = |count: Option<i64>| count.unwrap_or_default().unsigned_abs();
        let cell = Cell {
            group: row.label,
            counted: exact(row.counted),
            basis: exact(row.basis),
            set_in: row.set_in,
            hidden: row.shown.is_none(),
        };
        match tables.last_mut() {
            Some(table) if table.key == row.figure => table.cells.push(cell),
            _ => tables.push(Table {
                key: row.figure,
                cells: vec![cell],
            }),
        }
    }
    Ok(tables)
}

/// Keeps a release, and forgets the exact counts of the one before. The database refuses a second one of that number.
pub fn insert(
    conn: &mut AnyConnection,
    (number, at): (i64, NaiveDateTime),
    threshold: i64,
    tables: &[Table],
) -> QueryResult<()> {
    diesel::insert_into(releases::table)
        .values((
            releases::number.eq(number),
            releases::at.eq(at),
            releases::threshold.eq(threshold),
        ))
        .execute(conn)?;
    let older = cells::table.filter(cells::release.lt(number));
    diesel::update(older.filter(cells::counted.is_not_null()))
        .set((cells::counted.eq(None::<i64>), cells::basis.eq(None::<i64>)))
        .execute(conn)?;
    let kept = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let all = tables.iter().flat_map(|table| {
        let own = table.cells.iter();
        own.map(|cell| (&table.key, cell))
    });
    for (position, (figure, cell)) in (0..).zip(all) {
        diesel::insert_into(cells::table)
            .values((
                cells::release.eq(number),
                cells::figure.eq(figure),
                cells::position.eq(position),
                cells::label.eq(&cell.group),
                cells::shown.eq(cell.shown(threshold.unsigned_abs()).map(kept)),
                cells::set_in.eq(cell.set_in),
                cells::counted.eq(Some(kept(cell.counted))),
                cells::basis.eq(Some(kept(cell.basis))),
            ))
            .execute(conn)?;
    }
    Ok(())
}
