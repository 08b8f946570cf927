//! `masking_strategy_override`, and `masking:` of categories and of the register: what takes the place of an erased value.

use super::{
    reader::Map,
    yaml::{Node, Value},
};
use crate::register::{Masking, taxonomy};

/// How a value may be masked.
const STRATEGIES: &[&str] = &[
    "null_rewrite",
    "string_rewrite",
    "hash",
    "hmac",
    "random_string_rewrite",
    "aes_encrypt",
    Masking::PRESERVE,
];

/// A strategy that fideslang knows, with its configuration.
pub(super) fn read(map: Map) -> Masking {
    let strategy = map.needed_text("strategy");
    let known = STRATEGIES.contains(&&*strategy);
    if !strategy.is_empty() && !known {
        let expected = taxonomy::nearest(&strategy, STRATEGIES);
        let expected = expected.unwrap_or_else(|| format!("one of {}", STRATEGIES.join(", ")));
        map.fault("strategy", format!("`{strategy}` is not known"), expected);
    }
    let configuration = map.node("configuration").map(|node| node.value.to_json());
    if known {
        check(&map, &strategy);
    }
    map.finish(&[]);
    Masking {
        strategy,
        configuration: configuration.unwrap_or_default(),
    }
}

/// What a strategy takes, as fideslang has it. Which algorithm is named makes no difference: what is computed from a
/// value is a keyed hash, whatever it is called.
fn check(map: &Map, strategy: &str) {
    let Some(configuration) = map.map("configuration") else {
        if strategy == "string_rewrite" && !map.has("configuration") {
            map.fault("configuration", "it is missing", "`rewrite_value` in it");
        }
        return;
    };
    match strategy {
        "string_rewrite" => rewrite_value(&configuration),
        "random_string_rewrite" => drop(configuration.number("length")),
        "hash" | "hmac" => drop(configuration.word("algorithm", &["SHA-256", "SHA-512"])),
        "aes_encrypt" => drop(configuration.word("mode", &["GCM"])),
        _ => return configuration.finish(&[]),
    }
    if let Some(format) = configuration.map("format_preservation") {
        format.needed_text("suffix");
        format.finish(&[]);
    }
    configuration.finish(&[]);
}

fn rewrite_value(configuration: &Map) {
    const EXPECTED: &str = "the text that takes the place of the value";
    match configuration
        .node("rewrite_value")
        .map(|node: &Node| &node.value)
    {
        None => configuration.fault("rewrite_value", "it is missing", EXPECTED),
        Some(it @ (Value::List(_) | Value::Map(_))) => {
            configuration.fault("rewrite_value", format!("it is {}", it.kind()), EXPECTED);
        }
        Some(_) => {}
    }
}
