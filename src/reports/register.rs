//! The register of requests as 11 CCR 7101(b) asks for it: when each came, what it was about, how it was made, when
//! and how it was answered, and the basis of a denial. It names nobody.

use std::collections::{HashMap, HashSet};

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use diesel::prelude::*;

use super::queries;
use crate::accounts::homes::Homes;
use crate::app::App;
use crate::choices::{Choice, State as ChoiceState};
use crate::db::AnyConnection;
use crate::db::schema::request_items;
use crate::error::AppResult;
use crate::requests::dates;
use crate::requests::earlier::{self, Earlier};
use crate::requests::model::{Decision, Item, Request, State};
use crate::requests::sealed::{self, What};
use crate::web::csv::cell;

/// So many rows are read at once.
const BATCH: i64 = 500;

/// By so much the year of a place may begin and end otherwise than in UTC.
const AROUND: Days = Days::new(1);

/// The first row.
pub const HEAD: [&str; 8] = [
    "reference",
    "date of request",
    "nature of request",
    "law",
    "manner in which it was made",
    "date of response",
    "nature of response",
    "basis of denial",
];

/// How far the register has been written.
#[derive(Debug, Clone, Copy)]
pub enum Place {
    /// Requests after that one.
    Requests(NaiveDate, i64),
    /// Opt-outs after that one, but for those that staff entered.
    Choices(NaiveDateTime, i64),
    /// Opt-outs after that one that came to staff, by the day on which they came.
    Letters(NaiveDate, i64),
    /// Nothing is left.
    End,
}

/// The part of a year's register after a place, as CSV, and the place after it.
pub fn write_on(app: &App, year: i32, place: Place) -> AppResult<(Vec<u8>, Place)> {
    let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN);
    let (from, to) = (first(year), first(year + 1));
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    let mut csv = csv::Writer::from_writer(Vec::new());
    let next = match place {
        Place::Requests(date, id) => {
            let (rows, last) = app.db.read_now(|conn| {
                let found = queries::list_received(conn, (from, to), (date, id), BATCH)?;
                let last = found.last().map(|it| (it.received_on, it.id));
                Ok((request_rows(app, conn, &found)?, last))
            })?;
            write(&mut csv, rows)?;
            match last {
                Some((date, id)) => Place::Requests(date, id),
                None => Place::Choices(midnight(from - AROUND), 0),
            }
        }
        Place::Choices(at, id) => {
            let (mut found, homes) = app.db.read_now(|conn| {
                let period = (midnight(from - AROUND), midnight(to + AROUND));
                let found = queries::list_choices(conn, period, (at, id), BATCH)?;
                let homes = Homes::of(conn, found.iter().map(|it| it.person_id))?;
                Ok((found, homes))
            })?;
            leave_last_act(&mut found);
            let days = found
                .iter()
                .map(|it| homes.day(&app.laws, it.person_id, it.at));
            let days: Vec<_> = days.collect();
            let of_the_year = found
                .iter()
                .zip(days)
                .filter(|(it, day)| it.received_on.is_none() && (from..to).contains(day));
            write(&mut csv, opt_outs(of_the_year))?;
            found
                .last()
                .map_or(Place::Letters(from, 0), |it| Place::Choices(it.at, it.id))
        }
        Place::Letters(day, id) => {
            let (mut found, homes) = app.db.read_now(|conn| {
                let found = queries::list_choices_by_letter(conn, (from, to), (day, id), BATCH)?;
                let found: Vec<_> = found.into_iter().map(|(_, it)| it).collect();
                let homes = Homes::of(conn, found.iter().map(|it| it.person_id))?;
                Ok((found, homes))
            })?;
            leave_last_act(&mut found);
            let entered = |it: &Choice| homes.day(&app.laws, it.person_id, it.at);
            let rows = opt_outs(found.iter().map(|it| (it, entered(it))));
            write(&mut csv, rows)?;
            let last = found.last().and_then(|it| Some((it.received_on?, it.id)));
            last.map_or(Place::End, |(day, id)| Place::Letters(day, id))
        }
        Place::End => Place::End,
    };
    let written = csv
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok((written, next))
}

/// Where a year's register begins.
pub fn beginning(year: i32) -> Place {
    Place::Requests(
        NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MIN),
        0,
    )
}

/// Whether there may be requests of that year.
pub fn is_a_year(year: i32, today: NaiveDate) -> bool {
    (2020..=today.year()).contains(&year)
}

type Row = [String; 8];

fn write(csv: &mut csv::Writer<Vec<u8>>, rows: Vec<Row>) -> AppResult<()> {
    for row in rows {
        let cells = row.map(|text| cell(&text).into_owned());
        csv.write_record(cells).map_err(anyhow::Error::from)?;
    }
    Ok(())
}

