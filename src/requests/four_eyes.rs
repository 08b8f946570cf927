//! What takes two staff members: who proposes it, and a supervisor, another one, who approves it.

use diesel::prelude::*;

use super::decisions::add_approval;
use super::life::{By, Who, changed};
use super::model::{Decision, Item, Kind, Outcome, Request};
use super::{queries, senders};
use crate::accounts::guard::StaffMember;
use crate::accounts::model::{Role, StaffRow};
use crate::accounts::queries::{find_active_staff_by_id, list_identities};
use crate::accounts::second::still_supervises;
use crate::db::AnyConnection;
use crate::db::schema::staff;
use crate::error::{AppError, AppResult};

impl Kind {
    /// Whether whatever is decided on it takes two.
    pub fn needs_approval(self) -> bool {
        self == Kind::Deletion
    }
}

/// Whether that decision takes two: of a deletion any, a denial in whole or in part, and what is disclosed to
/// somebody without an account.
pub fn are_needed(
    conn: &mut AnyConnection,
    request: &Request,
    outcome: Outcome,
    items: &[Item],
) -> QueryResult<bool> {
    let refuses = |it: &Item| it.decision == Some(Decision::Refused);
    let denies_whole = items.is_empty() && outcome != Outcome::Approved;
    let denies = outcome == Outcome::Denied || denies_whole || items.iter().any(refuses);
    if denies {
        return Ok(true);
    }
    let came_without = senders::queries::find(conn, request.id)?.is_some();
    let has_account = has_account(conn, request.person_id)?;
    Ok(are_always_needed(request.kind, came_without, has_account))
}

/// Whether any decision takes two, a grant too.
pub fn are_always_needed(kind: Kind, came_without: bool, has_account: bool) -> bool {
    kind.needs_approval() || kind.is_answered_in_words() && (came_without || !has_account)
}

/// Whether somebody can sign in: they have an identity that was shown to be theirs.
pub fn has_account(conn: &mut AnyConnection, person_id: i64) -> QueryResult<bool> {
    Ok(!list_identities(conn, person_id)?.is_empty())
}

/// The first of the two puts their name to it. They must still have the role that they signed in with.
pub(super) fn first(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let member = member(by)?;
    let row = as_of_now(conn, member)?;
    if !matches!(row.role, Role::Agent | Role::Supervisor) {
        return Err(AppError::Forbidden);
    }
    add_approval(conn, request, member, by)
}

/// The second of the two: a supervisor, as the database has it now, who did not propose it; and whoever did still
/// works here.
pub(super) fn second(conn: &mut AnyConnection, request: &Request, by: &By<'_>) -> AppResult<()> {
    let supervisor = member(by)?;
    still_supervises(conn, supervisor)?;
    let approvals = queries::list_approvals(conn, request.id)?;
    if approvals.iter().any(|it| it.staff_id == supervisor.id) {
        let sentence = "You proposed this. Another supervisor has to approve it.";
        return Err(AppError::conflict(sentence));
    }
    let plan = request.plan_hash.as_deref().unwrap_or_default();
    let of_this_plan = approvals.iter().filter(|it| it.plan_hash == plan);
    let proposers: Vec<_> = of_this_plan.map(|it| it.staff_id).collect();
    if proposers.is_empty() {
        return Err(changed());
    }
    let still_here: i64 = staff::table
        .filter(staff::id.eq_any(proposers))
        .filter(staff::disabled_at.is_null())
        .count()
        .get_result(conn)?;
    if still_here == 0 {
        let sentence =
            "Who proposed this no longer works here. Send it back, so that it is reviewed again.";
        return Err(AppError::conflict(sentence));
    }
    add_approval(conn, request, supervisor, by)
}

fn member<'a>(by: &By<'a>) -> AppResult<&'a StaffMember> {
    match by.who {
        Who::Staff(member) => Ok(member),
        Who::Person(_) | Who::Visitor | Who::System => Err(AppError::Forbidden),
    }
}

/// A role may have been taken away since the page was asked for.
fn as_of_now(conn: &mut AnyConnection, member: &StaffMember) -> AppResult<StaffRow> {
    find_active_staff_by_id(conn, member.id)?.ok_or(AppError::Forbidden)
}
