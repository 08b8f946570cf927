//! The word of a parent by which a child's data are sold or shared takes two: one staff member enters it, and a supervisor,
//! another one, approves it before anything is turned on.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde_json::json;

use super::Whose;
use super::consent;
use super::entries::{self, Entry};
use crate::accounts::guard::StaffMember;
use crate::accounts::queries::find_person;
use crate::accounts::second::{may_approve, still_supervises};
use crate::app::App;
use crate::audit::{self, Actor, Event};
use crate::choices::SALE_OR_SHARING;
use crate::db::schema::{age_entries, parent_approvals as approvals};
use crate::db::{AnyConnection, Count, OptionalText, count_up_to, text_enum};
use crate::error::{AppError, AppResult};
use crate::requests::queries::find_address;

text_enum! {
    /// What became of a parent's word.
    pub enum Outcome {
        /// It was turned on.
        Approved = "approved",
        /// Nothing was turned on.
        Refused = "refused",
    }
}

/// How a parent's word stands that takes two.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = approvals)]
pub struct Approval {
    /// Of which entry.
    pub entry_id: i64,
    /// Whether the parent knows of what was turned off before.
    pub knows_refusal: bool,
    /// What became of it; nothing while it waits.
    #[diesel(deserialize_as = OptionalText<Outcome>)]
    pub outcome: Option<Outcome>,
    /// When.
    pub at: Option<NaiveDateTime>,
}

impl Approval {
    /// In a few words.
    pub fn in_words(&self) -> &'static str {
        match self.outcome {
            None => "Waits for a supervisor",
            Some(Outcome::Approved) => "Approved",
            Some(Outcome::Refused) => "Refused",
        }
    }
}

/// Whether a word that allows these takes two.
pub fn takes_two(keys: &[String]) -> bool {
    keys.iter().any(|it| it == SALE_OR_SHARING)
}

/// Has an entry wait.
///
/// # Errors
/// [`AppError::Conflict`] when one of the same child waits, as when the form was sent twice.
pub(super) fn begin(
    conn: &mut AnyConnection,
    (entry_id, person_id): (i64, i64),
    knows_refusal: bool,
) -> AppResult<()> {
    let waiting = approvals::table
        .inner_join(age_entries::table)
        .filter(age_entries::person_id.eq(person_id))
        .filter(approvals::outcome.is_null())
        .select(approvals::entry_id);
    if waiting.first::<i64>(conn).optional()?.is_some() {
        return Err(AppError::conflict(
            "A word of a parent for the same child waits for a supervisor already. Nothing was changed.",
        ));
    }
    diesel::insert_into(approvals::table)
        .values((
            approvals::entry_id.eq(entry_id),
            approvals::knows_refusal.eq(knows_refusal),
        ))
        .execute(conn)?;
    Ok(())
}

/// How an entry stands, if it takes two.
pub fn find(conn: &mut AnyConnection, entry_id: i64) -> QueryResult<Option<Approval>> {
    Approval::query()
        .filter(approvals::entry_id.eq(entry_id))
        .first(conn)
        .optional()
}

/// How those of some entries stand that take two.
pub fn list(conn: &mut AnyConnection, entries: Vec<i64>) -> QueryResult<Vec<Approval>> {
    Approval::query()
        .filter(approvals::entry_id.eq_any(entries))
        .load(conn)
}

/// How many wait.
pub fn count(conn: &mut AnyConnection) -> QueryResult<Count> {
    let waiting = approvals::table.filter(approvals::outcome.is_null());
    count_up_to(conn, waiting.select(approvals::entry_id))
}

/// Another supervisor agrees: it is turned on, and the person gets the mail and the receipt.
///
/// # Errors
/// [`AppError::Conflict`] for who entered it, when they no longer work here, when it is settled, or when it is not for a
/// parent to decide any more; [`AppError::Forbidden`] for who is no supervisor by now.
pub fn approve(
    conn: &mut AnyConnection,
    app: &App,
    (id, supervisor): (i64, &StaffMember),
    now: NaiveDateTime,
) -> AppResult<()> {
    let (entry, approval) = settle(conn, (id, supervisor), Outcome::Approved, now)?;
    may_approve(conn, (entry.staff_id, supervisor), "entered")?;
    let person = find_person(conn, entry.person_id)?;
    let mail_to = find_address(conn, person.id)?;
    let whose = Whose::by_staff(&person, mail_to.as_deref(), supervisor.id);
    consent::turn_on(conn, app, whose, &entry.word(approval.knows_refusal), now)?;
    record(
        conn,
        (&entry, supervisor, &person.pseudonym),
        "parent.allowed",
        now,
    )
}

/// A supervisor does not agree, or takes back what they entered: nothing is turned on.
pub fn refuse(
    conn: &mut AnyConnection,
    (id, supervisor): (i64, &StaffMember),
    now: NaiveDateTime,
) -> AppResult<()> {
    let (entry, _) = settle(conn, (id, supervisor), Outcome::Refused, now)?;
    let person = find_person(conn, entry.person_id)?;
    record(
        conn,
        (&entry, supervisor, &person.pseudonym),
        "parent.refused",
        now,
    )
}

/// It waits no more, whatever becomes of it.
fn settle(
    conn: &mut AnyConnection,
    (id, supervisor): (i64, &StaffMember),
    outcome: Outcome,
    now: NaiveDateTime,
) -> AppResult<(Entry, Approval)> {
    still_supervises(conn, supervisor)?;
    let (entry, ..) = entries::find(conn, id)?;
    let approval = find(conn, id)?.ok_or(AppError::NotFound)?;
    let waiting = approvals::table
        .filter(approvals::entry_id.eq(id))
        .filter(approvals::outcome.is_null());
    let settled = diesel::update(waiting)
        .set((
            approvals::outcome.eq(outcome.as_str()),
            approvals::staff_id.eq(supervisor.id),
            approvals::at.eq(now),
        ))
        .execute(conn)?;
    if settled == 1 {
        Ok((entry, approval))
    } else {
        Err(AppError::conflict(
            "This was settled meanwhile. Nothing was changed.",
        ))
    }
}

fn record(
    conn: &mut AnyConnection,
    (entry, supervisor, pseudonym): (&Entry, &StaffMember, &str),
    action: &str,
    now: NaiveDateTime,
) -> AppResult<()> {
    let event = Event {
        actor: Actor::Staff(supervisor.id),
        action,
        person: Some(pseudonym),
        object: "account",
        detail: json!({ "choices": entry.keys().collect::<Vec<_>>(), "entered_by": entry.staff_id }),
    };
    Ok(audit::record(conn, &event, now)?)
}
