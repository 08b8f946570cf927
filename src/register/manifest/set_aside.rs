//! `candor: set_aside:` at the top of a file. Each of the four conditions of 11 CCR 7024(c) has to be said.

use super::{dataset::collection_keys, reader::Map, rules};
use crate::register::SetAside;

/// Fewer letters are no reason that somebody could look into.
const SHORTEST: usize = 30;

/// The conditions that are said in a sentence.
const SENTENCES: &[(&str, &str)] = &[
    (
        "not_searchable",
        "a sentence why nobody can look in them for a person",
    ),
    (
        "solely_for",
        "a sentence with the law, court or audit for which alone they are kept",
    ),
    ("holds", "a sentence with what they may hold about people"),
];

/// `None`, with faults, when anything is missing that lets records be left out of a search.
pub(super) fn read(map: Map) -> Option<SetAside> {
    let (key, title) = (map.needed_text("key"), map.needed_text("title"));
    let [not_searchable, solely_for, holds] = [0, 1, 2].map(|at| sentence(&map, SENTENCES[at]));
    check_use(&map);
    let categories = map.texts("categories");
    if categories.is_empty() {
        let expected = "the data categories that may be in them";
        map.fault("categories", "people are not told what they hold", expected);
    }
    if !map.has("retention") {
        map.fault("retention", "it is missing", "`days` or `until_text`");
    }
    let retention = map.map("retention").and_then(rules::retention);
    let (collections, collection_lines) = collection_keys(&map, "collections");
    let place = map.place.clone();
    map.finish(&[]);
    Some(SetAside {
        place,
        key,
        title,
        holds: holds?,
        categories,
        not_searchable: not_searchable?,
        solely_for: solely_for?,
        retention: retention?,
        collections,
        collection_lines,
    })
}

fn sentence(map: &Map, (key, expected): (&str, &str)) -> Option<String> {
    let text = map.text(key);
    let is_said = |text: &String| text.chars().count() >= SHORTEST;
    match &text {
        None if !map.has(key) => map.fault(key, "it is missing", expected),
        Some(text) if !is_said(text) => {
            map.fault(key, "it is too short to be looked into", expected);
        }
        _ => {}
    }
    text.filter(is_said)
}

/// Somebody has to say so: what is sold or used has to be searched.
fn check_use(map: &Map) {
    const EXPECTED: &str = "`false`; what is sold or used for business has to be searched";
    if !map.has("sold_or_used") {
        map.fault("sold_or_used", "it is missing", EXPECTED);
    } else if map.flag("sold_or_used") {
        map.fault("sold_or_used", "they may not be left out", EXPECTED);
    }
}
