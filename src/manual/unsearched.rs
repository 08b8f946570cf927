//! Systems in which people could not look up what a request is about: the answer says so, or it would read as if nothing
//! were there.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::model::{Outcome, Purpose, system_name};
use super::queries;
use crate::db::AnyConnection;
use crate::error::{AppError, AppResult};
use crate::register::Register;
use crate::requests::decisions::is_reason;
use crate::requests::model::{Outcome as Decided, Request};

/// Their names, by the newest task in each.
pub fn list(
    conn: &mut AnyConnection,
    register: &Register,
    request: &Request,
) -> QueryResult<Vec<String>> {
    let tasks = queries::list_of_request(conn, request.id)?.into_iter();
    let looks = tasks.filter(|task| task.purpose == Purpose::Find);
    let newest: BTreeMap<_, _> = looks.map(|task| (task.source, task.outcome)).collect();
    let failed = newest
        .into_iter()
        .filter(|(_, outcome)| *outcome == Some(Outcome::CouldNot));
    Ok(failed
        .map(|(source, _)| system_name(register, &source))
        .collect())
}

/// What the person reads of them, if there are any.
pub fn in_words(systems: &[String]) -> Option<String> {
    let systems = Some(systems).filter(|it| !it.is_empty())?.join("; ");
    Some(format!(
        "Nobody could look this up in: {systems}. Our answer does not cover what is held there."
    ))
}

/// Nothing is granted without a word to the person about what could not be looked through.
///
/// # Errors
/// [`AppError::Conflict`] then.
pub fn are_explained(
    conn: &mut AnyConnection,
    register: &Register,
    (request, outcome): (&Request, Decided),
    facts: &str,
) -> AppResult<()> {
    let systems = list(conn, register, request)?;
    if outcome == Decided::Denied || systems.is_empty() || is_reason(facts) {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "Nobody could look it up in: {}. Ask for it once more, or write to the person why not, and what they can do.",
        systems.join("; ")
    )))
}
