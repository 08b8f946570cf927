//! The organisation's own file of rows.

use candor::config::Faults;
use candor::law::args::LawArgs;
use candor::law::{Laws, Right, check};

use super::day;

fn faults(text: &str) -> Vec<String> {
    let faults = Laws::built_in().with_text("own.toml", text).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_row_of_the_organisation_replaces_that_of_the_program_and_leaves_the_others() {
    let laws = Laws::built_in();
    let text = "[[law]]\nkey = \"us-va\"\n\n[[law.row]]\nrights = [\"access\"]\n\
        answer = \"30 days\"\nverification = \"reasonable\"\n";
    let laws = laws.with_text("own.toml", text).unwrap();
    let answer = |right| {
        let dates = laws.deadlines("us-va", right, day("2026-02-09"));
        dates.unwrap().answer_by
    };
    assert_eq!(answer("access"), Some(day("2026-03-11")));
    assert_eq!(answer("deletion"), Some(day("2026-03-26")));
}

#[test]
fn a_second_law_for_a_place_makes_the_strictest_of_each_field_apply() {
    let text = r#"
        [[law]]
        key = "us-ca-city"
        name = "An ordinance of a city"
        residences = ["us-ca"]
        cite = "Its code"
        effective_from = 2026-01-01
        reviewed_on = 2026-11-01
        [[law.row]]
        rights = ["access"]
        answer = "1 month"
        extension = "3 months"
        verification = "reasonable"
    "#;
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let applying = laws.applying("us-ca", Right::Access, day("2026-02-09"));
    assert_eq!(applying.law, "us-ca+us-ca-city");
    assert_eq!(
        applying.name,
        "California Consumer Privacy Act and An ordinance of a city"
    );
    assert_eq!(applying.row.answer.unwrap().to_string(), "1 month");
    assert_eq!(applying.row.extension.unwrap().to_string(), "45 days");
    assert_eq!(
        applying.row.acknowledge.unwrap().to_string(),
        "10 business days"
    );
    let stored = laws.row(&applying.law, Right::Access, day("2026-02-09"));
    assert_eq!(stored.unwrap().answer, applying.row.answer);
}

#[test]
fn all_faults_of_the_file_are_told_with_their_lines_and_what_was_expected() {
    let found = faults(
        "[[law]]\nkey = \"us-zz\"\nname = 7\nresidences = [\"us-ca\", \"us-zz\"]\ncite = \"x\"\n\
         effective_from = 2026-01-01\nreviewed_on = \"May\"\ncolour = \"red\"\n\n\
         [[law.row]]\nrights = [\"access\", \"acess\"]\nanswer = \"45 moons\"\n",
    );
    let expected = [
        "own.toml:3: `name` is 7; expected a text in quotes",
        "own.toml:7: `reviewed_on` is “May”; expected a date such as 2026-11-23",
        "own.toml:8: `colour` is not known; expected one of",
        "own.toml:11: “acess”; expected one of access, portability",
        "own.toml:12: `answer` is “45 moons”; expected such as \"45 days\"",
        "own.toml:10: `verification` is missing; expected a value for it",
    ];
    for line in expected {
        assert!(
            found.iter().any(|it| it.starts_with(line)),
            "{line}\n{found:#?}"
        );
    }
    assert!(faults("[[law]\nkey = 1")[0].starts_with("own.toml:1: "));
}

#[test]
fn a_file_that_contradicts_itself_is_not_read() {
    let row =
        "[[law.row]]\nrights = [\"access\"]\nanswer = \"30 days\"\nverification = \"reasonable\"\n";
    let refused = [
        (
            format!("[[law]]\nkey = \"us-va\"\n{row}[[law]]\nkey = \"us-va\"\n"),
            "own.toml:8: us-va stands in this file twice",
        ),
        (
            "[[law]]\nkey = \"us-x+y\"\n".to_owned(),
            "own.toml:2: `key` is “us-x+y”; expected small letters",
        ),
        (
            format!("[[law]]\nkey = \"us-va\"\n{}", row.replace("\"access\"", "")),
            "own.toml:4: the row is for no right",
        ),
        (
            format!("[[law]]\nkey = \"us-va\"\n{}", row.replace("30", "0")),
            "own.toml:5: `answer` is “0 days”",
        ),
        (
            "[calendar]\nfrom = 2026-01-01\nto = 2025-12-31\n".to_owned(),
            "own.toml:3: it ends before it begins",
        ),
        (
            "[calendar]\nfrom = 2036-01-01\nto = 2037-12-31\n[[calendar.holiday]]\nname = \"A day\"\n\
             dates = [2036-01-01]\nlists = [\"6700\", \"19853\"]\n"
                .to_owned(),
            "own.toml:4: no day of 2037 is on the list 6700",
        ),
    ];
    for (text, expected) in refused {
        let found = faults(&text);
        let is_told = found.iter().any(|it| it.starts_with(expected));
        assert!(is_told, "{expected}\n{found:#?}");
    }
}

#[test]
fn the_check_names_what_does_not_fit_together() {
    let text = r#"
        [[law]]
        key = "us-va"
        residences = []
        [[law.row]]
        rights = ["access"]
        answer = "30 days"
        acknowledge = "60 days"
        verification = "reasonable"
        effective_to = 2026-03-01
        [[law.row]]
        rights = ["access"]
        answer = "30 days"
        verification = "reasonable"
        effective_from = 2026-06-01

        [[denials]]
        laws = ["us-vaa"]
        effective_from = 2026-01-01
        effective_to = 2025-01-01
        reviewed_on = 2030-11-01
        [[denials.ground]]
        code = "A"
        title = "One"
        says = "One."
        [[denials.ground]]
        code = "A"
        title = "Another"
        says = "Another."

        [[denials]]
        laws = ["us-co", "us-tx"]
        effective_from = 2026-01-01
        reviewed_on = 2026-11-01
        [[denials.ground]]
        code = "A"
        title = "One"
        says = "One."
        [[denials]]
        laws = ["us-tx"]
        effective_from = 2026-06-01
        reviewed_on = 2026-11-01
        [[denials.ground]]
        code = "A"
        title = "One"
        says = "One."
    "#;
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let found = check(&laws, day("2026-12-01"));
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    let expected = [
        "own.toml:2: us-va applies to nobody",
        "own.toml:5: us-va, access: the receipt would be confirmed after the answer is due",
        "own.toml:11: us-va: no row for access is in force from 2026-03-02 until this one",
        "own.toml:17: grounds for denials: there is no law \"us-vaa\"",
        "own.toml:17: grounds for denials: the review of 2030-11-01 is to come",
        "own.toml:17: grounds for denials: they end before they begin",
        "own.toml:17: grounds for denials: A stands there twice",
        "own.toml:31: us-co: no ground for correction stands for \"unverified\"",
        "own.toml:31: us-co: no ground for deletion stands for \"hold\"",
        "own.toml:39: grounds for denials: two sets for us-tx are in force on the same days",
    ];
    for wrong in expected {
        let is_named = found.iter().any(|it| it.starts_with(wrong));
        assert!(is_named, "{wrong}\n{found:#?}");
    }
    assert!(!found.iter().any(|it| it.starts_with("src/")), "{found:#?}");
}

#[test]
fn grounds_for_denials_change_with_the_time() {
    let set = |from: &str, to: &str, code: &str| {
        format!(
            "[[denials]]\nlaws = [\"us-va\"]\neffective_from = {from}\n{to}reviewed_on = 2026-11-01\n\
             [[denials.ground]]\ncode = \"{code}\"\ntitle = \"A\"\nsays = \"B.\"\n"
        )
    };
    let old = set("2025-01-01", "effective_to = 2025-12-31\n", "OLD");
    let new = set("2026-01-01", "", "NEW");
    let laws = Laws::built_in().with_text("own.toml", &format!("{old}{new}"));
    let laws = laws.unwrap();
    let code = |on| {
        let grounds = laws.grounds("us-va", Right::Access, day(on));
        grounds.into_iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(code("2025-06-01"), ["OLD"]);
    assert_eq!(code("2026-06-01"), ["NEW"]);
}

#[test]
fn the_check_names_every_contradiction() {
    let text = r#"
        [[law]]
        key = "us-ca"
        [[law.row]]
        rights = ["access"]
        answer = "45 days"
        may_pause = true
        verification = "high"
        [[law.row]]
        rights = ["access", "opt-out"]
        effect = "15 business days"
        extension = "10 days"
        appeal_extension = "10 days"
        verification = "reasonable"
        effective_from = 2019-01-01
        effective_to = 2018-01-01
        [[law.row]]
        rights = ["deletion"]
        answer = "45 days"
        free = 0
        verification = "high"
        effective_from = 2026-01-01
        reviewed_on = 2030-01-01
        [[law.row]]
        rights = ["deletion"]
        answer = "40 days"
        verification = "high"
    "#;
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let found = check(&laws, day("2026-12-01"));
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    let expected = [
        "California's clock never pauses",
        "extension of nothing",
        "extension of no appeal",
        "would be asked who they are",
        "begins before its law",
        "ends before it begins",
        "no request would be free",
        "the review of 2030-01-01 is to come",
        "two rows for deletion are in force on the same days",
    ];
    for wrong in expected {
        let named = found
            .iter()
            .any(|it| it.starts_with("own.toml:") && it.contains(wrong));
        assert!(named, "{wrong}\n{found:#?}");
    }
}

/// By a slip in a file answers would come late, and numbers be handed out.
#[test]
fn the_check_names_what_gives_people_less_than_the_rows_of_the_program() {
    let text = r#"
        [[law]]
        key = "us-ca"
        [[law.row]]
        rights = ["access"]
        answer = "60 days"
        extension = "90 days"
        acknowledge = "10 business days"
        verification = "high"
        [[law.row]]
        rights = ["opt-out"]
        effect = "60 business days"
        verification = "none"
        [[law.row]]
        rights = ["correction"]
        answer = "30 days"
        acknowledge = "5 business days"
        verification = "reasonable"
    "#;
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let found = check(&laws, day("2026-12-01"));
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    for wrong in [
        "us-ca, access: `answer = \"60 days\"` is longer than the program's row has it; expected \"45 days\" at most",
        "us-ca, access: `extension = \"90 days\"` is longer",
        "us-ca, access: what the program's row never discloses would be handed out",
        "us-ca, opt-out: `effect = \"60 business days\"` is longer",
    ] {
        assert!(
            found.iter().any(|it| it.contains(wrong)),
            "{wrong}\n{found:#?}"
        );
    }
    assert!(
        !found.iter().any(|it| it.contains("correction: `")),
        "{found:#?}"
    );
}

#[test]
fn the_exception_for_employment_is_made_use_of_law_by_law() {
    let exclude = |keys: &[&str]| {
        let args = LawArgs {
            exclude_employment: keys.iter().map(ToString::to_string).collect(),
            ..LawArgs::default()
        };
        let mut faults = Faults::default();
        (args.check(&mut faults), faults.to_string())
    };
    let (laws, _) = exclude(&["us-va"]);
    let key = |residence| {
        laws.applying(residence, Right::Access, day("2026-11-24"))
            .law
    };
    assert_eq!(
        (key("us-va"), key("us-co")),
        ("us-other".into(), "us-co".into())
    );
    let (_, told) = exclude(&["us-ca"]);
    assert!(
        told.contains("--exclude-employment") && told.contains("us-al, us-co"),
        "{told}"
    );
}

#[test]
fn the_organisation_gives_a_calendar_of_further_years() {
    let text = "[calendar]\nfrom = 2036-01-01\nto = 2036-12-31\n[[calendar.holiday]]\n\
        name = \"New Year's Day\"\nday = \"01-01\"\nlists = [\"6700\", \"19853\"]\n";
    let laws = Laws::built_in().with_text("own.toml", text).unwrap();
    let dates = laws
        .deadlines("us-ca", "access", day("2036-01-01"))
        .unwrap();
    assert_eq!(dates.acknowledge_by, Some(day("2036-01-12")));
}
