//! Every key is declared once, and every key that is used is declared.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::register::{
    Activity, Place, Recipient, RecipientRole, Register, covers, finding::Report,
    manifest::Manifests, taxonomy,
};

pub(super) fn check(manifests: &Manifests, report: &Report) {
    let register = &manifests.register;
    keys_once(register, report);
    if register.organisation.name.is_empty() {
        let usual = || Arc::from("register.yml");
        let place = Place {
            file: manifests.files.first().cloned().unwrap_or_else(usual),
            line: 1,
            path: "candor.organisation".to_owned(),
        };
        report.warn(
            &place,
            "nobody is named who holds the data",
            "an organisation with `name` and `contact`",
        );
    }
    let categories = KnownCategories { manifests, report };
    for category in &register.categories {
        categories.check([&category.key], &category.place);
    }
    for activity in &register.activities {
        categories.check(&activity.categories, &activity.place);
        check_activity(activity, report);
        check_use(activity, &manifests.custom_uses, report);
    }
    for recipient in &register.recipients {
        categories.check(&recipient.categories, &recipient.place);
        check_recipient(recipient, register, report);
    }
    for lot in &register.set_aside {
        categories.check(&lot.categories, &lot.place);
    }
    for collection in register
        .datasets
        .iter()
        .flat_map(|dataset| &dataset.collections)
    {
        for field in collection.all_fields() {
            for (at, key) in field.categories.iter().enumerate() {
                let line = field.category_lines.get(at).copied();
                let line = line.unwrap_or(field.place.line);
                let place = field.place.clone();
                categories.check([key], &Place { line, ..place });
            }
            categories.check_declared(&field.categories, &field.place);
        }
    }
    for system in &register.systems {
        for key in system
            .datasets
            .iter()
            .filter(|key| register.dataset(key).is_none())
        {
            report.warn(
                &system.place,
                format!("the dataset `{key}` is not declared"),
                "the key of a dataset",
            );
        }
    }
}

fn keys_once(register: &Register, report: &Report) {
    once(
        register.datasets.iter().map(|it| (&it.key, &it.place)),
        "dataset",
        report,
    );
    once(
        register.systems.iter().map(|it| (&it.key, &it.place)),
        "system",
        report,
    );
    once(
        register.categories.iter().map(|it| (&it.key, &it.place)),
        "category",
        report,
    );
    once(
        register.activities.iter().map(|it| (&it.key, &it.place)),
        "activity",
        report,
    );
    once(
        register.set_aside.iter().map(|it| (&it.key, &it.place)),
        "key of records that are set aside",
        report,
    );
    once(
        register.recipients.iter().map(|it| (&it.key, &it.place)),
        "recipient",
        report,
    );
    for dataset in &register.datasets {
        once(
            dataset.collections.iter().map(|it| (&it.name, &it.place)),
            "collection",
            report,
        );
        for collection in &dataset.collections {
            once(
                collection
                    .all_fields()
                    .into_iter()
                    .map(|it| (&it.path, &it.place)),
                "field",
                report,
            );
        }
    }
}

/// Whether each dataset has a key of its own.
pub(super) fn are_datasets_apart(register: &Register) -> bool {
    let mut seen = HashSet::new();
    let named = register.datasets.iter().filter(|it| !it.key.is_empty());
    named.map(|it| &it.key).all(|key| seen.insert(key))
}

/// Reports what is declared twice, with the places of both.
pub(super) fn once<'a>(
    keys: impl Iterator<Item = (&'a String, &'a Place)>,
    what: &str,
    report: &Report,
) {
    let mut seen = HashMap::new();
    let expected = match what {
        // Nobody can say which of the two a name means.
        "dataset" => "each key once; what names collections is looked at as soon as that is so",
        _ => "each key once",
    };
    for (key, place) in keys.filter(|(key, _)| !key.is_empty()) {
        if let Some(first) = seen.insert(key, place) {
            let (file, line) = (&first.file, first.line);
            report.fault(
                place,
                format!("the {what} `{key}` is declared twice, at {file}:{line} too"),
                expected,
            );
        }
    }
}

struct KnownCategories<'a> {
    manifests: &'a Manifests,
    report: &'a Report,
}

