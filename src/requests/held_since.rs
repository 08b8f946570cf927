//! Holds that were placed, or ended, after a deletion was planned: it may not be approved as it is.

use super::details;
use super::life::By;
use super::model::{Action, Decision, Item, Kind, Request};
use super::{queries, review};
use crate::app::App;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::retention::{self, model::HoldRow};
use crate::sources::{Hold, Plan};

/// A hold that a plan does not know.
#[derive(Debug)]
pub struct HeldSince {
    /// The hold.
    pub hold: HoldRow,
    /// What people call the data that were to go and that it keeps.
    pub keeps: Vec<String>,
}

/// The holds in force that would keep something of what a deletion is to erase.
pub fn list(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<Vec<HeldSince>> {
    if request.kind != Kind::Deletion || request.plan.is_none() || !request.state.is_undecided() {
        return Ok(Vec::new());
    }
    let in_force = retention::queries::in_force(conn, request.person_id, app.clock.today())?;
    if in_force.is_empty() {
        return Ok(Vec::new());
    }
    let plan = review::plan_of(app, request)?;
    let items = queries::list_items(conn, request.id)?;
    let since = in_force.into_iter().filter_map(|hold| {
        let keeps: Vec<_> = items
            .iter()
            .filter(|item| is_to_go(item) && hold.is_on(&item.dataset, &item.collection))
            .map(|item| details::title(&app.register, item))
            .collect();
        let is_new = !is_known(&plan, &hold.clone().for_plans());
        (is_new && !keeps.is_empty()).then_some(HeldSince { hold, keeps })
    });
    Ok(since.collect())
}

/// A deletion is not approved over a hold that its plan does not know, nor where it keeps data for one that is in force no
/// more: the person would be told of what is over.
///
/// # Errors
/// [`AppError::Conflict`] where there is one.
pub(super) fn is_free(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let held = list(conn, by.app, request)?;
    if let Some(first) = held.first() {
        return Err(AppError::Conflict(format!(
            "Hold {} was placed after this was planned. Send it back, so that it is planned and decided anew.",
            first.hold.id
        )));
    }
    if is_any_over(conn, by.app, request)? {
        let sentence = "A hold that keeps some of it is in force no more. Send it back, so that it is planned and decided anew.";
        return Err(AppError::conflict(sentence));
    }
    Ok(())
}

/// Whether other holds are in force than when a deletion was planned, so far as they concern it.
pub(super) fn have_changed(
    conn: &mut AnyConnection,
    app: &App,
    request: &Request,
) -> AppResult<bool> {
    Ok(!list(conn, app, request)?.is_empty() || is_any_over(conn, app, request)?)
}

fn is_any_over(conn: &mut AnyConnection, app: &App, request: &Request) -> AppResult<bool> {
    if request.kind != Kind::Deletion || request.plan.is_none() {
        return Ok(false);
    }
    let plan = review::plan_of(app, request)?;
    let refused = review::refusals(&plan);
    let today = app.clock.today();
    let in_force = retention::queries::for_plans(conn, request.person_id, today)?;
    let is_over = |hold: &Hold| !in_force.iter().any(|it| is_same(it, hold));
    let mut held = plan.holds.iter().filter(|it| !refused.contains(it));
    Ok(held.any(is_over))
}

fn is_to_go(item: &Item) -> bool {
    matches!(item.action, Action::Delete | Action::Mask) && item.decision != Some(Decision::Refused)
}

/// Whether a plan was made under a hold.
fn is_known(plan: &Plan, hold: &Hold) -> bool {
    plan.holds.iter().any(|it| is_same(it, hold))
}

/// A hold that was renewed is the same.
fn is_same(one: &Hold, other: &Hold) -> bool {
    let without_end = |hold: &Hold| Hold {
        until: None,
        ..hold.clone()
    };
    without_end(one) == without_end(other)
}
