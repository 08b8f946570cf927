//! `dataset:` and its collections.

use super::{field, reader::Map, rules};
use crate::register::{Collection, CollectionKey, Dataset, Erase, Field, Masking, SourceKind};

/// Keys of fideslang that other tools use.
pub(super) const OTHER_KEYS: &[&str] = &[
    "meta",
    "tags",
    "organization_fides_key",
    "data_uses",
    "data_purposes",
    "data_subjects",
    "data_qualifier",
    "joint_controller",
    "third_country_transfers",
    "retention",
    "fidesctl_meta",
    "joint_controller_info",
];

pub(super) fn read(map: Map) -> Dataset {
    let key = map.needed_text("fides_key");
    let mut dataset = Dataset {
        place: map.place.clone(),
        name: map.text("name").unwrap_or_else(|| title_of(&key)),
        description: map.text("description").unwrap_or_default(),
        source: key.clone(),
        key,
        ..Dataset::default()
    };
    if let Some(meta) = fides_meta(&map) {
        let namespace = meta.map("namespace");
        let said = |key| namespace.as_ref().and_then(|namespace| namespace.text(key));
        (dataset.namespace, dataset.database) = (said("schema"), said("database_name"));
        meta.finish(&["resource_id", "after", "redact"]);
    }
    if let Some(candor) = map.map("candor") {
        if let Some(source) = candor.text("source") {
            dataset.source = source;
        }
        candor.finish(&[]);
    }
    let categories = map.texts("data_categories");
    if !map.has("collections") {
        map.fault("collections", "it is missing", "a list of collections");
    }
    dataset.collections = map
        .maps("collections", "name")
        .into_iter()
        .map(|map| collection(map, &categories))
        .collect();
    map.finish(OTHER_KEYS);
    dataset
}

fn collection(map: Map, inherited: &[String]) -> Collection {
    let name = map.needed_text("name");
    let mut collection = Collection {
        place: map.place.clone(),
        title: title_of(&name),
        description: map.text("description").unwrap_or_default(),
        name,
        ..Collection::default()
    };
    let mut said = false;
    if let Some(meta) = fides_meta(&map) {
        let (after, lines) = collection_keys(&meta, "after");
        let (erase_after, more) = collection_keys(&meta, "erase_after");
        (collection.after, collection.erase_after) = (after, erase_after);
        collection.after_lines = [lines, more].concat();
        collection.skip_processing = meta.flag("skip_processing");
        if let Some(masking) = meta.map("masking_strategy_override") {
            if masking.needed_text("strategy") == "delete" {
                collection.erase = Erase::Delete;
                said = true;
            } else {
                masking.fault(
                    "strategy",
                    "it is not known",
                    "`delete`, the one for collections",
                );
            }
            masking.finish(&["configuration"]);
        }
        meta.finish(&["partitioning", "redact"]);
    }
    collection.categories = own_or(map.texts("data_categories"), inherited);
    if !map.has("fields") {
        map.fault("fields", "it is missing", "a list of fields");
    }
    let fields = map.maps("fields", "name");
    collection.fields = fields
        .into_iter()
        .map(|map| field::read(map, "", &collection.categories))
        .collect();
    if let Some(candor) = map.map("candor") {
        if let Some(title) = candor.text("title") {
            collection.title = title;
        }
        collection.retention = candor.map("retention").and_then(rules::retention);
        if let Some(erase) = rules::erase(&candor) {
            collection.erase = erase;
            said = true;
        }
        collection.source_kind = candor.word("source_kind", SourceKind::ALL);
        collection.source_name = candor.text("source_name");
        collection.copy = candor.text("copy");
        candor.finish(&[]);
    }
    if !said && collection.all_fields().iter().any(|it| stays(it)) {
        // What is to stay would go with its row.
        collection.erase = Erase::Mask;
    }
    map.finish(OTHER_KEYS);
    collection
}

/// Whether the value of a field is to stay. Keys and references say nothing of their own.
fn stays(field: &Field) -> bool {
    let is_link = field.primary_key || !field.references.is_empty();
    field.masking.as_ref().is_some_and(Masking::preserves) || (field.read_only && !is_link)
}

/// `fides_meta`, or `fidesops_meta` as older files call it.
pub(super) fn fides_meta<'a>(map: &Map<'a>) -> Option<Map<'a>> {
    map.map("fides_meta").or_else(|| map.map("fidesops_meta"))
}

/// The nearest level that names any categories speaks.
pub(super) fn own_or(own: Vec<String>, inherited: &[String]) -> Vec<String> {
    if own.is_empty() {
        inherited.to_vec()
    } else {
        own
    }
}

/// `work_history` becomes "Work history".
pub(super) fn title_of(name: &str) -> String {
    let words = name.replace(['_', '-'], " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// With their lines.
pub(super) fn collection_keys(meta: &Map, key: &str) -> (Vec<CollectionKey>, Vec<u32>) {
    let parse = |(text, line): (String, u32)| match text.parse() {
        Ok(key) => Some((key, line)),
        Err(expected) => {
            meta.fault(key, format!("`{text}` names no collection"), expected);
            None
        }
    };
    meta.texts_at(key).into_iter().filter_map(parse).unzip()
}
