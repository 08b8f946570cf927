//! What stayed when a person's data were erased: they may not find it here any more, and are told of it all the same.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::app::App;
use crate::db::AnyConnection;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::requests::model::{Action, Decision, Item};
use crate::requests::{details, queries};
use crate::retention::remainders;
use crate::web::words;

/// So many deletions of a person are looked at, newest first.
const MOST: i64 = 20;

/// Records that stayed.
#[derive(Debug)]
pub struct Kept {
    /// What people call them.
    pub title: String,
    /// How many.
    pub count: i64,
    /// Why, as the person was told.
    pub why: String,
    /// The cite that backs it; may be empty.
    pub basis: String,
    /// The last day, in words.
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
            Some(day) => format!("{records}, until {day}"),
            None => records,
        }
    }
}

/// What a person's deletions have left, by the newest one that was about a collection.
pub fn list(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    today: NaiveDate,
) -> AppResult<Vec<Kept>> {
    let mut newest = HashMap::<CollectionKey, i64>::new();
    let mut kept = Vec::new();
    let left = still_left(conn, app, person_id)?;
    for (item, reference) in queries::list_items_of_deletions(conn, person_id, MOST)? {
        let key = CollectionKey::new(&item.dataset, &item.collection);
        let decides = *newest.entry(key.clone()).or_insert(item.request_id);
        let is_over = item.keep_until.is_some_and(|day| day < today);
        let was_left = left.get(&item.request_id);
        let was_left = was_left.and_then(|it| it.get(&key.to_string()));
        // Its time may be over, and it is there all the same, until staff have it erased.
        let is_gone = match was_left.filter(|_| item.action == Action::Keep) {
            Some(is_there) => !is_there,
            None => is_over,
        };
        if decides != item.request_id || is_gone || !has_stayed(&item) {
            continue;
        }
        let title = details::title(&app.register, &item);
        let open = details::open_item(&app.keys, &reference, item)?;
        kept.push(Kept {
            title,
            count: open.item.count,
            why: open.item.why.unwrap_or(open.decision_reason),
            basis: open.item.basis.unwrap_or_default(),
            until: open.item.keep_until.map(|day| {
                let day = words::day(day);
                if is_over {
                    format!("{day}; the reason has ended, and they are to be erased")
                } else {
                    day
                }
            }),
            reference,
        });
    }
    kept.reverse();
    Ok(kept)
}

/// The collections in which deletions have left something for a reason that ends, and whether it is still there.
fn still_left(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
) -> AppResult<HashMap<i64, HashMap<String, bool>>> {
    let all = remainders::queries::list_of_person(conn, person_id)?;
    let opened = all.into_iter().map(|(remainder, reference)| {
        let left = remainder.open(app, &reference)?;
        let is_settled = remainder.settled_at.is_some();
        let records = left.records.iter().filter(|_| !is_settled);
        let there: HashSet<_> = records.map(|it| it.record.key().to_string()).collect();
        let were_in = left.were_in.into_iter();
        let were_in = were_in.map(|key| (key.clone(), there.contains(&key)));
        Ok((remainder.request_id, were_in.collect()))
    });
    opened.collect()
}

fn has_stayed(item: &Item) -> bool {
    let is_refused = item.decision == Some(Decision::Refused);
    item.count > 0 && (is_refused || matches!(item.action, Action::Keep | Action::Leave))
}
