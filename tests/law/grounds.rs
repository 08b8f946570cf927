//! Grounds for denials, and what is said with them.

use candor::law::{Cause, Laws, Right, When};
use chrono::NaiveDate;

const RIGHTS: [Right; 4] = [
    Right::Access,
    Right::Correction,
    Right::Deletion,
    Right::Restriction,
];

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 24).unwrap()
}

/// Rule: E6, 1798.105(d); E3.
#[test]
fn california_knows_a_closed_list_of_grounds_each_with_its_cite() {
    let laws = Laws::built_in();
    let codes = |right| -> Vec<String> {
        let grounds = laws.grounds("us-ca", right, day());
        assert!(
            grounds
                .iter()
                .all(|it| !it.cite.is_empty() && it.says.ends_with('.'))
        );
        grounds.into_iter().map(|it| it.code).collect()
    };
    let exceptions = codes(Right::Deletion);
    let exceptions = exceptions.iter().filter(|it| it.starts_with("EXC_105D"));
    assert_eq!(exceptions.count(), 8);
    for (right, code) in [
        (Right::Deletion, "LEGAL_HOLD_145A2"),
        (Right::Deletion, "LEGAL_CLAIM"),
        (Right::Access, "NOT_SEARCHABLE_7024C"),
        (Right::Access, "NEVER_DISCLOSE_7024D"),
        (Right::Correction, "ACCURATE_7023B"),
        (Right::Correction, "REPEAT_6M_7023G"),
    ] {
        assert!(codes(right).iter().any(|it| it == code), "{code}");
        let others = RIGHTS.into_iter().filter(|it| *it != right);
        let named = others.filter(|it| codes(*it).iter().any(|it| it == code));
        assert!(code == "LEGAL_CLAIM" || named.count() == 0, "{code}");
    }
    for right in RIGHTS {
        for code in [
            "UNVERIFIED",
            "NOT_A_CONSUMER",
            "PRIVILEGE",
            "OTHERS_RIGHTS_145K",
            "FRAUD_DOCUMENTED",
            "IMPOSSIBLE_DISPROPORTIONATE",
            "EXCESSIVE_145H3",
        ] {
            assert!(laws.ground("us-ca", right, day(), code).is_some(), "{code}");
        }
    }
}

#[test]
fn every_law_has_grounds_a_record_to_tell_of_and_a_code_for_who_is_not_verified() {
    let laws = Laws::built_in();
    for law in laws.all() {
        for right in RIGHTS {
            let unverified = laws.ground_for(&law.key, right, day(), Cause::Unverified);
            assert_eq!(unverified.unwrap().code, "UNVERIFIED", "{}", law.key);
            let notices = laws.notices(&law.key, right, day(), When::Denied);
            assert!(notices.iter().any(|it| it.title == "We keep a record"));
            assert!(notices.iter().all(|it| it.cite.is_empty() == it.is_promise));
        }
        for cause in [Cause::Rule, Cause::Hold, Cause::Agency] {
            let ground = laws.ground_for(&law.key, Right::Deletion, day(), cause);
            assert!(ground.is_some(), "{}: {cause}", law.key);
        }
    }
    let virginia = laws.grounds("us-va", Right::Deletion, day());
    assert!(virginia[0].cite.contains("Va. Code"), "{virginia:?}");
}

#[test]
fn an_organisation_replaces_one_ground_and_keeps_the_others() {
    let text = "
[[denials]]
laws = [\"eu-gdpr\", \"uk-gdpr\"]
reviewed_on = 2026-11-24

[[denials.ground]]
code = \"ACCURATE_16\"
rights = [\"correction\"]
title = \"Right as it is\"
says = \"We have looked at it, and it is right.\"
";
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let ground = laws.ground("eu-gdpr", Right::Correction, day(), "ACCURATE_16");
    let ground = ground.unwrap();
    assert_eq!(ground.title, "Right as it is");
    assert_eq!(ground.cite, "GDPR Art. 12 to 22, 77", "that of the law");
    let before = Laws::built_in().grounds("eu-gdpr", Right::Correction, day());
    let after = laws.grounds("eu-gdpr", Right::Correction, day());
    assert_eq!(before.len(), after.len());
    let wrong = text.replace("correction\"]", "opt-out\"]");
    assert!(Laws::built_in().with_text("own.toml", &wrong).is_err());
}
