//! Appeals: the second look at a denial. They are requests with a clock of their own; where the law knows no appeal,
//! they are an internal review within the time of a request.

use diesel::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::life::{By, Who, changed};
use super::model::{Decision, Kind, Outcome, Request, StepKind};
use super::notices::{self, RequestReopened};
use super::{
    dates, decisions, earlier, execution, filing, life, planning, queries, reminders, restrictions,
    review,
};
use crate::accounts::model::Role;
use crate::db::AnyConnection;
use crate::db::schema::{request_approvals, request_steps, staff};
use crate::error::{AppError, AppResult};
use crate::law::Laws;
use crate::sources::Plan;

/// The steps by which a request is decided.
const DECIDING: [&str; 3] = [
    StepKind::Approved.as_str(),
    StepKind::PartlyApproved.as_str(),
    StepKind::Denied.as_str(),
];

/// Whether an appeal against a request can be made: something of it is denied, nothing of it is open, and it is none itself.
pub(super) fn is_possible(request: &Request) -> bool {
    let is_denied = matches!(
        request.outcome,
        Some(Outcome::Denied | Outcome::PartlyApproved)
    );
    request.state.is_closed() && is_denied && request.kind != Kind::Appeal
}

/// Until when an appeal against a request's answer can be made: no law of ours names a last day, and some ask for no more
/// than a reasonable time.
const NO_LAST_DAY: &str = "There is no last day for asking: the law names none, and we set none.";

/// By when an appeal against a request's answer can be made, and within what time it is answered, for whoever reads of the
/// denial.
pub fn time_in_words(laws: &Laws, request: &Request) -> Option<String> {
    let right = dates::right(request.kind);
    let row = laws.row(&request.law, right, request.received_on)?;
    let answered = match row.appeal {
        Some(term) => {
            format!("The law gives us {term} to answer. You have our answer within that time.")
        }
        None => format!(
            "The law does not ask this of us. We answer within {} all the same.",
            row.answer?
        ),
    };
    Some(format!("{NO_LAST_DAY} {answered}"))
}

/// Whether it is an appeal that no law asks for: its date is what the organisation promises.
pub fn is_voluntary(laws: &Laws, request: &Request) -> bool {
    let right = dates::right(request.kind);
    let row = laws.row(&request.law, right, request.received_on);
    request.kind == Kind::Appeal && row.is_none_or(|row| row.appeal.is_none())
}

/// Carries an approved appeal out: what was denied is reviewed again, within the time that the law gives for the appeal,
/// since the person is to hear by then what was done about it. A deletion is reviewed under a plan of what is there now.
pub(super) fn grant(
    conn: &mut AnyConnection,
    appeal: &Request,
    plan: Option<&Plan>,
    by: &By<'_>,
) -> AppResult<()> {
    let denied = queries::find(conn, appeal.appeal_of.ok_or_else(changed)?)?;
    if denied.plan.is_some() != plan.is_some() {
        return Err(changed());
    }
    let laws = &by.app.laws;
    let today = dates::today(laws, appeal, by.now);
    let notice = reminders::next(laws, (appeal.received_on, appeal.due_on), today);
    let clock = (appeal.reference.as_str(), appeal.due_on, notice);
    let decided_by = list_deciders(conn, denied.id)?;
    earlier::keep(conn, &denied, by)?;
    let mut open = life::reopen(conn, &denied, (clock, &decided_by), by)?;
    restrictions::begin_again(conn, &open, by)?;
    decisions::forget_approvals(conn, &open)?;
    match plan {
        Some(plan) => {
            tell_missing(conn, &open, plan, by)?;
            open = review::replace_plan(conn, &open, plan, by)?;
            filing::replace_items(conn, &open, plan, by)?;
        }
        // What was accepted has been done.
        None => decisions::forget_decisions(conn, &open, Decision::Refused)?,
    }
    planning::begin(conn, &open, by)?;
    let facts = json!({ "reopened": open.reference });
    let (_, receipt) = execution::close(conn, appeal, facts, by)?;
    let mail = RequestReopened {
        reference: open.reference.clone(),
        appeal: appeal.reference.clone(),
        kind: open.kind,
        due_on: open.due_on,
        is_late: dates::is_late(laws, &open, by.now),
        receipt: receipt.id,
    };
    notices::send(conn, by.app, &open, &mail, by.now)
}