fn request_rows(app: &App, conn: &mut AnyConnection, requests: &[Request]) -> AppResult<Vec<Row>> {
    let ids: Vec<_> = requests.iter().map(|it| it.id).collect();
    let items: Vec<Item> = Item::query()
        .filter(request_items::request_id.eq_any(ids))
        .order((request_items::request_id, request_items::id))
        .load(conn)?;
    let mut of_each: HashMap<i64, Vec<Item>> = HashMap::new();
    for item in items {
        of_each.entry(item.request_id).or_default().push(item);
    }
    let ids: Vec<_> = requests.iter().map(|it| it.id).collect();
    let before = earlier::list_of(conn, &ids)?;
    let mut rows = Vec::new();
    for request in requests {
        let answers = before.iter().filter(|it| it.request_id == request.id);
        rows.extend(answers.map(|it| earlier_row(app, request, it)));
        let items = of_each.get(&request.id).map(Vec::as_slice);
        let basis = basis(app, request, items.unwrap_or_default())?;
        rows.push(request_row(app, request, basis));
    }
    Ok(rows)
}

/// What was answered before an appeal opened the request again.
fn earlier_row(app: &App, request: &Request, answer: &Earlier) -> Row {
    let mut row = request_row(app, request, answer.basis.clone());
    row[5] = dates::today(&app.laws, request, answer.decided_at).to_string();
    row[6] = answer.outcome.as_str().replace('_', " ");
    row
}

fn request_row(app: &App, request: &Request, basis: String) -> Row {
    // What was granted and is not carried out yet, or could not be, is open.
    let is_over = request.state.is_closed();
    let response = match request.state {
        State::Withdrawn => "withdrawn by the person".to_owned(),
        _ => request
            .outcome
            .filter(|_| is_over)
            .map(|outcome| outcome.as_str().replace('_', " "))
            .unwrap_or_default(),
    };
    // As the day of receipt is counted: where the person lives.
    let answered = request.decided_at.or(request.closed_at);
    let answered = answered.filter(|_| is_over);
    let answered = answered.map(|at| dates::today(&app.laws, request, at));
    [
        request.reference.clone(),
        request.received_on.to_string(),
        request.kind.to_string(),
        request.law.clone(),
        request.channel.title().to_lowercase(),
        answered.map_or(String::new(), |day| day.to_string()),
        response,
        basis,
    ]
}

/// Why something was not done: the codes of the law's grounds, and the law that keeps data. Where no code is on record,
/// what the person was told.
fn basis(app: &App, request: &Request, items: &[Item]) -> AppResult<String> {
    if request.decided_at.is_none() || !request.state.is_closed() {
        return Ok(String::new());
    }
    let open = |sealed: &Option<Vec<u8>>| {
        let (keys, reference) = (&app.keys, &request.reference);
        sealed::open_text(keys, reference, What::DecisionReason, sealed.as_deref())
    };
    let mut told = Vec::new();
    for item in items {
        match item.basis_in_codes() {
            Some(basis) => told.push(basis),
            None if item.decision == Some(Decision::Refused) => {
                told.push(open(&item.decision_reason)?);
            }
            None => {}
        }
    }
    match &request.ground {
        Some(code) => told.push(code.clone()),
        None if request.state == State::Denied => told.push(open(&request.decision_reason)?),
        None => {}
    }
    told.retain(|text| !text.is_empty());
    told.sort();
    told.dedup();
    Ok(told.join("; "))
}

/// What was chosen in one act is looked at together, so that what the end of a batch cuts through waits for the next.
fn leave_last_act(found: &mut Vec<Choice>) {
    if i64::try_from(found.len()) != Ok(BATCH) {
        return;
    }
    let last = found.last().map(|it| it.at);
    let begins = found.iter().position(|it| Some(it.at) == last);
    if let Some(begins) = begins.filter(|it| *it > 0) {
        found.truncate(begins);
    }
}

/// Each opt-out that somebody asked for, with the day on which it held, once, though it may hold for a browser and for an address.
fn opt_outs<'a>(choices: impl Iterator<Item = (&'a Choice, NaiveDate)>) -> Vec<Row> {
    let mut seen = HashSet::new();
    let opt_outs = choices.filter(|(it, _)| {
        let receipt = it.receipt_id.as_deref();
        it.state == ChoiceState::OptedOut
            && it.made_by.is_request()
            && receipt.is_none_or(|receipt| seen.insert((receipt.to_owned(), it.activity.clone())))
    });
    opt_outs.map(|(it, day)| choice_row(it, day)).collect()
}

fn choice_row(choice: &Choice, day: NaiveDate) -> Row {
    let date = day.to_string();
    let received_on = choice.received_on.map(|it| it.to_string());
    let channel = choice.channel.map(|it| it.title().to_lowercase());
    [
        choice.receipt_id.clone().unwrap_or_default(),
        received_on.unwrap_or_else(|| date.clone()),
        format!("opt-out: {}", choice.activity),
        String::new(),
        channel.unwrap_or_else(|| choice.made_by.manner().to_owned()),
        date,
        "in effect at once".to_owned(),
        String::new(),
    ]
}
