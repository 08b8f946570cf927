//! What the pages show: categories with their collections, and records with each datum explained.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::choices::Stopped;
use crate::register::{
    Category, CollectionKey, Correctable, FieldView, NeverDisclose, Recipient, Register, Required,
    Retention, SourceKind,
};
use crate::sources::{CollectionSummary, Datum, Fixed, Held, Record};

use super::otherwise::Otherwise;
use super::{check_url, collection_url, correction_url, deletion_url, record_url, values};

/// One category of the overview.
#[derive(Debug)]
pub struct CategoryCard {
    /// The register's key; `other` for what has no category.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// One or two plain sentences; may be empty.
    pub description: String,
    /// The statutory name, with its letter.
    pub statutory: String,
    /// Sensitive personal information.
    pub is_sensitive: bool,
    /// Completes "Kept …".
    pub kept: String,
    /// Titles of the activities that use it.
    pub purposes: Vec<String>,
    /// Names of who gets it.
    pub recipients: Vec<String>,
    /// In the order of the register.
    pub collections: Vec<CollectionLine>,
}

/// One collection of the overview.
#[derive(Debug)]
pub struct CollectionLine {
    /// What people call it.
    pub title: String,
    /// One or two plain sentences; may be empty.
    pub description: String,
    /// Where its records are shown.
    pub url: String,
    /// Where it comes from.
    pub source_kind: SourceKind,
    /// How many records; none when its source does not answer.
    pub count: Option<u64>,
    /// Records that other people's data lead to as well; they are left out.
    pub shared: u64,
    /// A source that leads here does not answer, so that there may be more.
    pub is_partial: bool,
    /// `cached` or `archived`, for copies.
    pub copy: Option<String>,
}

impl CategoryCard {
    /// Records of all its collections whose sources answer.
    pub fn count(&self) -> u64 {
        self.collections.iter().filter_map(|line| line.count).sum()
    }

    /// Where its data come from, in words.
    pub fn comes_from(&self) -> Vec<&'static str> {
        let kinds: BTreeSet<_> = self.collections.iter().map(|it| it.source_kind).collect();
        kinds.into_iter().map(SourceKind::title).collect()
    }

    /// Whether a source of it does not answer.
    pub fn is_incomplete(&self) -> bool {
        self.collections
            .iter()
            .any(|line| line.count.is_none() || line.is_partial)
    }
}

/// The overview: the categories of which anything is held, or may be, in the order of the register.
pub fn cards(register: &Register, summaries: Vec<CollectionSummary>) -> Vec<CategoryCard> {
    let mut cards: Vec<CategoryCard> = register
        .categories
        .iter()
        .map(|it| card(register, it))
        .collect();
    cards.push(other());
    for summary in summaries {
        let Some(collection) = register.collection(&summary.key) else {
            continue;
        };
        let category = register.category_of_collection(collection);
        let counts = summary.counts.ok();
        if counts.is_some_and(|counts| counts.own == 0 && counts.shared == 0) && !summary.is_partial
        {
            continue;
        }
        let line = CollectionLine {
            title: collection.title.clone(),
            description: collection.description.clone(),
            url: collection_url(&summary.key),
            source_kind: collection
                .source_kind
                .or(category.map(|category| category.source_kind))
                .unwrap_or(SourceKind::You),
            count: counts.map(|counts| counts.own),
            shared: counts.map_or(0, |counts| counts.shared),
            is_partial: summary.is_partial,
            copy: collection.copy.clone(),
        };
        let key = category.map_or(OTHER, |category| category.key.as_str());
        if let Some(card) = cards.iter_mut().find(|card| card.key == key) {
            card.collections.push(line);
        }
    }
    cards.retain(|card| !card.collections.is_empty());
    cards
}

const OTHER: &str = "other";

fn card(register: &Register, category: &Category) -> CategoryCard {
    let purposes = category
        .activities
        .iter()
        .filter_map(|key| register.activity(key));
    let recipients = category
        .recipients
        .iter()
        .filter_map(|key| register.recipient(key));
    CategoryCard {
        key: category.key.clone(),
        title: category.title.clone(),
        description: category.description.clone(),
        statutory: category.statutory(),
        is_sensitive: category.sensitive,
        kept: category.retention.in_words(),
        purposes: purposes.map(|activity| activity.title.clone()).collect(),
        recipients: recipients.map(|recipient| recipient.name.clone()).collect(),
        collections: Vec::new(),
    }
}

