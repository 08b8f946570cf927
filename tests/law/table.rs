//! The rows against the table that they were taken from.

use candor::law::{Laws, Right};

use super::day;

/// Of each law: days of the answer and of the extension, free requests, days of an appeal and of its extension, the
/// letters of the rights, and whether the browser's signal counts. 0 for what there is none of.
const TABLE: &[(&str, [u32; 5], &str, bool)] = &[
    ("us-va", [45, 45, 2, 60, 0], "APCDSTF", false),
    ("us-co", [45, 45, 1, 45, 60], "APCDSTF", true),
    ("us-ct", [45, 45, 1, 60, 0], "APCDSTF3Q", true),
    ("us-tx", [45, 45, 2, 60, 0], "APCDSTF", true),
    ("us-or", [45, 45, 1, 45, 0], "APCDSTF3", true),
    ("us-mt", [45, 45, 1, 60, 0], "APCDSTF", true),
    ("us-de", [45, 45, 1, 60, 0], "APCDSTFc", true),
    ("us-nj", [45, 45, 1, 45, 0], "APCDSTF", true),
    ("us-nh", [45, 45, 1, 60, 0], "APCDSTF", true),
    ("us-ne", [45, 45, 2, 60, 0], "APCDSTF", true),
    ("us-mn", [45, 45, 2, 45, 60], "APCDSTF3Q", true),
    ("us-md", [45, 45, 1, 60, 0], "APCDSTFc", true),
    ("us-tn", [45, 45, 2, 60, 0], "APCDSTF", false),
    ("us-in", [45, 45, 1, 60, 0], "APCDSTF", false),
    ("us-ky", [45, 45, 2, 60, 0], "APCDSTF", false),
    ("us-ri", [45, 45, 1, 60, 0], "APCDSTF", false),
    ("us-ut", [45, 45, 1, 0, 0], "APCDST", false),
    ("us-ia", [90, 45, 2, 60, 0], "APDST", false),
    ("us-fl", [45, 15, 2, 60, 0], "APCDSTF", false),
    ("us-ok", [45, 45, 2, 60, 0], "APCDSTF", false),
    ("us-al", [45, 45, 1, 0, 0], "APCDSTF", false),
    ("us-nv", [60, 30, 0, 0, 0], "S", false),
];

const LETTERS: &[(Right, char)] = &[
    (Right::Access, 'A'),
    (Right::Portability, 'P'),
    (Right::Correction, 'C'),
    (Right::Deletion, 'D'),
    (Right::OptOut, 'S'),
    (Right::Targeting, 'T'),
    (Right::Profiling, 'F'),
    (Right::ThirdParties, '3'),
    (Right::ThirdPartyCategories, 'c'),
    (Right::QuestionProfiling, 'Q'),
];

/// Rule: A4, the laws of the states.
#[test]
fn every_state_gives_what_the_table_of_laws_says() {
    let laws = Laws::built_in();
    let on = day("2027-06-01");
    for (key, [answer, extension, free, appeal, appeal_extension], letters, signal) in TABLE {
        let law = laws.find(key).unwrap_or_else(|| panic!("no law {key}"));
        let gives = |(right, _): &&(Right, char)| law.row(*right, on).is_some();
        let given: String = LETTERS.iter().filter(gives).map(|it| it.1).collect();
        let mut wanted: Vec<_> = letters.chars().collect();
        let mut given: Vec<_> = given.chars().collect();
        wanted.sort_unstable();
        given.sort_unstable();
        assert_eq!(given, wanted, "{key}: rights");
        for right in law.rights() {
            let row = law.row(right, on).unwrap();
            let count = |term: Option<candor::law::Term>| term.map_or(0, |it| it.count);
            let days = [
                count(row.answer),
                count(row.extension),
                count(row.appeal),
                count(row.appeal_extension),
            ];
            let expected = [*answer, *extension, *appeal, *appeal_extension];
            assert_eq!(days, expected, "{key}, {right}");
            assert!(!row.may_pause, "{key}, {right}: the clock runs");
            let asks = !right.is_opt_out();
            assert_eq!(
                row.free.unwrap_or(0),
                if asks { *free } else { 0 },
                "{key}, {right}: free"
            );
            let is_signalled = *signal && matches!(right, Right::OptOut | Right::Targeting);
            assert_eq!(row.signal, is_signalled, "{key}, {right}: signal");
        }
        assert!(!law.employment, "{key} leaves out who acts as an employee");
    }
    let states = laws.all().iter().filter(|it| it.key.starts_with("us-"));
    assert_eq!(
        states.count(),
        TABLE.len() + 2,
        "California and our own rules beside them"
    );
}
