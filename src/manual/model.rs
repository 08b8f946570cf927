//! What people are asked to do by hand.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::manual_tasks;
use crate::db::{OptionalText, text_enum};
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::Register;
use crate::sources::Work;

text_enum! {
    /// What is asked of people.
    pub enum Purpose {
        /// To look up what is held about a person.
        Find = "find",
        /// To put values right.
        Correct = "correct",
        /// To erase records.
        Erase = "erase",
    }
}

text_enum! {
    /// Where a task stands.
    pub enum State {
        /// Somebody has to do it.
        Open = "open",
        /// It has its answer.
        Done = "done",
        /// It is needed no more.
        Cancelled = "cancelled",
    }
}

text_enum! {
    /// How a task was answered.
    pub enum Outcome {
        /// Records were found.
        Found = "found",
        /// There are none.
        Nothing = "nothing",
        /// It was changed as asked.
        CarriedOut = "carried_out",
        /// It could not be done; the words say why.
        CouldNot = "could_not",
    }
}

/// One task: of one request, in one system.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = manual_tasks)]
pub struct Task {
    /// Internal.
    pub id: i64,
    /// For which request.
    pub request_id: i64,
    /// Whose data.
    pub person_id: i64,
    /// Key of the source.
    pub source: String,
    /// What is asked.
    #[diesel(deserialize_as = String)]
    pub purpose: Purpose,
    /// Where it stands.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// How it was answered.
    #[diesel(deserialize_as = OptionalText<Outcome>)]
    pub outcome: Option<Outcome>,
    /// When it should be done: well before the request's answer is due.
    pub due_on: NaiveDate,
    /// Who does it.
    pub assignee_id: Option<i64>,
    /// Sealed: [`Subject`] as JSON.
    pub subject: Option<Vec<u8>>,
    /// Tells whether two tasks ask for the same.
    pub subject_hash: String,
    /// Sealed: why it could not be done.
    pub words: Option<Vec<u8>>,
    /// How many records were found, or are to be changed.
    pub records: i64,
    /// Goes up with each change; a page that shows an older one cannot change the task.
    pub version: i64,
    /// When it was asked.
    pub created_at: NaiveDateTime,
    /// When nothing more was to be done.
    pub closed_at: Option<NaiveDateTime>,
    /// Who answered.
    pub done_by: Option<i64>,
}

/// What is to be changed. It holds no values: those stand in the request, and in what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// The ids of the request's items, each a value to put right.
    Correct(Vec<i64>),
    /// What an erasure does to records.
    Erase(Vec<Work>),
}

impl Purpose {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Purpose::Find => "Look it up",
            Purpose::Correct => "Put it right",
            Purpose::Erase => "Erase it",
        }
    }
}

impl State {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            State::Open => "To do",
            State::Done => "Done",
            State::Cancelled => "Not needed any more",
        }
    }
}

impl Outcome {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            Outcome::Found => "Found",
            Outcome::Nothing => "Nothing found",
            Outcome::CarriedOut => "Done",
            Outcome::CouldNot => "Could not be done",
        }
    }

    /// The tone of its tag.
    pub fn tone(self) -> &'static str {
        match self {
            Outcome::Found | Outcome::CarriedOut => "success",
            Outcome::Nothing => "neutral",
            Outcome::CouldNot => "danger",
        }
    }
}

impl Task {
    /// Who did it; while it is open, who does it.
    pub fn worker(&self) -> Option<i64> {
        match self.closed_at {
            Some(_) => self.done_by,
            None => self.assignee_id,
        }
    }

    /// In a few words: how it was answered, else where it stands.
    pub fn title(&self) -> &'static str {
        self.outcome.map_or(self.state.title(), Outcome::title)
    }

    /// The tone of its tag.
    pub fn tone(&self) -> &'static str {
        match (self.outcome, self.state) {
            (Some(outcome), _) => outcome.tone(),
            (None, State::Open) => "progress",
            (None, _) => "neutral",
        }
    }

    /// Why it could not be done; empty when it could.
    pub fn words(&self, keys: &Keys) -> AppResult<String> {
        let Some(sealed) = &self.words else {
            return Ok(String::new());
        };
        let plain = keys.open(&words_context(self.request_id), sealed)?;
        Ok(String::from_utf8(plain).map_err(anyhow::Error::from)?)
    }

    /// What is to be changed; none of a task to look something up.
    pub fn subject(&self, keys: &Keys) -> AppResult<Option<Subject>> {
        let Some(sealed) = &self.subject else {
            return Ok(None);
        };
        let plain = keys.open(&subject_context(self.request_id), sealed)?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }
}

impl Subject {
    /// What is asked for it.
    pub fn purpose(&self) -> Purpose {
        match self {
            Subject::Correct(_) => Purpose::Correct,
            Subject::Erase(_) => Purpose::Erase,
        }
    }

    /// What is left to ask for when something was done. Values are put right one by one; an erasure is as it was planned,
    /// or another one.
    pub fn without(self, done: Option<&Subject>) -> Option<Subject> {
        match (self, done) {
            (Subject::Correct(mut items), Some(Subject::Correct(done))) => {
                items.retain(|item| !done.contains(item));
                (!items.is_empty()).then_some(Subject::Correct(items))
            }
            (it @ Subject::Erase(_), done) if done == Some(&it) => None,
            (it, _) => Some(it),
        }
    }

    /// How many records it is about.
    pub fn records(&self) -> i64 {
        let count = match self {
            Subject::Correct(items) => items.len(),
            Subject::Erase(works) => works.iter().map(|work| work.targets.len()).sum(),
        };
        i64::try_from(count).unwrap_or(i64::MAX)
    }
}

pub(super) fn words_context(request_id: i64) -> String {
    format!("manual task of request {request_id}: words")
}

pub(super) fn subject_context(request_id: i64) -> String {
    format!("manual task of request {request_id}: subject")
}

/// What people call a system: the names of its datasets.
pub fn system_name(register: &Register, source: &str) -> String {
    let names: Vec<_> = register
        .datasets_of(source)
        .map(|dataset| dataset.name.as_str())
        .collect();
    if names.is_empty() {
        source.to_owned()
    } else {
        names.join(", ")
    }
}
