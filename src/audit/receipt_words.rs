//! What a receipt says, for people.

use serde_json::Value;

use super::receipts::Content;
use crate::web::words;

/// A receipt in words.
pub(super) struct Said {
    pub title: &'static str,
    pub content: Content,
    pub at: String,
    /// Plain sentences, where its facts have them.
    pub outcome: Vec<String>,
    /// All other facts, name by name.
    pub facts: Vec<(String, String)>,
}

impl Said {
    pub fn of(content: Content) -> Said {
        let facts = content.facts.as_object().into_iter().flatten();
        let others = facts.filter(|(name, _)| *name != "outcome");
        Said {
            title: title(&content.kind),
            at: words::moment(content.issued_at.naive_utc()),
            outcome: outcome(&content.facts),
            facts: others
                .map(|(name, value)| (name_in_words(name), in_words(value)))
                .collect(),
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
        "retention" => "Data that were kept long enough were erased",
        "appeal" => "An appeal was decided",
        "decision" => "It was told how a decision was made",
        "marketing_list" => "It was told who got data for marketing",
        "complaint" => "A complaint was answered",
        _ => "An action was carried out",
    }
}

/// The sentences that a slice has put into its facts.
pub(super) fn outcome(facts: &Value) -> Vec<String> {
    let sentences = facts["outcome"].as_array().into_iter().flatten();
    sentences.map(in_words).collect()
}

/// `made_by` as "Made by".
fn name_in_words(name: &str) -> String {
    let text = name.replace('_', " ");
    let mut letters = text.chars();
    let first = letters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(in_words).collect::<Vec<_>>().join(", "),
        Value::Object(facts) => {
            let each = facts.iter();
            let each = each.map(|(name, value)| format!("{name}: {}", in_words(value)));
            each.collect::<Vec<_>>().join("; ")
        }
    }
}
