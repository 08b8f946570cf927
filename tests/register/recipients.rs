use candor::choices::Stopped;
use candor::disclosures::receiving::{Line, lists};
use candor::register::Finding;

use super::load_with;

/// Rule: P2, Cal. Civ. Code 1798.100(d).
#[test]
fn a_recipient_without_a_role_is_a_fault_and_one_without_a_contract_is_pointed_out() {
    let faults = load_with("      role: service-provider\n", "").unwrap_err();
    assert!(
        faults.iter().any(|it| it.place.path.ends_with("post.role")),
        "{faults:?}"
    );
    for role in ["service-provider", "contractor", "third-party"] {
        let without = format!(
            "role: {role}\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n"
        );
        let with = "role: service-provider\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n      contract_on: 2026-01-31\n      warns_within: 5\n";
        let (_, looks) = load_with(with, &without).unwrap();
        let told = looks
            .iter()
            .any(|it| it.wrong.contains("a contract is needed"));
        assert!(told, "{role}: {looks:?}");
    }
    let (_, looks) = load_with("contract_on: 2026-01-31", "contract_on: 2026-01-30").unwrap();
    assert!(
        !looks
            .iter()
            .any(|it| it.wrong.contains("a contract is needed"))
    );
}

/// Rule: C18, 11 CCR 7051(a).
#[test]
fn a_contract_has_the_recipient_say_within_five_business_days_that_it_can_no_longer_comply() {
    let (_, looks) = load_with("      warns_within: 5\n", "").unwrap();
    let missing = |it: &Finding| it.wrong.contains("say when it can no longer comply");
    assert!(looks.iter().any(missing), "{looks:?}");
    let (_, looks) = load_with("warns_within: 5", "warns_within: 3").unwrap();
    assert!(!looks.iter().any(missing), "{looks:?}");
    let faults = load_with("warns_within: 5", "warns_within: 6").unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].wrong.contains("6 business days are too many"));
    assert_eq!(faults[0].place.path, "candor.post");
    assert!(faults[0].place.line > 0);
}

/// Rule: E1, 11 CCR 7022(b).
#[test]
fn why_somebody_is_not_told_is_a_sentence_and_none_of_who_works_for_the_organisation() {
    let reason =
        "      not_told: They took copies on paper, and nobody knows who has them by now.\n";
    let with = |more: &str| format!("      warns_within: 5\n{more}");
    let faults = load_with("      warns_within: 5\n", &with(reason)).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(
        faults[0]
            .wrong
            .contains("must be told of corrections and deletions")
    );
    let as_affiliate = |more: &str| {
        let role = "role: service-provider\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n      contract_on: 2026-01-31\n      warns_within: 5\n";
        let other = format!(
            "role: affiliate\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n{more}"
        );
        load_with(role, &other)
    };
    let (register, _) = as_affiliate(reason).unwrap();
    let told = register
        .recipients
        .iter()
        .filter(|it| it.not_told.is_some());
    assert_eq!(told.count(), 1);
    let faults = as_affiliate("      not_told: too hard\n").unwrap_err();
    assert!(faults[0].wrong.contains("too short"), "{faults:?}");
}

/// To whom data are sold, and to whom they are disclosed for a business purpose: whose name, which data.
fn both_lists(from: &str, to: &str) -> (Vec<String>, Vec<String>) {
    let (register, _) = load_with(from, to).unwrap();
    let (sold, disclosed) = lists(&register, &Stopped::default());
    let words = |lines: Vec<Line<'_>>| {
        let lines = lines.iter();
        let words = lines.map(|it| format!("{}: {}", it.recipient.name, it.data.join(", ")));
        words.collect()
    };
    (words(sold), words(disclosed))
}

/// Rule: K1, Cal. Civ. Code 1798.110(c), 1798.115(a).
#[test]
fn each_list_of_a_recipient_names_the_data_of_its_uses() {
    let gets = "categories: [user.contact.address]\n      activities: [delivery]";
    let for_both =
        "categories: [user.contact.address, user.behavior]\n      activities: [delivery, ads]";
    let (sold, disclosed) = both_lists(gets, for_both);
    assert_eq!(sold, ["Post Ltd: What you did here"]);
    assert_eq!(disclosed, ["Post Ltd: How to reach you"]);

    // What no use of theirs names is in both.
    let more = for_both.replace("user.behavior]", "user.behavior, user.financial]");
    let (sold, disclosed) = both_lists(gets, &more);
    assert_eq!(sold, ["Post Ltd: Payment, What you did here"]);
    assert_eq!(disclosed, ["Post Ltd: How to reach you, Payment"]);
}

#[test]
fn a_recipient_without_activities_is_listed_and_pointed_out() {
    let (sold, disclosed) = both_lists("      activities: [delivery]\n", "");
    assert!(sold.is_empty());
    assert_eq!(disclosed, ["Post Ltd: How to reach you"]);
    let told = |it: &Finding| it.wrong.contains("it is told of no opt-out");
    let (_, looks) = load_with("      activities: [delivery]\n", "").unwrap();
    assert!(looks.iter().any(told), "{looks:?}");
    let (_, looks) = load_with("Post Ltd", "Post").unwrap();
    assert!(!looks.iter().any(told), "{looks:?}");
}