impl KnownCategories<'_> {
    fn check<'k>(&self, keys: impl IntoIterator<Item = &'k String>, place: &Place) {
        let custom = &self.manifests.custom_categories;
        for key in keys {
            if key.is_empty() || taxonomy::knows(key) || custom.contains(key) {
                continue;
            }
            let expected = taxonomy::suggestion(key, custom.iter().map(String::as_str))
                .unwrap_or_else(|| "a key of fideslang, or one under `data_category:`".to_owned());
            self.report.fault(
                place,
                format!("the data category `{key}` is not known"),
                expected,
            );
        }
    }

    /// Data about people should be declared, so that they can be told why and how long they are kept. Of
    /// several categories one suffices: the field is shown under it.
    fn check_declared(&self, keys: &[String], place: &Place) {
        let register = &self.manifests.register;
        // A register without any is another tool's.
        let is_declared = register.categories.is_empty()
            || keys.iter().any(|key| register.category_of(key).is_some());
        if let Some(key) = keys
            .iter()
            .find(|key| covers("user", key))
            .filter(|_| !is_declared)
        {
            self.report.warn(
                place,
                format!("`{key}` has no letter, source and retention"),
                "a category for it under `candor: categories:`",
            );
        }
    }
}

fn check_activity(activity: &Activity, report: &Report) {
    let place = &activity.place;
    if activity.refusable && activity.mandatory.is_some() {
        report.fault(
            place,
            "it is both `refusable` and `mandatory`",
            "one of the two",
        );
    }
    if activity.sale_or_sharing && !activity.refusable {
        report.fault(
            place,
            "it sells or shares data and cannot be refused",
            "`refusable: true`",
        );
    }
    if covers("marketing.advertising.third_party", &activity.data_use) && !activity.sale_or_sharing
    {
        report.warn(
            place,
            "advertising by third parties is sale or sharing",
            "`sale_or_sharing: true` under `candor:`",
        );
    }
}

/// What a use is called says, among others, whether it is advertising by third parties.
fn check_use(activity: &Activity, custom: &[String], report: &Report) {
    let key = &activity.data_use;
    if key.is_empty() || taxonomy::knows_use(key) || custom.contains(key) {
        return;
    }
    let custom = custom.iter().map(String::as_str);
    report.warn(
        &activity.place,
        format!("`{key}` is no data use of fideslang's, and none under `data_use:`"),
        taxonomy::like_use(key, custom).unwrap_or_else(|| "a data use of fideslang's".to_owned()),
    );
}

fn check_recipient(recipient: &Recipient, register: &Register, report: &Report) {
    let known: Vec<&str> = register
        .activities
        .iter()
        .map(|activity| activity.key.as_str())
        .collect();
    for key in recipient
        .activities
        .iter()
        .filter(|key| !known.contains(&key.as_str()))
    {
        let expected = taxonomy::nearest(key, &known)
            .unwrap_or_else(|| "the `key` of a privacy declaration".to_owned());
        report.fault(
            &recipient.place,
            format!("the activity `{key}` is not declared"),
            expected,
        );
    }
    if recipient.activities.is_empty() {
        report.warn(
            &recipient.place,
            "it is told of no opt-out, since nothing says what it gets data for",
            "`activities` with the `key`s of privacy declarations",
        );
    }
    check_contract(recipient, report);
    check_not_told(recipient, report);
}

/// Fewer letters are no reason that somebody could look into.
const SHORTEST_REASON: usize = 30;

/// Who works for the organisation is told in every case (Cal. Civ. Code 1798.105(c)(1)); of others there are facts why not.
fn check_not_told(recipient: &Recipient, report: &Report) {
    let Some(reason) = &recipient.not_told else {
        return;
    };
    let works_for_it = matches!(
        recipient.role,
        RecipientRole::ServiceProvider | RecipientRole::Contractor
    );
    if works_for_it {
        report.fault(
            &recipient.place,
            "who works for the organisation must be told of corrections and deletions",
            "no `not_told`",
        );
    } else if reason.trim().chars().count() < SHORTEST_REASON {
        report.fault(
            &recipient.place,
            "why it is not told is too short to be looked into",
            "`not_told: …`, a sentence with the facts that make it impossible or disproportionate",
        );
    }
}

/// So many business days at most may a recipient take to say that it can no longer comply: 11 CCR 7051(a), 7053(a).
const WARNS_WITHIN: u32 = 5;

fn check_contract(recipient: &Recipient, report: &Report) {
    let needs_contract = recipient.needs_contract();
    if needs_contract && recipient.contract_on.is_none() {
        report.warn(
            &recipient.place,
            "a contract is needed with it",
            "`contract_on`, the day on which it was signed",
        );
    }
    match recipient.warns_within {
        None if needs_contract => report.warn(
            &recipient.place,
            "its contract must have it say when it can no longer comply",
            "`warns_within`, in how many business days: 5 at most",
        ),
        Some(days) if days > WARNS_WITHIN => report.fault(
            &recipient.place,
            format!("{days} business days are too many to say that it can no longer comply"),
            format!("`warns_within: {WARNS_WITHIN}`, or fewer"),
        ),
        _ => {}
    }
}
