//! Where the replaced value is held when the corrected record is gone. A partner who deletes and inserts gives the same datum
//! another id, and the old value with it. Other records of the person may have held that value all along, which is no
//! return of it: which they were is kept, by keyed hashes, when the correction is made.

use std::collections::HashSet;

use super::model::{CorrectedValue, record_hash, value_hash};
use crate::app::App;
use crate::sources::{Correction, Holder, Identities, SourceError};

/// Of more, nobody could tell one that is new.
const AT_MOST: usize = 200;

/// Stands for more than that.
const MANY: &str = "many";

/// What is kept of the records beside a corrected one.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Keyed hashes of those that hold the replaced value.
    pub records: String,
    /// Keyed hash of what else the corrected record holds.
    pub rest: Option<String>,
}

/// Where the replaced value is by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Elsewhere {
    /// Only where it was all along, if anywhere.
    Nowhere,
    /// In this record.
    In(String),
    /// In several, of which nobody can tell which took the place of the corrected one.
    Several,
}

/// Whose data they are, with all that was corrected of them.
pub(super) type Whose<'a> = (&'a Identities, &'a [CorrectedValue]);

/// Looks which other records hold what a correction replaces; `None` where a source does not answer: then that is looked up
/// at night.
pub fn look(app: &App, person: &Identities, change: &Correction) -> Option<Beside> {
    let found = app.sources.holders(person, change, AT_MOST);
    let found = found.inspect_err(|error| {
        tracing::warn!(%error, "it is not known which records hold the replaced value too");
    });
    let found = found.ok()?;
    let hash = |it: &Holder| record_hash(&app.keys, &change.key(), &it.record);
    let records = if found.has_more {
        MANY.to_owned()
    } else {
        let hashes: Vec<_> = found.others.iter().map(hash).collect();
        hashes.join(" ")
    };
    Some(Beside {
        records,
        rest: found.rest,
    })
}

/// Looks for the replaced value where the corrected record is gone. What is `taken` by others of the same person is not it.
pub(super) fn find(
    app: &App,
    (person, all): Whose<'_>,
    (value, change): (&CorrectedValue, &Correction),
    taken: &HashSet<String>,
) -> Result<Elsewhere, SourceError> {
    let Some(beside) = value.records_beside() else {
        return Ok(Elsewhere::Nowhere);
    };
    let found = app.sources.holders(person, change, 2 * AT_MOST)?;
    if found.has_more {
        return Ok(Elsewhere::Several);
    }
    let others = all.iter().filter(|it| it.is_beside(value));
    let own: HashSet<_> = others.map(|it| it.record.as_str()).collect();
    let mut held_still = 0;
    let mut new = Vec::new();
    for holder in found.others {
        let hash = record_hash(&app.keys, &value.key(), &holder.record);
        if own.contains(&*hash) || taken.contains(&hash) {
            continue;
        }
        if beside.contains(&*hash) {
            held_still += 1;
        } else {
            new.push(holder);
        }
    }
    let counted = beside.iter().filter(|it| !own.contains(**it)).count();
    let gone = counted.saturating_sub(held_still);
    let is_like_others = gone > 0
        || all
            .iter()
            .any(|it| replaced_the_same(app, it, (value, change)));
    Ok(choose(value, (new, gone), is_like_others))
}

/// Of those that hold the value newly, the one that took the place of the corrected record. As many of them as are gone
/// of those that held it all along may be these.
fn choose(
    value: &CorrectedValue,
    (mut new, gone): (Vec<Holder>, usize),
    is_like_others: bool,
) -> Elsewhere {
    if new.len() <= gone {
        return Elsewhere::Nowhere;
    }
    if new.len() > 1 || is_like_others {
        new.retain(|it| Some(&it.rest) == value.rest.as_ref());
    }
    match (new.pop(), new.is_empty()) {
        (Some(only), true) => Elsewhere::In(only.record),
        _ => Elsewhere::Several,
    }
}

/// Whether another correction of the same field replaced the same value.
fn replaced_the_same(
    app: &App,
    other: &CorrectedValue,
    (value, change): (&CorrectedValue, &Correction),
) -> bool {
    let before = value_hash(&app.keys, &other.record, &other.field, &change.before);
    other.is_beside(value) && other.replaced == before
}

impl CorrectedValue {
    /// Whether a record that holds the replaced value did not when it was corrected.
    pub(super) fn is_new_beside(&self, record: &str) -> bool {
        self.records_beside().is_some_and(|it| !it.contains(record))
    }

    /// The records that held the replaced value too; `None` where that is not known, or they were too many.
    pub(super) fn records_beside(&self) -> Option<HashSet<&str>> {
        let known = self.beside.as_deref().filter(|it| *it != MANY)?;
        Some(known.split_whitespace().collect())
    }
}
