//! Planning a deletion anew for what is there now. A part of it may be done: what led to the rest may be gone with that
//! part, so the rest is planned by its ids, and what was done stays on record.

use serde_json::json;

use super::carry_out::{Stop, settle_step};
use super::life::add_step;
use super::model::{Request, StepKind};
use super::recounting::recount;
use super::review::{plan_around, refusals, replace_plan};
use crate::app::App;
use crate::error::AppResult;
use crate::my_data;
use crate::sources::{Hold, Identities, Known, Plan, SoFar, SourceError};

const LOST: &str = "A part was erased. Other records that were to be erased have changed meanwhile, so that it is not certain \
     whose they are. Look at them in their system, and take the request into review again.";

/// The plan would do something else now.
pub(super) const DRIFTED: &str =
    "The data have changed since the plan was agreed, so that it would do something else now.";

/// It would erase less than was accepted.
pub(super) const SPARES: &str = "The plan spares data that were to be erased. Plan it again.";

/// It may erase less than was agreed.
pub(super) const HELD: &str =
    "A hold was placed since the plan was agreed, so that less may be erased now. Plan it again.";

/// Whether a deletion was not carried out because its plan no longer fits: trying again would end there again.
pub fn has_outgrown_its_plan(request: &Request) -> bool {
    let failure = request.failure.as_deref();
    failure.is_some_and(|it| [DRIFTED, SPARES, HELD, LOST].contains(&it))
}

/// Whether what is as a plan makes it in a source was made so by it. What people change by hand, they have changed for
/// this request.
pub(super) fn is_begun(app: &App, plan: &Plan, source: &str) -> bool {
    plan.begun.contains(source) || app.sources.is_by_hand(source)
}

fn so_far(app: &App, plan: &Plan) -> Result<SoFar, SourceError> {
    let is_begun = |source: &str| is_begun(app, plan, source);
    app.sources.so_far(plan, &is_begun)
}

/// Makes a plan anew for what is there now, and keeps it with the request; `None` where it would do more or other than
/// was agreed.
pub(super) fn replan(
    app: &App,
    request: &Request,
    person: &Identities,
    (agreed, holds): (&Plan, &[Hold]),
) -> Result<Option<Plan>, Stop> {
    let (scope, today) = ((&agreed.scope, agreed.law.as_str()), app.clock.today());
    let so_far = so_far(app, agreed)?;
    let plan = |holds: &[Hold]| {
        let around = (holds, &*so_far.known);
        app.sources.plan_erasure_of(person, scope, around, today)
    };
    let mut anew = plan(holds)?;
    if !anew.is_within(agreed) {
        return Ok(None);
    }
    if anew.count_missing(&so_far.left) > 0 {
        return Err(Stop::Staff(LOST.to_owned()));
    }
    let refused = refusals(agreed);
    if !refused.is_empty() {
        let others = holds.iter().filter(|it| !refused.contains(it));
        anew.spared = plan(&others.cloned().collect::<Vec<_>>())?.spared_by(&anew);
    }
    anew.done = so_far.done;
    anew.traces.extend(&agreed.traces);
    let (stored, is_told) = (anew.clone(), holds == agreed.holds);
    settle_step(app, request.id, move |conn, request, by| {
        let replaced = replace_plan(conn, request, &stored, by)?;
        let has_changed = recount(conn, &replaced, &stored)?;
        if is_told || has_changed {
            let detail = json!({ "records": stored.records() });
            add_step(conn, &replaced, StepKind::Replanned, &detail, by)?;
        }
        Ok(())
    })?;
    Ok(Some(anew))
}

/// A plan for what an earlier one is about, with the holds that are in force, and those that staff decided on.
pub(super) async fn plan_anew(
    app: &App,
    request: &Request,
    earlier: &Plan,
    holds: Vec<Hold>,
) -> AppResult<Plan> {
    let (person_id, law, earlier) = (request.person_id, request.law.clone(), earlier.clone());
    // What was carried out to its end has a receipt of its own.
    let is_ended = request.state.is_closed();
    my_data::read(app, person_id, move |app, identities| {
        let (mut known, mut done) = (ids_of(&earlier), Vec::new());
        if !is_ended {
            let so_far = so_far(app, &earlier)?;
            known.extend(so_far.known);
            done = so_far.done;
        }
        let (what, around) = ((&earlier.scope, law.as_str()), (holds, &*known));
        let mut plan = plan_around(app, (person_id, identities), what, around)?;
        if !is_ended {
            plan.traces.extend(&earlier.traces);
        }
        plan.done = done;
        Ok(plan)
    })
    .await
}

/// The records that a plan knows by their ids.
pub(super) fn ids_of(plan: &Plan) -> Vec<Known> {
    plan.known.iter().chain(&plan.spared).cloned().collect()
}
