//! What stayed when a person's data were erased: they may not find it by what we know them by any more, and are told of
//! it all the same, and shown it, wherever they look and whenever they ask. What that is, the remainders of their
//! deletions know, whatever became of the requests; whether it is there still, the sources.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::requests::model::Request;
use crate::retention::remainders;
use crate::retention::remainders::model::{Beside, Left};
use crate::sources::{Identities, Known, Record, Stayed, StaysBy, There, Why};
use crate::web::words;

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
            more => format!("{} records", words::number(more)),
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
    /// It stays only because nobody asked to erase it.
    pub may_go: bool,
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

/// What a person's deletions have left. It reads the sources.
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
    let mut left = app
        .db
        .read_now(|conn| remainders::queries::list_left(conn, app, person_id))?;
    for (left, _) in &mut left {
        left.records.retain(|it| is_wanted(&it.record.key()));
        left.beside
            .retain(|it| is_wanted(&CollectionKey::new(&it.dataset, &it.collection)));
    }
    let there = Found::of(app, identities, &left);
    let today = app.clock.today();
    let mut all = AllKept::default();
    for (left, reference) in &left {
        for share in shares(&left.records) {
            all.add(app, (&share, reference), &there, today);
        }
        all.lines
            .extend(left.beside.iter().map(|it| beside(app, it, reference)));
    }
    all.unread = there.unread;
    Ok(all)
}

/// What the sources hold still of it.
#[derive(Default)]
struct Found {
    there: HashMap<CollectionKey, HashMap<String, There>>,
    unread: Vec<CollectionKey>,
}

impl Found {
    fn of(app: &App, identities: &Identities, left: &[(Left, String)]) -> Self {
        let stayed = || left.iter().flat_map(|(left, _)| &left.records);
        let known: Vec<Known> = stayed().map(|it| it.record.clone()).collect();
        let mut found = Self::default();
        if known.is_empty() {
            return found;
        }
        let not_asked = stayed().filter(|it| it.is_not_asked());
        let not_asked: HashSet<_> = not_asked.map(|it| it.record.id.as_str()).collect();
        let asks = |id: &str| not_asked.contains(id);
        for (key, read) in app.sources.still_there(identities, (&known, &asks)) {
            match read {
                Ok(records) => {
                    let by_id = records.into_iter().map(|it| (it.record.id.clone(), it));
                    found.there.insert(key, by_id.collect());
                }
                Err(error) => {
                    tracing::warn!(%error, "a source with data that stayed does not answer");
                    found.unread.push(key);
                }
            }
        }
        found
    }
}

/// Records of one collection that stay for the same reasons.
type Share<'a> = Vec<&'a Stayed>;

fn shares(records: &[Stayed]) -> Vec<Share<'_>> {
    let mut places = HashMap::new();
    let mut shares: Vec<Share<'_>> = Vec::new();
    for stayed in records {
        let whys = stayed.whys.iter();
        let whys: Vec<_> = whys
            .map(|it| (it.by, &it.reason, &it.basis, it.until.is_some()))
            .collect();
        let at = *places
            .entry((stayed.record.key(), whys))
            .or_insert_with(|| {
                shares.push(Vec::new());
                shares.len() - 1
            });
        shares[at].push(stayed);
    }
    shares
}

impl AllKept {
    /// Adds the line of some records, and what of them is there; what is not any more is not told either.
    fn add(
        &mut self,
        app: &App,
        (share, reference): (&[&Stayed], &str),
        found: &Found,
        today: NaiveDate,
    ) {
        let Some(first) = share.first() else {
            return;
        };
        let key = first.record.key();
        let there = found.there.get(&key);
        let may_go = first.is_not_asked();
        let here: Vec<(&Stayed, Option<&There>)> = share
            .iter()
            .map(|it| (*it, there.and_then(|there| there.get(&it.record.id))))
            // What is found as ever needs no telling.
            .filter(|(_, it)| !it.is_some_and(|it| may_go && it.is_found))
            .filter(|(_, it)| there.is_none() || it.is_some())
            .collect();
        if here.is_empty() {
            return;
        }
        let stayed: Vec<_> = here.iter().map(|(stayed, _)| *stayed).collect();
        let line = Kept {
            title: app.register.collection_title(&key),
            count: count(here.len()),
            why: why(&first.whys),
            basis: match &*first.whys {
                [one] => one.basis.clone(),
                _ => String::new(),
            },
            until: until(&stayed, today),
            reference: reference.to_owned(),
            key: key.clone(),
        };
        for (stayed, there) in here {
            let Some(there) = there else {
                continue;
            };
            let why = line.why_in_words();
            self.records.push(KeptRecord {
                key: key.clone(),
                record: there.record.clone(),
                why: stayed.ends_on().map_or(why.clone(), |day| {
                    format!("{why} {}.", words::sentence(&until_day(day, today)))
                }),
                may_go,
            });
        }
        self.lines.push(line);
    }
}

