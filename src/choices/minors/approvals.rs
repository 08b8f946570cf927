//! The word of a parent takes two: one staff member enters it, and a supervisor, another one, approves it before anything is
//! turned on for the child.
//!
//! Whatever the word allows. For selling and sharing the law wants it to be made sure that a parent speaks (11 CCR 7070), for
//! whatever else rests on consent as well (GDPR Art. 8(2), 16 CFR 312.5), and all data of somebody who is known to be under
//! 16 are sensitive (11 CCR 7001). What can go wrong is the same each time: a stranger is taken for the parent. A machine
//! that decides about a child, or an extra use of its data, does no less harm then than a sale.

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

/// How a parent's word stands.
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

/// The entry that waits for a child, if one does.
pub(super) fn find_waiting(conn: &mut AnyConnection, person_id: i64) -> QueryResult<Option<i64>> {
    approvals::table
        .inner_join(age_entries::table)
        .filter(age_entries::person_id.eq(person_id))
        .filter(approvals::outcome.is_null())
        .select(approvals::entry_id)
        .first(conn)
        .optional()
}

/// Has an entry wait.
pub(super) fn begin(
    conn: &mut AnyConnection,
    entry_id: i64,
    knows_refusal: bool,
) -> QueryResult<()> {
    let row = (
        approvals::entry_id.eq(entry_id),
        approvals::knows_refusal.eq(knows_refusal),
    );
    diesel::insert_into(approvals::table)
        .values(row)
        .execute(conn)
        .map(drop)
}

/// How an entry stands, if it is a word of a parent.
pub fn find(conn: &mut AnyConnection, entry_id: i64) -> QueryResult<Option<Approval>> {
    Approval::query()
        .filter(approvals::entry_id.eq(entry_id))
        .first(conn)
        .optional()
}

/// How those of some entries stand that are words of parents.
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
