//! Every collection and field that is named exists, and every record can be told apart and has a date.

use crate::law::Laws;
use crate::register::{
    Collection, Dataset, Erase, Kind, Place, Reference, Register, Retention, covers,
    finding::Report, taxonomy,
};

pub(super) fn check(register: &Register, report: &Report) {
    let laws = Laws::built_in();
    let laws: Vec<_> = laws.all().iter().map(|law| law.key.as_str()).collect();
    for collection in register.datasets.iter().flat_map(|it| &it.collections) {
        for field in collection.all_fields() {
            if let Some(erase) = &field.erase {
                check_erase((collection, erase), &laws, &field.place, report);
            }
        }
        check_collection(register, collection, &laws, report);
        check_one_date(collection, report);
    }
}

/// Periods count from one day of a record.
fn check_one_date(collection: &Collection, report: &Report) {
    let fields = collection.all_fields().into_iter();
    let mut dates = fields.filter(|field| field.is_date);
    let Some(first) = dates.next() else { return };
    for other in dates {
        report.fault(
            &other.place,
            format!("`{}` is the date of its records already", first.path),
            "`date: true` on one field of a collection",
        );
    }
}

/// What is named of other collections exists.
pub(super) fn check_names(register: &Register, report: &Report) {
    for dataset in &register.datasets {
        for collection in &dataset.collections {
            let fields = collection.all_fields().into_iter();
            fields
                .flat_map(|field| &field.references)
                .for_each(|reference| check_reference(register, reference, report));
            check_order(register, dataset, collection, report);
        }
    }
}

fn check_reference(register: &Register, reference: &Reference, report: &Report) {
    let at = |key: &str| Place {
        path: format!("{}.{key}", reference.place.path),
        ..reference.place.clone()
    };
    let Some(dataset) = register.dataset(&reference.dataset) else {
        let known = register
            .datasets
            .iter()
            .map(|it| it.key.as_str())
            .filter(|key| !key.is_empty());
        return missing("dataset", &reference.dataset, known, &at("dataset"), report);
    };
    let Some(collection) = dataset.collection(&reference.collection) else {
        let known = dataset.collections.iter().map(|it| it.name.as_str());
        return missing(
            "collection",
            &reference.collection,
            known,
            &at("field"),
            report,
        );
    };
    if collection.field(&reference.field).is_none() {
        let known = collection
            .all_fields()
            .into_iter()
            .map(|it| it.path.as_str());
        missing("field", &reference.field, known, &at("field"), report);
    }
}

pub(super) fn missing<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
    place: &Place,
    report: &Report,
) {
    let known: Vec<&str> = known.collect();
    let expected =
        taxonomy::nearest(name, &known).unwrap_or_else(|| format!("one of {}", known.join(", ")));
    report.fault(
        place,
        format!("the {what} `{name}` does not exist"),
        expected,
    );
}

/// What is to be read or erased before a collection.
fn check_order(register: &Register, dataset: &Dataset, collection: &Collection, report: &Report) {
    let place = &collection.place;
    let keys = collection.after.iter().chain(&collection.erase_after);
    for (at, key) in keys.enumerate() {
        if register.collection(key).is_none() {
            let line = collection.after_lines.get(at).copied();
            let place = &Place {
                line: line.unwrap_or(place.line),
                ..place.clone()
            };
            let known = dataset.collections.iter().map(|it| it.name.as_str());
            missing("collection", &key.to_string(), known, place, report);
        }
    }
}

fn check_collection(register: &Register, collection: &Collection, laws: &[&str], report: &Report) {
    let place = &collection.place;
    if collection.skip_processing || !is_personal(collection) {
        return;
    }
    if collection.primary_key().is_empty() {
        report.warn(
            place,
            "it has no primary key, so its records can be shown but not changed one by one",
            "`primary_key: true` on a field",
        );
    }
    if let Some(retention) = &collection.retention {
        check_date(collection, retention, place, report);
    } else if collection.date_field().is_none() && has_period(register, collection) {
        report.warn(
            place,
            "its category has a period, and its records have no date",
            "`date: true` on a field",
        );
    }
    check_erase((collection, &collection.erase), laws, place, report);
}

/// A reason to keep data holds until a day, for people of laws that there are.
fn check_erase(
    (collection, erase): (&Collection, &Erase),
    known: &[&str],
    place: &Place,
    report: &Report,
) {
    let Erase::Keep(reasons) = erase else {
        return;
    };
    for reason in reasons {
        check_date(collection, &reason.until, place, report);
        for law in reason
            .laws
            .iter()
            .filter(|it| !known.contains(&it.as_str()))
        {
            report.warn(
                place,
                format!("the law `{law}` is none of the program's own"),
                taxonomy::nearest(law, known)
                    .unwrap_or_else(|| "a key of your law file".to_owned()),
            );
        }
    }
}

/// Whether any field is about people.
pub(super) fn is_personal(collection: &Collection) -> bool {
    collection
        .all_fields()
        .iter()
        .any(|field| field.categories.iter().any(|key| covers("user", key)))
}

fn has_period(register: &Register, collection: &Collection) -> bool {
    let categories = collection
        .all_fields()
        .into_iter()
        .flat_map(|field| &field.categories);
    categories
        .filter_map(|key| register.category_of(key))
        .any(|category| matches!(category.retention, Retention::Period { .. }))
}

/// A period needs a date to count from.
fn check_date(collection: &Collection, retention: &Retention, place: &Place, report: &Report) {
    let Retention::Period { from, .. } = retention else {
        return;
    };
    let Some(path) = from else {
        if collection.date_field().is_none() {
            report.fault(
                place,
                "the period has no date to count from",
                "`from`, or `date: true` on a field",
            );
        }
        return;
    };
    let Some(field) = collection.field(path) else {
        let known = collection
            .all_fields()
            .into_iter()
            .map(|it| it.path.as_str());
        return missing("field", path, known, place, report);
    };
    let is_date = |kind| matches!(kind, Kind::Date | Kind::DateTime);
    if field
        .data_type
        .is_some_and(|data_type| data_type.array || !is_date(data_type.kind))
    {
        report.fault(
            place,
            format!("the period counts from `{path}`, which is no date"),
            "a field of type date or datetime",
        );
    }
}