fn other() -> CategoryCard {
    CategoryCard {
        key: OTHER.to_owned(),
        title: "Other records".to_owned(),
        description: "Records that keep our systems running.".to_owned(),
        statutory: String::new(),
        is_sensitive: false,
        kept: "as long as the records that they belong to".to_owned(),
        purposes: Vec::new(),
        recipients: Vec::new(),
        collections: Vec::new(),
    }
}

/// What is said of one field, the same for each record.
#[derive(Debug, Clone)]
pub struct FieldFacts {
    /// What people call it.
    pub title: String,
    /// One plain sentence; may be empty.
    pub description: String,
    /// What people call its category; empty where it has none.
    pub category: String,
    /// What the statute calls that, with its letter.
    pub statutory: String,
    /// Where it comes from.
    pub source: String,
    /// Titles of the activities that use it.
    pub purposes: Vec<String>,
    /// Name and role of who gets it.
    pub recipients: Vec<String>,
    /// Completes "Kept …".
    pub kept: String,
    /// Why it must be given, and what stops without it.
    pub required: Option<Required>,
    /// Sensitive personal information.
    pub is_sensitive: bool,
    /// Whether a machine that takes part in decisions reads it.
    pub by_machine: bool,
}

impl FieldFacts {
    /// All that the register says of a field, in words.
    pub fn of(view: &FieldView<'_>) -> Self {
        let recipient =
            |it: &Recipient| format!("{} ({})", it.name, it.role.title().to_lowercase());
        let category = view.category();
        FieldFacts {
            category: category.map_or_else(String::new, |it| it.title.clone()),
            statutory: category.map_or_else(String::new, Category::statutory),
            title: view.field.title.clone(),
            description: view.field.description.clone(),
            source: view
                .source_kind()
                .map_or("Our own systems made it", SourceKind::title)
                .to_owned(),
            purposes: view.activities().map(|it| it.title.clone()).collect(),
            recipients: view.recipients().map(recipient).collect(),
            kept: view
                .retention()
                .map(Retention::in_words)
                .unwrap_or_default(),
            required: view.required().cloned(),
            is_sensitive: view.is_sensitive(),
            by_machine: view.activities().any(|it| it.machine.is_some()),
        }
    }

    /// Says which of it the person has stopped.
    pub fn mark(&mut self, stopped: &Stopped) {
        stopped.mark_activities(&mut self.purposes);
        stopped.mark_recipients(&mut self.recipients);
    }
}

impl RecordCard {
    /// Its date in words; else the first thing that it says.
    pub fn title(&self) -> String {
        if let Some(date) = self.date {
            return format!("Record of {}", in_words(date));
        }
        let mut shown = self.data.iter().filter(|it| !it.is_masked && !it.is_empty);
        shown.next().map_or_else(
            || "Record".to_owned(),
            |it| format!("{}: {}", it.facts.title, values::shortened(&it.value)),
        )
    }

    /// Says why it stays after a deletion. What is known by its id alone is changed by no page.
    pub fn keep(&mut self, why: &str) {
        self.stand_apart();
        self.stays = Some(why.to_owned());
    }

    /// Offers nothing for which the record would have to be found as the person's.
    pub fn stand_apart(&mut self) {
        for line in &mut self.data {
            (line.correction, line.check) = (None, None);
        }
    }

    /// Says of each datum which uses of it the person has stopped.
    pub fn mark(&mut self, stopped: &Stopped) {
        for line in &mut self.data {
            line.facts.mark(stopped);
        }
    }
}

/// One record as it is shown.
#[derive(Debug)]
pub struct RecordCard {
    /// Where it has one.
    pub date: Option<NaiveDate>,
    /// Sealed; the same in page, report, JSON and CSV.
    pub id: String,
    /// Its own page.
    pub url: String,
    /// Where its deletion begins.
    pub deletion: String,
    /// Why nothing of it can be erased, where that is so for all that is known here.
    pub stays: Option<String>,
    /// In the order of the register.
    pub data: Vec<DatumLine>,
}

