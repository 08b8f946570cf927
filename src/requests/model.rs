//! A request and what hangs on it.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

pub use super::kinds::{Channel, Kind};
pub use super::steps::StepKind;
use crate::accounts::model::Role;
use crate::db::schema::{
    request_approvals, request_attachments, request_items, request_messages, request_steps,
    requests,
};
use crate::db::{OptionalText, text_enum};
use crate::register::CollectionKey;
use crate::sources::Scope;

text_enum! {
    /// Where a request stands. [`super::life`] says what follows what.
    pub enum State {
        /// On record.
        Received = "received",
        /// On record, and the person knows the dates.
        Acknowledged = "acknowledged",
        /// Staff check who asks. The clock runs.
        Verifying = "verifying",
        /// Staff look at it.
        InReview = "in_review",
        /// Staff have asked the person something. The clock runs.
        WaitingForPerson = "waiting_for_person",
        /// Decided: all of it.
        Approved = "approved",
        /// Decided: some of it.
        PartlyApproved = "partly_approved",
        /// Decided: none of it. Closed.
        Denied = "denied",
        /// The sources are being changed.
        Executing = "executing",
        /// The sources could not be changed; staff see why and try again.
        ExecutionFailed = "execution_failed",
        /// Done and read back. Closed.
        Completed = "completed",
        /// Taken back by the person. Closed.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// How a request was decided, as the yearly figures count it.
    pub enum Outcome {
        /// All of it.
        Approved = "approved",
        /// Some of it.
        PartlyApproved = "partly_approved",
        /// None of it.
        Denied = "denied",
    }
}

text_enum! {
    /// What is to happen to the data that an item names.
    pub enum Action {
        /// One field of one record gets another value.
        Correct = "correct",
        /// Records go.
        Delete = "delete",
        /// Records stay without their personal fields.
        Mask = "mask",
        /// The link of a record that stays to one that goes is cut.
        Cut = "cut",
        /// Records only show others, and go with them.
        Follow = "follow",
        /// Records stay for a legal reason.
        Keep = "keep",
        /// Records stay, because they cannot be changed.
        Leave = "leave",
    }
}

text_enum! {
    /// What staff decided on an item.
    pub enum Decision {
        /// It will be done.
        Accepted = "accepted",
        /// It will not be done; the reason says why.
        Refused = "refused",
    }
}

text_enum! {
    /// Who did or wrote something, as the person sees it.
    pub enum Party {
        /// The person.
        Person = "person",
        /// A staff member.
        Staff = "staff",
        /// Candor itself.
        System = "system",
    }
}

/// A person's exercise of a right that needs a decision.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = requests)]
pub struct Request {
    /// Internal.
    pub id: i64,
    /// Unguessable, as people quote it: `PR-7K4M-22QX`.
    pub reference: String,
    /// Whose.
    pub person_id: i64,
    /// Which right.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// Key of the law whose dates it has.
    pub law: String,
    /// The local date on which it was received; the clock starts the day after.
    pub received_on: NaiveDate,
    /// The last day for confirming it.
    pub acknowledge_by: NaiveDate,
    /// The last day for the answer, an extension included.
    pub due_on: NaiveDate,
    /// The same as `due_on` once that was extended.
    pub extended_to: Option<NaiveDate>,
    /// Sealed: why more time is needed, as told to the person.
    pub extension_reason: Option<Vec<u8>>,
    /// Of a deletion: [`crate::sources::Scope`] as JSON.
    pub scope: Option<String>,
    /// Sealed: what the person wrote when filing.
    pub note: Option<Vec<u8>>,
    /// Sealed: the plan that the person confirmed: [`crate::sources::Plan`] as JSON.
    pub plan: Option<Vec<u8>>,
    /// Ties the confirmation, the approvals and the execution to one plan.
    pub plan_hash: Option<String>,
    /// How it was decided, or is proposed to be while approval is missing.
    #[diesel(deserialize_as = OptionalText<Outcome>)]
    pub outcome: Option<Outcome>,
    /// Sealed: why, as told to the person.
    pub decision_reason: Option<Vec<u8>>,
    /// Why the last execution failed; for staff, without personal data.
    pub failure: Option<String>,
    /// The staff member who works on it.
    pub assignee_id: Option<i64>,
    /// Of an appeal: the denied request.
    pub appeal_of: Option<i64>,
    /// Goes up with each change; a page that shows an older one cannot change the request.
    pub version: i64,
    /// When it was filed.
    pub created_at: NaiveDateTime,
    /// When its receipt was confirmed.
    pub acknowledged_at: Option<NaiveDateTime>,
    /// When it was decided.
    pub decided_at: Option<NaiveDateTime>,
    /// When it was done and read back.
    pub completed_at: Option<NaiveDateTime>,
    /// When nothing more was to happen.
    pub closed_at: Option<NaiveDateTime>,
    /// When somebody is next to be told of its dates: see [`super::reminders`].
    pub next_notice_on: Option<NaiveDate>,
    /// How it came in.
    #[diesel(deserialize_as = String)]
    pub channel: Channel,
    /// Where the person said that they live when it came: a code of [`crate::law::Laws::residences`], or empty.
    pub residence: String,
    /// Of a denial without items: the code of the law's ground for it.
    pub ground: Option<String>,
    /// From when on it is late, in UTC; none while it is closed or its clock stands still: see [`super::dates::late_at`].
    pub late_at: Option<NaiveDateTime>,
    /// Sealed: what the person says is new since the same was denied.
    pub news: Option<Vec<u8>>,
}

impl Request {
    /// Whether it is a deletion that nobody could plan yet, since a source did not answer.
    pub fn awaits_plan(&self) -> bool {
        let is_unplanned = self.scope.is_some() && self.plan.is_none();
        self.kind == Kind::Deletion && is_unplanned && self.state.is_undecided()
    }

    /// Of the deletion of one record: where it is, and its sealed id.
    pub fn erases_one(&self) -> Option<(CollectionKey, String)> {
        match serde_json::from_str(self.scope.as_deref()?).ok()? {
            Scope::Record {
                dataset,
                collection,
                record,
            } => Some((CollectionKey::new(&dataset, &collection), record)),
            Scope::All | Scope::Categories(_) | Scope::Collections(_) | Scope::Left(_) => None,
        }
    }
}

/// What a list shows of a request; the sealed parts are left in the database.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = requests)]
pub struct Line {
    /// Internal.
    pub id: i64,
    /// As people quote it.
    pub reference: String,
    /// Which right.
    #[diesel(deserialize_as = String)]
    pub kind: Kind,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// When it was received.
    pub received_on: NaiveDate,
    /// The last day for the answer.
    pub due_on: NaiveDate,
}

/// One thing that a request asks for; decided one by one.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_items)]
pub struct Item {
    /// Internal.
    pub id: i64,
    /// Of which request.
    pub request_id: i64,
    /// What is to happen.
    #[diesel(deserialize_as = String)]
    pub action: Action,
    /// Key of the dataset.
    pub dataset: String,
    /// Key of the collection.
    pub collection: String,
    /// Of a correction: the id of the record.
    pub record: Option<String>,
    /// Of a correction: the path of the field.
    pub field: Option<String>,
    /// Sealed: the value when the request was filed.
    pub old_value: Option<Vec<u8>>,
    /// Sealed: the value that the person proposes, as typed.
    pub new_value: Option<Vec<u8>>,
    /// Sealed: [`crate::sources::Correction`] as JSON, made and checked when the request was filed.
    pub change: Option<Vec<u8>>,
    /// Sealed: why the person thinks so.
    pub reason: Option<Vec<u8>>,
    /// How many records.
    pub count: i64,
    /// Of a deletion: why records stay, or are masked only, in a sentence for the person.
    pub why: Option<String>,
    /// The cite that backs `why`.
    pub basis: Option<String>,
    /// The last day on which they are kept; absent when `why` says it in words.
    pub keep_until: Option<NaiveDate>,
    /// What staff decided.
    #[diesel(deserialize_as = OptionalText<Decision>)]
    pub decision: Option<Decision>,
    /// Sealed: why, as told to the person.
    pub decision_reason: Option<Vec<u8>>,
    /// When it was decided.
    pub decided_at: Option<NaiveDateTime>,
    /// When the source was changed and read back.
    pub applied_at: Option<NaiveDateTime>,
    /// Of what is refused or stays: the code of the law's ground for it.
    pub ground: Option<String>,
    /// Sealed: who gave us the value in dispute, where that is not the person.
    pub source_name: Option<Vec<u8>>,
}

/// One line of the timeline that the person sees.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_steps)]
pub struct Step {
    /// Internal.
    pub id: i64,
    /// Of which request.
    pub request_id: i64,
    /// When.
    pub at: NaiveDateTime,
    /// Who.
    #[diesel(deserialize_as = String)]
    pub actor: Party,
    /// Which staff member, if one.
    pub staff_id: Option<i64>,
    /// What.
    #[diesel(deserialize_as = String)]
    pub kind: StepKind,
    /// Further facts as JSON, without personal data.
    pub params: String,
}

/// A message between the person and staff.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_messages)]
pub struct Message {
    /// Internal.
    pub id: i64,
    /// On which request.
    pub request_id: i64,
    /// Who wrote it.
    #[diesel(deserialize_as = String)]
    pub author: Party,
    /// Which staff member, if one.
    pub staff_id: Option<i64>,
    /// Sealed.
    pub body: Vec<u8>,
    /// When.
    pub at: NaiveDateTime,
}

/// A piece of evidence, without its content: see [`super::queries::find_content`].
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_attachments)]
pub struct Attachment {
    /// Internal.
    pub id: i64,
    /// Of which request.
    pub request_id: i64,
    /// What its content is, found by looking at it.
    pub media_type: String,
    /// In bytes, before sealing.
    pub size: i64,
    /// Of the content, in hex.
    pub sha256: String,
    /// When it was sent.
    pub at: NaiveDateTime,
    /// When its content was erased.
    pub deleted_at: Option<NaiveDateTime>,
}

/// One of the two staff members' consent to a plan.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = request_approvals)]
pub struct Approval {
    /// Internal.
    pub id: i64,
    /// Of which request.
    pub request_id: i64,
    /// Whose.
    pub staff_id: i64,
    /// Their role at that time.
    #[diesel(deserialize_as = String)]
    pub role: Role,
    /// The plan that they saw.
    pub plan_hash: String,
    /// When.
    pub at: NaiveDateTime,
}
