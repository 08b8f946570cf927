//! The timeline of a request, and the audit event that goes with each change.

use diesel::prelude::*;
use serde_json::Value;

use super::life::By;
use super::model::Request;
use super::queries;
use crate::audit::{self, Event};
use crate::db::schema::request_steps;
use crate::db::{AnyConnection, text_enum};

text_enum! {
    /// What happened, as the timeline tells it: each state that was reached, and what else the person sees.
    pub enum StepKind {
        /// Filed by the person.
        Received = "received",
        /// Confirmed by mail.
        Acknowledged = "acknowledged",
        /// Staff check who asks.
        Verifying = "verifying",
        /// Staff look at it.
        InReview = "in_review",
        /// Staff asked something.
        WaitingForPerson = "waiting_for_person",
        /// All of it was approved.
        Approved = "approved",
        /// Some of it was approved.
        PartlyApproved = "partly_approved",
        /// It was denied.
        Denied = "denied",
        /// The sources are being changed.
        Executing = "executing",
        /// The sources could not be changed.
        ExecutionFailed = "execution_failed",
        /// Done.
        Completed = "completed",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// The date of the answer has passed; `due_on` in the params.
        Late = "late",
        /// The date of the answer was moved, once; `until` in the params.
        Extended = "extended",
        /// The clock went on after it had stood still; `until` in the params.
        Resumed = "resumed",
        /// The person was reminded that they were asked something.
        Reminded = "reminded",
        /// An appeal against the denial succeeded; `appeal` in the params.
        Reopened = "reopened",
        /// A source has answered, so that it is known what a deletion would erase; `records` in the params.
        Planned = "planned",
        /// A deletion was planned anew when it was carried out, since the data had changed; `records` in the params.
        Replanned = "replanned",
        /// Somebody does a part of it by hand.
        ByHand = "by_hand",
        /// The part by hand is done.
        ByHandDone = "by_hand_done",
        /// Data are kept and not used while an objection is looked at.
        RestrictionBegan = "restriction_began",
        /// Data that were kept and not used will be used again; `on` in the params.
        RestrictionEnds = "restriction_ends",
        /// They will not, after all.
        RestrictionStays = "restriction_stays",
        /// They may be used again.
        RestrictionEnded = "restriction_ended",
        /// A message was written.
        Message = "message",
        /// The evidence was erased.
        EvidenceErased = "evidence_erased",
        /// Records that an appeal is about are no longer there; `records` in the params. For staff.
        RecordsMissing = "records_missing",
        /// What was proposed is proposed no more, since the person is asked something. For staff.
        ProposalEnded = "proposal_ended",
        /// Who worked on it does so no more. For staff.
        Unassigned = "unassigned",
    }
}

impl StepKind {
    /// Whether it concerns staff alone.
    pub fn is_for_staff(self) -> bool {
        matches!(
            self,
            StepKind::RecordsMissing | StepKind::ProposalEnded | StepKind::Unassigned
        )
    }
}

/// Adds a line to the timeline that the person sees.
pub fn add_step(
    conn: &mut AnyConnection,
    request: &Request,
    kind: StepKind,
    params: &Value,
    by: &By<'_>,
) -> QueryResult<()> {
    diesel::insert_into(request_steps::table)
        .values((
            request_steps::request_id.eq(request.id),
            request_steps::at.eq(by.now),
            request_steps::actor.eq(by.who.party().as_str()),
            request_steps::staff_id.eq(by.who.staff_id()),
            request_steps::kind.eq(kind.as_str()),
            request_steps::params.eq(params.to_string()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Writes the audit event of something that was done to a request.
pub fn record(
    conn: &mut AnyConnection,
    request: &Request,
    action: &str,
    detail: Value,
    by: &By<'_>,
) -> QueryResult<()> {
    let pseudonym = queries::find_pseudonym(conn, request.person_id)?;
    let event = Event {
        actor: by.who.actor(),
        action,
        person: Some(&pseudonym),
        object: &request.reference,
        detail,
    };
    audit::record(conn, &event, by.now)
}
