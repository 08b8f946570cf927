//! `candor: set_aside:` at the top of a file. Each of the four conditions of 11 CCR 7024(c) has to be said.

use super::{dataset::collection_keys, reader::Map, rules};
use crate::register::SetAside;

/// `None`, with faults, when anything is missing that lets records be left out of a search.
pub(super) fn read(map: Map) -> Option<SetAside> {
    let (key, title) = (map.needed_text("key"), map.needed_text("title"));
    let why = "why nobody can look in them for a person";
    let not_searchable = map.sentence("not_searchable", why);
    let law = "the law, court or audit for which alone they are kept";
    let solely_for = map.sentence("solely_for", law);
    let holds = map.sentence("holds", "what they may hold about people");
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

/// Somebody has to say so: what is sold or used has to be searched.
fn check_use(map: &Map) {
    const EXPECTED: &str = "`false`; what is sold or used for business has to be searched";
    if !map.has("sold_or_used") {
        map.fault("sold_or_used", "it is missing", EXPECTED);
    } else if map.flag("sold_or_used") {
        map.fault("sold_or_used", "they may not be left out", EXPECTED);
    }
}
