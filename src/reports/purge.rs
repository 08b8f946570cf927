//! Requests go 24 months after they were closed, with all that hangs on them (11 CCR 7101(a) asks to keep them for
//! at least so long). What stays are the audit log and the receipts, which name nobody, and the figures.

use chrono::{Months, NaiveDateTime};
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use serde_json::json;

use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::{people, remainders, requests, restrictions};
use crate::error::AppResult;
use crate::requests::model::State;

/// So long a closed request is kept.
pub const KEPT: Months = Months::new(24);

/// So many are purged in one transaction at most.
const BATCH: i64 = 200;

/// The job. An appeal is closed later than what it is about, so that the appealed request goes in the next round.
pub fn run(app: &App) -> AppResult<()> {
    let now = app.clock.now();
    while app.db.write_now(move |conn| Ok(purge(conn, now)?))? > 0 {}
    Ok(())
}

fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let appeals = diesel::alias!(requests as appeals);
    let appeal = appeals.filter(
        appeals
            .field(requests::appeal_of)
            .eq(requests::id.nullable()),
    );
    // What is not used for its sake must still be found when it is to be used again.
    let stands = restrictions::table
        .filter(restrictions::request_id.eq(requests::id))
        .filter(restrictions::ended_at.is_null())
        .filter(requests::state.eq(State::Completed.as_str()));
    // What it had to leave is found by it alone.
    let left = remainders::table
        .filter(remainders::request_id.eq(requests::id))
        .filter(remainders::settled_at.is_null());
    let old: Vec<(i64, String, String, String)> = requests::table
        .inner_join(people::table)
        .filter(requests::closed_at.le(now - KEPT))
        .filter(not(exists(appeal)))
        .filter(not(exists(stands)))
        .filter(not(exists(left)))
        .order((requests::closed_at, requests::id))
        .limit(BATCH)
        .select((
            requests::id,
            requests::reference,
            requests::kind,
            people::pseudonym,
        ))
        .load(conn)?;
    for (id, reference, kind, pseudonym) in &old {
        diesel::delete(requests::table.filter(requests::id.eq(id))).execute(conn)?;
        let event = Event {
            actor: Actor::System,
            action: "request.purged",
            person: Some(pseudonym),
            object: reference,
            detail: json!({ "kind": kind }),
        };
        audit::record(conn, &event, now)?;
    }
    Ok(old.len())
}
