//! Remembering what was left, and what became of it; in the caller's transaction.

use std::collections::{BTreeSet, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Beside, Left, Remainder};
use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::remainders;
use crate::error::{AppError, AppResult};
use crate::requests::model::Request;
use crate::requests::sealed::{self, What};
use crate::sources::{Action, Plan, Stayed};

/// Remembers what a deletion that was carried out has left. After an appeal it is carried out twice: what the first
/// time left stays remembered, where the second did not erase it. `found` has the ids of what is left only because nobody
/// asked to erase it, and that is found as ever.
pub fn remember(
    conn: &mut AnyConnection,
    app: &App,
    (request, plan, found): (&Request, &Plan, &BTreeSet<String>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let known = queries::find(conn, request.id)?;
    let stays = plan.stayed.iter();
    let stays = stays.filter(|it| !found.contains(&it.record.id));
    let mut left = Left {
        scope: plan.scope.clone(),
        law: plan.law.clone(),
        records: stays.cloned().collect(),
        beside: beside(plan),
    };
    if let Some(known) = &known {
        let earlier = known.open(app, &request.reference)?;
        left.records.extend(not_touched(earlier.records, plan));
        let place = |it: &Beside| (it.dataset.clone(), it.collection.clone());
        let anew: BTreeSet<_> = left.beside.iter().map(place).collect();
        let others = earlier.beside.into_iter();
        left.beside
            .extend(others.filter(|it| !anew.contains(&place(it))));
    }
    let look_on = left.next_look(now.date());
    let sealed = left.seal(app, &request.reference)?;
    match (known, look_on) {
        (None, None) => Ok(()),
        (None, Some(look_on)) => {
            diesel::insert_into(remainders::table)
                .values((
                    remainders::request_id.eq(request.id),
                    remainders::person_id.eq(request.person_id),
                    remainders::records.eq(sealed),
                    remainders::look_on.eq(look_on),
                ))
                .execute(conn)?;
            Ok(())
        }
        (Some(known), look_on) => store(conn, &known, (&sealed, look_on), now),
    }
}

/// What stays by a plan without an id of its own: what others share, and what no key finds.
fn beside(plan: &Plan) -> Vec<Beside> {
    let items = plan.items.iter();
    let beside = items.filter_map(|item| {
        let Action::Leave { reason } = &item.action else {
            return None;
        };
        let is_known = |it: &&Stayed| {
            it.record.key() == item.key() && it.whys.iter().any(|why| why.reason == *reason)
        };
        let known = plan.stayed.iter().filter(is_known).count();
        let all = usize::try_from(item.records).unwrap_or(usize::MAX);
        let count = all.saturating_sub(known);
        (count > 0).then(|| Beside {
            dataset: item.dataset.clone(),
            collection: item.collection.clone(),
            count,
            reason: reason.clone(),
        })
    });
    beside.collect()
}

/// The records to which a plan does nothing, and of which it does not know that they stay.
pub(super) fn not_touched(earlier: Vec<Stayed>, plan: &Plan) -> impl Iterator<Item = Stayed> {
    let targets = plan.work.iter().flat_map(|work| &work.targets);
    let mut touched: HashSet<String> = targets.map(|it| it.id.clone()).collect();
    touched.extend(plan.stayed.iter().map(|it| it.record.id.clone()));
    earlier
        .into_iter()
        .filter(move |it| !touched.contains(&it.record.id))
}

/// Those of some records that are not among others.
pub(super) fn not_touched_by(
    records: Vec<Stayed>,
    others: &[Stayed],
) -> impl Iterator<Item = Stayed> {
    let known: HashSet<_> = others.iter().map(|it| it.record.id.clone()).collect();
    records
        .into_iter()
        .filter(move |it| !known.contains(&it.record.id))
}

/// Writes down by which plan it is erased, before it is.
pub fn begin(
    conn: &mut AnyConnection,
    app: &App,
    (known, reference): (&Remainder, &str),
    plan: &Plan,
) -> AppResult<()> {
    let json = serde_json::to_string(plan)?;
    let sealed = sealed::seal(&app.keys, reference, What::Plan, json);
    let row = remainders::table
        .filter(remainders::request_id.eq(known.request_id))
        .filter(remainders::settled_at.is_null());
    let set = diesel::update(row).set(remainders::plan.eq(sealed));
    if set.execute(conn)? == 0 {
        return Err(changed());
    }
    Ok(())
}

/// Notes what is left now, and when to look again: never where nothing is left.
pub fn store(
    conn: &mut AnyConnection,
    known: &Remainder,
    (records, look_on): (&[u8], Option<NaiveDate>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let row = remainders::table
        .filter(remainders::request_id.eq(known.request_id))
        .filter(remainders::look_on.eq(known.look_on));
    let stored = diesel::update(row).set((
        remainders::records.eq(records),
        remainders::look_on.eq(look_on.unwrap_or(known.look_on)),
        remainders::plan.eq(None::<Vec<u8>>),
        remainders::settled_at.eq(look_on.is_none().then_some(now)),
    ));
    if stored.execute(conn)? == 0 {
        return Err(changed());
    }
    Ok(())
}

fn changed() -> AppError {
    AppError::conflict("Somebody else has changed this. Look at the list again.")
}
