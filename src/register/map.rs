//! The map of a source: datasets, their collections (tables) and fields (columns).

use std::{fmt, str::FromStr};

use super::{Correctable, Erase, NeverDisclose, Place, Required, Retention, SourceKind};
use crate::db::text_enum;

/// The collections of one source, as one fideslang `dataset`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dataset {
    /// Where it is declared.
    pub place: Place,
    /// `fides_key`: unique in the register.
    pub key: String,
    /// The name that people read.
    pub name: String,
    /// What it holds, in plain words; may be empty.
    pub description: String,
    /// The schema inside the source, from `fides_meta.namespace.schema`.
    pub namespace: Option<String>,
    /// The database of the source, from `fides_meta.namespace.database_name`.
    pub database: Option<String>,
    /// The key of the connected source that holds it: `candor.source`, else the dataset's own key.
    pub source: String,
    /// In the order of the manifest.
    pub collections: Vec<Collection>,
}

/// One table, or what a source has in its place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Collection {
    /// Where it is declared.
    pub place: Place,
    /// The name in the source.
    pub name: String,
    /// What people call it, such as "Jobs you applied for"; else made of the name.
    pub title: String,
    /// One or two plain sentences; may be empty.
    pub description: String,
    /// fideslang data categories of the collection as a whole, or its dataset's; may be empty.
    pub categories: Vec<String>,
    /// In the order of the manifest.
    pub fields: Vec<Field>,
    /// Collections that must be read before this one.
    pub after: Vec<CollectionKey>,
    /// Collections that must be erased before this one.
    pub erase_after: Vec<CollectionKey>,
    /// The lines of the former and of the latter.
    pub(super) after_lines: Vec<u32>,
    /// True when it is declared, but neither read nor erased.
    pub skip_processing: bool,
    /// `candor.retention`; where absent, the category of each field says how long.
    pub retention: Option<Retention>,
    /// What a deletion does to its rows.
    pub erase: Erase,
    /// `candor.source_kind`, when its data come from elsewhere than the category says (a partner, for example).
    pub source_kind: Option<SourceKind>,
    /// `candor.source_name`: who gave us its records, where no field of theirs says it.
    pub source_name: Option<String>,
    /// `candor.copy`: "cached" or "archived", when it holds copies of other collections.
    pub copy: Option<String>,
}

/// One column, or one key of a nested object.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent declaration of the manifest"
)]
pub struct Field {
    /// Where it is declared.
    pub place: Place,
    /// The last segment of `path`.
    pub name: String,
    /// Unique in its collection: the name, or names joined by dots where fields are nested.
    pub path: String,
    /// What people call it; else made of the name.
    pub title: String,
    /// One plain sentence; may be empty.
    pub description: String,
    /// fideslang data categories: its own, else its parent's, its collection's or its dataset's.
    pub categories: Vec<String>,
    /// Part of the key that names one row.
    pub primary_key: bool,
    /// The kind of identity that its value is: `email`, `phone_number`, or an external id.
    pub identity: Option<String>,
    /// The fields that it is joined with.
    pub references: Vec<Reference>,
    /// `None` where the manifest does not say.
    pub data_type: Option<DataType>,
    /// The longest value that the source takes, in characters.
    pub length: Option<u32>,
    /// For arrays: show all elements, not only those that match the identity.
    pub return_all_elements: bool,
    /// The source refuses to change it.
    pub read_only: bool,
    /// How to mask it on erasure, when not in the collection's way.
    pub masking: Option<Masking>,
    /// Mandatory data: who needs it and what stops without it.
    pub required: Option<Required>,
    /// What the manifest says about correction; ask [`super::FieldView::input`] for what follows from it.
    pub correctable: Correctable,
    /// Why its value leaves the source masked, always.
    pub never_disclose: Option<NeverDisclose>,
    /// `candor.erase`, when a deletion treats it in another way than its row.
    pub erase: Option<Erase>,
    /// `candor.source_kind`, when it comes from elsewhere than its collection or category says.
    pub source_kind: Option<SourceKind>,
    /// It is the date on which the record came about, from which periods count.
    pub is_date: bool,
    /// It is about the person's health: as the manifest says, or by its categories.
    pub is_health: bool,
    /// Its value is the name of who gave us the record.
    pub names_source: bool,
    /// Nested fields of an object.
    pub fields: Vec<Field>,
    pub(super) links: super::describe::Links,
    /// The lines of its own categories; empty where they are inherited.
    pub(super) category_lines: Vec<u32>,
}