/// One datum as it is shown.
#[derive(Debug)]
pub struct DatumLine {
    /// Path of the field.
    pub path: String,
    /// All that is said of its field.
    pub facts: FieldFacts,
    /// The value in words, or what is said in its place.
    pub value: String,
    /// The same as its source has it, for programs.
    pub plain: String,
    /// Nothing is held.
    pub is_empty: bool,
    /// Held, and never shown.
    pub is_masked: bool,
    /// What it is, where that is why it is never shown.
    pub hidden: Option<NeverDisclose>,
    /// "until 12 March 2030", with a word where that day is over, or the criterion.
    pub kept: String,
    /// Where its correction begins, when it can be corrected row by row.
    pub correction: Option<String>,
    /// Why it changes by another way than a correction, where that is to be said.
    pub otherwise: Option<Otherwise>,
    /// Where a value that is never shown can be compared with what the person knows.
    pub check: Option<String>,
    /// What the person says of it: see [`super::statements`].
    pub statement: Option<String>,
}

/// Explains a record: every datum that is about the person, with its facts, as they are on that day.
pub fn record_card(
    register: &Register,
    key: &CollectionKey,
    record: &Record,
    today: NaiveDate,
) -> RecordCard {
    let data = record
        .fields
        .iter()
        .filter_map(|datum| datum_line((register, today), key, record, datum));
    RecordCard {
        date: record.date,
        id: record.id.clone(),
        url: record_url(key, &record.id),
        deletion: deletion_url(key, &record.id),
        stays: None,
        data: data.collect(),
    }
}

fn datum_line(
    (register, today): (&Register, NaiveDate),
    key: &CollectionKey,
    record: &Record,
    datum: &Datum,
) -> Option<DatumLine> {
    let view = register.describe(&key.dataset, &key.collection, &datum.path)?;
    if !is_shown(&view) {
        return None;
    }
    let mut facts = FieldFacts::of(&view);
    if let Some(name) = view.source_name(record) {
        facts.source = format!("{}: {name}", facts.source);
    }
    let end = record.date.and_then(|date| view.ends_on(date));
    let kept = end.map_or_else(|| facts.kept.clone(), |end| kept_until(end, today));
    let checked = view.never_disclose().filter(|it| it.can_be_checked());
    let checked = checked.filter(|_| datum.value.is_masked());
    let is_typed = view.input().is_some();
    let can_correct = is_typed && datum.fixed.is_none();
    let is_handle = view.field.identity.is_some() && !datum.value.is_empty();
    Some(DatumLine {
        path: datum.path.clone(),
        value: value_in_words(&view, &datum.value),
        plain: datum.value.to_string(),
        is_empty: datum.value.is_empty(),
        is_masked: datum.value.is_masked(),
        hidden: view.never_disclose().filter(|_| datum.value.is_masked()),
        kept,
        otherwise: match () {
            () if is_typed && datum.fixed == Some(Fixed::Binary) => Some(Otherwise::Binary),
            () if is_handle && !can_correct => Some(Otherwise::Handle),
            () if is_typed && datum.fixed.is_some() => Some(Otherwise::WorkedOut),
            () => None,
        },
        correction: can_correct.then(|| correction_url(key, &record.id, &datum.path)),
        check: checked.map(|_| check_url(key, &record.id, &datum.path)),
        statement: None,
        facts,
    })
}

fn kept_until(end: NaiveDate, today: NaiveDate) -> String {
    let until = format!("until {}", in_words(end));
    if end < today {
        format!("{until}; its time is over, and it is to be erased")
    } else {
        until
    }
}

/// Keys that only join tables are about nobody; whatever has a category, an identity or a mask is shown.
pub fn is_shown(view: &FieldView<'_>) -> bool {
    let field = view.field;
    let says_something =
        view.category().is_some() || field.identity.is_some() || field.never_disclose.is_some();
    says_something || matches!(field.correctable, Correctable::Yes | Correctable::By(_))
}

fn value_in_words(view: &FieldView<'_>, held: &Held) -> String {
    match held {
        Held::Empty => "Nothing is held".to_owned(),
        Held::Plain(value) => values::in_words(view, value),
        Held::Masked(_) => held.to_string(),
    }
}

/// `2026-03-12` as "12 March 2026".
pub fn in_words(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}
