//! What a receipt says, for people.

use chrono_tz::Tz;
use serde_json::{Map, Value};

use super::receipts::Content;
use crate::choices::proof::Scope;
use crate::choices::{MadeBy, State, refusable};
use crate::register::{CollectionKey, Register};
use crate::web::words;

/// A receipt in words.
pub(super) struct Said {
    pub title: &'static str,
    pub content: Content,
    /// What it is about: a choice by its title, a request by its reference.
    pub about: String,
    pub at: String,
    /// Plain sentences, where its facts have them.
    pub outcome: Vec<String>,
    /// All other facts, name by name.
    pub facts: Vec<(String, String)>,
}

impl Said {
    pub fn of(register: &Register, content: Content, zone: Tz) -> Said {
        let facts = content.facts.as_object().into_iter().flatten();
        let others = facts.filter(|(name, _)| *name != "outcome");
        Said {
            title: title(&content.kind),
            at: words::moment(content.issued_at.naive_utc(), zone),
            outcome: outcome(&content.facts),
            facts: others
                .map(|(name, value)| (name_in_words(name), fact(register, name, value)))
                .collect(),
            about: match content.kind.as_str() {
                "choice" if content.object == "choices" => "Your choices".to_owned(),
                "choice" => refusable::title(register, &content.object).to_owned(),
                "export" => "A package of your data".to_owned(),
                _ => content.object.clone(),
            },
            content,
        }
    }
}

/// What was done, by the kind of a receipt.
pub(super) fn title(kind: &str) -> &'static str {
    match kind {
        "choice" => "A choice was put into effect",
        "export" => "A copy of data was handed out",
        "access" => "A request for access was answered",
        "correction" => "A correction was carried out",
        "deletion" => "A deletion was carried out",
        "restriction" => "A restriction was put into effect",
        "objection" => "An objection was granted",
        "retention" => "Data that were kept long enough were erased",
        "appeal" => "An appeal was decided",
        "decision" => "It was told how a decision was made",
        "marketing_list" => "It was told who got data for marketing",
        "contest" => "A person looked again at what a machine had decided",
        "complaint" => "A complaint was answered",
        _ => "An action was carried out",
    }
}

/// The sentences that a slice has put into its facts.
pub(super) fn outcome(facts: &Value) -> Vec<String> {
    let sentences = facts["outcome"].as_array().into_iter().flatten();
    sentences.map(in_words).collect()
}

/// Facts whose names say more in other words.
const NAMES: [(&str, &str); 12] = [
    ("made_by", "Brought about"),
    ("state", "They are now"),
    ("scope", "It holds for"),
    ("policy_version", "Version of the policy"),
    ("choices", "What it is about"),
    ("sha256", "Checksum (SHA-256)"),
    ("plan", "Checksum of the plan"),
    ("read_back", "Read back and found so"),
    ("seen_to_by_staff", "Our staff saw to it"),
    ("held", "Records that we hold"),
    ("basis", "By this law"),
    ("until", "Kept until"),
];

/// `corrected_again` as "Corrected again".
fn name_in_words(name: &str) -> String {
    let known = NAMES.iter().find(|it| it.0 == name);
    known.map_or_else(|| words::sentence(name), |it| it.1.to_owned())
}

/// A fact in words; its name says what kind of key its value is.
fn fact(register: &Register, name: &str, value: &Value) -> String {
    match value {
        Value::String(text) => text_in_words(register, name, text),
        Value::Array(list) if !list.is_empty() => {
            let each = list.iter().map(|it| fact(register, name, it));
            each.collect::<Vec<_>>().join(", ")
        }
        Value::Object(facts) => of_data(register, facts),
        other => in_words(other),
    }
}

fn text_in_words(register: &Register, name: &str, text: &str) -> String {
    let known = match name {
        "choices" => Some(refusable::title(register, text).to_owned()),
        "state" => text.parse().ok().map(|it: State| it.word().to_owned()),
        "made_by" => text.parse().ok().map(|it: MadeBy| it.in_words().to_owned()),
        "scope" => text.parse().ok().map(|it: Scope| it.in_words().to_owned()),
        "done" if text == "deleted" => Some("erased".to_owned()),
        "done" if text == "masked" => Some("overwritten".to_owned()),
        "day" | "until" => text.parse().ok().map(words::day),
        _ => None,
    };
    known.unwrap_or_else(|| text.to_owned())
}

/// Facts about a collection or one of its fields begin with its title.
fn of_data(register: &Register, facts: &Map<String, Value>) -> String {
    let text = |name: &str| facts.get(name).and_then(Value::as_str).unwrap_or_default();
    let (dataset, collection, field) = (text("dataset"), text("collection"), text("field"));
    let is_place = |name: &str| matches!(name, "source" | "dataset" | "collection" | "field");
    let is_nothing = |it: &Value| it.is_null() || it.as_array().is_some_and(Vec::is_empty);
    let has_place = !dataset.is_empty() && !collection.is_empty();
    let others = facts
        .iter()
        .filter(|(name, value)| !(is_nothing(value) || has_place && is_place(name)));
    let others = others.map(|(name, value)| {
        let said = match (name.as_str(), value.as_array()) {
            ("fields", Some(paths)) if has_place => {
                let titles = paths.iter().filter_map(Value::as_str).map(|path| {
                    let view = register.describe(dataset, collection, path);
                    view.map_or(path, |it| &it.field.title).to_owned()
                });
                titles.collect::<Vec<_>>().join(", ")
            }
            _ => fact(register, name, value),
        };
        format!("{}: {said}", name_in_words(name).to_lowercase())
    });
    let others = others.collect::<Vec<_>>().join("; ");
    if !has_place {
        return others;
    }
    let key = CollectionKey::new(dataset, collection);
    let mut title = register.collection_title(&key);
    if !field.is_empty() {
        let view = register.describe(dataset, collection, field);
        title = format!("{title}, {}", view.map_or(field, |it| &it.field.title));
    }
    match others.as_str() {
        "" => title,
        others => format!("{title} ({others})"),
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => "none".to_owned(),
    }
}
