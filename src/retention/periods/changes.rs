//! Writing a plan down, approving it, and noting how far it is; in the caller's transaction.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{Counted, Line, Run, RunState};
use super::queries;
use crate::app::App;
use crate::audit::receipts::{self, NewReceipt};
use crate::audit::{self, Actor, Event};
use crate::db::AnyConnection;
use crate::db::schema::{retention_lines as lines, retention_runs as runs};
use crate::error::{AppError, AppResult};
use crate::jobs::{self, Job};
use crate::sources::DueBatch;

/// Writes a new plan in the place of one that nobody approved. Where no approval is needed, it begins at once.
pub fn plan(
    conn: &mut AnyConnection,
    (day, counted, unread): (NaiveDate, &[Counted], &[String]),
    now: NaiveDateTime,
) -> AppResult<()> {
    let unapproved = runs::table.filter(runs::state.eq(RunState::Planned.as_str()));
    diesel::delete(unapproved).execute(conn)?;
    let id: i64 = diesel::insert_into(runs::table)
        .values((
            runs::day.eq(day),
            runs::state.eq(RunState::Planned.as_str()),
            runs::planned_at.eq(now),
            runs::unread.eq(unread.join(" ")),
        ))
        .returning(runs::id)
        .get_result(conn)?;
    for it in counted {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        diesel::insert_into(lines::table)
            .values((
                lines::run_id.eq(id),
                lines::dataset.eq(&it.key.dataset),
                lines::collection.eq(&it.key.collection),
                lines::to_delete.eq(number(it.to_delete)),
                lines::to_mask.eq(number(it.to_mask)),
                lines::shielded.eq(number(it.shielded)),
                lines::kept.eq(number(it.kept)),
                lines::deleted.eq(0),
                lines::masked.eq(0),
                lines::skipped.eq(0),
            ))
            .execute(conn)?;
    }
    let is_any_due = counted.iter().any(|it| it.to_delete + it.to_mask > 0);
    if is_any_due && queries::is_unattended(conn)? {
        begin(conn, id, (Actor::System, None), now)?;
    }
    Ok(())
}

/// A supervisor has it carried out, as it was shown.
pub fn approve(conn: &mut AnyConnection, id: i64, by: i64, now: NaiveDateTime) -> AppResult<()> {
    let id = queries::find(conn, id)?.id;
    let due: i64 = queries::list_lines(conn, id)?.iter().map(Line::due).sum();
    if due == 0 {
        return Err(changed());
    }
    begin(conn, id, (Actor::Staff(by), Some(by)), now)
}

