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
        let with = "role: service-provider\n      purpose: It delivers parcels.\n      categories: [user.contact.address]\n      activities: [delivery]\n      contract_on: 2026-01-31\n";
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
