//! From which age on people consent by themselves.

use candor::law::{ConsentAges, Decides, Laws, check};

use super::day;

const TODAY: &str = "2026-12-01";

fn ages(laws: &Laws, residence: &str) -> (u32, u32) {
    let ConsentAges {
        parent_below,
        own_from,
    } = laws.consent_ages(residence, day(TODAY));
    (parent_below, own_from)
}

fn row(residence: &str, more: &str) -> String {
    format!(
        "[[age]]\nresidences = [{residence}]\ncite = \"Its code\"\neffective_from = 2026-01-01\n\
         reviewed_on = 2026-11-30\n{more}\n"
    )
}

/// Rule: N5, GDPR Art. 8(1).
#[test]
fn each_place_has_the_age_of_its_law_and_the_strictest_holds_where_none_is_said() {
    let laws = Laws::built_in();
    let expected = [
        (13, "be ee fi is lv mt no pt se gb us-ca us-wy"),
        (14, "at bg cy it lt es"),
        (15, "cz dk fr gr si"),
        (16, "hr de hu ie li lu nl pl ro sk other"),
    ];
    for (years, places) in expected {
        for place in places.split(' ') {
            assert_eq!(ages(&laws, place), (years, years), "{place}");
        }
    }
    let named: usize = expected.iter().map(|it| it.1.split(' ').count()).sum();
    let elsewhere = laws
        .residences()
        .iter()
        .filter(|it| !it.code.starts_with("us-"));
    assert_eq!(named - 2, elsewhere.count() - 1, "all but “Rather not say”");
    assert_eq!(ages(&laws, ""), (13, 16));
    assert_eq!(check(&laws, day(TODAY)), []);
}

#[test]
fn a_file_of_the_organisation_changes_the_age_of_a_place_and_leaves_the_others() {
    let own = row("\"de\", \"hu\"", "years = 14");
    let laws = Laws::built_in().with_text("own.toml", &own).unwrap();
    assert_eq!(ages(&laws, "de"), (14, 14));
    assert_eq!(ages(&laws, "pl"), (16, 16));
    assert_eq!(check(&laws, day(TODAY)), []);
    for (text, said) in [
        (
            row("\"de\"", "years = 12"),
            "own.toml:6: it is no age that the law allows",
        ),
        (
            row("\"de\"", "years = 18"),
            "own.toml:6: it is no age that the law allows",
        ),
        (row("\"de\"", ""), "own.toml:1: `years` is missing"),
        (
            row("\"zz\"", "years = 14"),
            "own.toml:1: nobody can say that they live in \"zz\"",
        ),
    ] {
        let faults = Laws::built_in().with_text("own.toml", &text).unwrap_err();
        let is_told = faults.iter().any(|it| it.to_string().starts_with(said));
        assert!(is_told, "{said}\n{faults:?}");
    }
}

#[test]
fn the_check_names_ages_that_nobody_reviewed_overlap_or_are_not_in_force() {
    let found = |text: String| {
        let laws = Laws::built_in().with_text("own.toml", &text).unwrap();
        let found = check(&laws, day(TODAY));
        found.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let twice = row("\"de\"", "years = 14") + &row("\"de\"", "years = 15");
    let over = row("\"de\"", "years = 14\neffective_to = 2026-06-30");
    let old = row("\"de\"", "years = 14").replace("2026-11-30", "2025-11-30");
    for (text, said) in [
        (
            twice,
            "own.toml:7: ages of consent: two rows for de are in force on the same days",
        ),
        (
            over,
            "own.toml:1: ages of consent: no row for Germany is in force",
        ),
        (
            old,
            "own.toml:1: ages of consent, de: last reviewed on 2025-11-30",
        ),
    ] {
        let found = found(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(said), "{found:?}");
    }
}

#[test]
fn a_parent_decides_until_the_birthday_from_which_on_the_person_does() {
    let sixteen_on = Some(day("2029-02-10"));
    let ages = |parent_below, own_from| ConsentAges {
        parent_below,
        own_from,
    };
    let decides = |ages: ConsentAges, on| ages.decides(sixteen_on, day(on));
    assert_eq!(decides(ages(13, 13), "2026-02-09"), Decides::Parent);
    assert_eq!(decides(ages(13, 13), "2026-02-10"), Decides::Person);
    assert_eq!(decides(ages(15, 15), "2028-02-09"), Decides::Parent);
    assert_eq!(decides(ages(15, 15), "2028-02-10"), Decides::Person);
    assert_eq!(decides(ages(16, 16), "2029-02-09"), Decides::Parent);
    assert_eq!(decides(ages(13, 16), "2026-02-09"), Decides::Parent);
    assert_eq!(decides(ages(13, 16), "2026-02-10"), Decides::Unsaid);
    assert_eq!(decides(ages(13, 16), "2029-02-10"), Decides::Person);
    assert_eq!(
        ages(16, 16).decides(None, day("2026-02-09")),
        Decides::Person
    );
}
