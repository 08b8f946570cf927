//! California's business days.

use std::sync::LazyLock;

use candor::law::{Laws, Reading, Readings};
use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::day;

/// A day of receipt, the dates that follow from it by each reading, and +45 and +90 days.
struct Vector {
    received: &'static str,
    /// Civil Code 9, without holidays, observed, Gov. Code 6700.
    ten: [&'static str; 4],
    fifteen: [&'static str; 4],
    answer: &'static str,
    extended: &'static str,
}

#[rustfmt::skip]
const VECTORS: &[Vector] = &[
    Vector { received: "2026-02-09", ten: ["2026-02-24", "2026-02-23", "2026-02-24", "2026-02-26"],
        fifteen: ["2026-03-02", "2026-03-02", "2026-03-03", "2026-03-05"], answer: "2026-03-26", extended: "2026-05-10" },
    Vector { received: "2026-03-25", ten: ["2026-04-07", "2026-04-08", "2026-04-09", "2026-04-09"],
        fifteen: ["2026-04-13", "2026-04-15", "2026-04-16", "2026-04-16"], answer: "2026-05-09", extended: "2026-06-23" },
    Vector { received: "2026-06-26", ten: ["2026-07-09", "2026-07-10", "2026-07-10", "2026-07-10"],
        fifteen: ["2026-07-15", "2026-07-17", "2026-07-17", "2026-07-17"], answer: "2026-08-10", extended: "2026-09-24" },
    Vector { received: "2026-09-01", ten: ["2026-09-15", "2026-09-15", "2026-09-16", "2026-09-17"],
        fifteen: ["2026-09-21", "2026-09-22", "2026-09-23", "2026-09-24"], answer: "2026-10-16", extended: "2026-11-30" },
    Vector { received: "2026-11-06", ten: ["2026-11-19", "2026-11-20", "2026-11-23", "2026-11-23"],
        fifteen: ["2026-11-25", "2026-11-27", "2026-12-02", "2026-12-01"], answer: "2026-12-21", extended: "2027-02-04" },
    Vector { received: "2026-11-25", ten: ["2026-12-08", "2026-12-09", "2026-12-11", "2026-12-10"],
        fifteen: ["2026-12-14", "2026-12-16", "2026-12-18", "2026-12-17"], answer: "2027-01-09", extended: "2027-02-23" },
    Vector { received: "2026-12-21", ten: ["2027-01-04", "2027-01-04", "2027-01-06", "2027-01-06"],
        fifteen: ["2027-01-09", "2027-01-11", "2027-01-13", "2027-01-13"], answer: "2027-02-04", extended: "2027-03-21" },
];

fn readings([civil_code_9, no_holiday, observed, government_code_6700]: [&str; 4]) -> Readings {
    Readings {
        no_holiday: day(no_holiday),
        civil_code_9: day(civil_code_9),
        observed: day(observed),
        government_code_6700: day(government_code_6700),
    }
}

/// Rule: C1, 11 CCR 7021(a).
/// Rule: C5, 11 CCR 7026(f)(1).
/// Rule: C6, 11 CCR 7027(g)(1).
#[test]
fn business_days_are_counted_by_every_reading_and_the_earliest_holds() {
    let laws = Laws::built_in();
    let dates = |right, received| laws.deadlines("us-ca", right, received).unwrap();
    for vector in VECTORS {
        let received = day(vector.received);
        let (ten, fifteen) = (readings(vector.ten), readings(vector.fifteen));
        assert_eq!(
            laws.calendar().readings(received, 10),
            Ok(ten),
            "{received}"
        );
        assert_eq!(
            laws.calendar().readings(received, 15),
            Ok(fifteen),
            "{received}"
        );
        for right in ["access", "deletion", "correction"] {
            let dates = dates(right, received);
            assert_eq!(dates.acknowledge_by, Some(ten.earliest()), "{received}");
            assert_eq!(dates.readings, ten.into());
            assert_eq!(dates.effective_by, None);
        }
        for right in ["opt-out", "limit"] {
            let dates = dates(right, received);
            assert_eq!(dates.effective_by, Some(fifteen.earliest()), "{received}");
            assert_eq!(dates.readings, fifteen.into());
            assert_eq!((dates.answer_by, dates.acknowledge_by), (None, None));
        }
    }
}

/// Rule: C2, 11 CCR 7021(b).
/// Rule: C3, 11 CCR 7021(b).
#[test]
fn california_answers_in_45_days_and_in_90_after_the_extension() {
    let laws = Laws::built_in();
    for vector in VECTORS {
        let dates = laws.deadlines("us-ca", "deletion", day(vector.received));
        let dates = dates.unwrap();
        assert_eq!(dates.answer_by, Some(day(vector.answer)));
        assert_eq!(dates.extended_to, Some(day(vector.extended)));
    }
}

/// Rule: A1.1, Gov. Code 6700, 6701.
#[test]
fn holidays_move_as_the_government_code_says() {
    let laws = Laws::built_in();
    let is_off = |text, reading| !laws.calendar().is_business_day(day(text), reading);
    let is_holiday = |text| is_off(text, Reading::CivilCode9);

    assert!(is_holiday("2026-11-26"), "Thanksgiving");
    assert!(is_holiday("2027-07-05"), "4 July 2027 is a Sunday");
    assert!(!is_holiday("2026-07-03"), "a Saturday does not move");
    assert!(is_holiday("2028-11-10"), "but 11 November does");
    assert!(is_holiday("2026-05-25"), "the last Monday of May");
    assert!(!is_holiday("2026-05-18"), "the last but one");
    assert!(!is_holiday("2033-06-20"), "19 June does not move");
    assert!(
        is_holiday("2027-10-29") && is_holiday("2027-02-06"),
        "the moon"
    );
    assert!(
        is_off("2026-11-27", Reading::Observed),
        "the day after Thanksgiving"
    );
    assert!(!is_holiday("2026-11-27"), "which is on one list only");
    assert!(!is_off("2026-11-26", Reading::NoHoliday));
}

#[test]
fn business_days_beyond_the_known_holidays_are_refused() {
    let laws = Laws::built_in();
    let (from, to) = laws.calendar().range();
    assert!(to >= day("2035-12-31"));
    let count = |date| laws.calendar().readings(date, 10);
    assert!(count(to - Days::new(30)).is_ok());
    let refused = count(to - Days::new(3)).unwrap_err().to_string();
    assert!(refused.contains("2035-12-31 only"), "{refused}");
    assert!(count(from - Days::new(1)).is_err());
}

/// Counted in another way than the calendar does: day by day, with the days off written out.
fn slowly(laws: &Laws, received: NaiveDate, days: u32, reading: Reading) -> NaiveDate {
    let (mut day, mut left) = (received, days);
    while left > 0 {
        day = day + Days::new(1);
        left -= u32::from(laws.calendar().is_business_day(day, reading));
    }
    day
}

static LAWS: LazyLock<Laws> = LazyLock::new(Laws::built_in);

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rule: A1.1, Civ. Code 7, 9; Gov. Code 6700, 6800, 19853.
    #[test]
    fn no_date_ever_falls_later_than_any_reading_allows(after in 0u64..3900, opts_out: bool) {
        let laws = &*LAWS;
        let received = laws.calendar().range().0 + Days::new(after);
        let (right, days) = if opts_out { ("opt-out", 15) } else { ("access", 10) };
        let dates = laws.deadlines("us-ca", right, received).unwrap();
        let date = if opts_out { dates.effective_by } else { dates.acknowledge_by }.unwrap();
        let readings =
            [Reading::NoHoliday, Reading::CivilCode9, Reading::Observed, Reading::GovernmentCode6700];
        for reading in readings {
            prop_assert!(date <= slowly(laws, received, days, reading), "{received} {reading:?}");
        }
        prop_assert!(date > received);
    }
}
