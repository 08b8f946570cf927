//! Counting: this year and the one before, every night. Earlier years stay as they were counted last, since their
//! requests are purged.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::model::{Answer, Nature};
use super::queries;
use crate::accounts::homes::Homes;
use crate::app::App;
use crate::choices::{AUTOMATED_DECISIONS, Choice, LIMIT_SENSITIVE, SALE_OR_SHARING, State};
use crate::db::AnyConnection;
use crate::db::schema::{request_figures, requests as rows};
use crate::error::AppResult;
use crate::requests::model as requests;

/// What is counted together: the nature of a request, what became of it, and the days it took.
type Key = (String, String, i32);

type Sums = BTreeMap<Key, i64>;

/// From a day on, to before another.
type Period = (NaiveDate, NaiveDate);

/// So many rows are read at once.
const BATCH: i64 = 1000;

/// By so much the year of a place may begin and end otherwise than in UTC.
const AROUND: Days = Days::new(1);

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

/// Page by page, so that nothing grows with the year.
fn count_year(app: &App, year: i32) -> AppResult<Sums> {
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
    let period = (first(year), first(year + 1));
    let mut sums = Sums::new();
    count_requests(app, period, &mut sums)?;
    count_opt_outs(app, period, &mut sums)?;
    count_letters(app, period, &mut sums)?;
    Ok(sums)
}

fn add(sums: &mut Sums, (nature, answer, days): (&str, &str, i64)) {
    // What came where it was tomorrow already, and was answered at once, took no time.
    let days = i32::try_from(days.max(0)).unwrap_or(i32::MAX);
    let key = (nature.to_owned(), answer.to_owned(), days);
    *sums.entry(key).or_default() += 1;
}

fn replace(
    conn: &mut AnyConnection,
    (year, now): (i32, NaiveDateTime),
    counted: &Sums,
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

/// What a request says of itself.
type Asked = (
    (NaiveDate, i64),
    (String, String, Option<String>),
    (Option<NaiveDateTime>, Option<NaiveDateTime>, String),
);

/// The days run where the person lives, as the term itself. What was granted and is not carried out yet, or could not
/// be, is not complied with: it is open.
fn count_requests(app: &App, period: Period, sums: &mut Sums) -> AppResult<()> {
    let mut after = (period.0, 0);
    loop {
        let found: Vec<Asked> = app
            .db
            .read_now(|conn| Ok(list_requests(conn, period, after)?))?;
        let Some((last, ..)) = found.last() else {
            return Ok(());
        };
        after = *last;
        for ((received_on, _), (kind, state, outcome), (closed_at, decided_at, residence)) in &found
        {
            let answer = match (state.parse(), closed_at) {
                (Ok(requests::State::Withdrawn), _) => Answer::Withdrawn.as_str(),
                (_, Some(_)) => outcome.as_deref().unwrap_or(Answer::Open.as_str()),
                (_, None) => Answer::Open.as_str(),
            };
            let answered = decided_at.filter(|_| closed_at.is_some());
            let days = answered.map_or(0, |at| {
                (app.laws.day_in(residence, at) - *received_on).num_days()
            });
            add(sums, (kind, answer, days));
        }
    }
}

fn list_requests(
    conn: &mut AnyConnection,
    (from, to): Period,
    after: (NaiveDate, i64),
) -> QueryResult<Vec<Asked>> {
    let same_day = rows::received_on.eq(after.0).and(rows::id.gt(after.1));
    rows::table
        .filter(rows::received_on.ge(from.max(after.0)))
        .filter(rows::received_on.lt(to))
        .filter(rows::received_on.gt(after.0).or(same_day))
        .order((rows::received_on, rows::id))
        .limit(BATCH)
        .select((
            (rows::received_on, rows::id),
            (rows::kind, rows::state, rows::outcome),
            (rows::closed_at, rows::decided_at, rows::residence),
        ))
        .load(conn)
}

/// Opt-outs hold from the moment they are made, so each is complied with on the same day, which is that of the person.
/// What was asked for in one act has one receipt, and is one of its nature.
fn count_opt_outs(app: &App, (from, to): Period, sums: &mut Sums) -> AppResult<()> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    let period = (midnight(from - AROUND), midnight(to + AROUND));
    let (mut after, mut acts) = ((period.0, 0), Acts::new());
    loop {
        let (found, homes) = app.db.read_now(|conn| {
            let found = queries::list_choices(conn, period, after, BATCH)?;
            let homes = Homes::of(conn, found.iter().map(|it| it.person_id))?;
            Ok((found, homes))
        })?;
        let Some(last) = found.last() else {
            return Ok(());
        };
        after = (last.at, last.id);
        for it in found.iter().filter(|it| it.received_on.is_none()) {
            let day = homes.day(&app.laws, it.person_id, it.at);
            if (from..to).contains(&day)
                && let Some(nature) = acts.nature_of(it, it.at)
            {
                add(sums, (nature.as_str(), Answer::Approved.as_str(), 0));
            }
        }
    }
}

/// What came by letter or telephone took until staff entered it.
fn count_letters(app: &App, period: Period, sums: &mut Sums) -> AppResult<()> {
    let (mut after, mut acts) = ((period.0, 0), Acts::new());
    loop {
        let (found, homes) = app.db.read_now(|conn| {
            let found = queries::list_choices_by_letter(conn, period, after, BATCH)?;
            let homes = Homes::of(conn, found.iter().map(|(_, it)| it.person_id))?;
            Ok((found, homes))
        })?;
        let Some((day, last)) = found.last() else {
            return Ok(());
        };
        after = (*day, last.id);
        for (received_on, it) in &found {
            let entered_on = homes.day(&app.laws, it.person_id, it.at);
            if let Some(nature) = acts.nature_of(it, *received_on) {
                let days = (entered_on - *received_on).num_days();
                add(sums, (nature.as_str(), Answer::Approved.as_str(), days));
            }
        }
    }
}

/// The acts of one moment, or of one day of letters, each of which counts once for its nature.
struct Acts<T> {
    of: Option<T>,
    seen: HashSet<(String, Nature)>,
}

impl<T: PartialEq> Acts<T> {
    fn new() -> Self {
        Acts {
            of: None,
            seen: HashSet::new(),
        }
    }

    /// The nature of an opt-out that somebody asked for; none where its act has been counted for that.
    fn nature_of(&mut self, choice: &Choice, of: T) -> Option<Nature> {
        if choice.state != State::OptedOut || !choice.made_by.is_request() {
            return None;
        }
        let nature = match choice.activity.as_str() {
            SALE_OR_SHARING => Nature::SaleOrSharing,
            LIMIT_SENSITIVE => Nature::LimitSensitive,
            AUTOMATED_DECISIONS => Nature::AutomatedDecisions,
            _ => Nature::OtherOptOut,
        };
        if self.of.as_ref() != Some(&of) {
            self.seen.clear();
            self.of = Some(of);
        }
        let receipt = choice.receipt_id.clone();
        receipt
            .is_none_or(|receipt| self.seen.insert((receipt, nature)))
            .then_some(nature)
    }
}
