//! What a parent or guardian of a child allows, on their word to staff. It is entered here, and turned on once another one
//! has agreed.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::entries::{Kind, VerifiedBy, What, Word, keep};
use super::{Whose, ages, approvals};
use crate::app::App;
use crate::choices::change::Received;
use crate::choices::model::{MadeBy, State};
use crate::choices::proof::Scope;
use crate::choices::queries::list_history;
use crate::choices::standing;
use crate::db::{AdvisoryLock, AnyConnection};
use crate::error::{AppError, AppResult};
use crate::law::Decides;

/// So many changes of a person are looked through for a refusal.
const CHANGES: i64 = 500;

/// Those of some choices that are off because somebody asked for that: the child, or a parent or agent for it. What an age
/// or a place turned off since does not make up for it.
pub fn refused(
    conn: &mut AnyConnection,
    person_id: i64,
    keys: &[String],
) -> QueryResult<Vec<String>> {
    let newest_first = list_history(conn, person_id, None, CHANGES)?;
    let is_refused = |key: &&String| {
        let changes = newest_first.iter().filter(|it| it.activity == **key);
        let mut while_off = changes.take_while(|it| it.state == State::OptedOut);
        while_off.any(|it| it.made_by.is_request())
    };
    Ok(keys.iter().filter(is_refused).cloned().collect())
}

/// What a parent or guardian of a child allows.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The keys of the choices.
    pub keys: Vec<String>,
    /// How it was made sure that it is one.
    pub verified_by: VerifiedBy,
    /// Whether they know of what was [refused] before.
    pub knows_refusal: bool,
}

/// What a parent's word turns on.
#[derive(Debug, Clone)]
pub(super) struct TurnedOn {
    pub keys: Vec<String>,
    /// Whether the parent knows of what was [refused] before.
    pub knows_refusal: bool,
    pub received: Received,
}

/// Why a parent's word is not entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InTheWay {
    /// All of it is on.
    AllOn,
    /// A word for the same child waits: that entry.
    Waits(i64),
}

/// Keeps what a parent or guardian of a child allows, until [another](approvals) has agreed; or says why it is not entered,
/// as when the form was sent twice.
///
/// # Errors
/// [`AppError::Conflict`] when it is not for a parent to decide, or some of it was refused meanwhile.
pub fn enter_consent(
    conn: &mut AnyConnection,
    app: &App,
    (whose, staff_id): (Whose<'_>, i64),
    allowed: &Allowed,
    word: &Word,
    now: NaiveDateTime,
) -> AppResult<Option<InTheWay>> {
    // Who enters the same at this moment sees then that it waits.
    AdvisoryLock::Desk.take(conn)?;
    let asked = (&allowed.keys[..], allowed.knows_refusal);
    may_turn_on(conn, app, whose.person_id, asked, now)?;
    if let Some(entry_id) = approvals::find_waiting(conn, whose.person_id)? {
        return Ok(Some(InTheWay::Waits(entry_id)));
    }
    if are_on(conn, whose.person_id, &allowed.keys)? {
        return Ok(Some(InTheWay::AllOn));
    }
    let what = What {
        action: "parent.entered",
        kind: Kind::Parent,
        sixteen_on: None,
        allowed: Some((&allowed.keys[..], allowed.verified_by)),
    };
    let id = keep(conn, app, (whose, staff_id), &what, word, now)?;
    approvals::begin(conn, id, allowed.knows_refusal)?;
    Ok(None)
}

/// Whether all of these were turned on, and are.
fn are_on(conn: &mut AnyConnection, person_id: i64, keys: &[String]) -> AppResult<bool> {
    let current = standing::of_person(conn, person_id)?.current;
    let is_on = |key: &String| {
        let mut choices = current.iter();
        choices.any(|it| it.activity == *key && it.state == State::OptedIn)
    };
    Ok(keys.iter().all(is_on))
}

/// Whether a parent's word counts now.
fn may_turn_on(
    conn: &mut AnyConnection,
    app: &App,
    person_id: i64,
    (keys, knows_refusal): (&[String], bool),
    now: NaiveDateTime,
) -> AppResult<()> {
    let (residence, sixteen_on) = standing::told_by(conn, person_id)?;
    if ages(app, &residence).decides(sixteen_on, now.date()) != Decides::Parent {
        return Err(AppError::conflict(
            "By their age and where they live it is not for a parent to decide any more. Nothing was changed.",
        ));
    }
    if !knows_refusal && !refused(conn, person_id, keys)?.is_empty() {
        return Err(AppError::conflict(
            "Some of it was turned off meanwhile. Nothing was changed.",
        ));
    }
    Ok(())
}

/// Turns on what a parent allowed; the person gets the mail and the receipt.
pub(super) fn turn_on(
    conn: &mut AnyConnection,
    app: &App,
    whose: Whose<'_>,
    word: &TurnedOn,
    now: NaiveDateTime,
) -> AppResult<()> {
    let asked = (&word.keys[..], word.knows_refusal);
    may_turn_on(conn, app, whose.person_id, asked, now)?;
    let mut act = whose.act(word.keys.clone(), State::OptedIn, MadeBy::Parent);
    act.scope = Scope::Account;
    act.received = Some(word.received);
    if act.apply(app, conn, now)?.is_none() {
        return Err(AppError::conflict(
            "All of it is on already. Nothing was changed.",
        ));
    }
    Ok(())
}
