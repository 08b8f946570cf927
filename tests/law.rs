//! Which law applies, and the dates that it sets.

use candor::law::{CivilCode9, Laws, Term, weekdays_after};
use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Received, then +10 and +15 business days by Civil Code 9 and without holidays, then +45 and +90 days.
const CALIFORNIA: &[[&str; 7]] = &[
    [
        "2026-02-09",
        "2026-02-24",
        "2026-02-23",
        "2026-03-02",
        "2026-03-02",
        "2026-03-26",
        "2026-05-10",
    ],
    [
        "2026-03-25",
        "2026-04-07",
        "2026-04-08",
        "2026-04-13",
        "2026-04-15",
        "2026-05-09",
        "2026-06-23",
    ],
    [
        "2026-06-26",
        "2026-07-09",
        "2026-07-10",
        "2026-07-15",
        "2026-07-17",
        "2026-08-10",
        "2026-09-24",
    ],
    [
        "2026-09-01",
        "2026-09-15",
        "2026-09-15",
        "2026-09-21",
        "2026-09-22",
        "2026-10-16",
        "2026-11-30",
    ],
    [
        "2026-11-06",
        "2026-11-19",
        "2026-11-20",
        "2026-11-25",
        "2026-11-27",
        "2026-12-21",
        "2027-02-04",
    ],
    [
        "2026-11-25",
        "2026-12-08",
        "2026-12-09",
        "2026-12-14",
        "2026-12-16",
        "2027-01-09",
        "2027-02-23",
    ],
    [
        "2026-12-21",
        "2027-01-04",
        "2027-01-04",
        "2027-01-09",
        "2027-01-11",
        "2027-02-04",
        "2027-03-21",
    ],
];

#[test]
fn californias_business_days_are_counted_in_both_readings() {
    let laws = Laws::built_in();
    let civil_code_9: &CivilCode9 = laws.civil_code_9();
    for row in CALIFORNIA {
        let [received, civ9_10, plain_10, civ9_15, plain_15, ..] = row.map(day);
        assert_eq!(civil_code_9.after(received, 10), civ9_10, "{received}");
        assert_eq!(weekdays_after(received, 10), plain_10, "{received}");
        assert_eq!(civil_code_9.after(received, 15), civ9_15, "{received}");
        assert_eq!(weekdays_after(received, 15), plain_15, "{received}");
    }
}

#[test]
fn californias_dates_are_the_earlier_of_the_two_readings() {
    let laws = Laws::built_in();
    let law = laws.for_residence("us-ca");
    for row in CALIFORNIA {
        let [
            received,
            civ9_10,
            plain_10,
            civ9_15,
            plain_15,
            answer,
            extended,
        ] = row.map(day);
        assert_eq!(
            law.acknowledge_by(received),
            civ9_10.min(plain_10),
            "{received}"
        );
        assert_eq!(
            law.in_effect_by(received),
            civ9_15.min(plain_15),
            "{received}"
        );
        assert_eq!(law.answer_by(received), answer, "{received}");
        assert_eq!(law.extended_to(received), extended, "{received}");
    }
}

#[test]
fn holidays_move_as_the_government_code_says() {
    let laws = Laws::built_in();
    let is_holiday = |text| laws.civil_code_9().is_holiday(day(text));

    assert!(is_holiday("2026-11-26"), "Thanksgiving");
    assert!(is_holiday("2027-07-05"), "4 July 2027 is a Sunday");
    assert!(
        !is_holiday("2026-07-03"),
        "4 July 2026 is a Saturday, which does not move"
    );
    assert!(
        is_holiday("2028-11-10"),
        "11 November 2028 is a Saturday, which moves"
    );
    assert!(is_holiday("2026-05-25"), "the last Monday of May");
    assert!(!is_holiday("2026-05-18"), "the last but one");
    assert!(!is_holiday("2026-06-22"), "19 June does not move");
}

