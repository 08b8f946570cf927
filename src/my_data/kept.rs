//! What stayed when a person's data were erased: they may not find it by what we know them by any more, and are told of
//! it all the same, and shown it, wherever they look and whenever they ask.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::requests::details::{self, OpenItem};
use crate::requests::model::{Action, Item, Request};
use crate::requests::queries;
use crate::retention::remainders;
use crate::sources::{Identities, Known, Record, Stayed};
use crate::web::words;

/// So many deletions of a person are looked at, newest first.
const MOST: i64 = 20;

/// Records that stayed for one reason.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The collection.
    pub key: CollectionKey,
    /// What people call it.
    pub title: String,
    /// How many are there now; where the source does not answer, how many were there when last looked at.
    pub count: i64,
    /// Why, as the person was told.
    pub why: String,
    /// The cite that backs it; may be empty.
    pub basis: String,
    /// Until when, in words.
    pub until: Option<String>,
    /// Of the deletion.
    pub reference: String,
}

impl Kept {
    /// How many, and until when.
    pub fn in_words(&self) -> String {
        let records = match self.count {
            1 => "1 record".to_owned(),
            more => format!("{more} records"),
        };
        match &self.until {
            Some(until) => format!("{records}, {until}"),
            None => records,
        }
    }

    /// Why, with the cite.
    pub fn why_in_words(&self) -> String {
        match self.basis.as_str() {
            "" => self.why.clone(),
            basis => format!("{} ({basis})", self.why),
        }
    }
}

/// One of these records, read by its id.
#[derive(Debug)]
pub struct KeptRecord {
    /// The collection.
    pub key: CollectionKey,
    /// The record.
    pub record: Record,
    /// Why it stays and until when, in words.
    pub why: String,
}

/// All that stayed.
#[derive(Debug, Default)]
pub struct AllKept {
    /// By collection and reason.
    pub lines: Vec<Kept>,
    /// What can be shown of it.
    pub records: Vec<KeptRecord>,
    /// Collections whose source does not answer.
    pub unread: Vec<CollectionKey>,
}

/// What one deletion had to leave in one collection for a reason that ends; none once nothing of it is left.
type LeftBy = HashMap<(i64, CollectionKey), Vec<Stayed>>;

/// What a person's deletions have left, by the newest one that was about a collection. It reads the sources.
pub fn list(app: &App, whose: (i64, &Identities)) -> AppResult<AllKept> {
    read(app, whose, |_| true)
}

/// The same in one collection.
pub fn list_in(app: &App, whose: (i64, &Identities), key: &CollectionKey) -> AppResult<AllKept> {
    read(app, whose, |it| it == key)
}

fn read(
    app: &App,
    (person_id, identities): (i64, &Identities),
    is_wanted: impl Fn(&CollectionKey) -> bool,
) -> AppResult<AllKept> {
    let (mut left, mut items) = app.db.read_now(|conn| {
        let left = left_by(conn, app, person_id)?;
        Ok((left, stayed_items(conn, app, person_id)?))
    })?;
    left.retain(|(_, key), _| is_wanted(key));
    items.retain(|(it, _)| is_wanted(&key_of(&it.item)));
    let stayed = left.values().flatten();
    let known: Vec<Known> = stayed.map(|it| it.record.clone()).collect();
    let mut all = AllKept::default();
    let mut there = HashMap::<CollectionKey, HashMap<String, Record>>::new();
    if !known.is_empty() {
        for (key, read) in app.sources.still_there(identities, &known) {
            match read {
                Ok(records) => {
                    let by_id = records.into_iter().map(|it| (it.id.clone(), it));
                    there.insert(key, by_id.collect());
                }
                Err(error) => {
                    tracing::warn!(%error, "a source with data that stayed does not answer");
                    all.unread.push(key);
                }
            }
        }
    }
    let today = app.clock.today();
    let shared = shares(&items, &left);
    for (at, (item, reference)) in items.iter().enumerate() {
        let key = key_of(&item.item);
        let stayed = shared.get(&at);
        let here: Option<Vec<_>> = there.get(&key).zip(stayed).map(|(there, stayed)| {
            let found = stayed
                .iter()
                .filter_map(|it| Some((*it, there.get(&it.record.id)?)));
            found.collect()
        });
        let line = Kept {
            title: details::title(&app.register, &item.item),
            count: here.as_ref().map_or_else(
                || stayed.map_or(item.item.count, |it| count(it.len())),
                |it| count(it.len()),
            ),
            why: item
                .item
                .why
                .clone()
                .unwrap_or(item.decision_reason.clone()),
            basis: item.item.basis.clone().unwrap_or_default(),
            until: until(item, stayed, today),
            reference: reference.clone(),
            key: key.clone(),
        };
        let is_over = item.item.keep_until.is_some_and(|day| day < today);
        let is_gone = line.count == 0 || stayed.is_none() && is_over;
        if is_gone {
            continue;
        }
        for (stayed, record) in here.into_iter().flatten() {
            let day = stayed.until.filter(|_| item.item.keep_until.is_some());
            let why = line.why_in_words();
            all.records.push(KeptRecord {
                key: key.clone(),
                record: record.clone(),
                why: day.map_or(why.clone(), |day| {
                    format!("{why} {}.", words::sentence(&until_day(day, today)))
                }),
            });
        }
        all.lines.push(line);
    }
    Ok(all)
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}

