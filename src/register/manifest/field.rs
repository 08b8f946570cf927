//! The fields of a collection.

use super::{
    dataset::{self, fides_meta, own_or, title_of},
    masking,
    reader::Map,
    rules,
};
use crate::register::{
    DataType, Direction, Field, Masking, NeverDisclose, Reference, SourceKind, taxonomy,
};

/// What belongs under `fides_meta`, and leads or masks nothing beside it.
const META_KEYS: &[&str] = &[
    "primary_key",
    "identity",
    "references",
    "data_type",
    "length",
    "return_all_elements",
    "read_only",
    "masking_strategy_override",
];

pub(super) fn read(map: Map, parent: &str, inherited: &[String]) -> Field {
    let name = map.needed_text("name");
    let path = if parent.is_empty() {
        name.clone()
    } else {
        format!("{parent}.{name}")
    };
    let mut field = Field {
        place: map.place.clone(),
        title: title_of(&name),
        description: map.text("description").unwrap_or_default(),
        category_lines: map
            .texts_at("data_categories")
            .into_iter()
            .unzip::<_, _, Vec<_>, _>()
            .1,
        categories: own_or(map.texts("data_categories"), inherited),
        name,
        path,
        ..Field::default()
    };
    if let Some(meta) = fides_meta(&map) {
        read_meta(&mut field, meta);
    }
    if let Some(candor) = map.map("candor") {
        read_candor(&mut field, candor);
    }
    field.is_health |= field.categories.iter().any(|key| taxonomy::is_health(key));
    let implied = field
        .categories
        .iter()
        .find_map(|key| taxonomy::never_disclose(key));
    if let (Some(kind), None) = (implied, field.never_disclose) {
        // Masked all the same: to forget the key must not disclose the value.
        field.never_disclose = Some(kind);
        map.warn(
            "data_categories",
            "its values are never disclosed, which the field does not say",
            format!("`never_disclose: {kind}` under `candor:`"),
        );
    }
    let nested = map.maps("fields", "name");
    field.fields = nested
        .into_iter()
        .map(|map| read(map, &field.path, &field.categories))
        .collect();
    for key in META_KEYS.iter().filter(|key| map.has(key)) {
        map.warn(key, "it has no effect here", "it under `fides_meta`");
    }
    if field.masking.as_ref().is_some_and(Masking::preserves) && field.erase.is_none() {
        map.warn(
            "fides_meta",
            "its value stays when its record is erased, and people are told no reason",
            "`erase: keep:` with `reason` and `basis` under `candor:`",
        );
    }
    map.finish(dataset::OTHER_KEYS);
    field
}

fn read_meta(field: &mut Field, meta: Map) {
    field.primary_key = meta.flag("primary_key");
    field.identity = meta.text("identity");
    field.length = meta.number("length");
    field.return_all_elements = meta.flag("return_all_elements");
    field.read_only = meta.flag("read_only");
    field.data_type = data_type(&meta);
    field.references = meta
        .maps("references", "")
        .into_iter()
        .filter_map(reference)
        .collect();
    field.masking = meta.map("masking_strategy_override").map(masking::read);
    if meta.has("data_categories") {
        let wrong = "it has no effect here";
        meta.warn("data_categories", wrong, "it beside `fides_meta`");
    }
    meta.finish(&["custom_request_field", "redact"]);
}

/// fideslang writes `none` where nothing is known.
fn data_type(meta: &Map) -> Option<DataType> {
    let is_none = |text: String| text.eq_ignore_ascii_case("none");
    if meta.text("data_type").is_some_and(is_none) {
        None
    } else {
        meta.parsed("data_type")
    }
}

fn reference(map: Map) -> Option<Reference> {
    let dataset = map.needed_text("dataset");
    let target = map.needed_text("field");
    let direction = map
        .word("direction", Direction::ALL)
        .unwrap_or(Direction::Both);
    let parts = target.split_once('.');
    if parts.is_none() && !target.is_empty() {
        map.fault(
            "field",
            format!("`{target}` names no field"),
            "a collection and a field, as `collection.field`",
        );
    }
    let place = map.place.clone();
    map.finish(&[]);
    let (collection, field) = parts?;
    Some(Reference {
        place,
        dataset,
        collection: collection.to_owned(),
        field: field.to_owned(),
        direction,
    })
}

fn read_candor(field: &mut Field, candor: Map) {
    if let Some(title) = candor.text("title") {
        field.title = title;
    }
    field.required = candor.map("required").map(rules::required);
    field.correctable = rules::correctable(&candor);
    field.never_disclose = candor.word("never_disclose", NeverDisclose::ALL);
    field.erase = rules::erase(&candor);
    field.source_kind = candor.word("source_kind", SourceKind::ALL);
    field.is_date = candor.flag("date");
    field.is_health = candor.flag("health");
    field.names_source = candor.flag("names_source");
    candor.finish(&[]);
}