impl Stayed {
    /// The last day of the last of its reasons, where each has one.
    fn ends_on(&self) -> Option<NaiveDate> {
        let days: Option<Vec<_>> = self.whys.iter().map(|it| it.until).collect();
        days?.into_iter().max()
    }
}

const UNKNOWN: &str = "It had to stay when we deleted your data.";
const REFUSED: &str = "We decided not to erase it.";

fn why(whys: &[Why]) -> String {
    let said = |it: &Why| match (it.reason.as_str(), it.by) {
        ("", StaysBy::Refusal) => REFUSED.to_owned(),
        (reason, _) => reason.to_owned(),
    };
    match whys {
        [] => UNKNOWN.to_owned(),
        [one] => said(one),
        several => {
            let with_basis = |it: &Why| match it.basis.as_str() {
                "" => said(it),
                basis => format!("{} ({basis})", said(it)),
            };
            let all: Vec<_> = several.iter().map(with_basis).collect();
            all.join(" ")
        }
    }
}

/// What others share cannot be looked for by its ids.
fn beside(app: &App, left: &Beside, reference: &str) -> Kept {
    let key = CollectionKey::new(&left.dataset, &left.collection);
    Kept {
        title: app.register.collection_title(&key),
        count: count(left.count),
        why: left.reason.clone(),
        basis: String::new(),
        until: Some("as counted when we deleted the rest".to_owned()),
        reference: reference.to_owned(),
        key,
    }
}

fn count(records: usize) -> i64 {
    i64::try_from(records).unwrap_or(i64::MAX)
}

/// Until when, where the reason ends. Each record has a day of its own.
fn until(stayed: &[&Stayed], today: NaiveDate) -> Option<String> {
    let days = stayed.iter().filter_map(|it| it.ends_on());
    let (first, last) = (days.clone().min()?, days.max()?);
    Some(match () {
        () if first == last => until_day(last, today),
        () if last < today => format!(
            "until {} to {}; {OVER}",
            words::day(first),
            words::day(last)
        ),
        () if first < today => {
            format!("the last until {}; of some {OVER}", words::day(last))
        }
        () => format!(
            "the first until {}, the last until {}",
            words::day(first),
            words::day(last)
        ),
    })
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

/// What is left of a deletion for reasons of one kind.
#[derive(Debug)]
pub struct LeftNow {
    /// What will become of it.
    pub outlook: &'static str,
    /// What people call each collection, with how many records.
    pub lines: Vec<(String, usize)>,
}

const ENDS: &str = "This had to stay for a while. We erase it when its reason ends.";
const REFUSED_STAYS: &str = "This stays because we decided not to erase it. That has no last day, and we do not erase it by ourselves.";
const NO_END: &str = "This stays for a reason that has no last day.";
const FOUND_BY_ID: &str = "You did not ask us to erase this. What led to it is gone.";

/// What a deletion has left, as it was when last looked at; none where it left nothing.
pub fn left_of(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<Option<Vec<LeftNow>>> {
    let Some(remainder) = remainders::queries::find(conn, request.id)? else {
        return Ok(None);
    };
    if remainder.settled_at.is_some() {
        return Ok(Some(Vec::new()));
    }
    let left = remainder.open(app, &request.reference)?;
    let named = |lines: BTreeMap<CollectionKey, usize>| -> Vec<_> {
        let lines = lines.into_iter();
        let named = lines.map(|(key, count)| (app.register.collection_title(&key), count));
        named.collect()
    };
    let all = [ENDS, REFUSED_STAYS, NO_END, FOUND_BY_ID].map(|outlook| {
        let mut counts = BTreeMap::<CollectionKey, usize>::new();
        for stayed in left.records.iter().filter(|it| outlook_of(it) == outlook) {
            *counts.entry(stayed.record.key()).or_default() += 1;
        }
        for it in left.beside.iter().filter(|_| outlook == NO_END) {
            let key = CollectionKey::new(&it.dataset, &it.collection);
            *counts.entry(key).or_default() += it.count;
        }
        LeftNow {
            outlook,
            lines: named(counts),
        }
    });
    let any = all.into_iter().filter(|it| !it.lines.is_empty());
    Ok(Some(any.collect()))
}

fn outlook_of(stayed: &Stayed) -> &'static str {
    match () {
        () if stayed.may_end() => ENDS,
        () if stayed.is_not_asked() => FOUND_BY_ID,
        () if stayed.whys.iter().any(|it| it.by == StaysBy::Refusal) => REFUSED_STAYS,
        () => NO_END,
    }
}
