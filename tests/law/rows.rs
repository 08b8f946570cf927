//! The rows that come with the program.

use candor::law::{Laws, Right, STRICTEST, Verification, check};

use super::day;

fn key(laws: &Laws, residence: &str, on: &str) -> String {
    laws.applying(residence, Right::Access, day(on)).law
}

/// Rule: A4, GDPR Art. 12(3).
#[test]
fn a_month_ends_on_the_same_day_or_on_the_last_one() {
    let laws = Laws::built_in();
    let dates = |received| laws.deadlines("eu-gdpr", "access", day(received)).unwrap();

    assert_eq!(dates("2026-11-23").answer_by, Some(day("2026-12-23")));
    assert_eq!(dates("2027-01-31").answer_by, Some(day("2027-02-28")));
    assert_eq!(dates("2026-11-30").extended_to, Some(day("2027-02-28")));
    assert_eq!(dates("2026-11-30").acknowledge_by, None);
}

/// Rule: A4, the laws of the states.
#[test]
fn each_state_has_its_own_days() {
    let laws = Laws::built_in();
    let expected = [
        ("us-va", "2026-03-26", "2026-05-10"),
        ("us-ia", "2026-05-10", "2026-06-24"),
        ("us-fl", "2026-03-26", "2026-04-10"),
    ];
    for (law, answer, extended) in expected {
        let dates = laws.deadlines(law, "access", day("2026-02-09")).unwrap();
        assert_eq!(dates.answer_by, Some(day(answer)), "{law}");
        assert_eq!(dates.extended_to, Some(day(extended)), "{law}");
    }
    let nevada = laws
        .deadlines("us-nv", "opt-out", day("2026-02-09"))
        .unwrap();
    assert_eq!(nevada.answer_by, Some(day("2026-04-10")));
    assert_eq!(nevada.extended_to, Some(day("2026-05-10")));
}

/// Rule: A4, appeals.
#[test]
fn appeals_are_answered_in_the_days_of_each_state() {
    let laws = Laws::built_in();
    let appeal = |law| {
        let row = laws.row(law, Right::Deletion, day("2026-02-09")).unwrap();
        let extended = row.appeal_extended_to(day("2026-02-09"), laws.calendar());
        (row.appeal.map(|term| term.count), extended.unwrap())
    };
    assert_eq!(appeal("us-va"), (Some(60), None));
    assert_eq!(appeal("us-or"), (Some(45), None));
    assert_eq!(appeal("us-co"), (Some(45), Some(day("2026-05-25"))));
    assert_eq!(appeal("us-ca"), (None, None));
}

#[test]
fn a_law_that_is_not_in_force_yet_does_not_apply() {
    let laws = Laws::built_in();

    assert_eq!(key(&laws, "us-ok", "2026-12-31"), "us-other");
    assert_eq!(key(&laws, "us-ok", "2027-01-01"), "us-ok");
    assert_eq!(key(&laws, "us-al", "2027-04-30"), "us-other");
    assert_eq!(key(&laws, "us-al", "2027-05-01"), "us-al");
    let utah = |on| laws.applying("us-ut", Right::Correction, day(on)).law;
    assert_eq!(
        (utah("2026-06-30"), utah("2026-07-01")),
        ("us-other".into(), "us-ut".into())
    );
    let refused = laws
        .deadlines("us-ok", "access", day("2026-12-31"))
        .unwrap_err();
    assert!(refused.to_string().contains("from 2027-01-01"), "{refused}");
}

/// Rule: C7, 11 CCR 7221(m), (n).
#[test]
fn decisions_by_machines_are_left_within_15_business_days_from_2027_on() {
    let laws = Laws::built_in();
    let dates = |received| laws.deadlines("us-ca", "automated-decisions", day(received));
    assert!(dates("2026-12-31").is_err());
    assert_eq!(
        dates("2027-01-04").unwrap().effective_by,
        Some(day("2027-01-22"))
    );
}

