//! What the items of a deletion say of its plan when that was made anew: they were decided on, and stay, with the numbers
//! and end dates of what is carried out.

use diesel::prelude::*;

use super::asked::NewItem;
use super::model::{Action, Decision, Item, Request};
use super::queries;
use super::review::DECIDED_BY_STAFF;
use crate::db::AnyConnection;
use crate::db::schema::request_items;
use crate::sources::{Done, Effect, Plan};

/// Gives each item the number of records that a plan has for it now, with those that are done already. Whether any has
/// another than before.
pub(super) fn recount(
    conn: &mut AnyConnection,
    request: &Request,
    plan: &Plan,
) -> QueryResult<bool> {
    let mut planned: Vec<_> = plan.items.iter().map(NewItem::planned).collect();
    let mut has_changed = false;
    for item in queries::list_items(conn, request.id)? {
        let here = planned.iter().position(|it| is_about(it, &item));
        let here = here.map(|at| planned.remove(at));
        let count = here.as_ref().map_or(0, |it| it.count) + done(&plan.done, &item);
        let keep_until = here.map_or(item.keep_until, |it| it.keep_until);
        has_changed |= count != item.count;
        diesel::update(request_items::table.filter(request_items::id.eq(item.id)))
            .set((
                request_items::count.eq(count),
                request_items::keep_until.eq(keep_until),
            ))
            .execute(conn)?;
    }
    Ok(has_changed)
}

/// Whether a line of the plan is what an item became: what staff refused to erase, it keeps.
fn is_about(planned: &NewItem, item: &Item) -> bool {
    let is_here = planned.dataset == item.dataset && planned.collection == item.collection;
    let is_same = match item.decision {
        Some(Decision::Refused) => planned.basis.as_deref() == Some(DECIDED_BY_STAFF),
        _ => {
            (planned.action, &planned.why, &planned.basis) == (item.action, &item.why, &item.basis)
        }
    };
    is_here && is_same
}

/// How many records of an item an earlier plan has erased.
fn done(effects: &[Effect], item: &Item) -> i64 {
    let is_of = |effect: &&Effect| {
        let is_done = matches!(
            (item.action, effect.done),
            (Action::Delete, Done::Deleted) | (Action::Mask | Action::Cut, Done::Masked)
        );
        let is_here = effect.dataset == item.dataset && effect.collection == item.collection;
        is_here && is_done && item.decision != Some(Decision::Refused)
    };
    let records = effects.iter().filter(is_of).map(|it| it.records);
    i64::try_from(records.sum::<u64>()).unwrap_or(i64::MAX)
}
