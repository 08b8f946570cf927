//! Another address for an account whose own is lost takes two supervisors: one proposes it, another approves it before a
//! link is mailed. Whoever gets that link reads all that is held of the person, so that nobody hands it out alone.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::closing_by_staff::{Refused, Why, fault_of_offer};
use super::guard::StaffMember;
use super::model::{IdentityKind, PersonRow};
use super::offers;
use super::on_record::record;
use super::queries::find_person;
use super::second::{may_approve, still_supervises};
use crate::app::App;
use crate::audit::Actor;
use crate::db::schema::{people, proposed_addresses as proposed, staff};
use crate::db::{AnyConnection, Count, count_up_to};
use crate::error::{AppError, AppResult};

/// What nobody has approved by then is forgotten.
const LASTS: TimeDelta = TimeDelta::days(30);

/// An address that waits for a second supervisor.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = proposed)]
pub(super) struct Proposal {
    /// Internal.
    pub id: i64,
    /// Whose account it is for.
    pub person_id: i64,
    /// The address.
    pub email: String,
    /// Why the account needs another.
    #[diesel(deserialize_as = String)]
    pub why: Why,
    /// Which supervisor proposes it.
    pub proposed_by: i64,
    /// When.
    pub proposed_at: NaiveDateTime,
}

/// Writes down that a supervisor would offer it. One that was proposed for the same account before gives way; the same
/// once more, as by a form that was sent twice, changes nothing.
pub(super) fn make(
    conn: &mut AnyConnection,
    (person, staff_id): (&PersonRow, i64),
    (email, why): (&str, Why),
    now: NaiveDateTime,
) -> AppResult<()> {
    let of_person = proposed::person_id.eq(person.id);
    let same = proposed::table
        .filter(of_person)
        .filter(proposed::email.eq(email))
        .select(proposed::id);
    if same.first::<i64>(conn).optional()?.is_some() {
        return Ok(());
    }
    diesel::delete(proposed::table.filter(of_person)).execute(conn)?;
    diesel::insert_into(proposed::table)
        .values((
            of_person,
            proposed::email.eq(email),
            proposed::why.eq(why.as_str()),
            proposed::proposed_by.eq(staff_id),
            proposed::proposed_at.eq(now),
        ))
        .execute(conn)?;
    let whose = (Actor::Staff(staff_id), person.pseudonym.as_str());
    record(conn, whose, ("identity.offer_proposed", detail()), now)
}

/// Those that wait, newest first: so many, older than that one; with who proposed them.
pub(super) fn list(
    conn: &mut AnyConnection,
    before: Option<i64>,
    limit: i64,
) -> QueryResult<Vec<(Proposal, String)>> {
    proposed::table
        .inner_join(staff::table)
        .filter(proposed::id.lt(before.unwrap_or(i64::MAX)))
        .order(proposed::id.desc())
        .limit(limit)
        .select((Proposal::as_select(), staff::name))
        .load(conn)
}

/// How many wait.
pub fn count(conn: &mut AnyConnection) -> QueryResult<Count> {
    count_up_to(conn, proposed::table.select(proposed::id))
}

/// One, with who proposed it and the pseudonym of the person.
pub(super) fn find(conn: &mut AnyConnection, id: i64) -> QueryResult<(Proposal, String, String)> {
    proposed::table
        .inner_join(staff::table)
        .inner_join(people::table)
        .filter(proposed::id.eq(id))
        .select((Proposal::as_select(), staff::name, people::pseudonym))
        .first(conn)
}

/// Another supervisor agrees: the link is mailed.
///
/// # Errors
/// [`AppError::Conflict`] for who proposed it, when they no longer work here, or when the address cannot be offered any
/// more; [`AppError::Forbidden`] for who is no supervisor by now.
pub(super) fn approve(
    app: &App,
    conn: &mut AnyConnection,
    (id, supervisor): (i64, &StaffMember),
    now: NaiveDateTime,
) -> AppResult<()> {
    let proposal = take(conn, (id, supervisor))?;
    may_approve(conn, (proposal.proposed_by, supervisor), "proposed")?;
    let person = find_person(conn, proposal.person_id)?;
    match fault_of_offer(app, conn, &person, &proposal.email)? {
        None => offers::make(app, conn, (&person, supervisor.id), &proposal.email, now),
        Some(Refused::Own) => Err(AppError::conflict("The account has this address by now.")),
        Some(Refused::Taken | Refused::Unknown) => Err(AppError::conflict(
            "This address has an account of its own by now. Refuse it.",
        )),
    }
}

/// A supervisor does not agree, or takes back what they proposed: nothing is mailed.
pub(super) fn refuse(
    conn: &mut AnyConnection,
    (id, supervisor): (i64, &StaffMember),
    now: NaiveDateTime,
) -> AppResult<()> {
    let proposal = take(conn, (id, supervisor))?;
    let person = find_person(conn, proposal.person_id)?;
    let whose = (Actor::Staff(supervisor.id), person.pseudonym.as_str());
    record(conn, whose, ("identity.offer_refused", detail()), now)
}

/// It waits no more, whatever becomes of it.
fn take(conn: &mut AnyConnection, (id, supervisor): (i64, &StaffMember)) -> AppResult<Proposal> {
    still_supervises(conn, supervisor)?;
    let proposal = Proposal::query()
        .filter(proposed::id.eq(id))
        .first(conn)
        .optional()?;
    let gone = || AppError::conflict("Somebody else has settled this. Look at the list again.");
    let proposal = proposal.ok_or_else(gone)?;
    if diesel::delete(proposed::table.filter(proposed::id.eq(id))).execute(conn)? != 1 {
        return Err(gone());
    }
    Ok(proposal)
}

/// Removes what nobody has approved.
pub(super) fn purge(conn: &mut AnyConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let over = proposed::proposed_at.le(now - LASTS);
    diesel::delete(proposed::table.filter(over)).execute(conn)
}

fn detail() -> Value {
    json!({ "kind": IdentityKind::Email })
}