#[test]
fn everybody_has_a_law_whatever_they_say_and_never_proves_it() {
    let laws = Laws::built_in();
    let today = "2026-11-24";

    assert_eq!(key(&laws, "us-ca", today), "us-ca");
    assert_eq!(key(&laws, "gb", today), "uk-gdpr");
    assert_eq!(key(&laws, "us-ny", today), "us-other");
    for code in ["", "other", "atlantis"] {
        assert_eq!(key(&laws, code, today), STRICTEST, "{code:?}");
    }
    for residence in laws.residences() {
        for right in [
            Right::Access,
            Right::Correction,
            Right::Deletion,
            Right::Restriction,
        ] {
            let row = laws.applying(&residence.code, right, day(today)).row;
            assert!(row.answer.is_some(), "{} {right}", residence.code);
        }
    }
    let restriction = laws.applying("us-ca", Right::Restriction, day(today));
    assert_eq!(
        restriction.law, "us-other",
        "the law of California knows none"
    );
}

/// Rule: A4, the strictest of each field.
#[test]
fn who_does_not_say_where_they_live_never_waits_longer_than_anybody_else() {
    let laws = Laws::built_in();
    for received in day("2026-01-01").iter_days().take(730).step_by(5) {
        for right in [
            Right::Access,
            Right::Correction,
            Right::Deletion,
            Right::OptOut,
        ] {
            let of = |key| laws.deadlines(key, right.as_str(), received).ok();
            let strictest = of(STRICTEST).unwrap();
            for law in laws.all() {
                let Some(dates) = of(&law.key) else { continue };
                let is_sooner = |one: Option<_>, other: Option<_>| other.is_none() || one <= other;
                assert!(
                    is_sooner(strictest.answer_by, dates.answer_by),
                    "{}",
                    law.key
                );
                assert!(
                    is_sooner(strictest.extended_to, dates.extended_to),
                    "{}",
                    law.key
                );
                assert!(
                    is_sooner(strictest.acknowledge_by, dates.acknowledge_by),
                    "{}",
                    law.key
                );
                assert!(
                    is_sooner(strictest.effective_by, dates.effective_by),
                    "{}",
                    law.key
                );
            }
        }
    }
}

/// Rule: I4, 11 CCR 7060(b).
#[test]
fn nobody_who_opts_out_is_asked_who_they_are() {
    let laws = Laws::built_in();
    let rows = laws.all().iter().flat_map(|law| &law.rows);
    for row in rows.filter(|row| row.right.is_opt_out()) {
        assert_eq!(row.verification, Verification::None, "{}", row.place);
    }
}

#[test]
fn the_clock_never_pauses_but_in_the_united_kingdom() {
    let laws = Laws::built_in();
    for law in laws.all() {
        let pauses = law.rows.iter().any(|row| row.may_pause);
        assert_eq!(pauses, law.key == "uk-gdpr", "{}", law.key);
    }
}

#[test]
fn the_day_of_receipt_is_that_of_where_the_person_lives() {
    let laws = Laws::built_in();
    let late = day("2026-11-24").and_hms_opt(4, 30, 0).unwrap();

    assert_eq!(laws.day_in("us-ca", late), day("2026-11-23"));
    assert_eq!(laws.day_in("us-ny", late), day("2026-11-23"));
    assert_eq!(laws.day_in("de", late), day("2026-11-24"));
    let evening = day("2026-11-24").and_hms_opt(22, 30, 0).unwrap();
    assert_eq!(laws.day_in("de", evening), day("2026-11-24"));
    assert_eq!(laws.day_in("gr", evening), day("2026-11-25"));
}

#[test]
fn the_rows_of_the_program_do_not_contradict_themselves_and_get_old_after_a_year() {
    let laws = Laws::built_in();
    assert_eq!(check(&laws, day("2027-11-23")), []);
    let old = check(&laws, day("2027-11-24"));
    assert!(
        old[0].wrong.contains("last reviewed on 2026-11-23"),
        "{}",
        old[0]
    );
    for law in laws.all() {
        assert!(
            !law.regulators.is_empty() || law.key == STRICTEST,
            "{}",
            law.key
        );
        for row in &law.rows {
            let extended = row.extended_to(day("2026-02-09"), laws.calendar()).unwrap();
            let dates = row.deadlines(day("2026-02-09"), laws.calendar()).unwrap();
            assert!(
                extended.is_none() || extended > dates.answer_by,
                "{}",
                law.key
            );
        }
    }
}