fn begin(
    conn: &mut AnyConnection,
    id: i64,
    (actor, by): (Actor<'_>, Option<i64>),
    now: NaiveDateTime,
) -> AppResult<()> {
    let planned = runs::table
        .filter(runs::id.eq(id))
        .filter(runs::state.eq(RunState::Planned.as_str()));
    let begun = diesel::update(planned).set((
        runs::state.eq(RunState::Approved.as_str()),
        runs::approved_by.eq(by),
        runs::approved_at.eq(now),
    ));
    if begun.execute(conn)? == 0 {
        return Err(changed());
    }
    let all = queries::list_lines(conn, id)?;
    let detail = json!({ "due": all.iter().map(Line::due).sum::<i64>() });
    record(conn, id, "retention.approved", (actor, detail), now)?;
    jobs::enqueue(conn, &Job::CarryOutRetention { run_id: id }, now)
}

/// The condition that a line stands where it stood: between two batches in which nothing goes, no count changes.
macro_rules! is_at {
    ($line:expr) => {{
        let at = &$line.position;
        let is_same = lines::position.is_null().or(lines::position.eq(at));
        lines::position.is_null().eq(at.is_none()).and(is_same)
    }};
}

/// Writes down which records are changed next, unless another worker has gone on with it.
pub fn begin_batch(conn: &mut AnyConnection, line: &Line, batch: &DueBatch) -> AppResult<()> {
    let row = lines::table
        .filter(lines::id.eq(line.id))
        .filter(lines::finished_at.is_null())
        .filter(is_at!(line));
    let set = diesel::update(row).set(lines::batch.eq(serde_json::to_string(batch)?));
    if set.execute(conn)? == 0 {
        return Err(changed());
    }
    Ok(())
}

/// Notes that they were changed and read back, or are left because they changed under way.
pub fn end_batch(
    conn: &mut AnyConnection,
    line: &Line,
    (batch, is_done): (&DueBatch, bool),
    now: NaiveDateTime,
) -> AppResult<Line> {
    let (deleted, masked) = batch.counts();
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (deleted, masked) = (number(deleted), number(masked));
    let mut next = line.clone();
    if is_done {
        next.deleted += deleted;
        next.masked += masked;
    } else {
        next.skipped += deleted + masked;
    }
    next.position.clone_from(&batch.next);
    next.batch = None;
    next.finished_at = batch.next.is_none().then_some(now);
    store(conn, line, &next)?;
    Ok(next)
}

/// Ends a collection that cannot be carried out.
pub fn fail_line(
    conn: &mut AnyConnection,
    line: &Line,
    failure: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let failed = Line {
        failure: Some(failure.to_owned()),
        finished_at: Some(now),
        batch: None,
        ..line.clone()
    };
    store(conn, line, &failed)
}

/// Unless another worker has gone on with it.
fn store(conn: &mut AnyConnection, line: &Line, next: &Line) -> AppResult<()> {
    let row = lines::table
        .filter(lines::id.eq(line.id))
        .filter(lines::finished_at.is_null())
        .filter(lines::deleted.eq(line.deleted))
        .filter(lines::masked.eq(line.masked))
        .filter(lines::skipped.eq(line.skipped))
        .filter(is_at!(line));
    let stored = diesel::update(row).set((
        lines::deleted.eq(next.deleted),
        lines::masked.eq(next.masked),
        lines::skipped.eq(next.skipped),
        lines::position.eq(&next.position),
        lines::batch.eq(&next.batch),
        lines::finished_at.eq(next.finished_at),
        lines::failure.eq(&next.failure),
    ));
    if stored.execute(conn)? == 0 {
        return Err(changed());
    }
    Ok(())
}

/// Ends a run, with the event and the receipt of what was erased: counts and keys.
pub fn finish(conn: &mut AnyConnection, app: &App, run: &Run, now: NaiveDateTime) -> AppResult<()> {
    let all = queries::list_lines(conn, run.id)?;
    let erased: Vec<Value> = all
        .iter()
        .filter(|it| it.due() + it.done() > 0)
        .map(|it| {
            json!({
                "dataset": it.dataset, "collection": it.collection, "deleted": it.deleted,
                "masked": it.masked, "skipped": it.skipped, "failed": it.failure.is_some(), "read_back": true,
            })
        })
        .collect();
    let new = NewReceipt {
        issuer: &app.site.organisation,
        person_id: None,
        kind: "retention",
        object: &format!("retention {}", run.id),
        facts: json!({ "day": run.day, "erased": erased }),
    };
    let receipt = receipts::issue(conn, &app.keys, &new, now)?;
    let approved = runs::table
        .filter(runs::id.eq(run.id))
        .filter(runs::state.eq(RunState::Approved.as_str()));
    let done = diesel::update(approved).set((
        runs::state.eq(RunState::Done.as_str()),
        runs::finished_at.eq(now),
        runs::receipt.eq(&receipt.id),
    ));
    if done.execute(conn)? == 0 {
        return Err(changed());
    }
    let sum = |of: fn(&Line) -> i64| all.iter().map(of).sum::<i64>();
    let detail = json!({
        "deleted": sum(|it| it.deleted), "masked": sum(|it| it.masked), "skipped": sum(|it| it.skipped),
        "receipt": receipt.id,
    });
    record(conn, run.id, "retention.done", (Actor::System, detail), now)
}

/// Notes that an admin wants it carried out without approval, or no longer.
pub fn set_unattended(
    conn: &mut AnyConnection,
    is_on: bool,
    by: i64,
    now: NaiveDateTime,
) -> AppResult<()> {
    if !queries::set_unattended(conn, is_on, now)? {
        return Ok(());
    }
    let event = Event {
        actor: Actor::Staff(by),
        action: "retention.switched",
        person: None,
        object: "retention",
        detail: json!({ "without_approval": is_on }),
    };
    Ok(audit::record(conn, &event, now)?)
}

fn changed() -> AppError {
    AppError::conflict("This plan has changed since. Look at it again.")
}

fn record(
    conn: &mut AnyConnection,
    id: i64,
    action: &str,
    (actor, detail): (Actor<'_>, Value),
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor,
        action,
        person: None,
        object: &format!("retention {id}"),
        detail,
    };
    Ok(audit::record(conn, &event, now)?)
}
