//! What was done, as the receipt says it, and what views still show of it.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{Action, Decision, Item, Request};
use super::queries;
use super::review::plan_of;
use crate::app::App;
use crate::db::AnyConnection;
use crate::db::schema::request_items;
use crate::error::AppResult;
use crate::register::CollectionKey;
use crate::sources::{Effect, Identities, Plan};

/// Why the record of a view did not go.
const SHOWS_WHAT_STAYS: &str =
    "This only shows what other records hold, and still does: those stay.";

/// How many records of views are there still.
pub(super) type StillShown = Vec<(CollectionKey, i64)>;

/// Looks whether views show no more what was erased.
pub(super) fn still_shown(
    app: &App,
    request_id: i64,
    person: &Identities,
) -> AppResult<StillShown> {
    let plan = app
        .db
        .read_now(|conn| plan_of(app, &queries::find(conn, request_id)?))?;
    if plan.shows.is_empty() {
        return Ok(Vec::new());
    }
    let mut shown = StillShown::new();
    for (key, there) in app.sources.still_there(person, (&plan.shows, &|_| false)) {
        let count = i64::try_from(there?.len()).unwrap_or(i64::MAX);
        if count > 0 {
            shown.push((key, count));
        }
    }
    Ok(shown)
}

/// Says of what is shown still that it stays: in the request, and in what the receipt says.
pub(super) fn note_shown(
    conn: &mut AnyConnection,
    request: &Request,
    shown: &StillShown,
    facts: &mut Value,
) -> QueryResult<()> {
    for (key, count) in shown {
        let rows = request_items::table
            .filter(request_items::request_id.eq(request.id))
            .filter(request_items::action.eq(Action::Follow.as_str()))
            .filter(request_items::dataset.eq(&key.dataset))
            .filter(request_items::collection.eq(&key.collection));
        diesel::update(rows)
            .set((
                request_items::action.eq(Action::Leave.as_str()),
                request_items::why.eq(SHOWS_WHAT_STAYS),
                request_items::count.eq(count),
            ))
            .execute(conn)?;
        if let Some(kept) = facts["kept"].as_array_mut() {
            kept.push(json!({
                "dataset": key.dataset, "collection": key.collection, "records": count,
                "reason": SHOWS_WHAT_STAYS, "basis": null, "until": null,
            }));
        }
    }
    Ok(())
}

/// What the receipt says: counts and keys, never data.
pub(super) fn of(plan: &Plan, effects: &[Effect], items: &[Item]) -> Value {
    let stays = |it: &&Item| {
        let has_to = matches!(it.action, Action::Keep | Action::Leave);
        has_to || it.decision == Some(Decision::Refused)
    };
    let kept: Vec<Value> = items
        .iter()
        .filter(stays)
        .map(|item| {
            json!({
                "dataset": item.dataset, "collection": item.collection, "records": item.count,
                "reason": item.why, "basis": item.basis, "until": item.keep_until,
            })
        })
        .collect();
    let done = plan.done_with(effects);
    json!({ "plan": plan.hash, "done": done, "kept": kept, "read_back": true })
}
