//! The second of two staff members who must agree: a supervisor, another one than the first, who still works here.

use super::guard::StaffMember;
use super::model::Role;
use super::queries::find_active_staff_by_id;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};

/// Whether they are a supervisor still. The role may have been taken away since the page was asked for.
///
/// # Errors
/// [`AppError::Forbidden`] when they are not.
pub fn still_supervises(conn: &mut AnyConnection, member: &StaffMember) -> AppResult<()> {
    match find_active_staff_by_id(conn, member.id)? {
        Some(row) if row.role == Role::Supervisor => Ok(()),
        _ => Err(AppError::Forbidden),
    }
}

/// Whether a supervisor may approve what a first one did: `did` says it in the past tense.
///
/// # Errors
/// [`AppError::Conflict`] when it was they themselves, or somebody who no longer works here.
pub fn may_approve(
    conn: &mut AnyConnection,
    (first, supervisor): (i64, &StaffMember),
    did: &str,
) -> AppResult<()> {
    if first == supervisor.id {
        return Err(AppError::Conflict(format!(
            "You {did} this. Another supervisor has to approve it."
        )));
    }
    if find_active_staff_by_id(conn, first)?.is_none() {
        return Err(AppError::Conflict(format!(
            "Who {did} this no longer works here. Refuse it, so that it is looked at again."
        )));
    }
    Ok(())
}