/// How one field leads to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it is declared.
    pub place: Place,
    /// Key of the other dataset.
    pub dataset: String,
    /// Name of the other collection.
    pub collection: String,
    /// Path of the other field.
    pub field: String,
    /// Which of the two may be read by means of the other.
    pub direction: Direction,
}

text_enum! {
    /// Which way a reference is followed.
    #[derive(Default)]
    pub enum Direction {
        /// Rows here are found by values there.
        From = "from",
        /// Rows there are found by values here.
        To = "to",
        /// Both ways.
        #[default]
        Both = "none",
    }
}

/// A scalar or object type, or an array of it (`string[]`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DataType {
    /// Of the value, or of each element.
    pub kind: Kind,
    /// Written with `[]` behind.
    pub array: bool,
}

text_enum! {
    /// The type of one value.
    pub enum Kind {
        /// Text.
        String = "string",
        /// Whole number.
        Integer = "integer",
        /// Number with decimals.
        Float = "float",
        /// Yes or no.
        Boolean = "boolean",
        /// Calendar day.
        Date = "date",
        /// Day and time.
        DateTime = "datetime",
        /// Nested fields.
        Object = "object",
        /// A document store's own id.
        ObjectId = "object_id",
    }
}

impl FromStr for DataType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (word, array) = text
            .strip_suffix("[]")
            .map_or((text, false), |word| (word, true));
        let kind = Kind::ALL
            .iter()
            .copied()
            .find(|kind| kind.as_str() == word)
            .ok_or_else(|| {
                let words: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
                format!("one of {}, with [] behind for a list", words.join(", "))
            })?;
        Ok(Self { kind, array })
    }
}

/// fideslang's `masking_strategy_override`.
#[derive(Debug, Clone, PartialEq)]
pub struct Masking {
    /// `null_rewrite`, `string_rewrite`, `hash`, `random_string_rewrite`, …
    pub strategy: String,
    /// As in the manifest; `null` where absent.
    pub configuration: serde_json::Value,
}

impl Masking {
    pub(super) const PRESERVE: &str = "preserve";

    /// Whether the value stays as it is.
    pub fn preserves(&self) -> bool {
        self.strategy == Self::PRESERVE
    }
}

/// Names one collection of the register; written `dataset.collection`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionKey {
    /// Key of the dataset.
    pub dataset: String,
    /// Name of the collection.
    pub collection: String,
}

impl CollectionKey {
    /// Joins the two names.
    pub fn new(dataset: &str, collection: &str) -> Self {
        Self {
            dataset: dataset.to_owned(),
            collection: collection.to_owned(),
        }
    }
}

impl fmt::Display for CollectionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.dataset, self.collection)
    }
}

impl FromStr for CollectionKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (dataset, collection) = text
            .split_once('.')
            .ok_or("a dataset and a collection, as `dataset.collection`")?;
        Ok(Self::new(dataset, collection))
    }
}

impl Dataset {
    /// The collection of this name.
    pub fn collection(&self, name: &str) -> Option<&Collection> {
        self.collections
            .iter()
            .find(|collection| collection.name == name)
    }
}

impl Collection {
    /// The field at this dotted path.
    pub fn field(&self, path: &str) -> Option<&Field> {
        self.all_fields()
            .into_iter()
            .find(|field| field.path == path)
    }

    /// Every field, nested ones after their parent.
    pub fn all_fields(&self) -> Vec<&Field> {
        fn collect<'a>(fields: &'a [Field], into: &mut Vec<&'a Field>) {
            for field in fields {
                into.push(field);
                collect(&field.fields, into);
            }
        }
        let mut all = Vec::with_capacity(self.fields.len());
        collect(&self.fields, &mut all);
        all
    }

    /// The fields that together name one row; empty when the manifest names none.
    pub fn primary_key(&self) -> Vec<&Field> {
        self.all_fields()
            .into_iter()
            .filter(|field| field.primary_key)
            .collect()
    }

    /// The fields whose values are identities of a person.
    pub fn identities(&self) -> Vec<&Field> {
        self.all_fields()
            .into_iter()
            .filter(|field| field.identity.is_some())
            .collect()
    }

    /// The field from which periods count: the one that its retention names, else the one marked as its date.
    pub fn date_field(&self) -> Option<&Field> {
        let named = self
            .retention
            .as_ref()
            .and_then(Retention::from_field)
            .and_then(|path| self.field(path));
        named.or_else(|| self.all_fields().into_iter().find(|field| field.is_date))
    }
}
