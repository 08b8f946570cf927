//! What is left out of a search is declared so, and what is skipped without that is told of.

use std::collections::HashSet;

use super::references::{is_personal, missing};
use crate::register::{CollectionKey, Place, Register, SetAside, finding::Report};

pub(super) fn check(register: &Register, report: &Report) {
    for lot in &register.set_aside {
        check_kinds(register, lot, report);
        for (key, line) in lot.collections.iter().zip(&lot.collection_lines) {
            check_collection(register, (lot, key, *line), report);
        }
    }
    check_skipped(register, report);
}

/// People are told the kinds of data as the register calls them.
fn check_kinds(register: &Register, lot: &SetAside, report: &Report) {
    // A register without any is another tool's.
    let has_none = !register.categories.is_empty() && lot.kinds(register).is_empty();
    if has_none && !lot.categories.is_empty() {
        report.warn(
            &lot.place,
            "nothing tells people what its categories are called",
            "a category for them under `candor: categories:`",
        );
    }
}

fn check_collection(
    register: &Register,
    (lot, key, line): (&SetAside, &CollectionKey, u32),
    report: &Report,
) {
    let place = Place {
        line,
        path: format!("{}.collections", lot.place.path),
        ..lot.place.clone()
    };
    let Some(collection) = register.collection(key) else {
        let datasets = register.datasets.iter();
        let known: Vec<_> = datasets
            .flat_map(keys_of)
            .map(|it| it.to_string())
            .collect();
        let known = known.iter().map(String::as_str);
        return missing("collection", &key.to_string(), known, &place, report);
    };
    if !collection.skip_processing {
        report.fault(
            &place,
            format!("`{key}` is searched, and so it is not set aside"),
            "`skip_processing: true` on it, or another collection",
        );
    }
}

fn keys_of(dataset: &crate::register::Dataset) -> impl Iterator<Item = CollectionKey> {
    let collections = dataset.collections.iter();
    collections.map(|it| CollectionKey::new(&dataset.key, &it.name))
}

/// Data about people that are neither searched nor named are hidden from them.
fn check_skipped(register: &Register, report: &Report) {
    let named: HashSet<_> = register
        .set_aside
        .iter()
        .flat_map(|it| &it.collections)
        .collect();
    for dataset in &register.datasets {
        let skipped = dataset.collections.iter().filter(|it| it.skip_processing);
        for collection in skipped.filter(|it| is_personal(it)) {
            if !named.contains(&CollectionKey::new(&dataset.key, &collection.name)) {
                report.warn(
                    &collection.place,
                    "it is about people, who are not told that it is not searched",
                    "its key under `candor: set_aside: collections`, or no `skip_processing`",
                );
            }
        }
    }
}
