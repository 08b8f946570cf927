//! A hold.

use chrono::{Days, NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::db::schema::holds;
use crate::db::text_enum;
use crate::sources;

/// So long a hold of a law-enforcement agency lasts, and each renewal of it.
pub const AGENCY_PERIOD: Days = Days::new(90);

text_enum! {
    /// Who wants the data to stay.
    pub enum HoldKind {
        /// The organisation: a dispute, an investigation, a duty to keep.
        Legal = "legal",
        /// A law-enforcement agency, under a case number.
        LawEnforcement = "law_enforcement",
    }
}

impl HoldKind {
    /// As staff read it.
    pub fn title(self) -> &'static str {
        match self {
            HoldKind::Legal => "Legal hold",
            HoldKind::LawEnforcement => "Law-enforcement hold",
        }
    }
}

/// A reason, placed by staff, that keeps data from being erased.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = holds)]
pub struct HoldRow {
    /// Internal.
    pub id: i64,
    /// Who wants it.
    #[diesel(deserialize_as = String)]
    pub kind: HoldKind,
    /// Whose data; everybody's if none.
    pub person_id: Option<i64>,
    /// Key of a dataset; all if none.
    pub dataset: Option<String>,
    /// Name of a collection in it.
    pub collection: Option<String>,
    /// A plain sentence for the person.
    pub reason: String,
    /// The cite.
    pub basis: String,
    /// Of a law-enforcement hold: which agency.
    pub agency: Option<String>,
    /// Of a law-enforcement hold: under which number.
    pub case_number: Option<String>,
    /// The last day; none until it is lifted.
    pub until: Option<NaiveDate>,
    /// How often it was renewed.
    pub renewals: i32,
    /// The staff member who placed it.
    pub placed_by: i64,
    /// When it was placed.
    pub placed_at: NaiveDateTime,
    /// When it was lifted.
    pub lifted_at: Option<NaiveDateTime>,
    /// The reference of the request for which it was placed, if for one.
    pub request: Option<String>,
}

impl HoldRow {
    /// Whether the same staff member has placed it in the same words.
    pub(super) fn is_as(
        &self,
        new: &NewHold,
        (kind, until): (HoldKind, Option<NaiveDate>),
        placed_by: i64,
    ) -> bool {
        let place = (self.dataset.as_ref(), self.collection.as_ref());
        let of_new = new.collection.as_ref();
        let case = match &new.kind {
            NewKind::Legal { .. } => (None, None),
            NewKind::LawEnforcement {
                agency,
                case_number,
            } => (Some(agency), Some(case_number)),
        };
        (self.kind, self.until, self.placed_by) == (kind, until, placed_by)
            && place == of_new.map(|(dataset, name)| (dataset, name)).unzip()
            && (self.agency.as_ref(), self.case_number.as_ref()) == case
            && (&self.reason, &self.basis, &self.request) == (&new.reason, &new.basis, &new.request)
    }

    /// Whether it is on what a collection holds.
    pub fn is_on(&self, dataset: &str, collection: &str) -> bool {
        let is = |part: &Option<String>, name: &str| part.as_ref().is_none_or(|it| it == name);
        is(&self.dataset, dataset) && is(&self.collection, collection)
    }

    /// Whether it keeps anything on that day.
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        self.lifted_at.is_none() && self.until.is_none_or(|until| until >= today)
    }

    /// What it is about, in a few words.
    pub fn what(&self) -> String {
        match (&self.dataset, &self.collection) {
            (Some(dataset), Some(collection)) => format!("{dataset}.{collection}"),
            (Some(dataset), None) => dataset.clone(),
            _ => "All data".to_owned(),
        }
    }

    /// As plans know it. The agency and the case number are not among what the person reads.
    pub fn for_plans(self) -> sources::Hold {
        sources::Hold {
            dataset: self.dataset,
            collection: self.collection,
            category: None,
            reason: self.reason,
            basis: self.basis,
            until: self.until,
            by: match self.kind {
                HoldKind::Legal => sources::Keeper::Hold,
                HoldKind::LawEnforcement => sources::Keeper::Agency,
            },
        }
    }
}

/// Who wants data to be held, and for how long.
#[derive(Debug, Clone)]
pub enum NewKind {
    /// The organisation, until a day or until it is lifted.
    Legal {
        /// The last day.
        until: Option<NaiveDate>,
    },
    /// An agency, for as long as the law says.
    LawEnforcement {
        /// Its name.
        agency: String,
        /// The number of its case.
        case_number: String,
    },
}

/// A hold to place.
#[derive(Debug, Clone)]
pub struct NewHold {
    /// Who wants it.
    pub kind: NewKind,
    /// Whose data; everybody's if none.
    pub person_id: Option<i64>,
    /// Dataset and collection; all if none.
    pub collection: Option<(String, String)>,
    /// A plain sentence for the person.
    pub reason: String,
    /// The cite.
    pub basis: String,
    /// The reference of the request for which it is placed, if for one.
    pub request: Option<String>,
}