#[test]
fn a_month_ends_on_the_same_day_or_on_the_last_one() {
    let laws = Laws::built_in();
    let law = laws.for_residence("de");

    assert_eq!(law.key, "eu-gdpr");
    assert_eq!(law.answer_by(day("2026-11-23")), day("2026-12-23"));
    assert_eq!(law.answer_by(day("2027-01-31")), day("2027-02-28"));
    assert_eq!(law.extended_to(day("2026-11-30")), day("2027-02-28"));
    assert_eq!(law.answer.in_words(), "1 month");
}

#[test]
fn each_residence_has_one_law() {
    let laws = Laws::built_in();
    let key = |code| laws.for_residence(code).key.as_str();

    assert_eq!(key("us-ca"), "us-ca");
    assert_eq!(key("us-tx"), "us-tx");
    assert_eq!(key("gb"), "uk-gdpr");
    assert_eq!(key("us-ny"), "us-other");
    for code in ["", "other", "unknown", "atlantis"] {
        assert_eq!(key(code), "strictest", "{code:?}");
    }
    for residence in laws.residences() {
        let applying = laws
            .all()
            .iter()
            .filter(|law| law.residences.contains(&residence.code));
        assert_eq!(applying.count(), 1, "{}", residence.code);
    }
    for code in laws.all().iter().flat_map(|law| &law.residences) {
        assert!(
            laws.residence(code).is_some(),
            "nobody can say that they live in {code}"
        );
    }
}

#[test]
fn who_does_not_say_where_they_live_never_waits_longer_than_anybody_else() {
    let laws = Laws::built_in();
    let strictest = laws.for_residence("");
    for law in laws.all() {
        for received in day("2026-01-01").iter_days().take(730) {
            assert!(
                strictest.answer_by(received) <= law.answer_by(received),
                "{} {received}",
                law.key
            );
            assert!(
                strictest.extended_to(received) <= law.extended_to(received),
                "{} {received}",
                law.key
            );
            assert!(
                strictest.acknowledge_by(received) <= law.acknowledge_by(received),
                "{} {received}",
                law.key
            );
            assert!(
                strictest.in_effect_by(received) <= law.in_effect_by(received),
                "{} {received}",
                law.key
            );
        }
        let appeal = |law: &candor::law::Law| law.appeal_answer_by(day("2026-01-01"));
        assert!(
            appeal(law).is_none() || appeal(strictest) <= appeal(law),
            "{}",
            law.key
        );
    }
}

#[test]
fn an_extension_is_later_than_the_answer() {
    let laws = Laws::built_in();
    for law in laws.all() {
        for received in day("2026-01-01").iter_days().take(366) {
            assert!(
                law.extended_to(received) > law.answer_by(received),
                "{} {received}",
                law.key
            );
        }
    }
}

#[test]
fn the_day_of_receipt_is_told_in_the_laws_own_time_zone() {
    let laws = Laws::built_in();
    let late = day("2026-11-24").and_hms_opt(3, 0, 0).unwrap();

    assert_eq!(
        laws.for_residence("us-ca").received_on(late),
        day("2026-11-23")
    );
    assert_eq!(
        laws.for_residence("de").received_on(late),
        day("2026-11-24")
    );
}

#[test]
fn every_law_says_where_it_stands_and_where_to_complain() {
    let laws = Laws::built_in();
    for law in laws.all() {
        assert!(
            !law.cite.is_empty() && law.effective_from <= law.reviewed_on,
            "{}",
            law.key
        );
        let link = law.regulator.as_ref().map(|it| it.link.as_str());
        assert!(
            link.is_some_and(|link| link.starts_with("https://")) || law.key == "strictest",
            "{}",
            law.key
        );
        let has_longer_terms = matches!(law.answer, Term::Days(45 | 90) | Term::Months(1));
        assert!(has_longer_terms, "{}", law.key);
    }
    assert!(laws.find("us-ca").unwrap().signal);
}
