//! Remembering what was left, and what became of it; in the caller's transaction.

use std::collections::{BTreeSet, HashSet};

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::model::{Left, Remainder};
use super::queries;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::remainders;
use crate::error::{AppError, AppResult};
use crate::requests::model::Request;
use crate::requests::sealed::{self, What};
use crate::sources::{Plan, Stayed};

/// Remembers what a deletion that was carried out has left. After an appeal it is carried out twice: what the first
/// time left stays remembered, where the second did not erase it.
pub fn remember(
    conn: &mut AnyConnection,
    app: &App,
    (request, plan): (&Request, &Plan),
    now: NaiveDateTime,
) -> AppResult<()> {
    let known = queries::find(conn, request.id)?;
    let mut records = plan.stayed.clone();
    let mut were_in = BTreeSet::new();
    if let Some(known) = &known {
        let earlier = known.open(app, &request.reference)?;
        were_in = earlier.were_in;
        records.extend(not_touched(earlier.records, plan));
    }
    were_in.extend(records.iter().map(|it| it.record.key().to_string()));
    let left = Left {
        scope: plan.scope.clone(),
        law: plan.law.clone(),
        records,
        were_in,
    };
    let Some(look_on) = left.next_look(now.date()) else {
        return Ok(());
    };
    let sealed = left.seal(app, &request.reference)?;
    let Some(known) = known else {
        diesel::insert_into(remainders::table)
            .values((
                remainders::request_id.eq(request.id),
                remainders::person_id.eq(request.person_id),
                remainders::records.eq(sealed),
                remainders::look_on.eq(look_on),
            ))
            .execute(conn)?;
        return Ok(());
    };
    store(conn, &known, (Some(&sealed), Some(look_on)), now)
}

/// The records to which a plan does nothing, and of which it does not know that they stay.
fn not_touched(earlier: Vec<Stayed>, plan: &Plan) -> impl Iterator<Item = Stayed> {
    let targets = plan.work.iter().flat_map(|work| &work.targets);
    let mut touched: HashSet<String> = targets.map(|it| it.id.clone()).collect();
    touched.extend(plan.stayed.iter().map(|it| it.record.id.clone()));
    earlier
        .into_iter()
        .filter(move |it| !touched.contains(&it.record.id))
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

/// Notes what is left now, and when to look again: never where no reason of it ends.
pub fn store(
    conn: &mut AnyConnection,
    known: &Remainder,
    (records, look_on): (Option<&[u8]>, Option<NaiveDate>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let row = remainders::table
        .filter(remainders::request_id.eq(known.request_id))
        .filter(remainders::look_on.eq(known.look_on));
    let stored = diesel::update(row).set((
        remainders::records.eq(records.unwrap_or(&known.records)),
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
