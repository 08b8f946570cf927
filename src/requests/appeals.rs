//! Appeals: the second look at a denial. They are requests with a clock of their own; where the law knows no appeal,
//! they are an internal review within the time of a request.

use diesel::prelude::*;

use super::dates;
use super::life::{By, Who};
use super::model::{Request, StepKind};
use crate::accounts::model::Role;
use crate::db::AnyConnection;
use crate::db::schema::{request_approvals, request_steps, staff};
use crate::error::{AppError, AppResult};
use crate::law::Laws;

/// The steps by which a request is decided.
const DECIDING: [&str; 3] = [
    StepKind::Approved.as_str(),
    StepKind::PartlyApproved.as_str(),
    StepKind::Denied.as_str(),
];

/// Within what time an appeal against a request's answer is answered, for the person.
pub fn time_in_words(laws: &Laws, request: &Request) -> Option<String> {
    let right = dates::right(request.kind);
    let row = laws.row(&request.law, right, request.received_on)?;
    Some(match row.appeal {
        Some(term) => {
            format!("The law gives us {term} to answer. You have our answer within that time.")
        }
        None => format!(
            "The law does not ask this of us. We answer within {} all the same.",
            row.answer?
        ),
    })
}

/// An appeal is looked at by somebody who had no part in what it is against. Only where nobody else could do it, it
/// is done by the same, since the date would pass otherwise.
///
/// # Errors
/// [`AppError::Conflict`] for somebody who had a part in it.
pub(super) fn is_impartial(
    conn: &mut AnyConnection,
    request: &Request,
    roles: &[Role],
    by: &By<'_>,
) -> AppResult<()> {
    let (Some(against), Who::Staff(member)) = (request.appeal_of, by.who) else {
        return Ok(());
    };
    let had_part = list_deciders(conn, against)?;
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
        "You had a part in the decision that this appeal is against. Give it to somebody who had none.",
    ))
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
