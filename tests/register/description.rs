use candor::register::{Erase, Input, SourceKind, covers};
use chrono::NaiveDate;

use super::{load_with, shop};

#[test]
fn one_description_tells_all_about_a_field() {
    let register = shop();
    let street = register.describe("shop", "customers", "street").unwrap();

    assert_eq!(street.field.title, "Street and number");
    assert_eq!(street.category().unwrap().title, "How to reach you");
    assert_eq!(street.source_kind(), Some(SourceKind::You));
    assert_eq!(
        street
            .activities()
            .map(|it| it.key.as_str())
            .collect::<Vec<_>>(),
        ["delivery"]
    );
    assert_eq!(
        street
            .recipients()
            .map(|it| it.key.as_str())
            .collect::<Vec<_>>(),
        ["post"]
    );
    assert_eq!(
        street.retention().unwrap().in_words(),
        "until you close your account"
    );
    assert_eq!(
        street.required().unwrap().consequence,
        "We cannot send parcels."
    );
    assert_eq!(street.input(), Some(Input::Text(Some(80))));
    assert_eq!(*street.erase(), Erase::Mask);
}

#[test]
fn a_recipient_of_addresses_does_not_get_the_email_address() {
    let register = shop();

    assert_eq!(
        register
            .describe("shop", "customers", "email")
            .unwrap()
            .recipients()
            .count(),
        0
    );
}

#[test]
fn a_field_inherits_the_categories_of_its_collection() {
    let register = shop();
    let what = register.describe("shop", "orders", "what").unwrap();

    assert_eq!(what.category().unwrap().key, "user.behavior");
    assert!(
        register
            .describe("shop", "orders", "id")
            .unwrap()
            .category()
            .is_none(),
        "it names its own"
    );
}

#[test]
fn a_collection_has_the_category_that_it_names_or_that_most_of_its_fields_have() {
    let register = shop();
    let dataset = register.dataset("shop").unwrap();
    let category = |name| {
        register
            .category_of_collection(dataset.collection(name).unwrap())
            .unwrap()
            .key
            .as_str()
    };

    assert_eq!(
        (category("orders"), category("customers"), category("cards")),
        ("user.behavior", "user.contact", "user.financial")
    );
}

#[test]
fn the_nearest_level_says_where_data_come_from() {
    let (register, _) = load_with("title: Your orders", "source_kind: partner").unwrap();

    assert_eq!(
        register
            .describe("shop", "orders", "what")
            .unwrap()
            .source_kind(),
        Some(SourceKind::Partner)
    );
}

#[test]
fn a_period_ends_on_a_day() {
    let register = shop();
    let what = register.describe("shop", "orders", "what").unwrap();

    assert_eq!(what.ends_on(day("2026-03-01")), Some(day("2027-03-01")));
    assert_eq!(what.retention().unwrap().in_words(), "for 1 year");
    let Erase::Keep(reasons) = what.erase() else {
        panic!("orders are kept")
    };
    let until = &reasons[0].until;
    assert_eq!(
        (until.in_words().as_str(), until.ends_on(day("2026-03-01"))),
        ("for 7 years", Some(day("2033-03-01")))
    );
    assert_eq!(
        register
            .describe("shop", "customers", "email")
            .unwrap()
            .ends_on(day("2026-03-01")),
        None
    );
}

#[test]
fn periods_are_told_in_the_words_that_people_use() {
    for (days, words) in [
        (1, "1 day"),
        (30, "1 month"),
        (90, "3 months"),
        (45, "45 days"),
        (365, "1 year"),
        (731, "2 years"),
        (1461, "4 years"),
        (2557, "7 years"),
        (3653, "10 years"),
        (400, "400 days"),
    ] {
        let (register, _) = load_with("{days: 365}", &format!("{{days: {days}}}")).unwrap();
        assert_eq!(
            register
                .category("user.behavior")
                .unwrap()
                .retention
                .in_words(),
            format!("for {words}")
        );
    }
}

#[test]
fn keys_identities_and_undisclosed_data_are_not_corrected_row_by_row() {
    let register = shop();
    let input = |collection, field| {
        register
            .describe("shop", collection, field)
            .unwrap()
            .input()
    };

    assert_eq!(input("customers", "id"), None);
    assert_eq!(input("customers", "email"), None);
    assert_eq!(input("orders", "customer_id"), None);
    assert_eq!(input("cards", "number"), None);
    assert_eq!(input("orders", "ordered_on"), Some(Input::Date));
}

#[test]
fn a_manifest_may_say_how_a_field_is_corrected() {
    for (said, input) in [
        ("correctable: false", None),
        ("correctable: phone", Some(Input::Phone)),
        (
            "correctable: {input: long-text, max: 500}",
            Some(Input::LongText(Some(500))),
        ),
        (
            "correctable: {values: [yes, no, 1]}",
            Some(Input::OneOf(vec!["yes".into(), "no".into(), "1".into()])),
        ),
    ] {
        let (register, _) = load_with("title: Street and number", said).unwrap();
        assert_eq!(
            register
                .describe("shop", "customers", "street")
                .unwrap()
                .input(),
            input,
            "{said}"
        );
    }
}

#[test]
fn targets_match_by_whole_segments() {
    assert!(covers("user.contact", "user.contact"));
    assert!(covers("user.contact", "user.contact.email"));
    assert!(!covers("user.contact", "user.contacts"));
    assert!(!covers("user.contact.email", "user.contact"));
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