/// Which records each item has left: where a collection has several reasons, those whose end is like that of the item.
fn shares<'a>(items: &[(OpenItem, String)], left: &'a LeftBy) -> HashMap<usize, Vec<&'a Stayed>> {
    let mut shares = HashMap::new();
    let mut taken = HashSet::new();
    let place = |item: &Item| (item.request_id, key_of(item));
    for (at, (item, _)) in items.iter().enumerate() {
        let item = &item.item;
        let Some(here) = left.get(&place(item)) else {
            continue;
        };
        if item.action != Action::Keep {
            continue;
        }
        let others = items.iter().enumerate().filter(|(other, (it, _))| {
            *other != at && it.item.action == Action::Keep && place(&it.item) == place(item)
        });
        let is_last = others.clone().all(|(other, _)| other < at);
        let is_like = |it: &&Stayed| it.until.is_some() == item.keep_until.is_some();
        let is_alone = others.count() == 0;
        let mine = here
            .iter()
            .filter(|it| !taken.contains(&it.record.id) && (is_alone || is_last || is_like(it)));
        let most = if is_alone {
            usize::MAX
        } else {
            usize::try_from(item.count).unwrap_or_default()
        };
        let mine: Vec<_> = mine.take(most).collect();
        // A reason that does not end keeps others.
        if mine.is_empty() && !here.is_empty() {
            continue;
        }
        taken.extend(mine.iter().map(|it| it.record.id.clone()));
        shares.insert(at, mine);
    }
    shares
}

/// Until when, where the reason ends. Each record has a day of its own.
fn until(item: &OpenItem, stayed: Option<&Vec<&Stayed>>, today: NaiveDate) -> Option<String> {
    let told = item.item.keep_until?;
    let days = stayed.into_iter().flatten().filter_map(|it| it.until);
    let (first, last) = (days.clone().min(), days.max());
    let last = last.unwrap_or(told);
    match first.filter(|first| *first < last) {
        None => Some(until_day(last, today)),
        Some(first) if last < today => Some(format!(
            "until {} to {}; {OVER}",
            words::day(first),
            words::day(last)
        )),
        Some(first) if first < today => Some(format!(
            "the last until {}; of some {OVER}",
            words::day(last)
        )),
        Some(first) => Some(format!(
            "the first until {}, the last until {}",
            words::day(first),
            words::day(last)
        )),
    }
}

const OVER: &str = "the reason has ended, and they are to be erased";

fn until_day(day: NaiveDate, today: NaiveDate) -> String {
    let until = format!("until {}", words::day(day));
    if day < today {
        format!("{until}; {OVER}")
    } else {
        until
    }
}

/// How many records of what a deletion had to leave for a reason that ends were there when last looked at, by
/// collection; none where it left no such.
pub fn left_of(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<Vec<(String, usize)>>> {
    let Some(remainder) = remainders::queries::find(conn, request.id)? else {
        return Ok(None);
    };
    let mut counts = BTreeMap::<CollectionKey, usize>::new();
    if remainder.settled_at.is_none() {
        for stayed in remainder.open(app, &request.reference)?.records {
            *counts.entry(stayed.record.key()).or_default() += 1;
        }
    }
    let named = counts.into_iter();
    let named = named.map(|(key, count)| (app.register.collection_title(&key), count));
    Ok(Some(named.collect()))
}

/// What the newest deletion that was about a collection has left there, in the order of the register.
fn stayed_items(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
) -> AppResult<Vec<(OpenItem, String)>> {
    let mut newest = HashMap::<CollectionKey, i64>::new();
    let mut stayed = Vec::new();
    for (item, reference) in queries::list_items_of_deletions(conn, person_id, MOST)? {
        let key = key_of(&item);
        let decides = *newest.entry(key).or_insert(item.request_id);
        if decides == item.request_id && has_stayed(&item) {
            let open = details::open_item(&app.keys, &reference, item)?;
            stayed.push((open, reference));
        }
    }
    stayed.reverse();
    Ok(stayed)
}

/// What deletions have left for a reason that ends, and is there still; a collection in which nothing of it is left any
/// more is among them.
fn left_by(conn: &mut AnyConnection, app: &App, person_id: i64) -> AppResult<LeftBy> {
    let mut left = LeftBy::new();
    for (remainder, reference) in remainders::queries::list_of_person(conn, person_id)? {
        let opened = remainder.open(app, &reference)?;
        for name in &opened.were_in {
            let Some((dataset, collection)) = name.split_once('.') else {
                continue;
            };
            let key = CollectionKey::new(dataset, collection);
            let here = opened.records.iter().filter(|it| it.record.key() == key);
            let here = here.filter(|_| remainder.settled_at.is_none());
            let stayed = here.cloned().collect();
            left.insert((remainder.request_id, key), stayed);
        }
    }
    Ok(left)
}

fn has_stayed(item: &Item) -> bool {
    item.count > 0 && item.stays()
}

fn key_of(item: &Item) -> CollectionKey {
    CollectionKey::new(&item.dataset, &item.collection)
}
