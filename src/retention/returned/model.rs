//! Erased data that came back.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::returned_erasures;
use crate::db::text_enum;

text_enum! {
    /// What becomes of data that came back.
    pub enum State {
        /// Staff have not looked at it.
        Found = "found",
        /// A staff member proposes to erase it again.
        Proposed = "proposed",
        /// It is being erased.
        Erasing = "erasing",
        /// It was erased again.
        Erased = "erased",
        /// The person came back on purpose.
        Left = "left",
        /// No source holds it any more.
        Gone = "gone",
    }
}

impl State {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            State::Found => "To look at",
            State::Proposed => "To approve",
            State::Erasing => "Being erased",
            State::Erased => "Erased again",
            State::Left => "Left: they came back",
            State::Gone => "Gone by itself",
        }
    }

    /// How it is shown.
    pub fn tone(self) -> &'static str {
        match self {
            State::Found | State::Proposed => "warning",
            State::Erasing => "progress",
            State::Erased | State::Gone => "success",
            State::Left => "neutral",
        }
    }
}

/// An erasure of which data came back. It names nobody.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = returned_erasures)]
pub struct Returned {
    /// Internal.
    pub id: i64,
    /// The random name of the erasure.
    pub erasure: String,
    /// When it was erased.
    pub erased_at: NaiveDateTime,
    /// What becomes of it.
    #[diesel(deserialize_as = String)]
    pub state: State,
    /// How many records would be erased again, when last looked at.
    pub records: i64,
    /// [`InCollection`]s as JSON.
    pub collections: String,
    /// Somebody with these handles has signed in since.
    pub signed_in_since: bool,
    /// When it was first found, this time.
    pub found_at: NaiveDateTime,
    /// When it was last found.
    pub seen_at: NaiveDateTime,
    /// Who proposed to erase it again.
    pub proposed_by: Option<i64>,
    /// When nothing more was to happen.
    pub settled_at: Option<NaiveDateTime>,
    /// Why it could not be erased; for staff, without personal data.
    pub failure: Option<String>,
    /// Of what a deletion had to leave, and whose reason has ended: the request. Nothing came back then.
    pub request_id: Option<i64>,
    /// A source knows the person as a customer who is there now.
    pub is_customer: bool,
}

/// Why there is something to erase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// What had been erased came back.
    CameBack,
    /// The deletion of that request had to leave it, and need not any more.
    RestOf(i64),
}

impl Returned {
    /// Why there is something to erase.
    pub fn origin(&self) -> Origin {
        self.request_id.map_or(Origin::CameBack, Origin::RestOf)
    }

    /// How much is held in each collection, as last found.
    pub fn places(&self) -> Vec<InCollection> {
        serde_json::from_str(&self.collections).unwrap_or_default()
    }

    /// Whether it came back.
    pub fn came_back(&self) -> bool {
        self.origin() == Origin::CameBack
    }

    /// Where it stands, as staff read it.
    pub fn standing(&self) -> &'static str {
        match (self.state, self.origin()) {
            (State::Erased, Origin::RestOf(_)) => "Erased",
            (State::Gone, Origin::RestOf(_)) => "Nothing to erase",
            (state, _) => state.title(),
        }
    }
}

/// How much came back in one collection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InCollection {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// How many records would go or be changed.
    pub records: u64,
    /// Of how many of them nobody can tell whether they are what was erased.
    #[serde(default)]
    pub in_doubt: u64,
    /// The first and the last of their days, where they have any.
    #[serde(default)]
    pub days: Option<(NaiveDate, NaiveDate)>,
}

/// What a night's search found of one erasure.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// The name of the erasure.
    pub erasure: String,
    /// When it was erased.
    pub erased_at: NaiveDateTime,
    /// How many records would be erased again.
    pub records: i64,
    /// Where.
    pub collections: Vec<InCollection>,
    /// Somebody with these handles has signed in since.
    pub signed_in_since: bool,
    /// A source knows the person as a customer who is there now.
    pub is_customer: bool,
    /// The deletion that had to leave it, where its reason has ended.
    pub request_id: Option<i64>,
}
