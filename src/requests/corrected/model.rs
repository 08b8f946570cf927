//! A value that was corrected.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::db::schema::corrected_values;
use crate::error::AppResult;
use crate::keys::Keys;
use crate::register::CollectionKey;
use crate::requests::sealed::{self, What};
use crate::sources::Correction;

/// A datum that was corrected: hashes to compare by, and the value, sealed.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = corrected_values)]
pub struct CorrectedValue {
    /// Internal.
    pub id: i64,
    /// Whose.
    pub person_id: i64,
    /// Of the request that asked for it, which may be gone by now.
    pub reference: String,
    /// Sealed for that reference: what was written, and where.
    pub change: Vec<u8>,
    /// Key of the source.
    pub source: String,
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
    /// Keyed hash of the record's id.
    pub record: String,
    /// Path of the field.
    pub field: String,
    /// Keyed hash of what was written.
    pub corrected: String,
    /// Keyed hash of what was held before.
    pub replaced: String,
    /// When it was last written and read back.
    pub written_at: NaiveDateTime,
    /// When it was last compared.
    pub looked_at: NaiveDateTime,
    /// Since when the replaced value is held again.
    pub returned_at: Option<NaiveDateTime>,
    /// When staff asked to have it written again.
    pub repair_asked_at: Option<NaiveDateTime>,
    /// How often it was written again.
    pub repairs: i32,
    /// Why the last repair failed; for staff, without personal data.
    pub failure: Option<String>,
    /// Keyed hashes of the records that held the replaced value too; none where that is not known.
    pub beside: Option<String>,
    /// Keyed hash of what else the record held.
    pub rest: Option<String>,
    /// When nothing was written again, since something else is held by now.
    pub moved_on_at: Option<NaiveDateTime>,
}

/// A value by its id, and how often it had been written again when it was compared.
pub type Seen = (i64, i32);

impl CorrectedValue {
    /// The collection that holds it.
    pub fn key(&self) -> CollectionKey {
        CollectionKey::new(&self.dataset, &self.collection)
    }

    /// Whether a return of the replaced value would be news.
    pub fn is_quiet(&self) -> bool {
        self.returned_at.is_none() || self.moved_on_at.is_some()
    }

    /// Whether it is the same field of another record.
    pub fn is_beside(&self, other: &CorrectedValue) -> bool {
        self.id != other.id && self.key() == other.key() && self.field == other.field
    }

    /// As it is compared now.
    pub fn seen(&self) -> Seen {
        (self.id, self.repairs)
    }

    /// What was written, and where.
    pub fn change(&self, keys: &Keys) -> AppResult<Correction> {
        let sealed = sealed::open(keys, &self.reference, What::Change, &self.change)?;
        Ok(serde_json::from_slice(&sealed)?)
    }
}

/// The keyed hash of a record's id.
pub(super) fn record_hash(keys: &Keys, key: &CollectionKey, record: &str) -> String {
    keys.hash("corrected record", format!("{key}\0{record}").as_bytes())
}

/// The keyed hash of a value, by its fingerprint. The same value in two records gives two hashes, so that the table
/// does not tell who shares a value.
pub(super) fn value_hash(keys: &Keys, record: &str, field: &str, fingerprint: &str) -> String {
    let text = format!("{record}\0{field}\0{fingerprint}");
    keys.hash("corrected value", text.as_bytes())
}
