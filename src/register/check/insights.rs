//! Figures count what the register has, nothing sensitive, and nobody whom a law asks first.

use super::declared::once;
use crate::register::{
    Collection, CollectionKey, LawfulBasis, Place, Register, finding::Report, insights::Figure,
};

pub(super) fn check(register: &Register, report: &Report) {
    let Some(insights) = &register.insights else {
        return;
    };
    let place = &insights.place;
    if let Some(people) = collection(register, &insights.people, place, report) {
        for column in [&insights.id, &insights.email] {
            field(people, column, place, report);
        }
    }
    let keys = insights.figures.iter().map(|it| (&it.key, &it.place));
    once(keys, "figure", report);
    for figure in &insights.figures {
        check_figure(register, figure, report);
    }
}

fn check_figure(register: &Register, figure: &Figure, report: &Report) {
    let place = &figure.place;
    match register.activity(&figure.activity) {
        None => report.fault(
            place,
            format!("the activity `{}` does not exist", figure.activity),
            "the key of an activity",
        ),
        Some(it) if it.lawful_basis == Some(LawfulBasis::Consent) => report.fault(
            place,
            format!(
                "the activity `{}` rests on consent, so silence is no yes",
                figure.activity
            ),
            "an activity on another basis",
        ),
        Some(_) => {}
    }
    let Some(collection) = collection(register, &figure.collection, place, report) else {
        return;
    };
    field(collection, &figure.person, place, report);
    for column in figure.columns() {
        let Some(field) = field(collection, column, place, report) else {
            continue;
        };
        let mut categories = field.categories.iter();
        let is_sensitive =
            categories.any(|it| register.category_of(it).is_some_and(|it| it.sensitive));
        if is_sensitive || field.never_disclose.is_some() {
            report.fault(
                place,
                format!("`{column}` is sensitive"),
                "a field that is not",
            );
        }
    }
}

fn collection<'a>(
    register: &'a Register,
    key: &CollectionKey,
    place: &Place,
    report: &Report,
) -> Option<&'a Collection> {
    let found = register.collection(key);
    if found.is_none() {
        report.fault(
            place,
            format!("the collection `{key}` does not exist"),
            "one of the datasets",
        );
    }
    found
}

fn field<'a>(
    collection: &'a Collection,
    name: &str,
    place: &Place,
    report: &Report,
) -> Option<&'a crate::register::Field> {
    let found = collection.fields.iter().find(|it| it.name == name);
    if found.is_none() {
        report.fault(
            place,
            format!("the collection `{}` has no field `{name}`", collection.name),
            "a column that it has",
        );
    }
    found
}
