//! Holds that were placed after a deletion was planned: its plan does not know them, and it may not be approved as it is.

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
            .filter(|item| is_to_go(item) && is_on(&hold, item))
            .map(|item| details::title(&app.register, item))
            .collect();
        let is_new = !is_known(&plan, &hold.clone().for_plans());
        (is_new && !keeps.is_empty()).then_some(HeldSince { hold, keeps })
    });
    Ok(since.collect())
}

/// A deletion is not approved over a hold that its plan does not know.
///
/// # Errors
/// [`AppError::Conflict`] where there is one.
pub(super) fn is_free(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let held = list(conn, by.app, request)?;
    let Some(first) = held.first() else {
        return Ok(());
    };
    Err(AppError::Conflict(format!(
        "Hold {} was placed after this was planned. Send it back, so that it is planned and decided anew.",
        first.hold.id
    )))
}

fn is_to_go(item: &Item) -> bool {
    matches!(item.action, Action::Delete | Action::Mask) && item.decision != Some(Decision::Refused)
}

fn is_on(hold: &HoldRow, item: &Item) -> bool {
    let is = |part: &Option<String>, name: &str| part.as_ref().is_none_or(|it| it == name);
    is(&hold.dataset, &item.dataset) && is(&hold.collection, &item.collection)
}

/// Whether a plan was made under a hold. One that was renewed since is the same.
fn is_known(plan: &Plan, hold: &Hold) -> bool {
    let without_end = |hold: &Hold| Hold {
        until: None,
        ..hold.clone()
    };
    let hold = without_end(hold);
    plan.holds.iter().any(|it| without_end(it) == hold)
}
