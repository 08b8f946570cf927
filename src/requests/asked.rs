//! What is asked for, before it is on record.

use chrono::NaiveDate;

use super::evidence::File;
use super::model::{Action, Channel, Kind};
use crate::law::Cause;
use crate::register::CollectionKey;
use crate::sources::{self, Correction, Dates, Keeper, Plan, Scope};

/// What a person files.
#[derive(Debug)]
pub struct NewRequest {
    /// Which right.
    pub kind: Kind,
    /// In the person's own words; may be empty.
    pub note: String,
    /// What is new since the same was denied; may be empty.
    pub news: String,
    /// What it asks for, one by one.
    pub items: Vec<NewItem>,
    /// Of a deletion: what was confirmed.
    pub plan: Option<Plan>,
    /// Of a deletion that could not be planned yet: of what.
    pub unplanned: Option<Scope>,
    /// Of an appeal: the denied request.
    pub appeal_of: Option<i64>,
    /// A file that backs it.
    pub evidence: Option<File>,
    /// How it came in.
    pub channel: Channel,
    /// Of which time it asks for data.
    pub dates: Dates,
}

/// One thing that is asked for.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What is to happen.
    pub action: Action,
    /// Key of the dataset.
    pub dataset: String,
    /// Key of the collection.
    pub collection: String,
    /// How many records.
    pub count: i64,
    /// Of a correction: what is to be put right.
    pub correction: Option<NewCorrection>,
    /// Of a deletion: why records stay, or are masked only.
    pub why: Option<String>,
    /// The cite that backs `why`.
    pub basis: Option<String>,
    /// The last day on which they are kept.
    pub keep_until: Option<NaiveDate>,
    /// What is behind it that they stay.
    pub cause: Option<Cause>,
}

/// One value to be put right.
#[derive(Debug, Clone)]
pub struct NewCorrection {
    /// The id of the record.
    pub record: String,
    /// The path of the field.
    pub field: String,
    /// The value now.
    pub old_value: String,
    /// The value that is proposed, as typed.
    pub new_value: String,
    /// What that comes to in the source.
    pub change: Correction,
    /// Why; may be empty.
    pub reason: String,
    /// Who gave us the value, where that is not the person and is known.
    pub source_name: Option<String>,
}

impl NewRequest {
    /// A request of that kind that says nothing yet.
    pub fn of(kind: Kind) -> Self {
        NewRequest {
            kind,
            note: String::new(),
            news: String::new(),
            items: Vec::new(),
            plan: None,
            unplanned: None,
            appeal_of: None,
            evidence: None,
            channel: Channel::Portal,
            dates: Dates::default(),
        }
    }

    /// Of a deletion: of what, if anybody has said so.
    pub(super) fn scope(&self) -> Option<&Scope> {
        let planned = self.plan.as_ref().map(|plan| &plan.scope);
        planned.or(self.unplanned.as_ref())
    }
}

impl NewItem {
    /// An item about so many records of a collection.
    pub fn of(action: Action, key: &CollectionKey, count: i64) -> Self {
        NewItem {
            action,
            dataset: key.dataset.clone(),
            collection: key.collection.clone(),
            count,
            correction: None,
            why: None,
            basis: None,
            keep_until: None,
            cause: None,
        }
    }

    /// A line of an erasure plan.
    pub fn planned(planned: &sources::Item) -> Self {
        let count = i64::try_from(planned.records).unwrap_or(i64::MAX);
        let of = |action| NewItem::of(action, &planned.key(), count);
        match planned.action.clone() {
            sources::Action::Delete => of(Action::Delete),
            sources::Action::Cut => of(Action::Cut),
            sources::Action::Follow => NewItem {
                why: Some(sources::FOLLOWS.to_owned()),
                ..of(Action::Follow)
            },
            sources::Action::Mask { why } => NewItem {
                why,
                ..of(Action::Mask)
            },
            sources::Action::Leave { reason } => NewItem {
                why: Some(reason),
                cause: Some(if planned.action.is_for_others() {
                    Cause::Shared
                } else {
                    Cause::Unchangeable
                }),
                ..of(Action::Leave)
            },
            sources::Action::Keep {
                reason,
                basis,
                until,
                by,
            } => NewItem {
                why: Some(reason),
                basis: Some(basis),
                keep_until: until,
                cause: Some(match by {
                    Keeper::Rule => Cause::Rule,
                    Keeper::Hold | Keeper::Staff => Cause::Hold,
                    Keeper::Agency => Cause::Agency,
                }),
                ..of(Action::Keep)
            },
        }
    }
}
