//! Recording disclosures, and finding those of a person.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDateTime;
use diesel::dsl::{count_star, exists, max, min};
use diesel::prelude::*;
use serde_json::json;

use super::alarms;
use super::model::{Disclosure, Group, Kind, NewDisclosure, Rules};
use crate::accounts::queries::list_identities;
use crate::audit::{self, Actor, Event};
use crate::db::schema::disclosures;
use crate::db::{AnyConnection, both};

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is recorded now.
    Recorded,
    /// It had been recorded before.
    Known,
    /// Another line had been recorded under its key.
    Differs,
}

/// Records lines that were not recorded before, with one event that names `by`, and [notes](alarms) which of them should
/// not have been; in the order of the lines.
pub fn record(
    conn: &mut AnyConnection,
    rules: Rules<'_>,
    lines: &[NewDisclosure],
    by: &str,
    now: NaiveDateTime,
) -> QueryResult<Vec<Outcome>> {
    let keys: Vec<_> = lines.iter().map(|it| &it.key).collect();
    let known: Vec<(String, String)> = disclosures::table
        .filter(disclosures::key.eq_any(keys))
        .select((disclosures::key, disclosures::digest))
        .load(conn)?;
    let mut known: HashMap<_, _> = known.into_iter().collect();
    // Of two who record the same lines at once, the one waits for the other: in one order they never wait in a circle.
    let mut in_order: Vec<_> = (0..lines.len()).collect();
    in_order.sort_by_key(|at| &lines[*at].key);
    let mut outcomes = vec![Outcome::Known; lines.len()];
    for at in in_order {
        let line = &lines[at];
        outcomes[at] = match known.get(&line.key) {
            Some(digest) if *digest == line.digest => Outcome::Known,
            Some(_) => Outcome::Differs,
            None => insert(conn, line)?,
        };
        // The first of them is what is on record.
        let digest = known.entry(line.key.clone());
        digest.or_insert_with(|| line.digest.clone());
    }
    let all = lines.iter().zip(&outcomes);
    let recorded = all.filter(|(_, it)| **it == Outcome::Recorded);
    let recorded: Vec<_> = recorded.map(|(line, _)| line).collect();
    if !recorded.is_empty() {
        alarms::raise(conn, rules, &recorded, now)?;
        let event = Event {
            actor: Actor::System,
            action: "disclosures.recorded",
            person: None,
            object: by,
            detail: json!({ "recorded": recorded.len() }),
        };
        audit::record(conn, &event, now)?;
    }
    Ok(outcomes)
}

/// Each by itself, for a statement of one row is parsed once for all. It may come from two sides at once.
fn insert(conn: &mut AnyConnection, line: &NewDisclosure) -> QueryResult<Outcome> {
    let inserted = both!(conn, |conn| diesel::insert_into(disclosures::table)
        .values(line)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(if inserted == 1 {
        Outcome::Recorded
    } else {
        Outcome::Known
    })
}

/// Whether any disclosure was ever recorded, of anybody.
pub fn is_kept(conn: &mut AnyConnection) -> QueryResult<bool> {
    let any: Option<i64> = disclosures::table
        .order(disclosures::id.desc())
        .select(disclosures::id)
        .first(conn)
        .optional()?;
    Ok(any.is_some())
}

/// Under what a person's disclosures stand: their identities, as kind and keyed hash.
pub fn subjects(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Vec<String>> {
    let identities = list_identities(conn, person_id)?.into_iter();
    Ok(identities
        .map(|it| format!("{}:{}", it.kind, it.hash))
        .collect())
}

/// Whether any disclosure of that person is on record.
pub fn is_any_of(conn: &mut AnyConnection, person_id: i64) -> QueryResult<bool> {
    let own = subjects(conn, person_id)?;
    let any = disclosures::table.filter(disclosures::subject.eq_any(own));
    diesel::select(exists(any)).get_result(conn)
}

type GroupRow = (
    String,
    Option<String>,
    i64,
    Option<NaiveDateTime>,
    Option<NaiveDateTime>,
    Option<i64>,
);

/// What was disclosed about these subjects, by recipient: so many recipients, in order, after that one. Each subject is
/// asked for by itself, in the order of the index; a person has few.
pub fn list_groups(
    conn: &mut AnyConnection,
    subjects: &[String],
    after: &str,
    limit: i64,
) -> QueryResult<Vec<Group>> {
    let mut all = BTreeMap::<String, Group>::new();
    for subject in subjects {
        let rows: Vec<GroupRow> = disclosures::table
            .filter(disclosures::subject.eq(subject))
            .filter(disclosures::recipient.gt(after))
            .group_by(disclosures::recipient)
            .order(disclosures::recipient)
            .limit(limit)
            .select((
                disclosures::recipient,
                max(disclosures::kind),
                count_star(),
                min(disclosures::at),
                max(disclosures::at),
                max(disclosures::id),
            ))
            .load(conn)?;
        for group in rows.into_iter().filter_map(group) {
            match all.get_mut(&group.recipient) {
                Some(known) => known.add(&group),
                None => {
                    all.insert(group.recipient.clone(), group);
                }
            }
        }
    }
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    Ok(all.into_values().take(limit).collect())
}

/// None for a kind that this version does not know.
fn group((recipient, kind, count, first, last, any): GroupRow) -> Option<Group> {
    Some(Group {
        recipient,
        kind: kind?.parse::<Kind>().ok()?,
        count,
        first_at: first?,
        last_at: last?,
        any: any?,
    })
}

impl Group {
    fn add(&mut self, other: &Group) {
        self.count += other.count;
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.any = self.any.max(other.any);
    }
}

/// A disclosure about one of these subjects.
pub fn find(conn: &mut AnyConnection, subjects: &[String], id: i64) -> QueryResult<Disclosure> {
    Disclosure::query()
        .filter(disclosures::id.eq(id))
        .filter(disclosures::subject.eq_any(subjects))
        .first(conn)
}

/// What was disclosed about these subjects to one recipient, newest first: so many, older than that one.
pub fn list(
    conn: &mut AnyConnection,
    subjects: &[String],
    recipient: &str,
    before: Option<&Disclosure>,
    limit: i64,
) -> QueryResult<Vec<Disclosure>> {
    let mut all = Vec::new();
    for subject in subjects {
        let mut list = Disclosure::query()
            .filter(disclosures::subject.eq(subject))
            .filter(disclosures::recipient.eq(recipient))
            .order((disclosures::at.desc(), disclosures::id.desc()))
            .limit(limit)
            .into_boxed();
        if let Some(last) = before {
            let same_moment = disclosures::at.eq(last.at).and(disclosures::id.lt(last.id));
            list = list.filter(disclosures::at.lt(last.at).or(same_moment));
        }
        all.extend(list.load(conn)?);
    }
    all.sort_unstable_by_key(|it| std::cmp::Reverse((it.at, it.id)));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}
