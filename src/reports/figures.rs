//! Counting: this year and the one before, every night. Earlier years stay as they were counted last, since their
//! requests are purged.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Integer, Text, Timestamp};

use super::model::{Answer, Nature};
use crate::app::App;
use crate::choices::{LIMIT_SENSITIVE, MadeBy, SALE_OR_SHARING, State};
use crate::db::AnyConnection;
use crate::db::schema::request_figures;
use crate::error::AppResult;

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    answer: String,
    #[diesel(sql_type = Integer)]
    days: i32,
    #[diesel(sql_type = BigInt)]
    requests: i64,
}

/// What is counted together: the nature of a request, what became of it, and the days it took.
type Key = (String, String, i32);

/// The job.
pub fn count(app: &App) -> AppResult<()> {
    let (now, this) = (app.clock.now(), app.clock.today().year());
    for year in [this - 1, this] {
        let counted = count_year(app, year)?;
        app.db
            .write_now(move |conn| Ok(replace(conn, (year, now), &counted)?))?;
    }
    Ok(())
}

/// A month at a time: what is grouped is sorted in memory, and nobody waits for a long transaction.
fn count_year(app: &App, year: i32) -> AppResult<BTreeMap<Key, i64>> {
    let mut sums = BTreeMap::new();
    let firsts = (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(year, month, 1));
    for from in firsts {
        let to = from + Months::new(1);
        let counted = app.db.read_now(|conn| {
            let mut counted = count_requests(conn, from, to)?;
            counted.extend(count_opt_outs(conn, from, to)?);
            Ok(counted)
        })?;
        for it in counted {
            // What came where it was tomorrow already, and was answered at once, took no time.
            let key = (it.kind, it.answer, it.days.max(0));
            *sums.entry(key).or_default() += it.requests;
        }
    }
    Ok(sums)
}

fn replace(
    conn: &mut AnyConnection,
    (year, now): (i32, NaiveDateTime),
    counted: &BTreeMap<Key, i64>,
) -> QueryResult<()> {
    let old = request_figures::table.filter(request_figures::year.eq(year));
    diesel::delete(old).execute(conn)?;
    for ((nature, answer, days), requests) in counted {
        diesel::insert_into(request_figures::table)
            .values((
                request_figures::year.eq(year),
                request_figures::nature.eq(nature),
                request_figures::answer.eq(answer),
                request_figures::days.eq(days),
                request_figures::requests.eq(requests),
                request_figures::counted_at.eq(now),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The one query that the two databases put differently: days between a date and a time. What was granted and is not
/// carried out yet, or could not be, is not complied with: it is open.
fn count_requests(
    conn: &mut AnyConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> QueryResult<Vec<Counted>> {
    let days = match conn {
        AnyConnection::Sqlite(_) => {
            "CAST(julianday(date(decided_at)) - julianday(received_on) AS INTEGER)"
        }
        AnyConnection::Postgres(_) => "decided_at::date - received_on",
    };
    diesel::sql_query(format!(
        "SELECT kind,
             CASE WHEN state = 'withdrawn' THEN 'withdrawn' WHEN closed_at IS NOT NULL THEN outcome ELSE 'open' END AS answer,
             CASE WHEN closed_at IS NULL OR decided_at IS NULL THEN 0 ELSE {days} END AS days,
             count(*) AS requests
         FROM requests WHERE received_on >= $1 AND received_on < $2
         GROUP BY 1, 2, 3"
    ))
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .load(conn)
}

/// Opt-outs hold from the moment they are made, so each is complied with on the same day, but for what came by letter or
/// telephone: that took until staff entered it. What was asked for in one act has one receipt, and is one of its nature.
fn count_opt_outs(
    conn: &mut AnyConnection,
    from: NaiveDate,
    to: NaiveDate,
) -> QueryResult<Vec<Counted>> {
    let days = match conn {
        AnyConnection::Sqlite(_) => {
            "CAST(julianday(date(at)) - julianday(COALESCE(received_on, date(at))) AS INTEGER)"
        }
        AnyConnection::Postgres(_) => "at::date - COALESCE(received_on, at::date)",
    };
    let asked = MadeBy::ALL.iter().filter(|it| it.is_request());
    let asked: Vec<_> = asked.map(|it| format!("'{it}'")).collect();
    let (off, asked) = (State::OptedOut, asked.join(", "));
    let (sale, limit) = (Nature::SaleOrSharing, Nature::LimitSensitive);
    let of_those = |when: &str| {
        format!(
            "SELECT COALESCE(receipt_id, CAST(id AS TEXT)) AS act, {days} AS days,
                 CASE activity WHEN '{SALE_OR_SHARING}' THEN '{sale}' WHEN '{LIMIT_SENSITIVE}' THEN '{limit}'
                 ELSE '{}' END AS nature
             FROM choices WHERE {when} AND state = '{off}' AND made_by IN ({asked})",
            Nature::OtherOptOut
        )
    };
    let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN);
    diesel::sql_query(format!(
        "SELECT nature AS kind, '{}' AS answer, days, count(DISTINCT act) AS requests
         FROM ({} UNION ALL {}) AS asked GROUP BY nature, days",
        Answer::Approved,
        of_those("received_on IS NULL AND at >= $1 AND at < $2"),
        of_those("received_on >= $3 AND received_on < $4"),
    ))
    .bind::<Timestamp, _>(midnight(from))
    .bind::<Timestamp, _>(midnight(to))
    .bind::<Date, _>(from)
    .bind::<Date, _>(to)
    .load(conn)
}
