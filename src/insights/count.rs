//! The job: counts everybody, and makes a release if there is something new to show.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use serde_json::json;

use super::release::{self, Counted};
use super::{queries, refused};
use crate::accounts::model::IdentityKind;
use crate::accounts::queries::{identity_hash, normal_email};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::error::{AppError, AppResult};
use crate::register::insights::{Division, Figure, Insights};
use crate::sources::{Dates, Value};

/// So long a release stands at least.
pub const STANDS: TimeDelta = TimeDelta::days(28);

/// Who may be counted: people by the key by which collections know them.
type People = HashSet<Value>;

/// Counts, when the last release has stood long enough.
pub fn run(app: &App) -> AppResult<()> {
    let Some(insights) = app.register.insights.clone() else {
        return Ok(());
    };
    let now = app.clock.now();
    let last = app.db.read_now(|conn| Ok(queries::newest(conn)?))?;
    if last.as_ref().is_some_and(|it| now - it.at < STANDS) {
        return Ok(());
    }
    let counted = count(app, &insights)?;
    let threshold = i64::from(insights.threshold);
    let last_number = last.map_or(0, |it| it.number);
    app.db.write_now(move |conn| {
        let before = queries::tables(conn, last_number)?;
        let number = last_number + 1;
        let next = release::next(&before, &counted, number, threshold.unsigned_abs());
        let Some(tables) = next else {
            return Ok(());
        };
        queries::insert(conn, (number, now), threshold, &tables)?;
        let event = Event {
            actor: Actor::System,
            action: "insights.released",
            person: None,
            object: &number.to_string(),
            detail: json!({ "threshold": threshold, "figures": tables.len() }),
        };
        Ok(audit::record(conn, &event, now)?)
    })
}

fn count(app: &App, insights: &Insights) -> AppResult<Vec<Counted>> {
    let mut people: HashMap<&str, People> = HashMap::new();
    let mut counted = Vec::new();
    for figure in &insights.figures {
        if !people.contains_key(figure.activity.as_str()) {
            let countable = countable(app, insights, &figure.activity)?;
            people.insert(&figure.activity, countable);
        }
        let groups = count_figure(app, figure, &people[figure.activity.as_str()])?;
        counted.push((figure.key.clone(), groups));
    }
    Ok(counted)
}

/// Everybody who has not refused an activity. Who has no address is not among them: of them nobody knows whether they
/// refuse, and what an erasure has left of somebody has none.
fn countable(app: &App, insights: &Insights, activity: &str) -> AppResult<People> {
    let activity = app.register.activity(activity).ok_or(AppError::NotFound)?;
    let refused = app
        .db
        .read_now(|conn| Ok(refused::hashes(conn, activity)?))?;
    let mut people = People::new();
    let columns = [insights.id.clone(), insights.email.clone()];
    let mut each = |row: Vec<Value>| {
        let email = row[1].as_text().filter(|it| is_of_somebody(it));
        let hash =
            email.map(|email| identity_hash(&app.keys, IdentityKind::Email, &normal_email(email)));
        if hash.is_some_and(|it| !refused.contains(&it)) {
            people.extend(row[0].as_key());
        }
        ControlFlow::Continue(())
    };
    app.sources
        .combinations(&insights.people, &columns, None, &mut each)?;
    Ok(people)
}

/// Whether it is an address that somebody can have; no domain ends so (RFC 6761), and none is written in place of an
/// erased one.
fn is_of_somebody(email: &str) -> bool {
    email.contains('@') && !email.trim_end().ends_with(".invalid")
}

/// Divides them; whoever has no record, or no value, is in the last group.
fn count_figure(app: &App, figure: &Figure, people: &People) -> AppResult<Vec<(String, u64)>> {
    let today = app.clock.today();
    let mut groups: Vec<(String, u64)> = titles(&figure.division)
        .into_iter()
        .map(|it| (it, 0))
        .collect();
    let (mut columns, mut period) = (vec![figure.person.clone()], None);
    match &figure.division {
        Division::Use { date, days } => {
            let from = today - Days::new(u64::from(*days));
            let last_days = Dates {
                from: Some(from),
                to: Some(today),
            };
            period = Some((date.clone(), last_days));
        }
        Division::Ages { field, .. } | Division::Values { field, .. } => {
            columns.push(field.clone());
        }
    }
    // Nobody is in two groups, however many records there are.
    let mut seen = HashSet::new();
    let mut each = |row: Vec<Value>| {
        let group = group_of(&figure.division, &row[1], today);
        if let (Some(person), Some(group)) = (row[0].as_key(), group)
            && people.contains(&person)
            && seen.insert(person)
        {
            groups[group].1 += 1;
        }
        ControlFlow::Continue(())
    };
    app.sources
        .combinations(&figure.collection, &columns, period, &mut each)?;
    let others = people.len() - seen.len();
    if let Some(last) = groups.last_mut() {
        last.1 += others as u64;
    }
    Ok(groups)
}

/// What the groups are called, in the order of the page.
fn titles(division: &Division) -> Vec<String> {
    match division {
        Division::Use { .. } => vec!["Did".to_owned(), "Did not".to_owned()],
        Division::Ages { bounds, .. } => {
            let youngest = format!("Under {}", bounds[0]);
            let between = bounds
                .windows(2)
                .map(|it| format!("{} to {}", it[0], it[1] - 1));
            let oldest = format!("{} and over", bounds[bounds.len() - 1]);
            let stated = std::iter::once(youngest).chain(between);
            stated.chain([oldest, "Not stated".to_owned()]).collect()
        }
        Division::Values { groups, rest, .. } => {
            let titles = groups.iter().map(|(title, _)| title.clone());
            titles
                .chain([rest.clone(), "Not stated".to_owned()])
                .collect()
        }
    }
}

/// The group of a value; `None` where nothing is stated.
fn group_of(division: &Division, value: &Value, today: NaiveDate) -> Option<usize> {
    match division {
        Division::Use { .. } => Some(0),
        Division::Ages { bounds, .. } => {
            let born: NaiveDate = value.as_text()?.get(..10)?.parse().ok()?;
            let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
            let years = today.year() - born.year() - i32::from(!had_birthday);
            let age = u32::try_from(years).ok()?;
            Some(bounds.iter().filter(|it| age >= **it).count())
        }
        Division::Values { groups, .. } => {
            let value = value.as_text().filter(|it| !it.trim().is_empty())?;
            let own = groups
                .iter()
                .position(|(_, it)| it.iter().any(|one| one == value));
            Some(own.unwrap_or(groups.len()))
        }
    }
}