/// Tells staff of records that were refused and cannot be found any more as they were left: what led to them is erased, and
/// they went or changed meanwhile.
fn tell_missing(
    conn: &mut AnyConnection,
    open: &Request,
    plan: &Plan,
    by: &By<'_>,
) -> AppResult<()> {
    let before = review::plan_of(by.app, open)?;
    let missing = plan.count_missing(&before.spared);
    if missing == 0 {
        return Ok(());
    }
    let detail = json!({ "records": missing });
    life::add_step(conn, open, StepKind::RecordsMissing, &detail, by)?;
    Ok(life::record(
        conn,
        open,
        "request.records_missing",
        detail,
        by,
    )?)
}

/// An appeal that was denied is the last word: the ids of what was refused are needed no more.
pub(super) fn forget_spared(
    conn: &mut AnyConnection,
    appeal: &Request,
    by: &By<'_>,
) -> AppResult<()> {
    let denied = queries::find(conn, appeal.appeal_of.ok_or_else(changed)?)?;
    if denied.plan.is_none() {
        return Ok(());
    }
    let mut plan = review::plan_of(by.app, &denied)?;
    if !plan.spared.is_empty() {
        plan.spared.clear();
        review::store_plan(conn, &denied, &plan, by)?;
    }
    Ok(())
}

/// An appeal, and what it opens again, is looked at by somebody who had no part in the denial. Only where nobody else
/// could do it, it is done by the same, since the date would pass otherwise.
///
/// # Errors
/// [`AppError::Conflict`] for somebody who had a part in it.
pub(super) fn is_impartial(
    conn: &mut AnyConnection,
    request: &Request,
    roles: &[Role],
    by: &By<'_>,
) -> AppResult<()> {
    let Who::Staff(member) = by.who else {
        return Ok(());
    };
    let had_part = had_part(conn, request)?;
    if !had_part.contains(&member.id) {
        return Ok(());
    }
    let proposed: Vec<i64> = request_approvals::table
        .filter(request_approvals::request_id.eq(request.id))
        .select(request_approvals::staff_id)
        .load(conn)?;
    let roles = roles.iter().map(|role| role.as_str());
    let others: i64 = staff::table
        .filter(staff::disabled_at.is_null())
        .filter(staff::role.eq_any(roles))
        .filter(staff::id.ne_all(had_part))
        .filter(staff::id.ne_all(proposed))
        .count()
        .get_result(conn)?;
    if others == 0 {
        return Ok(());
    }
    Err(AppError::conflict(
        "You had a part in the decision that is looked at again. Give it to somebody who had none.",
    ))
}

/// Who had a part in a denial that is looked at again: of an appeal in what it is against, of a request that was opened
/// again in the decisions before.
pub fn had_part(conn: &mut AnyConnection, request: &Request) -> AppResult<Vec<i64>> {
    if let Some(against) = request.appeal_of {
        return Ok(list_deciders(conn, against)?);
    }
    let reopened: Vec<String> = request_steps::table
        .filter(request_steps::request_id.eq(request.id))
        .filter(request_steps::kind.eq(StepKind::Reopened.as_str()))
        .select(request_steps::params)
        .load(conn)?;
    let mut deciders = Vec::new();
    for params in reopened {
        let Reopening { decided_by } = serde_json::from_str(&params)?;
        deciders.extend(decided_by);
    }
    Ok(deciders)
}

/// What the step says by which a request was opened again.
#[derive(Deserialize)]
struct Reopening {
    #[serde(default)]
    decided_by: Vec<i64>,
}

fn list_deciders(conn: &mut AnyConnection, request_id: i64) -> QueryResult<Vec<i64>> {
    let mut deciders: Vec<i64> = request_approvals::table
        .filter(request_approvals::request_id.eq(request_id))
        .select(request_approvals::staff_id)
        .load(conn)?;
    let took: Vec<Option<i64>> = request_steps::table
        .filter(request_steps::request_id.eq(request_id))
        .filter(request_steps::kind.eq_any(DECIDING))
        .select(request_steps::staff_id)
        .load(conn)?;
    deciders.extend(took.into_iter().flatten());
    Ok(deciders)
}
