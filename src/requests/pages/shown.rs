//! Items, messages and steps as the person reads them.

use chrono::NaiveDateTime;
use chrono_tz::Tz;

use crate::app::App;
use crate::my_data::statements::{Statement, Statements};
use crate::requests::denial::{self, Denial};
use crate::requests::details::{self, OpenItem, OpenMessage, title};
use crate::requests::model::{Action, Decision, Item, Kind, Party, Step, StepKind};
use crate::requests::statements;
use crate::requests::words;
use crate::web::words::moment;

/// One thing that was asked for.
pub(super) struct ShownItem {
    /// The field and its collection, or the collection.
    pub title: String,
    /// What is to happen, in a sentence; for a correction the two values say it.
    pub what: String,
    /// The two values of a correction.
    pub values: Option<(String, String)>,
    /// Whether it was carried out.
    pub is_done: bool,
    /// Why the person proposes it.
    pub reason: String,
    /// Why records stay.
    pub why: String,
    /// What was decided, with its tone.
    pub decision: Option<(&'static str, &'static str)>,
    /// Why it was decided so.
    pub decision_reason: String,
    /// Who gave us the value, where that is not the person.
    pub source_name: String,
    /// What the person says of it.
    pub statement: Option<Statement>,
    /// In how many words they may say something of it now, and where.
    pub statement_at: Option<(u32, String)>,
}

impl ShownItem {
    pub fn of(app: &App, denial: Option<&Denial>, (open, said): (&OpenItem, &Statements)) -> Self {
        let item = &open.item;
        let words = statements::words_for(app, denial, item);
        let said = statements::cell_of(item).and_then(|cell| said.about(&cell));
        let reason = denial.and_then(|it| it.reason_of(item.id));
        let values = (item.action == Action::Correct).then(|| details::values(&app.register, open));
        ShownItem {
            title: title(&app.register, item),
            what: words::outlook(item.action, item.count),
            values,
            is_done: item.applied_at.is_some(),
            reason: open.reason.clone(),
            why: match (reason, item.decision) {
                (Some(reason), Some(Decision::Refused)) => reason.in_words(),
                (Some(reason), _) => reason.facts_in_words(),
                (None, _) => item_why(item),
            },
            decision: item.decision.map(|decision| match decision {
                Decision::Accepted if item.applied_at.is_some() => ("success", "Done"),
                Decision::Accepted => ("success", "Accepted"),
                Decision::Refused => ("danger", "Refused"),
            }),
            decision_reason: open.decision_reason.clone(),
            source_name: open.source_name.clone(),
            statement: said.filter(|_| words.is_some()).cloned(),
            statement_at: words.map(|words| (words, format!("items/{}/statement", item.id))),
        }
    }
}

/// Why records would stay, before it is decided.
fn item_why(item: &Item) -> String {
    let basis = item.basis.as_ref().map(|basis| format!(" ({basis})"));
    denial::kept(item) + &basis.unwrap_or_default()
}

/// One message.
pub(super) struct ShownMessage {
    pub from: String,
    pub is_own: bool,
    pub body: String,
    pub at: String,
    pub when: String,
}

impl ShownMessage {
    pub fn of(message: &OpenMessage, zone: Tz) -> Self {
        let is_own = message.author == Party::Person;
        ShownMessage {
            from: match &message.staff_name {
                _ if is_own => "You".to_owned(),
                Some(name) => name.clone(),
                None => "The privacy team".to_owned(),
            },
            is_own,
            body: message.body.clone(),
            at: at(message.at),
            when: moment(message.at, zone),
        }
    }
}

/// One line of the timeline.
pub(super) struct ShownStep {
    pub title: String,
    pub tone: &'static str,
    pub at: String,
    pub when: String,
}

impl ShownStep {
    /// With who filed the request, if that was not the person.
    pub fn of(kind: Kind, step: &Step, (filed_by, zone): (Option<&str>, Tz)) -> Self {
        let is_unread = step.kind == StepKind::Completed && !kind.is_read_back();
        ShownStep {
            title: match filed_by {
                Some(filed_by) if step.kind == StepKind::Received => {
                    format!("{filed_by} filed the request")
                }
                _ if is_unread => "It is done".to_owned(),
                _ if step.is_by_agent() => "Whoever asked for you withdrew it".to_owned(),
                _ => step.kind.title(step.actor).to_owned(),
            },
            tone: step.kind.tone(),
            at: at(step.at),
            when: moment(step.at, zone),
        }
    }
}

/// A time for machines.
pub(super) fn at(time: NaiveDateTime) -> String {
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}
