//! `candor:` at the top of a file: the organisation, its categories and its recipients.

use chrono_tz::Tz;

use super::{insights, masking, reader::Map, rules, set_aside};
use crate::accounts::queries::is_email;
use crate::register::{
    Category, Letter, Organisation, Place, Recipient, RecipientRole, Register, SourceKind,
};

pub(super) fn read(candor: &Map, register: &mut Register, organisation_at: &mut Option<Place>) {
    if let Some(map) = candor.map("organisation") {
        if let Some(first) = organisation_at.replace(map.place.clone()) {
            candor.fault("organisation", twice(&first), "one organisation");
        }
        register.organisation = organisation(map);
    }
    if let Some(masking) = candor.map("masking") {
        register.masking = Some(masking::read(masking));
    }
    if let Some(map) = candor.map("insights") {
        if let Some(first) = &register.insights {
            candor.fault("insights", twice(&first.place), "one list of figures");
        }
        register.insights = insights::read(map);
    }
    let categories = candor.maps("categories", "key");
    register
        .categories
        .extend(categories.into_iter().filter_map(category));
    let recipients = candor.maps("recipients", "key");
    register
        .recipients
        .extend(recipients.into_iter().filter_map(recipient));
    let lots = candor.maps("set_aside", "key");
    register
        .set_aside
        .extend(lots.into_iter().filter_map(set_aside::read));
}

fn twice(first: &Place) -> String {
    format!("declared twice, at {}:{} too", first.file, first.line)
}

fn organisation(map: Map) -> Organisation {
    let organisation = Organisation {
        name: map.needed_text("name"),
        legal_name: map.text("legal_name").unwrap_or_default(),
        contact: map.needed_text("contact"),
        address: map.text("address").unwrap_or_default(),
        website: map.text("website").unwrap_or_default(),
        data_protection_officer: map.text("data_protection_officer").unwrap_or_default(),
        time_zone: time_zone(&map),
    };
    let contact = &organisation.contact;
    if !contact.is_empty() && !is_email(contact) {
        map.fault(
            "contact",
            format!("`{contact}` is no address to write to"),
            "an e-mail address",
        );
    }
    map.finish(&[]);
    organisation
}

fn time_zone(map: &Map) -> Option<Tz> {
    let text = map.text("time_zone")?;
    let zone = text.parse().ok();
    if zone.is_none() {
        let expected = "a name such as `America/Los_Angeles`";
        map.fault("time_zone", format!("`{text}` is no time zone"), expected);
    }
    zone
}

/// `None`, with faults, when anything that a category must have is missing.
fn category(map: Map) -> Option<Category> {
    for (key, expected) in [
        ("letter", "a letter from A to L, or `sensitive`"),
        ("source_kind", "one of you, service, partner, derived"),
        ("retention", "`days` or `until_text`"),
    ] {
        if !map.has(key) {
            map.fault(key, "it is missing", expected);
        }
    }
    let (key, title) = (map.needed_text("key"), map.needed_text("title"));
    let description = map.text("description").unwrap_or_default();
    let sensitive = map.flag("sensitive");
    let (letter, source_kind) = (letter(&map), map.word("source_kind", SourceKind::ALL));
    let retention = map.map("retention").and_then(rules::retention);
    let masking = map.map("masking").map(masking::read);
    let place = map.place.clone();
    map.finish(&[]);
    let letter = letter?;
    Some(Category {
        place,
        key,
        title,
        description,
        letter,
        sensitive: sensitive || letter == Letter::L,
        source_kind: source_kind?,
        retention: retention?,
        masking,
        activities: Vec::new(),
        recipients: Vec::new(),
    })
}

fn letter(map: &Map) -> Option<Letter> {
    if map.text("letter").is_some_and(|word| word == "sensitive") {
        Some(Letter::L)
    } else {
        map.word("letter", Letter::ALL)
    }
}

fn recipient(map: Map) -> Option<Recipient> {
    if !map.has("role") {
        map.fault("role", "it is missing", "a role such as `service-provider`");
    }
    let role = map.word("role", RecipientRole::ALL);
    let recipient = |role| Recipient {
        place: map.place.clone(),
        key: map.needed_text("key"),
        name: map.needed_text("name"),
        role,
        purpose: map.needed_text("purpose"),
        categories: map.texts("categories"),
        activities: map.texts("activities"),
        contract_on: map.date("contract_on"),
        terms: map.text("terms"),
        attested_on: map.date("attested_on"),
        warns_within: map.number("warns_within"),
        contact: map.text("contact"),
        not_told: map.text("not_told"),
    };
    let recipient = recipient(role?);
    map.finish(&[]);
    Some(recipient)
}
