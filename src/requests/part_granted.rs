//! Which part of a use stops where an objection is granted in part, for recipients to read.

use diesel::prelude::*;

use super::life::By;
use super::model::{Outcome, Request};
use super::sealed::{self, What};
use crate::db::AnyConnection;
use crate::db::schema::restrictions;
use crate::error::{AppError, AppResult};

/// Keeps which part of the use stops where an objection is granted in part; the use rests until that is decided.
pub(super) fn state(
    conn: &mut AnyConnection,
    request: &Request,
    (outcome, what): (Outcome, &str),
    by: &By<'_>,
) -> AppResult<()> {
    let is_part = outcome == Outcome::PartlyApproved;
    if is_part && what.is_empty() {
        return Err(AppError::conflict(
            "Recipients have to be told which part of the use stops.",
        ));
    }
    let seal = || sealed::seal(&by.app.keys, &request.reference, What::Restricted, what);
    diesel::update(restrictions::table.filter(restrictions::request_id.eq(request.id)))
        .set(restrictions::part.eq(is_part.then(seal)))
        .execute(conn)?;
    Ok(())
}
