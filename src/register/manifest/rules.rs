//! Keys under `candor:` about keeping, erasing and correcting.

use super::{
    reader::Map,
    yaml::{Node, Value},
};
use crate::register::{Correctable, Erase, Input, Keep, Required, Retention};

/// Texts that say neither how long nor until when.
const EMPTY_WORDS: &[&str] = &[
    "as long as necessary",
    "as long as needed",
    "as long as required",
    "as long as it is necessary",
    "as long as we need",
    "indefinite",
    "forever",
    "unlimited",
    "permanent",
];

/// `{days: 90, from: created_at}` or `{until_text: until you close your account}`.
pub(super) fn retention(map: Map) -> Option<Retention> {
    let days = map.number("days");
    let from = map.text("from");
    let text = map.text("until_text");
    let retention = match (days, text) {
        (Some(days), None) => Some(Retention::Period { days, from }),
        (None, Some(text)) => {
            let lower = text.to_lowercase();
            if EMPTY_WORDS.iter().any(|words| lower.contains(words)) {
                map.fault(
                    "until_text",
                    format!("“{text}” is neither a period nor a criterion"),
                    "an event that ends it, such as “until you close your account”",
                );
            }
            Some(Retention::Criterion(text))
        }
        (None, None) | (Some(_), Some(_)) => {
            map.fault(
                "days",
                "it does not say how long",
                "either `days` or `until_text`",
            );
            None
        }
    };
    map.finish(&[]);
    retention
}

/// `erase: delete`, `erase: mask` or `erase: {keep: {laws, reason, basis, days | until_text}}`, with one reason or a
/// list of them.
pub(super) fn erase(candor: &Map) -> Option<Erase> {
    const EXPECTED: &str =
        "`delete`, `mask`, or `keep:` with `reason`, `basis` and `days` or `until_text`";
    let node = candor.node("erase")?;
    match &node.value {
        Value::Text(word) if word == "delete" => Some(Erase::Delete),
        Value::Text(word) if word == "mask" => Some(Erase::Mask),
        Value::Map(_) => {
            let map = candor.map("erase")?;
            let is_list = |node: &Node| matches!(node.value, Value::List(_));
            let reasons = match map.node("keep") {
                Some(node) if is_list(node) => map.maps("keep", "basis"),
                _ => map.map("keep").into_iter().collect(),
            };
            if reasons.is_empty() {
                candor.fault("erase", "it is not known", EXPECTED);
                return None;
            }
            map.finish(&[]);
            reasons
                .into_iter()
                .map(keep)
                .collect::<Option<_>>()
                .map(Erase::Keep)
        }
        _ => {
            candor.fault("erase", "it is not known", EXPECTED);
            None
        }
    }
}

fn keep(map: Map) -> Option<Keep> {
    let laws = map.texts("laws");
    let (reason, basis) = (map.needed_text("reason"), map.needed_text("basis"));
    Some(Keep {
        laws,
        reason,
        basis,
        until: retention(map)?,
    })
}

pub(super) fn required(map: Map) -> Required {
    let required = Required {
        basis: map.needed_text("basis"),
        consequence: map.needed_text("consequence"),
    };
    map.finish(&[]);
    required
}

/// `correctable: true`, `false`, a kind of input, or `{input: text, max: 80}`, `{values: [a, b]}`.
pub(super) fn correctable(candor: &Map) -> Correctable {
    let Some(node) = candor.node("correctable") else {
        return Correctable::Unsaid;
    };
    match &node.value {
        Value::Bool(true) => Correctable::Yes,
        Value::Bool(false) => Correctable::No,
        Value::Text(word) => input(candor, "correctable", word, None),
        Value::Map(_) => {
            let Some(map) = candor.map("correctable") else {
                return Correctable::Unsaid;
            };
            let values = map.texts("values");
            let correctable = if values.is_empty() {
                input(&map, "input", &map.needed_text("input"), map.number("max"))
            } else {
                Correctable::By(Input::OneOf(values))
            };
            map.finish(&[]);
            correctable
        }
        _ => {
            candor.fault(
                "correctable",
                format!("it is {}", node.value.kind()),
                "true, false, a kind of input, or a mapping",
            );
            Correctable::Unsaid
        }
    }
}

fn input(map: &Map, key: &str, word: &str, max: Option<u32>) -> Correctable {
    Correctable::By(match word {
        "text" => Input::Text(max),
        "long-text" => Input::LongText(max),
        "email" => Input::Email,
        "phone" => Input::Phone,
        "integer" => Input::Integer,
        "decimal" => Input::Decimal,
        "date" => Input::Date,
        "datetime" => Input::DateTime,
        "yes-no" => Input::YesNo,
        _ => {
            map.fault(
                key,
                format!("`{word}` is not known"),
                "one of text, long-text, email, phone, integer, decimal, date, datetime, yes-no, or `values`",
            );
            return Correctable::Unsaid;
        }
    })
}
