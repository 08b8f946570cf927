//! The lines of a timeline, as people and staff read them.

use serde_json::Value;

use super::model::{Party, State, Step, StepKind};
use super::words::records;

impl StepKind {
    /// As a line of the timeline, by who did it.
    pub fn title(self, actor: Party) -> &'static str {
        match self {
            StepKind::Received if actor == Party::Staff => "We wrote down your request",
            StepKind::Received => "You filed the request",
            StepKind::Acknowledged if actor == Party::Staff => "We confirmed it to you",
            StepKind::Acknowledged => "We confirmed it by mail",
            StepKind::Verifying => "We are checking that it comes from you",
            StepKind::InReview if actor == Party::Person => "You answered, and the review goes on",
            StepKind::InReview => "We started to review it",
            StepKind::WaitingForPerson => "We asked you something",
            StepKind::Approved => "We approved it",
            StepKind::PartlyApproved => "We approved a part of it",
            StepKind::Denied => "We denied it",
            StepKind::Executing => "We started to carry it out",
            StepKind::ExecutionFailed => "It could not be carried out at the first try",
            StepKind::Completed => "It was carried out and checked",
            StepKind::Withdrawn => "You withdrew it",
            StepKind::Extended => "We need more time",
            StepKind::Late => "The date of our answer has passed",
            StepKind::Resumed => "The date of our answer moved by the days that we waited for you",
            StepKind::Reminded => "We reminded you that we wait for you",
            StepKind::Reopened => "Your appeal succeeded, and we look at it again",
            StepKind::Planned => "We looked up what would be erased",
            StepKind::Replanned => {
                "Data had come in or changed, so we planned it anew when we carried it out"
            }
            StepKind::ByHand => "Somebody here does a part of it by hand",
            StepKind::ByHandDone => "The part by hand was answered",
            StepKind::RestrictionBegan => "We do not use your data for it until we have answered",
            StepKind::RestrictionEnds => "We told you when we will use your data again",
            StepKind::RestrictionStays => "We go on keeping your data and not using them",
            StepKind::RestrictionEnded => "The restriction ended, and the recipients are told",
            StepKind::Message if actor == Party::Person => "You wrote to us",
            StepKind::Message => "We wrote to you",
            StepKind::EvidenceErased => "Your evidence was erased",
            StepKind::RecordsMissing | StepKind::ProposalEnded | StepKind::Unassigned => {
                "We went on with it"
            }
        }
    }

    /// The tone of its line.
    pub fn tone(self) -> &'static str {
        match self.as_str().parse::<State>() {
            Ok(state) => state.tone(),
            Err(_) if self == StepKind::Extended => "warning",
            Err(_) if self == StepKind::Late => "danger",
            Err(_) => "neutral",
        }
    }
}

impl StepKind {
    /// As a line of the timeline that staff read.
    pub fn staff_title(self) -> &'static str {
        match self {
            StepKind::Received => "Filed",
            StepKind::Acknowledged => "Confirmed to the person",
            StepKind::Verifying => "Identity is being checked",
            StepKind::InReview => "Taken into review",
            StepKind::WaitingForPerson => "A question was asked",
            StepKind::Approved => "Approved",
            StepKind::PartlyApproved => "Partly approved",
            StepKind::Denied => "Denied",
            StepKind::Executing => "Execution started",
            StepKind::ExecutionFailed => "Execution failed",
            StepKind::Completed => "Carried out and read back",
            StepKind::Withdrawn => "Withdrawn",
            StepKind::Extended => "Date moved",
            StepKind::Late => "Late",
            StepKind::Resumed => "The clock went on; the date moved by the days of the pause",
            StepKind::Reminded => "The person was reminded",
            StepKind::Reopened => "Opened again by an appeal",
            StepKind::Planned => "Planned, once all sources had answered",
            StepKind::Replanned => {
                "Planned anew when it was carried out, since data had come in or changed"
            }
            StepKind::ByHand => "A task for the manual desk",
            StepKind::ByHandDone => "The manual desk has answered",
            StepKind::RestrictionBegan => "The use rests until it is decided; recipients are told",
            StepKind::RestrictionEnds => "The end of the restriction was announced",
            StepKind::RestrictionStays => "The end of the restriction was called off",
            StepKind::RestrictionEnded => "The restriction ended; recipients are told",
            StepKind::Message => "Message",
            StepKind::EvidenceErased => "Evidence erased",
            StepKind::RecordsMissing => "Records that were refused are no longer there",
            StepKind::ProposalEnded => "The proposal ended, because of a question to the person",
            StepKind::Unassigned => "Given to nobody",
        }
    }
}

impl Step {
    /// Whether it was not the person who did it, but whoever asked for them.
    pub fn is_by_agent(&self) -> bool {
        let params: Value = serde_json::from_str(&self.params).unwrap_or_default();
        params["by"] == "agent"
    }

    /// What else staff read in its line; may be empty.
    pub fn staff_detail(&self) -> String {
        let params: Value = serde_json::from_str(&self.params).unwrap_or_default();
        match self.kind {
            StepKind::RecordsMissing => {
                let count = params["records"].as_i64().unwrap_or_default();
                format!(
                    "{}: they went, or were changed, since they were refused. Look for them by hand.",
                    records(count)
                )
            }
            StepKind::Replanned => {
                let count = params["records"].as_i64().unwrap_or_default();
                format!("It changes {} in all.", records(count))
            }
            StepKind::Late => match params["told"].as_bool() {
                Some(true) => "The person was told.".to_owned(),
                Some(false) => "No mail reaches the person: tell them yourself.".to_owned(),
                None => String::new(),
            },
            StepKind::Withdrawn if self.is_by_agent() => "By who asked for the person.".to_owned(),
            StepKind::Withdrawn => "By the person.".to_owned(),
            _ => params["why"].as_str().unwrap_or_default().to_owned(),
        }
    }
}
